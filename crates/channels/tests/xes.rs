//! XES that is not as it should be: every event comes out, or a reject says where and why, and nothing falls.
#![allow(clippy::unwrap_used)]

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use throughline_channels::item::LogItem;
use throughline_channels::mapping::Mapping;
use throughline_channels::open::{OpenError, OpenOptions, open_log, open_log_with};
use throughline_channels::reject::{Reject, RejectReason};
use throughline_channels::xes::XesReader;
use throughline_core::event::{EventData, EventKind};
use throughline_core::ids::ProfileId;

const MAPPING: &str = r#"
version = 1
format = "xes"
source = "desk"
customer = { id = { from = "customer" }, take = "first" }
contact = { id = { from = "concept:name", of = "trace" }, channel = "ticket", direction = "inbound", started = "with-first-event" }

[event]
time = { from = "time:timestamp" }
key = ["time:timestamp", "concept:name"]
otherwise = "note"

[fields]
agent = { from = "org:resource" }
activity = { from = "concept:name" }

[[rules]]
when = { "concept:name" = "closed" }
give = "contact.ended"
set = { ending = "completed" }
"#;

fn event(activity: &str, time: &str, customer: &str) -> String {
    let mut out = String::from("<event>\n");
    for (key, value) in [("concept:name", activity), ("customer", customer), ("org:resource", "ann")] {
        writeln!(out, r#"<string key="{key}" value="{value}"/>"#).unwrap();
    }
    writeln!(out, r#"<date key="time:timestamp" value="{time}"/></event>"#).unwrap();
    out
}

fn trace(name: &str, events: &[String]) -> String {
    format!("<trace><string key=\"concept:name\" value=\"{name}\"/>\n{}</trace>\n", events.concat())
}

fn log(traces: &[String]) -> String {
    format!("<?xml version=\"1.0\"?>\n<log>\n{}</log>\n", traces.concat())
}

fn mapping(text: &str) -> Arc<Mapping> {
    Arc::new(Mapping::from_toml(text).unwrap())
}

fn read(log: &[u8]) -> (Vec<LogItem>, Vec<Reject>) {
    read_by(MAPPING, log)
}

fn read_by(document: &str, log: &[u8]) -> (Vec<LogItem>, Vec<Reject>) {
    let mut reader = XesReader::new(log, mapping(document));
    let (mut items, mut rejects) = (Vec::new(), Vec::new());
    for result in reader.by_ref() {
        match result {
            Ok(item) => items.push(item),
            Err(reject) => rejects.push(reject),
        }
    }
    assert_eq!(
        (items.len() as u64, rejects.len() as u64),
        (reader.counts().events, reader.counts().rejected())
    );
    (items, rejects)
}

fn kinds(items: &[LogItem]) -> Vec<(&'static str, u64)> {
    items.iter().map(|item| (item.event.kind().as_str(), item.event.sequence)).collect()
}

#[test]
fn the_file_decides_between_events_of_one_instant_and_the_start_comes_first() {
    let at = "2024-05-01T09:30:00Z";
    let events = [event("b", at, "c"), event("a", at, "c"), event("closed", "2024-05-01T09:30:01Z", "c")];
    let (items, rejects) = read(log(&[trace("t", &events)]).as_bytes());
    assert!(rejects.is_empty());
    assert_eq!(
        kinds(&items),
        [("contact.started", 0), ("work.done", 1), ("work.done", 2), ("contact.ended", 1)]
    );
    assert!(items.is_sorted_by_key(|item| item.event.canonical_key()));
}

#[test]
fn the_start_has_the_time_of_the_earliest_event_wherever_it_stands() {
    let events =
        [event("late", "2024-05-02T00:00:00Z", "c"), event("early", "2024-05-01T02:00:00+02:00", "c")];
    let (items, _) = read(log(&[trace("t", &events)]).as_bytes());
    assert_eq!(items[0].event.kind(), EventKind::ContactStarted);
    assert_eq!(items[0].event.occurred_at.to_string(), "2024-05-01T00:00:00Z");
}

#[test]
fn equal_rows_are_two_events_and_a_longer_export_renames_none() {
    let twice = event("call", "2024-05-01T09:30:00Z", "c");
    let before = event("open", "2024-05-01T09:29:00Z", "c");
    let (short, _) = read(log(&[trace("t", &[before.clone(), twice.clone(), twice.clone()])]).as_bytes());
    let ids: std::collections::BTreeSet<_> = short.iter().map(|item| item.event.id).collect();
    assert_eq!(ids.len(), 4);
    let events = [before, event("note", "2024-05-01T09:29:30Z", "c"), twice.clone(), twice];
    let (long, _) =
        read(log(&[trace("s", &[event("x", "2024-01-01T00:00:00Z", "d")]), trace("t", &events)]).as_bytes());
    assert!(short.iter().all(|item| long.contains(item)), "a row changed its id, place or content");
}

#[test]
fn a_row_has_one_name_however_its_time_is_written() {
    let ids = |time: &str| -> Vec<_> {
        let log = log(&[trace("t", &[event("a", time, "c")])]);
        read(format!("\u{feff}{log}").as_bytes()).0.iter().map(|item| item.event.id).collect()
    };
    assert_eq!(ids("2024-05-01T09:30:00Z"), ids("2024-05-01T11:30:00.000+02:00"));
    assert_ne!(ids("2024-05-01T09:30:00Z"), ids("2024-05-01T09:30:01Z"));
}

#[test]
fn the_first_event_that_names_a_customer_says_it_for_the_trace() {
    let at = |minute: u8| format!("2024-05-01T09:{minute:02}:00Z");
    let events = [event("a", &at(1), ""), event("b", &at(2), "one"), event("c", &at(3), "two")];
    let log = log(&[trace("t", &events)]);
    let (items, _) = read(log.as_bytes());
    assert!(items.iter().all(|item| item.profile == ProfileId::derived("desk", "one")));
    let each = MAPPING.replace("\"first\"", "\"each\"");
    let (items, rejects) = read_by(&each, log.as_bytes());
    assert_eq!(
        items.iter().map(|i| i.profile).collect::<Vec<_>>(),
        // The contact starts with the first event that is somebody's.
        ["one", "one", "two"].map(|c| ProfileId::derived("desk", c))
    );
    assert_eq!(
        rejects[0].to_string(),
        "line 4, trace 1, event 1: `customer`: missing; expected what names the customer"
    );
}

#[test]
fn an_event_that_lacks_something_is_rejected_by_itself() {
    let good = event("a", "2024-05-01T09:30:00Z", "c");
    let bad = event("secret", "yesterday", "c");
    let (items, rejects) = read(log(&[trace("t", &[good, bad])]).as_bytes());
    assert_eq!(items.len(), 2);
    assert_eq!(
        rejects[0].to_string(),
        "line 9, trace 1, event 2: `time:timestamp`: not a time; expected a time with an offset, such as 2024-05-01T09:30:00Z, or `zone` in the mapping; found 9 characters: letters"
    );
}

#[test]
fn a_zone_in_the_mapping_is_for_times_that_have_none() {
    let log = log(&[trace(
        "t",
        &[event("a", "2024-05-01T09:30:00.5", "c"), event("b", "2024-05-01T09:30:00Z", "c")],
    )]);
    let zoned =
        MAPPING.replace("from = \"time:timestamp\" }", "from = \"time:timestamp\", zone = \"+02:00\" }");
    let (items, rejects) = read_by(&zoned, log.as_bytes());
    assert!(rejects.is_empty());
    assert_eq!(items[0].event.occurred_at.to_string(), "2024-05-01T07:30:00.500Z");
}

#[test]
fn what_no_rule_is_for_is_a_note_nothing_or_refused() {
    let log = log(&[trace("t", &[event("xyzzy", "2024-05-01T09:30:00Z", "c")])]);
    assert_eq!(read(log.as_bytes()).0.len(), 2);
    let ignored = read_by(&MAPPING.replace("\"note\"", "\"ignore\""), log.as_bytes());
    assert_eq!((ignored.0.len(), ignored.1.len()), (1, 0));
    let refused = read_by(&MAPPING.replace("\"note\"", "\"refuse\""), log.as_bytes());
    assert_eq!(refused.1[0].reason, RejectReason::NoRule);
    assert!(!refused.1[0].to_string().contains("xyzzy"), "the value stands in the message");
}

#[test]
fn a_second_trace_for_the_same_contact_is_rejected_event_by_event() {
    let one = trace("t", &[event("a", "2024-05-01T09:30:00Z", "c")]);
    let two = trace("t", &[event("a", "2024-05-01T09:30:00Z", "c"), event("b", "2024-05-01T09:30:00Z", "c")]);
    let (items, rejects) = read(log(&[one, two]).as_bytes());
    assert_eq!(items.len(), 2);
    assert!(rejects.len() == 2 && rejects.iter().all(|r| r.reason == RejectReason::RepeatedContact));
}

#[test]
fn xml_of_every_allowed_shape_is_read() {
    let log = r#"<!DOCTYPE x><x:log xmlns:x="u"><extension name="n"/><global scope="event"><string key="concept:name" value="no"/></global>
        <string key="a" value="b"><string key="c" value="d"/></string>
        <x:trace><x:event><list key="l"><values><string key="customer" value="no"/></values></list>
        <x:string value="c&amp;&#100;" key="customer"><string key="org:resource" value="no"/></x:string>
        <date key="time:timestamp" value="2024-05-01T09:30:00.000+00:00"/><string key="concept:name" value=""/></x:event>
        <x:string key="concept:name" value="behind its events"/></x:trace><x:trace/></x:log><!-- end -->"#;
    let (items, rejects) = read(log.as_bytes());
    assert!(rejects.is_empty(), "{rejects:?}");
    assert!(items.iter().all(|item| item.profile == ProfileId::derived("desk", "c&d")));
    let EventData::WorkDone(work) = &items[1].event.data else { panic!("a note was expected") };
    assert_eq!((&work.agent, &work.activity), (&None, &None));
}

#[test]
fn broken_xml_ends_the_log_with_its_line() {
    let good = log(&[
        trace("s", &[event("a", "2024-05-01T09:30:00Z", "c")]),
        trace("t", &[event("b", "2024-05-01T09:30:00Z", "c")]),
    ]);
    let cut = &good[..good.rfind("</event>").unwrap()];
    for (bad, says) in [
        (
            cut.to_owned(),
            "line 15, trace 2, event 1: the file ends in the middle; expected the end of the log; the last, unfinished trace was not read",
        ),
        (
            good.replace("</log>", "</lag>"),
            "line 17: broken XML; expected an end tag for every start tag, in order",
        ),
        (
            good.replace("\"b\"", "\"&b;\""),
            "line 12, trace 2, event 1: `concept:name`: broken XML; expected text with no other entities than those of XML itself",
        ),
        (
            good.replace("</log>", "</log><log></log>"),
            "line 17: broken XML; expected an XES log, which is one element `<log>` and nothing beside it",
        ),
    ] {
        let (items, rejects) = read(bad.as_bytes());
        assert!(items.len() >= 2, "the first trace is sound");
        assert_eq!(rejects.iter().map(ToString::to_string).collect::<Vec<_>>(), [says]);
    }
    for bad in ["", "<html></html>", "not xml", "<log", "<"] {
        assert_eq!(read(bad.as_bytes()).1.len(), 1, "{bad}");
    }
    assert_eq!(read(b"<log/>"), (vec![], vec![]));
    let latin = good
        .replace("\"ann\"", "\"a\u{1}\"")
        .into_bytes()
        .iter()
        .map(|&b| if b == 1 { 0xe9 } else { b })
        .collect::<Vec<_>>();
    assert_eq!(read(&latin).1[0].to_string(), "line 7, trace 1, event 1: broken XML; expected XML in UTF-8");
}

#[test]
fn a_trace_above_the_limit_is_rejected_and_the_next_one_read() {
    let events: Vec<String> =
        (0..60).map(|m| event("a", &format!("2024-05-01T09:{m:02}:00Z"), "c")).collect();
    let log = log(&[trace("large", &events), trace("small", &events[..1])]);
    let results: Vec<_> =
        XesReader::new(log.as_bytes(), mapping(MAPPING)).with_max_trace_bytes(2_000).collect();
    assert_eq!(results.len(), 3);
    assert_eq!(
        results[0].as_ref().unwrap_err().to_string(),
        "line 3, trace 1: too large; expected a trace of at most 2000 bytes, or a higher limit"
    );
}

/// A file of this test's own, in cargo's place for such.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(content).unwrap();
    packed.finish().unwrap()
}

fn with_mapping() -> OpenOptions {
    OpenOptions { mapping: Some(mapping(MAPPING)), ..OpenOptions::default() }
}

#[test]
fn damaged_gzip_is_a_reject_that_ends_the_log() {
    let events: Vec<String> =
        (0..60).map(|m| event("a", &format!("2024-05-01T09:{m:02}:00Z"), "c")).collect();
    let sound = gzip(log(&[trace("t", &events)]).as_bytes());
    let mut wrong_sum = sound.clone();
    let end = wrong_sum.len();
    wrong_sum[end - 6] ^= 1;
    for (name, bytes, reason) in [
        ("cut.xes.gz", &sound[..end / 2], RejectReason::Truncated),
        ("cut-in-trailer.xes.gz", &sound[..end - 3], RejectReason::Truncated),
        ("sum.xes.gz", &wrong_sum, RejectReason::Corrupt),
    ] {
        let path = file(name, bytes);
        let mut log = open_log_with(&path, with_mapping()).unwrap();
        let last = log.by_ref().last().unwrap().unwrap_err();
        assert_eq!((last.reason, last.file.as_deref()), (reason, Some(path.as_path())));
        assert!(log.next().is_none() && log.counts().rejected() == 1);
    }
}

#[test]
fn a_file_is_known_by_its_name_or_by_its_first_bytes() {
    let good = log(&[trace("t", &[event("a", "2024-05-01T09:30:00Z", "c")])]);
    for (name, bytes) in [
        ("plain.xes", good.clone().into_bytes()),
        ("packed.XES.GZ", gzip(good.as_bytes())),
        ("packed-but-not-so-named.xes", gzip(good.as_bytes())),
        ("no-ending", good.clone().into_bytes()),
        ("two-members.xes.gz", [gzip(&good.as_bytes()[..50]), gzip(&good.as_bytes()[50..])].concat()),
    ] {
        let log = open_log_with(file(name, &bytes), with_mapping()).unwrap();
        assert_eq!(log.flatten().count(), 2, "{name}");
    }
    let line = br#"{"specversion":"1.0","id":"1","source":"s","type":"throughline.page.viewed","subject":"c","time":"2024-05-01T09:30:00Z","data":{"page":"p"}}"#;
    for name in ["a.ndjson", "a.jsonl", "a.json", "a.log"] {
        assert_eq!(open_log(file(name, line)).unwrap().flatten().count(), 1, "{name}");
    }
    assert_eq!(open_log(file("a.ndjson.gz", &gzip(line))).unwrap().flatten().count(), 1);
}

#[test]
fn what_cannot_be_opened_says_what_to_do() {
    for (name, bytes, says) in [
        ("b.xes.gz", &b"PK\x03\x04zip"[..], "this is a zip archive; unpack it, or pack the log with gzip"),
        (
            "b.ndjson.gz",
            b"{}",
            "the name says gzip, the first bytes do not; rename the file, or fetch it again",
        ),
        ("b.json", b" [{}]", "this is one JSON array; write one object a line, without commas between them"),
        (
            "b.pdf",
            b"%PDF",
            "not a known format; name it .ndjson, .jsonl, .json, .xes, .csv or .tsv, or these with .gz, or give a mapping for a table",
        ),
        ("b.xes", b"<log/>", "a log of this format needs a mapping that says what its columns mean"),
    ] {
        assert_eq!(open_log(file(name, bytes)).unwrap_err().to_string(), says);
    }
    assert!(matches!(open_log("does/not/exist.ndjson"), Err(OpenError::Io(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_240_501), ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_fall(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
        read(&[b"<log><trace>", &bytes[..]].concat());
    }

    #[test]
    fn no_damage_makes_the_reader_fall(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let events = [event("a", "2024-05-01T09:30:00Z", "c"), event("closed", "2024-05-01T09:31:00Z", "c")];
        let mut bytes = log(&[trace("s", &events), trace("t", &events)]).into_bytes();
        let index = at.index(bytes.len());
        bytes[index] = byte;
        read(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read(&bytes);
    }

    #[test]
    fn no_damage_to_gzip_makes_the_reader_fall(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = gzip(log(&[trace("t", &[event("a", "2024-05-01T09:30:00Z", "c")])]).as_bytes());
        let index = at.index(bytes.len());
        bytes[index] = byte;
        bytes.truncate(cut.index(bytes.len()));
        if let Ok(log) = open_log_with(file("damaged.xes.gz", &bytes), with_mapping()) {
            log.count();
        }
    }
}
