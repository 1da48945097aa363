//! A mistake in a document: where it is, what is wrong, and what to write instead.

mod reading;

pub(crate) use reading::mistake;

use alloc::string::String;
use core::fmt;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Says how many mistakes a document has, and each on a line of its own.
pub(crate) fn list(f: &mut fmt::Formatter<'_>, document: &str, mistakes: &[Mistake]) -> fmt::Result {
    match mistakes.len() {
        1 => write!(f, "{document} has a mistake")?,
        many => write!(f, "{document} has {many} mistakes")?,
    }
    mistakes.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
}

/// The line of a byte offset, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&b| b == b'\n').count() + 1
}
