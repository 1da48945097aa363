//! The native log: what is written is read back equal, and nothing that can stand in a file makes the reader fall.
#![allow(clippy::unwrap_used)]

mod any_event;

use any_event::any_item;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::io::Write;
use throughline_channels::item::LogItem;
use throughline_channels::native::{NativeReader, NativeWriter, WriteError, open_range, split_at_lines};
use throughline_channels::reject::RejectReason;
use throughline_channels::rejects_file::RejectsFile;
use throughline_core::event::{EventData, EventKind};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::time::Micros;

fn written(items: &[LogItem]) -> Vec<u8> {
    let mut writer = NativeWriter::new(Vec::new());
    for item in items {
        writer.write(item.profile, &item.event, item.recorded_at).unwrap();
    }
    writer.finish().unwrap()
}

const GOOD: &str = r#"{"specversion":"1.0","id":"m-1","source":"desk","type":"throughline.page.viewed","subject":"c-7","time":"2024-05-01T09:30:00Z","data":{"page":"terms"}}"#;

/// The good line with one thing put in another's place, and what the reader says to it.
fn said_to(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    said_to_line(GOOD.replace(from, to).as_bytes())
}

fn said_to_line(line: &[u8]) -> String {
    let mut reader = NativeReader::new(line);
    reader.next().unwrap().unwrap_err().to_string()
}

#[test]
fn a_line_with_every_attribute_is_read() {
    let line = r#"{"specversion":"1.0","id":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","source":"desk","type":"throughline.contact.ended","subject":"6ba7b811-9dad-11d1-80b4-00c04fd430c8","time":"2024-05-01T11:30:00+02:00","recordedtime":"2024-05-01T09:30:01.5Z","sequence":"12","correlationid":"thread","causationid":"m-1","dataschema":"urn:throughline:contact.ended:1","partitionkey":"x","data":{"contact":"6ba7b812-9dad-11d1-80b4-00c04fd430c8","ending":"completed"}}"#;
    let item = NativeReader::new(line.as_bytes()).next().unwrap().unwrap();
    assert_eq!(item.profile.to_string(), "6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    assert_eq!(item.event.id.to_string(), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    assert_eq!(item.event.occurred_at.to_string(), "2024-05-01T09:30:00Z");
    assert_eq!(item.recorded_at.unwrap().to_string(), "2024-05-01T09:30:01.500Z");
    assert_eq!(item.event.sequence, 12);
    assert_eq!(item.event.causation_id, Some(EventId::derived("desk", "m-1").0));
    assert!(item.event.correlation_id.is_some());
}

/// Logs that were written before the scale's worst answer was known are read as what they said then.
#[test]
fn a_line_of_an_older_schema_is_read_as_the_event_of_today() {
    let old = r#"{"specversion":"1.0","id":"r-1","source":"desk","type":"throughline.rated","subject":"c-7","time":"2024-05-01T09:30:00Z","dataschema":"urn:throughline:rated:1","data":{"contact":null,"instrument":"csat","score":2,"best":5,"comment":null}}"#;
    let item = NativeReader::new(old.as_bytes()).next().unwrap().unwrap();
    let EventData::Rated(rated) = &item.event.data else { panic!("another kind: {item:?}") };
    assert_eq!((rated.score, rated.best, rated.worst), (2, 5, None));
    // It is written in the newest form, and that is read back equal.
    let again = written(std::slice::from_ref(&item));
    assert!(String::from_utf8_lossy(&again).contains("urn:throughline:rated:2"));
    assert_eq!(NativeReader::new(&*again).next().unwrap().unwrap(), item);
    // What schema 1 never had, and what no schema had yet, is refused.
    let with = |from: &str, to: &str| said_to_line(old.replace(from, to).as_bytes());
    assert!(with(r#""best":5"#, r#""best":5,"worst":1"#).contains("the data does not fit its kind"));
    assert!(with("rated:1", "rated:3").contains("expected urn:throughline:rated:2 or an earlier version"));
}

#[test]
fn ids_that_are_no_uuid_are_scoped_by_their_source() {
    let item = NativeReader::new(GOOD.as_bytes()).next().unwrap().unwrap();
    assert_eq!(item.event.id, EventId::derived("desk", "m-1"));
    assert_eq!(item.profile, ProfileId::derived("desk", "c-7"));
}

#[test]
fn a_broken_line_says_what_was_expected_and_not_what_stood_there() {
    for (from, to, says) in [
        (
            r#""id":"m-1","#,
            "",
            "line 1: `id`: missing; expected a UUID that is not nil, or a text that is not empty",
        ),
        (
            r#""m-1""#,
            "true",
            "line 1: `id`: not readable; expected a UUID that is not nil, or a text that is not empty",
        ),
        (
            "m-1",
            "00000000-0000-0000-0000-000000000000",
            "line 1: `id`: not readable; expected a UUID that is not nil, or a text that is not empty",
        ),
        ("1.0", "0.3", "line 1: `specversion`: not readable; expected 1.0"),
        (
            "09:30",
            "25:30",
            "line 1: `time`: not a time; expected an RFC 3339 time with an offset, such as 2024-05-01T09:30:00Z",
        ),
        (
            "page.viewed",
            "page.seen",
            "line 1: `type`: not a known kind of event; expected `throughline.` and a kind of event, such as `throughline.contact.started`",
        ),
        (
            r#""terms""#,
            "5",
            "line 1, column 143: `data`: the data does not fit its kind; expected the data of `page.viewed`: an object with no other fields than page",
        ),
        (
            r#""page":"#,
            r#""leaf":"#,
            "line 1, column 141: `data`: the data does not fit its kind; expected the data of `page.viewed`: an object with no other fields than page",
        ),
        (
            r#""source":"desk","#,
            r#""source":"desk","source":"desk","#,
            "line 1, column 56: an attribute stands there twice; expected every attribute once",
        ),
        ("}}", "}", "line 1, column 150: not JSON; expected one whole JSON object on each line"),
        (
            r#"{"page":"terms"}"#,
            r#"["terms"]"#,
            "line 1, column 135: `data`: the data does not fit its kind; expected the data of `page.viewed`: an object with no other fields than page",
        ),
        (
            r#""time""#,
            r#""sequence":-1,"time""#,
            "line 1: `sequence`: not readable; expected a whole number from 0, also as text",
        ),
        (
            r#""time""#,
            r#""dataschema":"urn:throughline:page.viewed:2","time""#,
            "line 1: `dataschema`: not a known schema version; expected urn:throughline:page.viewed:1",
        ),
    ] {
        assert_eq!(said_to(from, to), says, "for {to} instead of {from}");
    }
    assert_eq!(
        said_to_line(b"[1]"),
        "line 1, column 1: not a JSON object; expected one CloudEvent, an object, on each line"
    );
    assert_eq!(said_to_line(b"\n \n\xff\xfe"), "line 3, column 1: not UTF-8; expected UTF-8");
}

#[test]
fn reading_goes_on_behind_a_broken_line_and_counts_it() {
    let log = format!("\u{feff}{GOOD}\r\n\r\n{}\r\nnonsense\n{GOOD}", "x".repeat(1000));
    let mut reader = NativeReader::new(log.as_bytes()).with_max_line_bytes(200);
    let results: Vec<_> = reader.by_ref().map(|r| r.map_err(|e| (e.place.line, e.reason))).collect();
    assert_eq!(results[1], Err((3, RejectReason::LineTooLong)));
    assert_eq!(results[2], Err((4, RejectReason::NotAnObject)));
    assert!(results[0].is_ok() && results[3].is_ok());
    let counts = reader.counts();
    assert_eq!((counts.events, counts.blank, counts.rejected()), (2, 1, 2));
    assert_eq!(counts.rejected_for(RejectReason::LineTooLong), 1);
}

#[test]
fn rejected_lines_are_kept_for_their_owner_only() {
    let folder = scratch("rejects");
    let path = folder.join("rejects.txt");
    std::fs::write(&path, "left from the last run").unwrap();
    let log = format!("{GOOD}\nnot \u{e9}vident\n");
    let rejects = RejectsFile::create(&path).unwrap();
    assert_eq!(NativeReader::new(log.as_bytes()).with_rejects_file(rejects).count(), 2);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "2\tnot a JSON object\tnot \u{e9}vident\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_line_that_damaged_gzip_cuts_is_not_taken_for_a_whole_one() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    for _ in 0..1_000 {
        packed.write_all(format!("{GOOD}\n").as_bytes()).unwrap();
    }
    let packed = packed.finish().unwrap();
    let input = flate2::read::MultiGzDecoder::new(&packed[..packed.len() - 50]);
    let mut reader = NativeReader::new(std::io::BufReader::new(input));
    let last = reader.by_ref().last().unwrap().unwrap_err();
    assert_eq!((last.reason, last.place.line), (RejectReason::Truncated, reader.counts().events + 1));
    assert!(last.ends_log() && reader.counts().rejected() == 1 && reader.next().is_none());
}

#[test]
fn a_time_that_rfc_3339_cannot_name_is_not_written() {
    let mut item = NativeReader::new(GOOD.as_bytes()).next().unwrap().unwrap();
    item.event.occurred_at = Micros(253_402_300_800_000_000);
    let mut writer = NativeWriter::new(Vec::new());
    let refused = writer.write(item.profile, &item.event, None);
    assert!(matches!(refused, Err(WriteError::TimeOutOfRange)));
    assert!(writer.finish().unwrap().is_empty());
}

#[test]
fn every_kind_is_generated_below() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        seen.insert(any_item().new_tree(&mut runner).unwrap().current().event.kind());
    }
    assert_eq!(seen.len(), EventKind::ALL.len());
}

/// A folder of this test's own, in cargo's place for such.
fn scratch(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("native-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

use proptest::strategy::ValueTree;

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_240_501), ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back_equal(items in prop::collection::vec(any_item(), 0..20)) {
        let bytes = written(&items);
        let read: Vec<LogItem> = NativeReader::new(&bytes[..]).map(Result::unwrap).collect();
        prop_assert_eq!(&read, &items);
        prop_assert_eq!(written(&read), bytes);
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = NativeReader::new(&bytes[..]).with_max_line_bytes(64).count();
    }

    #[test]
    fn no_damage_to_a_good_line_makes_the_reader_fall(
        item in any_item(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = written(&[item]);
        let index = at.index(bytes.len());
        bytes[index] = byte;
        bytes.truncate(cut.index(bytes.len()) + 1);
        let mut reader = NativeReader::new(&bytes[..]);
        let results = reader.by_ref().count() as u64;
        prop_assert_eq!(results, reader.counts().events + reader.counts().rejected());
    }

    #[test]
    fn the_ranges_of_a_file_are_the_file(
        items in prop::collection::vec(any_item(), 0..30), broken in 0_usize..40, parts in 1_usize..9,
    ) {
        let folder = scratch("ranges");
        let path = folder.join("log.ndjson");
        let mut file = std::fs::File::create(&path).unwrap();
        let mut bytes = written(&items);
        if let Some((end, _)) = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').nth(broken) {
            bytes.splice(end..=end, *b"\nnonsense\n");
        }
        file.write_all(&bytes).unwrap();
        let whole: Vec<_> = NativeReader::new(&bytes[..]).collect();
        let ranges = split_at_lines(&path, parts).unwrap();
        prop_assert!(ranges.len() <= parts);
        let in_parts: Vec<_> = ranges.iter().flat_map(|&range| open_range(&path, range).unwrap()).collect();
        prop_assert_eq!(whole, in_parts);
    }
}
