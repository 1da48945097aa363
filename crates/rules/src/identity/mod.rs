//! Who is who: whether a claim of an identifier joins two customers, keeps them apart, or takes one apart.
//!
//! Pure like everything here: a decision is a function of the [`Policy`], of what the identifier's stream holds
//! ([`record`]), and of what the two customers hold ([`Holdings`]). Reading those and appending what was decided, in
//! one piece, is the engine's part.

mod decide;
mod holdings;
mod policy;
pub mod record;

pub use decide::{Apart, Verdict};
pub use holdings::Holdings;
pub use policy::{KindPolicy, Policy, Written};
