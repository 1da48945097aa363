//! The formats that are read, as rows: a sound sample of each, and what must hold whatever stands in a file.
//!
//! A new format is a row in [`FORMATS`], with its sample in a folder of its name, and a file of three lines in
//! `fuzz/fuzz_targets/`; `bad_input.rs` and `mutated.rs` take it from here. Fuzzers begin with the samples.
#![allow(dead_code, reason = "none of those who share this needs all of it")]

use std::io::Cursor;
use std::sync::{Arc, LazyLock};
use throughline_channels::item::LogItem;
#[cfg(feature = "mail")]
use throughline_channels::mail::{Letter, Sender};
use throughline_channels::mapping::{MappedFormat, Mapping};
use throughline_channels::native::NativeReader;
use throughline_channels::reject::{ReadCounts, Reject};
use throughline_channels::segment::SegmentReader;
use throughline_channels::table::TableReader;
use throughline_channels::xes::XesReader;
use throughline_core::identifier::IdentifierKey;
use throughline_core::name::Name;

/// A format.
#[derive(Clone, Copy)]
pub(crate) struct Format {
    /// Its name.
    pub(crate) name: &'static str,
    /// How a file's name ends.
    pub(crate) ending: &'static str,
    /// A sound log. `TEXT` stands in it where a text may be anything.
    pub(crate) sample: &'static str,
    /// The mapping that it is read by.
    pub(crate) mapping: Option<&'static str>,
    /// Reads bytes as this format, and checks what must always hold.
    pub(crate) read: fn(&[u8]),
}

pub(crate) const FORMATS: [Format; 5] = [
    Format { name: "native", ending: "ndjson", sample: NATIVE, mapping: None, read: native },
    Format { name: "segment", ending: "ndjson", sample: SEGMENT, mapping: None, read: segment },
    Format { name: "xes", ending: "xes", sample: XES, mapping: Some(XES_MAPPING), read: xes },
    Format { name: "table", ending: "csv", sample: TABLE, mapping: Some(TABLE_MAPPING), read: table },
    Format { name: "fixed", ending: "txt", sample: FIXED, mapping: Some(FIXED_MAPPING), read: fixed },
];

const NATIVE: &str = include_str!("native/sound.ndjson");

const SEGMENT: &str = include_str!("segment/sound.ndjson");

const XES: &str = include_str!("xes/sound.xes");

const XES_MAPPING: &str = include_str!("mapping/xes.toml");

const TABLE: &str = include_str!("table/sound.csv");

const TABLE_MAPPING: &str = include_str!("mapping/table.toml");

const FIXED: &str = include_str!("fixed/sound.txt");

const FIXED_MAPPING: &str = include_str!("mapping/fixed.toml");

/// Reads bytes as the format of this name.
pub(crate) fn read(name: &str, bytes: &[u8]) {
    for format in FORMATS.iter().filter(|format| format.name == name) {
        (format.read)(bytes);
    }
}

/// Small limits, so that short inputs reach them.
const MAX_LINE_BYTES: usize = 1 << 10;

fn native(bytes: &[u8]) {
    let mut reader = NativeReader::new(bytes).with_max_line_bytes(MAX_LINE_BYTES);
    let results: Vec<_> = reader.by_ref().collect();
    holds(&results, reader.counts());
}

fn segment(bytes: &[u8]) {
    let Ok(source) = Name::new("web") else { return };
    let mut reader = SegmentReader::new(bytes, source)
        .with_max_line_bytes(MAX_LINE_BYTES)
        .with_identifiers(IdentifierKey::new([7; 16]));
    let results: Vec<_> = reader.by_ref().collect();
    holds(&results, reader.counts());
}

/// A sound mapping, read once: reading it takes longer than reading most inputs by it.
fn sound(document: &str) -> Arc<Mapping> {
    Arc::new(Mapping::from_toml(document).unwrap_or_else(|error| unreachable!("{error}")))
}

fn xes(bytes: &[u8]) {
    static MAPPING: LazyLock<Arc<Mapping>> = LazyLock::new(|| sound(XES_MAPPING));
    read_xes(bytes, MAPPING.clone());
}

fn table(bytes: &[u8]) {
    static MAPPING: LazyLock<Arc<Mapping>> = LazyLock::new(|| sound(TABLE_MAPPING));
    read_table(bytes, MAPPING.clone());
}

fn fixed(bytes: &[u8]) {
    static MAPPING: LazyLock<Arc<Mapping>> = LazyLock::new(|| sound(FIXED_MAPPING));
    read_table(bytes, MAPPING.clone());
}

fn read_table(bytes: &[u8], mapping: Arc<Mapping>) {
    let input = std::io::BufReader::with_capacity(64, Cursor::new(bytes));
    let mut reader = TableReader::new(input, mapping, MAX_LINE_BYTES);
    let results: Vec<_> = reader.by_ref().collect();
    holds(&results, reader.counts());
}

fn read_xes(bytes: &[u8], mapping: Arc<Mapping>) {
    // Through a cursor, so that the input is streamed in pieces as a file is.
    let input = std::io::BufReader::with_capacity(64, Cursor::new(bytes));
    let mut reader = XesReader::new(input, mapping).with_max_trace_bytes(1 << 12);
    let results: Vec<_> = reader.by_ref().collect();
    holds(&results, reader.counts());
}

/// Reads bytes as a mapping document; one that is sound must also be of use.
pub(crate) fn mapping(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Mapping::from_toml(text) {
        Ok(mapping) => {
            let mapping = Arc::new(mapping);
            match mapping.format() {
                MappedFormat::Xes => read_xes(XES.as_bytes(), mapping),
                MappedFormat::Fixed => read_table(FIXED.as_bytes(), mapping),
                _ => read_table(TABLE.as_bytes(), mapping),
            }
        }
        Err(error) => {
            let lines = text.lines().count().max(1) + 1;
            assert!(error.line.is_none_or(|line| line <= lines), "{error}");
            assert!(!error.what.is_empty() && !error.instead.is_empty());
        }
    }
}

/// A sound mail.
#[cfg(feature = "mail")]
pub(crate) const MAIL: &str = include_str!("mail/sound.eml");

/// Reads bytes as one mail: a sound one has a thread and gives events of it, another says why it has none.
#[cfg(feature = "mail")]
pub(crate) fn mail(bytes: &[u8]) {
    let Ok(source) = Name::new("support-mail") else { return };
    match Letter::read(bytes) {
        Ok(letter) => {
            assert!(!letter.id().is_empty() && !letter.thread().is_empty());
            for sender in [Sender::Customer, Sender::Company] {
                if let Ok(events) = letter.events(&source, sender, None) {
                    assert!(events.iter().all(|event| event.data.contact() == Some(letter.contact(&source))));
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What must hold of every reading: everything was counted, nothing was read behind the end, and rejects say what
/// was expected.
fn holds(results: &[Result<LogItem, Reject>], counts: &ReadCounts) {
    let events = results.iter().filter(|result| result.is_ok()).count() as u64;
    assert_eq!((events, results.len() as u64 - events), (counts.events, counts.rejected()));
    let ended = results.iter().position(|result| result.as_ref().is_err_and(Reject::ends_log));
    assert!(ended.is_none_or(|at| at + 1 == results.len()), "something came behind the end of the log");
    for reject in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(reject.place.line > 0, "{reject}");
        assert!(!reject.expected.is_empty() && reject.to_string().contains("; expected "), "{reject}");
    }
}
