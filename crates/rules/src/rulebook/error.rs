//! What is wrong with a rulebook: every mistake, with its line, and what to write instead.

use crate::mistake::Mistake;
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
        match self.mistakes.len() {
            1 => write!(f, "the rulebook has a mistake")?,
            many => write!(f, "the rulebook has {many} mistakes")?,
        }
        for mistake in &self.mistakes {
            write!(f, "\n  {mistake}")?;
        }
        Ok(())
    }
}

impl core::error::Error for RulebookError {}
