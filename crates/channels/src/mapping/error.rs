//! What is wrong with a mapping document.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A mistake in a mapping document: where it is, what it is, and what to write instead. Quotes the document, which
/// holds no customer's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingError {
    /// The document, where it is a file.
    pub file: Option<PathBuf>,
    /// The line, from 1; none if it is about no line.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub instead: String,
}

impl MappingError {
    /// A mistake in a part of `text`.
    pub(super) fn at(text: &str, part: &Range<usize>, what: String, instead: String) -> Self {
        let line = Some(line_of(text, part.start));
        Self { file: None, line, what, instead }
    }

    pub(super) fn unreadable(error: &std::io::Error) -> Self {
        let instead = "the path of a TOML file in UTF-8 that may be read".to_owned();
        Self {
            file: None,
            line: None,
            what: format!("the document cannot be read ({})", error.kind()),
            instead,
        }
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        Self { file: Some(path.to_owned()), ..self }
    }
}

/// The line, from 1, of a place in the document.
pub(super) fn line_of(text: &str, place: usize) -> usize {
    let before = &text.as_bytes()[..place.min(text.len())];
    1 + memchr::memchr_iter(b'\n', before).count()
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}; write {}", self.what, self.instead)
    }
}

impl std::error::Error for MappingError {}
