//! Files of past releases. A fixture is never written again: what it says must stay readable for ever.
//!
//! `fixtures/format-1.db` is a log, `fixtures/format-1.txt` says what is in it. A new format gets new fixtures,
//! by `cargo test -p throughline-store --test sqlite_format -- --ignored`, which refuses to touch one that is
//! there.
#![allow(clippy::unwrap_used)]

mod sqlite_ground;

use sqlite_ground::{Folder, append, event, profile};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use throughline_core::event::{Position, Version};
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::contract::EventStore;
use throughline_store::read::{Checkpoint, Due, StoredEvent};
use throughline_store::sqlite::{SqliteOptions, SqliteStore};
use throughline_store::stream::{StreamId, StreamKey, TenantId};
use uuid::Uuid;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// A line for each event, with every field.
fn describe(events: &[StoredEvent]) -> String {
    let mut text = String::new();
    for StoredEvent { stream, recorded } in events {
        let event = &recorded.event;
        let body = &event.data;
        let (kind, id) = stream.key_bytes();
        let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |t, b| format!("{t}{b:02x}"));
        writeln!(
            text,
            "{} {} {kind} {id} v{} recorded {} id {} at {} by {} seq {} corr {:?} caus {:?} kind {}.{} tag {:?} \
             key {} plain {} personal {}",
            recorded.position,
            stream.tenant,
            recorded.version,
            recorded.recorded_at.0,
            event.id,
            event.occurred_at.0,
            event.source,
            event.sequence,
            event.correlation_id,
            event.causation_id,
            body.kind,
            body.schema,
            body.tag,
            body.key_id,
            hex(&body.plain),
            hex(&body.personal),
        )
        .unwrap();
    }
    text
}

fn other_tenant() -> StreamId {
    StreamId { tenant: TenantId::new("zweite").unwrap(), key: StreamKey::Context }
}

/// Ends of ranges, and frames with several tenants, sources and streams.
fn edges() -> Append {
    let mut events: Vec<_> = (900..904).map(event).collect();
    events[0].occurred_at = Micros::MIN;
    events[1].occurred_at = Micros::MAX;
    events[1].sequence = u64::MAX;
    events[1].data.key_id = u32::MAX;
    events[2].source = Name::new("Büro 7").unwrap();
    events[2].data.kind = u16::MAX;
    events[2].data.schema = u8::MAX;
    events[3].id = EventId(Uuid::max());
    let last = events.split_off(2);
    Append {
        streams: vec![
            StreamAppend { stream: other_tenant(), expected: ExpectedVersion::NoStream, events },
            StreamAppend { stream: profile(3), expected: ExpectedVersion::Any, events: last },
        ],
        recorded_at: Micros(-5),
    }
}

#[tokio::test]
#[ignore = "writes the fixture of a new format"]
async fn write_the_fixture() {
    let file = fixture("format-1.db");
    assert!(!file.exists(), "a fixture is never written again");
    let options = SqliteOptions::new(&file).page_bytes(1_024).frame_bytes(900);
    let store = options.tail_events(16).open().unwrap();
    for n in 0..150 {
        store.append(append(&profile(n % 5), ExpectedVersion::Any, n)).await.unwrap();
    }
    store.append(edges()).await.unwrap();
    let due = vec![Due { stream: other_tenant(), at: Some(Micros(77)) }];
    let at = Checkpoint { position: Position(12) };
    assert!(store.save_checkpoint("ledger", Checkpoint::default(), at, due).await.unwrap());
    store.save_snapshot(&profile(2), Some(vec![1, 2, 3])).await.unwrap();
    let events = store.read_all(Position(0), usize::MAX).await.unwrap().events;
    let mut text = File::create_new(fixture("format-1.txt")).unwrap();
    text.write_all(describe(&events).as_bytes()).unwrap();
}

#[tokio::test]
async fn a_log_of_the_first_format_is_read_as_it_was_written() {
    let folder = Folder::new();
    // A copy, because an open store writes beside its file.
    std::fs::copy(fixture("format-1.db"), folder.file()).unwrap();
    let store = SqliteStore::open(folder.file()).unwrap();
    let events = store.read_all(Position(0), usize::MAX).await.unwrap().events;
    assert_eq!(describe(&events), std::fs::read_to_string(fixture("format-1.txt")).unwrap());

    // The indexes are part of the format: what they say must agree with the log.
    for stream in (0..5).map(profile).chain([other_tenant()]) {
        let expected: Vec<_> = events.iter().filter(|e| e.stream == stream).cloned().collect();
        assert_eq!(store.read_stream(&stream, Version(1), usize::MAX).await.unwrap().events, expected);
        let version = Version(expected.len() as u64);
        assert_eq!(store.versions(std::slice::from_ref(&stream)).await.unwrap(), [version]);
    }
    for StoredEvent { stream, recorded } in &events {
        let again = vec![recorded.event.clone()];
        let again = Append::to(stream.clone(), ExpectedVersion::NoStream, again, Micros(0));
        let place = store.append(again).await.unwrap().places[0][0];
        assert!(place.was_there && place.position == recorded.position);
        if let Some(tag) = recorded.event.data.tag {
            assert!(store.streams_tagged(&stream.tenant, tag).await.unwrap().contains(stream));
        }
    }
    assert_eq!(store.checkpoint("ledger").await.unwrap().position, Position(12));
    assert_eq!(store.due_by(Micros(77), 9).await.unwrap()[0].stream, other_tenant());
    assert_eq!(store.snapshot(&profile(2)).await.unwrap(), Some(vec![1, 2, 3]));

    // And it can be written on.
    let next = store.append(append(&profile(0), ExpectedVersion::Exists, 5_000)).await.unwrap();
    assert_eq!(next.places[0][0].position, Position(events.len() as u64 + 1));
}
