//! What could not be read: where it was, why, and what was expected. Never what stood there, because that may
//! be anything, a customer's words included, and rejects end up in logs that many people read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $text:literal,)*) => {
        /// Why something was rejected.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum RejectReason { $($(#[$doc])* $name,)* }

        impl RejectReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The reason in words.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text,)* } }
        }
    };
}

reasons! {
    /// The line is longer than the limit. It was skipped without being held.
    LineTooLong "the line is too long",
    /// The bytes are no UTF-8.
    NotUtf8 "not UTF-8",
    /// The line is no JSON.
    NotJson "not JSON",
    /// The line is JSON, but no object.
    NotAnObject "not a JSON object",
    /// The object says something twice.
    DuplicateAttribute "an attribute stands there twice",
    /// A contact whose rows stand together comes a second time.
    RepeatedContact "the same contact a second time",
    /// Something that every event needs is not there.
    MissingAttribute "missing",
    /// Something is there, but not in a form that can be read.
    BadAttribute "not readable",
    /// The kind of event is not one of the vocabulary.
    UnknownType "not a known kind of event",
    /// The schema version is none that this release reads.
    UnknownSchema "not a known schema version",
    /// The data does not have the fields of its kind.
    BadData "the data does not fit its kind",
    /// A time is not one.
    BadTime "not a time",
    /// The XML is broken.
    BadXml "broken XML",
    /// A trace, or one piece of XML, is larger than the limit.
    TooLarge "too large",
    /// The mapping has no rule for it and says `otherwise = "refuse"`.
    NoRule "no rule of the mapping is for this",
    /// The mapping says that such a row is to be refused.
    Refused "the mapping refuses it",
    /// A row has fewer or more columns than the header.
    ColumnCount "not as many columns as there are",
    /// A quote was opened and not closed.
    OpenQuote "a quote is not closed",
    /// The header lacks columns that the mapping names: it is a mapping for another file.
    BadHeader "the header is not the one that the mapping is for",
    /// The compressed data are damaged.
    Corrupt "the compressed data are damaged",
    /// The file ends in the middle.
    Truncated "the file ends in the middle",
    /// The file could not be read on.
    Unreadable "the file cannot be read",
    /// The rejects could not be written down.
    RejectsFile "the rejects file cannot be written",
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Where something was in its file. Everything counts from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The byte in the line, where that is known; in a table the column's number.
    pub column: Option<u32>,
    /// The trace, in a format that has traces.
    pub trace: Option<u32>,
    /// The event within the trace.
    pub event: Option<u32>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file, where the reader knows it.
    pub file: Option<Arc<Path>>,
    /// Where in the file.
    pub place: Place,
    /// Why.
    pub reason: RejectReason,
    /// The attribute or column it is about. A name from the format or the mapping, never one from the data.
    pub attribute: Option<Cow<'static, str>>,
    /// What was expected instead.
    pub expected: Cow<'static, str>,
    /// What the value looks like: its length and kinds of character, never the value.
    pub found: Option<Box<str>>,
}

impl Reject {
    /// A reject at a line.
    pub(crate) fn new(line: u64, reason: RejectReason, expected: impl Into<Cow<'static, str>>) -> Self {
        let place = Place { line, ..Place::default() };
        Self { file: None, place, reason, attribute: None, expected: expected.into(), found: None }
    }

    pub(crate) fn about(self, attribute: impl Into<Cow<'static, str>>) -> Self {
        Self { attribute: Some(attribute.into()), ..self }
    }

    /// A failure to read on, which ends the log.
    pub(crate) fn of_io(line: u64, error: &std::io::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error.kind() {
            UnexpectedEof => Self::new(line, RejectReason::Truncated, "a complete file; fetch it again"),
            InvalidInput | InvalidData => {
                Self::new(line, RejectReason::Corrupt, "sound gzip data; fetch the file again")
            }
            kind => Self::new(line, RejectReason::Unreadable, format!("a readable file ({kind})")),
        }
    }

    /// Whether the log ends here because nothing behind it can be read.
    pub const fn ends_log(&self) -> bool {
        matches!(
            self.reason,
            RejectReason::Corrupt
                | RejectReason::Truncated
                | RejectReason::Unreadable
                | RejectReason::BadXml
                | RejectReason::BadHeader
                | RejectReason::RejectsFile
        )
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}, ", file.display())?;
        }
        let Place { line, column, trace, event } = self.place;
        write!(f, "line {line}")?;
        for (what, number) in [("column", column), ("trace", trace), ("event", event)] {
            if let Some(number) = number {
                write!(f, ", {what} {number}")?;
            }
        }
        match &self.attribute {
            Some(attribute) => write!(f, ": `{attribute}`: {}", self.reason)?,
            None => write!(f, ": {}", self.reason)?,
        }
        write!(f, "; expected {}", self.expected)?;
        match &self.found {
            Some(found) => write!(f, "; found {found}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Reject {}

/// How much a reader has read, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    warned: BTreeMap<String, u64>,
    /// Events that came out.
    pub events: u64,
    /// Lines with nothing on them.
    pub blank: u64,
    /// What the mapping said to ignore.
    pub ignored: u64,
    rejected: [u64; RejectReason::ALL.len()],
}

impl ReadCounts {
    /// How often something was rejected for this reason.
    pub const fn rejected_for(&self, reason: RejectReason) -> u64 {
        self.rejected[reason as usize]
    }

    /// How often something was rejected.
    pub fn rejected(&self) -> u64 {
        self.rejected.iter().sum()
    }

    /// The reasons that occurred, with how often.
    pub fn by_reason(&self) -> impl Iterator<Item = (RejectReason, u64)> + '_ {
        let all = RejectReason::ALL.iter().map(|&reason| (reason, self.rejected_for(reason)));
        all.filter(|(_, count)| *count > 0)
    }

    /// What the mapping or the reader warned of, with how many rows it was true of. These rows were read.
    pub const fn warnings(&self) -> &BTreeMap<String, u64> {
        &self.warned
    }

    /// Adds what another reader counted, for instance that of another part of the file.
    pub fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.blank += other.blank;
        self.ignored += other.ignored;
        for (warning, count) in &other.warned {
            *self.warned.entry(warning.clone()).or_default() += count;
        }
        for (mine, theirs) in self.rejected.iter_mut().zip(other.rejected) {
            *mine += theirs;
        }
    }

    pub(crate) fn warn(&mut self, of: &str) {
        match self.warned.get_mut(of) {
            Some(count) => *count += 1,
            None => _ = self.warned.insert(of.to_owned(), 1),
        }
    }

    pub(crate) fn reject(&mut self, reason: RejectReason) {
        self.rejected[reason as usize] += 1;
    }
}
