//! What is wrong with a scenario: the line, what was meant, what to write instead.

use std::fmt;
use thiserror::Error;

/// One mistake in the text of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub struct ScenarioError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl ScenarioError {
    pub(super) fn new(line: usize, message: impl fmt::Display) -> Self {
        Self { line, message: message.to_string() }
    }
}
