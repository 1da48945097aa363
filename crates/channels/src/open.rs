//! One door for every format: looks at a file's name and first bytes and reads it by the right reader.

use crate::identifier::Hasher;
use crate::input::{Input, Packing, Progress};
use crate::item::LogItem;
use crate::make::Note;
use crate::mapping::{MappedFormat, Mapping};
use crate::native::{DEFAULT_MAX_LINE_BYTES, NativeReader};
use crate::reject::{ReadCounts, Reject};
use crate::rejects_file::RejectsFile;
use crate::segment::SegmentReader;
use crate::table::{Share, TableReader};
use crate::xes::{DEFAULT_MAX_TRACE_BYTES, XesReader};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::{self, BufRead, Read, Seek};
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;
use throughline_core::name::Name;

/// What a log is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One CloudEvent a line.
    Native,
    /// XES, through a mapping.
    Xes,
    /// A table, delimited or of fixed width, through a mapping.
    Table,
    /// One call of the Segment spec a line.
    Segment,
}

/// How to read a log. The default reads a native log and keeps no rejects.
#[derive(Debug)]
pub struct OpenOptions {
    /// What the log is written in; none: its name and its first bytes say.
    pub format: Option<Format>,
    /// The system that the log comes from, for a format whose lines do not say; none: the name of the format.
    pub source: Option<Name>,
    /// How identifiers of users are hashed, for a format that has them as they are; none: they are not kept.
    pub identifiers: Option<Hasher>,
    /// What the columns mean, for a format that needs it.
    pub mapping: Option<Arc<Mapping>>,
    /// The longest line that is read.
    pub max_line_bytes: usize,
    /// The most memory that one trace may take.
    pub max_trace_bytes: usize,
    /// Which contacts of a table are read: several threads may each read a share of the same file.
    pub share: Share,
    /// Where rejected lines are kept, as they stood; of the events of XES, which mean nothing alone, line and
    /// reason.
    pub rejects: Option<RejectsFile>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            format: None,
            source: None,
            identifiers: None,
            mapping: None,
            max_line_bytes: DEFAULT_MAX_LINE_BYTES,
            max_trace_bytes: DEFAULT_MAX_TRACE_BYTES,
            share: Share::ALL,
            rejects: None,
        }
    }
}

/// Why a log was not opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file could not be read.
    #[error("the log cannot be read")]
    Io(#[from] io::Error),
    /// Its name ends in `.gz`, but it is no gzip.
    #[error("the name says gzip, the first bytes do not; rename the file, or fetch it again")]
    NotGzip,
    /// It is a zip archive.
    #[error("this is a zip archive; unpack it, or pack the log with gzip")]
    Zip,
    /// It is one JSON array.
    #[error("this is one JSON array; write one object a line, without commas between them")]
    JsonArray,
    /// Neither name nor content say what it is.
    #[error(
        "not a known format; name it .ndjson, .jsonl, .json, .xes, .csv or .tsv, or these with .gz, or give a mapping for a table"
    )]
    UnknownFormat,
    /// The format is read through a mapping, and there is none.
    #[error("a log of this format needs a mapping that says what its columns mean")]
    NeedsMapping,
    /// The mapping is for another format.
    #[error("the mapping is for another format than this log's")]
    WrongMapping,
    /// The mapping is for another file of its format.
    #[error("the mapping is for another file: {0}")]
    WrongColumns(Reject),
}

/// An open log: an iterator over what is in it.
#[derive(Debug)]
pub struct Log {
    reader: Reader,
    format: Format,
    file: Arc<Path>,
    progress: Progress,
}

#[derive(Debug)]
enum Reader {
    Native(Box<NativeReader<Input>>),
    Segment(Box<SegmentReader<Input>>),
    Xes(Box<XesReader<Input>>),
    Table(Box<TableReader<Input>>),
}

/// Opens a native log. For other formats see [`open_log_with`].
pub fn open_log(path: impl AsRef<Path>) -> Result<Log, OpenError> {
    open_log_with(path, OpenOptions::default())
}

/// Opens a log of any known format. The name says the format; where it does not, the first bytes do. Compressed
/// content is read as such whatever the name is.
pub fn open_log_with(path: impl AsRef<Path>, options: OpenOptions) -> Result<Log, OpenError> {
    let path = path.as_ref();
    let mut file = File::open(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let (name, says_gzip) = match name.strip_suffix(".gz") {
        Some(inner) => (inner, true),
        None => (name.as_str(), false),
    };
    let packing = packing(&mut file)?;
    if says_gzip && packing != Packing::Gzip {
        return Err(OpenError::NotGzip);
    }
    let (mut input, progress) = Input::new(file, packing)?;
    let format = match options.format {
        Some(format) => format,
        None => format(&mut input, name, options.mapping.as_deref())?,
    };
    fits(format, options.mapping.as_deref())?;
    let reader = match format {
        Format::Native => {
            let reader = NativeReader::new(input).with_max_line_bytes(options.max_line_bytes);
            Reader::Native(Box::new(match options.rejects {
                Some(rejects) => reader.with_rejects_file(rejects),
                None => reader,
            }))
        }
        Format::Segment => {
            let reader = SegmentReader::new(input, options.source.unwrap_or_else(segment))
                .with_max_line_bytes(options.max_line_bytes);
            let reader = match options.identifiers {
                Some(hasher) => reader.with_identifiers(hasher),
                None => reader,
            };
            Reader::Segment(Box::new(match options.rejects {
                Some(rejects) => reader.with_rejects_file(rejects),
                None => reader,
            }))
        }
        Format::Xes => {
            let mapping = options.mapping.ok_or(OpenError::NeedsMapping)?;
            let reader = XesReader::new(input, mapping).with_max_trace_bytes(options.max_trace_bytes);
            Reader::Xes(Box::new(match options.rejects {
                Some(rejects) => reader.with_rejects_file(rejects),
                None => reader,
            }))
        }
        Format::Table => {
            let mapping = options.mapping.ok_or(OpenError::NeedsMapping)?;
            let reader = TableReader::new(input, mapping.clone(), options.max_line_bytes);
            let reader = reader.with_share(options.share);
            let mut reader = match options.rejects {
                Some(rejects) => reader.with_rejects_file(rejects),
                None => reader,
            };
            // What stands before the header may be rejected too, so only now.
            reader.read_header(&mapping).map_err(OpenError::WrongColumns)?;
            Reader::Table(Box::new(reader))
        }
    };
    Ok(Log { reader, format, file: path.into(), progress })
}

fn packing(file: &mut File) -> Result<Packing, OpenError> {
    let mut magic = Vec::new();
    file.take(4).read_to_end(&mut magic)?;
    file.rewind()?;
    match magic.as_slice() {
        [0x1f, 0x8b, ..] => Ok(Packing::Gzip),
        b"PK\x03\x04" => Err(OpenError::Zip),
        _ => Ok(Packing::Plain),
    }
}

fn format(input: &mut Input, name: &str, mapping: Option<&Mapping>) -> Result<Format, OpenError> {
    // A damaged stream is reported by the reader, with its place, and not here.
    let start = input.fill_buf().unwrap_or_default();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let by_name = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("ndjson" | "jsonl" | "json") => Some(Format::Native),
        Some("xes") => Some(Format::Xes),
        Some("csv" | "tsv" | "tab") => Some(Format::Table),
        _ => None,
    };
    match (by_name, start.first()) {
        (None | Some(Format::Native), Some(b'[')) if mapping.is_none() => Err(OpenError::JsonArray),
        (Some(Format::Native), Some(b'{')) => Ok(lines_of(start)),
        (None, Some(b'{')) if mapping.is_none() => Ok(lines_of(start)),
        (Some(format), _) => Ok(format),
        (None, Some(b'<')) => Ok(Format::Xes),
        // Tables have no signs of their own and come under any name: the mapping says that it is one.
        (None, _) if mapping.is_some_and(|mapping| mapping.format() != MappedFormat::Xes) => {
            Ok(Format::Table)
        }
        (None, _) => Err(OpenError::UnknownFormat),
    }
}

/// Whether the mapping, if there is one, is for this format.
fn fits(format: Format, mapping: Option<&Mapping>) -> Result<(), OpenError> {
    let fits = match (format, mapping.map(Mapping::format)) {
        (Format::Native | Format::Segment, _) | (_, None) => true,
        (Format::Xes, Some(format)) => format == MappedFormat::Xes,
        (Format::Table, Some(format)) => format != MappedFormat::Xes,
    };
    if fits { Ok(()) } else { Err(OpenError::WrongMapping) }
}

/// Whether a log of JSON lines has calls or CloudEvents on them, by the first one. A line that cannot be read is
/// left to the native reader, which says what is wrong with it.
fn lines_of(start: &[u8]) -> Format {
    /// What only one of the two has.
    #[derive(Default, Deserialize)]
    struct Telling {
        specversion: Option<IgnoredAny>,
        #[serde(rename = "messageId")]
        message_id: Option<IgnoredAny>,
        #[serde(rename = "anonymousId")]
        anonymous_id: Option<IgnoredAny>,
        #[serde(rename = "userId")]
        user_id: Option<IgnoredAny>,
    }
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let told: Telling = serde_json::from_slice(line).unwrap_or_default();
    let of_call = [told.message_id, told.anonymous_id, told.user_id].iter().any(Option::is_some);
    if of_call && told.specversion.is_none() { Format::Segment } else { Format::Native }
}

fn segment() -> Name {
    Name::new("segment").unwrap_or_else(|_| unreachable!("a constant name"))
}

impl Log {
    /// Notes of each row, or line, what became of it.
    pub(crate) fn with_notes(self) -> Self {
        let reader = match self.reader {
            Reader::Native(mut reader) => {
                reader.notes.begin();
                Reader::Native(reader)
            }
            Reader::Segment(mut reader) => {
                reader.notes.begin();
                Reader::Segment(reader)
            }
            Reader::Xes(reader) => Reader::Xes(Box::new(reader.with_notes())),
            Reader::Table(reader) => Reader::Table(Box::new(reader.with_notes())),
        };
        Self { reader, ..self }
    }

    /// The notes that were taken since they were taken from here last.
    pub(crate) fn take_notes(&mut self) -> Vec<Note> {
        match &mut self.reader {
            Reader::Native(reader) => reader.notes.take(),
            Reader::Segment(reader) => reader.notes.take(),
            Reader::Xes(reader) => reader.take_notes(),
            Reader::Table(reader) => reader.take_notes(),
        }
    }

    /// The columns that there are and, in a table, the places of those that the mapping uses.
    pub(crate) fn columns_seen(&self) -> (Vec<String>, Option<&[usize]>) {
        match &self.reader {
            Reader::Native(_) | Reader::Segment(_) => (Vec::new(), None),
            Reader::Xes(reader) => (reader.columns_seen(), None),
            Reader::Table(reader) => (reader.columns_seen(), Some(reader.columns_used())),
        }
    }

    /// The fields that were there and that nothing uses, in a log that is read without a mapping.
    pub(crate) fn unused_fields(&self) -> Vec<String> {
        match &self.reader {
            Reader::Native(reader) => reader.notes.unused(),
            Reader::Segment(reader) => reader.notes.unused(),
            Reader::Xes(_) | Reader::Table(_) => Vec::new(),
        }
    }

    /// What the log is written in.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// How far it has been read. Stays true as the log is read on, so a progress bar may keep it.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// What was read, ignored and rejected so far.
    pub const fn counts(&self) -> &ReadCounts {
        match &self.reader {
            Reader::Native(reader) => reader.counts(),
            Reader::Segment(reader) => reader.counts(),
            Reader::Xes(reader) => reader.counts(),
            Reader::Table(reader) => reader.counts(),
        }
    }
}

impl Iterator for Log {
    type Item = Result<LogItem, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.reader {
            Reader::Native(reader) => reader.next(),
            Reader::Segment(reader) => reader.next(),
            Reader::Xes(reader) => reader.next(),
            Reader::Table(reader) => reader.next(),
        };
        next.map(|item| item.map_err(|reject| Reject { file: Some(self.file.clone()), ..reject }))
    }
}
