//! How fast logs are read, beside the fastest that their syntax allows: serde_json, quick-xml and csv without us.
//!
//! `cargo bench -p throughline-channels --bench read`
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quick_xml::events::Event;
use serde::de::IgnoredAny;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use throughline_channels::mapping::Mapping;
use throughline_channels::native::{NativeReader, NativeWriter, open_range, split_at_lines};
use throughline_channels::segment::SegmentReader;
use throughline_channels::table::{Share, TableReader};
use throughline_channels::xes::XesReader;
use throughline_core::event::vocabulary::{ContactStarted, Message, WorkDone};
use throughline_core::event::{Author, Channel, Direction, EventData, NewEvent, Text, WorkEffect};
use throughline_core::ids::{ContactId, EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use uuid::Uuid;

const EVENTS: u64 = 200_000;

/// A log of three kinds of event in turn, as another system would have exported it.
fn native_log() -> Vec<u8> {
    let name = |text: &str| Name::new(text).unwrap();
    let mut writer = NativeWriter::new(Vec::new());
    for n in 0..EVENTS {
        let contact = ContactId(Uuid::from_u128(u128::from(n / 3) + (1 << 90)));
        let data: EventData = match n % 3 {
            0 => ContactStarted {
                contact,
                channel: Channel::Mail,
                direction: Direction::Inbound,
                topic: Some(name("billing")),
                issue: None,
                purpose: None,
            }
            .into(),
            1 => Message {
                contact,
                author: Author::Human,
                agent: Some(name("agent-17")),
                verdict: None,
                text: Some(Text::new(
                    "We have looked into it and the invoice was wrong; a new one is on its way.",
                )),
            }
            .into(),
            _ => WorkDone {
                contact,
                agent: Some(name("agent-17")),
                activity: Some(name("Assign seriousness")),
                effect: WorkEffect::Works,
            }
            .into(),
        };
        let id = EventId(Uuid::from_u128(u128::from(n) + (1 << 91)));
        let at = Micros(1_700_000_000_000_000 + n as i64 * 1_000_001);
        let event = NewEvent::new(id, at, name("desk"), data).with_sequence(n);
        writer.write(ProfileId(Uuid::from_u128(u128::from(n % 9_973) + (1 << 92))), &event, None).unwrap();
    }
    writer.finish().unwrap()
}

/// The same log from a system that has no UUIDs: each event's id and customer must be derived.
fn with_foreign_ids(log: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, line) in std::str::from_utf8(log).unwrap().lines().enumerate() {
        let (mut line, number) = (line.to_owned(), n % 9_973);
        for (attribute, id) in [("\"id\":\"", format!("m-{n}")), ("\"subject\":\"", format!("c-{number}"))] {
            let start = line.find(attribute).unwrap() + attribute.len();
            line.replace_range(start..start + 36, &id);
        }
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
    out
}

fn native(c: &mut Criterion) {
    let log = native_log();
    println!("native: {} events, {} bytes each", EVENTS, log.len() as u64 / EVENTS);
    let mut group = c.benchmark_group("native");
    group.sample_size(10).throughput(Throughput::Elements(EVENTS));
    group.bench_function("events", |b| {
        b.iter(|| NativeReader::new(&log[..]).flatten().count());
    });
    let foreign = with_foreign_ids(&log);
    group.bench_function("events_foreign_ids", |b| {
        b.iter(|| NativeReader::new(&foreign[..]).flatten().count());
    });
    group.bench_function("serde_json_ignored", |b| {
        b.iter(|| {
            let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            for line in lines {
                black_box(serde_json::from_slice::<IgnoredAny>(line).unwrap());
            }
        });
    });
    group.bench_function("serde_json_value", |b| {
        b.iter(|| {
            let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
            for line in lines {
                black_box(serde_json::from_slice::<serde_json::Value>(line).unwrap());
            }
        });
    });
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench.ndjson");
    std::fs::write(&path, &log).unwrap();
    group.bench_function("events_two_threads", |b| b.iter(|| in_threads(&path, 2)));
    group.finish();
    std::fs::remove_file(path).unwrap();
}

/// Page views and chats as a customer-data platform exports them.
fn segment_log() -> String {
    let mut log = String::new();
    for n in 0..EVENTS {
        let (user, second) = (n % 9_973, n % 60);
        let what = match n % 3 {
            0 => {
                r#""type":"page","name":"cancellation-terms","properties":{"path":"/terms","url":"https://shop.example/terms?from=mail","title":"Terms"}"#
            }
            1 => {
                r#""type":"track","event":"Live Chat Message Received","properties":{"conversation_id":"abd627dbecffc","agent_id":"bce89acdd11901","message_body":"We have looked into it and a new one is on its way."}"#
            }
            _ => r#""type":"track","event":"Coupon Applied","properties":{"coupon":"MAY","value":12}"#,
        };
        writeln!(
            log,
            r#"{{{what},"messageId":"ajs-next-{n}","userId":"c-{user}","anonymousId":"3c1f8a6e-7d2b-4c55-9f10-{user:012}","timestamp":"2024-05-01T09:30:{second:02}.123Z","receivedAt":"2024-05-01T09:31:{second:02}.456Z","context":{{"library":{{"name":"analytics.js","version":"2.11.1"}},"locale":"en-GB"}}}}"#
        )
        .unwrap();
    }
    log
}

fn segment(c: &mut Criterion) {
    let log = segment_log();
    println!("segment: {} calls, {} bytes each", EVENTS, log.len() as u64 / EVENTS);
    let mut group = c.benchmark_group("segment");
    group.sample_size(10).throughput(Throughput::Elements(EVENTS));
    let source = Name::new("web").unwrap();
    group.bench_function("calls", |b| {
        b.iter(|| SegmentReader::new(log.as_bytes(), source.clone()).map(Result::unwrap).count());
    });
    group.bench_function("serde_json_ignored", |b| {
        b.iter(|| {
            for line in log.lines() {
                black_box(serde_json::from_str::<IgnoredAny>(line).unwrap());
            }
        });
    });
    group.finish();
}

fn in_threads(path: &Path, threads: usize) -> usize {
    let ranges = split_at_lines(path, threads).unwrap();
    thread::scope(|scope| {
        let parts: Vec<_> = ranges
            .iter()
            .map(|range| scope.spawn(|| open_range(path, *range).unwrap().flatten().count()))
            .collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    })
}

/// A made-up ticket log of the shape that the shipped mapping is for.
fn xes_log() -> String {
    let mut log = String::from("<log>\n");
    for ticket in 0..5_000_u32 {
        writeln!(log, "<trace>\n\t<string key=\"concept:name\" value=\"Case {ticket}\" />").unwrap();
        for (minute, activity) in
            ["Assign seriousness", "Take in charge ticket", "Wait", "Resolve ticket", "Closed"]
                .iter()
                .enumerate()
        {
            writeln!(log, "\t<event>\n\t\t<string key=\"concept:name\" value=\"{activity}\" />").unwrap();
            writeln!(log, "\t\t<date key=\"time:timestamp\" value=\"2012-10-09T14:{minute:02}:17+00:00\" />")
                .unwrap();
            let customer = ticket % 397;
            for (key, value) in
                [("org:resource", ticket % 22), ("customer", customer), ("product", 3), ("workgroup", 1)]
            {
                writeln!(log, "\t\t<string key=\"{key}\" value=\"Value {value}\" />").unwrap();
            }
            log.push_str("\t</event>\n");
        }
        log.push_str("</trace>\n");
    }
    log.push_str("</log>\n");
    log
}

fn xes(c: &mut Criterion) {
    let log = xes_log();
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mappings/helpdesk.toml");
    let mapping = Arc::new(Mapping::read(mapping).unwrap());
    let mut group = c.benchmark_group("xes");
    group.sample_size(10).throughput(Throughput::Bytes(log.len() as u64));
    group.bench_function("events", |b| {
        b.iter(|| XesReader::new(log.as_bytes(), mapping.clone()).map(Result::unwrap).count());
    });
    group.bench_function("quick_xml_loop", |b| {
        b.iter(|| {
            let mut reader = quick_xml::Reader::from_reader(log.as_bytes());
            let (mut buffer, mut count) = (Vec::new(), 0);
            while !matches!(reader.read_event_into(&mut buffer).unwrap(), Event::Eof) {
                buffer.clear();
                count += 1;
            }
            count
        });
    });
    group.finish();
}

/// A made-up table of the shape that the shipped mapping for it is for.
fn table() -> String {
    let mut table = String::from(
        "Case ID,Activity,Resource,Complete Timestamp,Variant,Variant index,Variant,seriousness,customer,product\n",
    );
    let activities = ["Assign seriousness", "Take in charge ticket", "Wait", "Resolve ticket", "Closed"];
    for ticket in 0..EVENTS / 5 {
        for (minute, activity) in activities.iter().enumerate() {
            let (agent, customer) = (ticket % 22, ticket % 397);
            writeln!(
                table,
                "Case {ticket},{activity},Value {agent},2012/10/9 14:{minute:02}:17,Variant 12,12,Variant 12,Value 1,Value {customer},Value 3"
            )
            .unwrap();
        }
    }
    table
}

fn csv(c: &mut Criterion) {
    let table = table();
    let text = include_str!("../../../docs/mappings/helpdesk-csv.toml");
    let mapping = |rows: &str| Arc::new(Mapping::from_toml(&text.replace("together", rows)).unwrap());
    let mut group = c.benchmark_group("csv");
    group.sample_size(10).throughput(Throughput::Elements(EVENTS));
    for rows in ["together", "in-time-order"] {
        let mapping = mapping(rows);
        group.bench_function(format!("rows_{rows}"), |b| {
            b.iter(|| {
                TableReader::new(table.as_bytes(), mapping.clone(), 1 << 20).map(Result::unwrap).count()
            });
        });
    }
    let mapping = mapping("in-time-order");
    for of in [1, 2] {
        if let Some(seconds) = busiest_thread(&table, &mapping, of) {
            let rate = EVENTS as f64 / seconds / 1e6;
            println!("csv: {of} threads, {rate:.2} M rows/s if each had a core of its own");
        }
    }
    group.bench_function("rows_two_threads", |b| {
        b.iter(|| {
            thread::scope(|scope| {
                let share = |index| {
                    let reader = TableReader::new(table.as_bytes(), mapping.clone(), 1 << 20);
                    scope.spawn(move || reader.with_share(Share { index, of: 2 }).map(Result::unwrap).count())
                };
                let parts = [share(0), share(1)];
                parts.into_iter().map(|part| part.join().unwrap()).sum::<usize>()
            })
        });
    });
    group.bench_function("csv_crate_loop", |b| {
        b.iter(|| {
            let mut reader = csv::Reader::from_reader(table.as_bytes());
            let (mut record, mut count) = (csv::ByteRecord::new(), 0);
            while reader.read_byte_record(&mut record).unwrap() {
                count += black_box(&record).len();
            }
            count
        });
    });
    group.finish();
}

/// The time that the busiest of so many threads spent on a core, median of nine readings: what the clock on the wall
/// says too where nothing else runs. Only where the system tells.
fn busiest_thread(table: &str, mapping: &Arc<Mapping>, of: u32) -> Option<f64> {
    let spent = |index| {
        let reader = TableReader::new(table.as_bytes(), mapping.clone(), 1 << 20);
        black_box(reader.with_share(Share { index, of }).map(Result::unwrap).count());
        // The first number is the thread's time on a core, in nanoseconds.
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split(' ').next()?.parse::<u64>().ok()
    };
    let mut readings = Vec::new();
    for _ in 0..9 {
        let times: Option<Vec<u64>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..of).map(|index| scope.spawn(move || spent(index))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        readings.push(times?.into_iter().max()?);
    }
    readings.sort_unstable();
    Some(readings[4] as f64 / 1e9)
}

criterion_group!(benches, native, segment, xes, csv);
criterion_main!(benches);
