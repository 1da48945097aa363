//! x
pub mod town;
