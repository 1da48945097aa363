//! What is wrong with a rulebook: every mistake, with its line, and what to write instead.

use crate::mistake::{self, Mistake};
use alloc::vec::Vec;
use core::fmt;

/// A rulebook that cannot be used. Lists all mistakes, in the order of their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulebookError {
    /// The mistakes; never empty.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for RulebookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistake::list(f, "the rulebook", &self.mistakes)
    }
}

impl core::error::Error for RulebookError {}
