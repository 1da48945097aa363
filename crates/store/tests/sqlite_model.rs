//! Random histories against a model that is too simple to be wrong, with runs, merges and frames so small that
//! every path of the indexes is taken, and with reopening in between.
#![allow(clippy::unwrap_used)]

mod sqlite_ground;

use sqlite_ground::{Folder, Numbers, event, profile};
use std::collections::BTreeSet;
use throughline_core::event::{Body, NewEvent, Position, RecordedEvent, Version};
use throughline_core::ids::ProfileId;
use throughline_core::time::Micros;
use throughline_store::append::{Append, Appended, ExpectedVersion, Place, StreamAppend};
use throughline_store::contract::EventStore;
use throughline_store::error::AppendError;
use throughline_store::read::StoredEvent;
use throughline_store::sqlite::{SqliteOptions, SqliteStore, Synchronous};
use throughline_store::stream::{StreamId, StreamKey, TenantId};
use uuid::Uuid;

#[derive(Default)]
struct Model(Vec<StoredEvent>);

/// An outcome in a form that can be compared.
type Outcome = Result<Vec<Vec<Place>>, String>;

impl Model {
    fn version(&self, stream: &StreamId) -> u64 {
        self.0.iter().filter(|e| e.stream == *stream).count() as u64
    }

    fn stream(&self, stream: &StreamId) -> Vec<StoredEvent> {
        self.0.iter().filter(|e| e.stream == *stream).cloned().collect()
    }

    fn append(&mut self, append: &Append) -> Outcome {
        let streams: BTreeSet<_> = append.streams.iter().map(|s| &s.stream).collect();
        let ids: BTreeSet<_> = append.streams.iter().flat_map(|s| &s.events).map(|e| e.id).collect();
        if streams.len() < append.streams.len() || ids.len() < append.len() {
            return Err("malformed".into());
        }
        let known = |part: &StreamAppend, event: &NewEvent<Body>| {
            let there = self.0.iter().find(|e| e.recorded.event.id == event.id);
            there.map(|there| {
                let is_same = there.stream == part.stream && there.recorded.event == *event;
                let (position, version) = (there.recorded.position, there.recorded.version);
                let place = Place { position, version, was_there: true };
                if is_same { Ok(place) } else { Err(format!("reused at {position}")) }
            })
        };
        let mut all_there = !append.is_empty();
        for part in &append.streams {
            for event in &part.events {
                all_there &= known(part, event).transpose()?.is_some();
            }
        }
        for part in &append.streams {
            let actual = Version(self.version(&part.stream));
            if !all_there && !part.expected.is_met_by(actual) {
                return Err(format!("conflict {:?} {actual}", part.stream));
            }
        }
        let mut places = Vec::new();
        let mut new = Vec::new();
        for part in &append.streams {
            let mut version = self.version(&part.stream);
            let mut of_part = Vec::new();
            for event in &part.events {
                if let Some(place) = known(part, event).transpose()? {
                    of_part.push(place);
                    continue;
                }
                version += 1;
                let position = Position((self.0.len() + new.len()) as u64 + 1);
                of_part.push(Place { position, version: Version(version), was_there: false });
                new.push(StoredEvent {
                    stream: part.stream.clone(),
                    recorded: RecordedEvent {
                        position,
                        version: Version(version),
                        recorded_at: append.recorded_at,
                        event: event.clone(),
                    },
                });
            }
            places.push(of_part);
        }
        self.0.extend(new);
        Ok(places)
    }
}

fn outcome(of_store: Result<Appended, AppendError>) -> Outcome {
    match of_store {
        Ok(appended) => Ok(appended.places),
        Err(AppendError::Malformed(_)) => Err("malformed".into()),
        Err(AppendError::IdReused { position, .. }) => Err(format!("reused at {position}")),
        Err(AppendError::Conflict { stream, actual, .. }) => Err(format!("conflict {stream:?} {actual}")),
        Err(AppendError::Store(error)) => panic!("{error}"),
    }
}

fn some_stream(numbers: &mut Numbers) -> StreamId {
    match numbers.below(8) {
        0 => StreamId { tenant: TenantId::default(), key: StreamKey::Context },
        1 => StreamId::profile(TenantId::new("other").unwrap(), ProfileId(Uuid::from_u128(1))),
        2 => StreamId::profile(TenantId::default(), ProfileId(Uuid::from_u128(1))),
        _ => profile(numbers.below(6)),
    }
}

fn some_append(numbers: &mut Numbers, model: &Model) -> Append {
    let mut streams = Vec::new();
    for _ in 0..[1, 1, 1, 2, 3][numbers.below(5) as usize] {
        let stream = some_stream(numbers);
        let version = model.version(&stream);
        let expected = match numbers.below(8) {
            0 => ExpectedVersion::NoStream,
            1 => ExpectedVersion::Exists,
            2 | 3 => ExpectedVersion::Exact(Version((version + numbers.below(3)).saturating_sub(1))),
            _ => ExpectedVersion::Any,
        };
        let events = (0..[0, 1, 1, 2, 5][numbers.below(5) as usize])
            .map(|_| {
                // Often a new event, sometimes one of the first two hundred again, sometimes a changed one.
                let old = numbers.chance(6);
                let mut event = event(if old { numbers.below(200) } else { 1_000 + numbers.below(1 << 40) });
                if numbers.chance(20) {
                    event.sequence += 1;
                }
                event
            })
            .collect();
        streams.push(StreamAppend { stream, expected, events });
    }
    Append { streams, recorded_at: Micros(numbers.below(1 << 50) as i64) }
}

fn open(folder: &Folder, numbers: &mut Numbers) -> SqliteStore {
    SqliteOptions::new(folder.file())
        .synchronous(Synchronous::Normal)
        .tail_events(8 + numbers.below(8))
        .frame_bytes(200 + numbers.below(1_500) as usize)
        .group_max_events(1 + numbers.below(40) as usize)
        .open()
        .unwrap()
}

async fn compare_reads(store: &SqliteStore, model: &Model, numbers: &mut Numbers) {
    assert_eq!(store.head().await.unwrap(), Position(model.0.len() as u64));
    let limit = 1 + numbers.below(50) as usize;
    let mut after = Position(numbers.below(model.0.len() as u64 + 1));
    let mut read = Vec::new();
    let from = after.0 as usize;
    while let Some(last) = {
        let page = store.read_all(after, limit).await.unwrap();
        assert!(page.events.len() <= limit);
        let last = page.last_position();
        read.extend(page.events);
        last
    } {
        after = last;
    }
    assert_eq!(read, model.0[from..]);
    let mut streams: Vec<_> = (0..6).map(profile).collect();
    streams.extend((0..8).map(|_| some_stream(numbers)));
    let versions = store.versions(&streams).await.unwrap();
    for (stream, version) in streams.iter().zip(versions) {
        let expected = model.stream(stream);
        assert_eq!(version.0, expected.len() as u64);
        let from = 1 + numbers.below(version.0 + 2);
        let rest: Vec<_> = expected.iter().filter(|e| e.recorded.version.0 >= from).cloned().collect();
        let page = store.read_stream(stream, Version(from), limit).await.unwrap();
        assert_eq!(page.events, rest[..limit.min(rest.len())]);
        let mut sorted = expected;
        sorted.sort_by_key(|e| e.recorded.event.canonical_key());
        let after = sorted.get(numbers.below(9) as usize).map(|e| e.recorded.event.canonical_key());
        let rest = sorted
            .into_iter()
            .filter(|e| after.as_ref().is_none_or(|a| e.recorded.event.canonical_key() > *a));
        let page = store.read_canonical(stream, after.as_ref(), limit).await.unwrap();
        assert_eq!(page.events, rest.take(limit).collect::<Vec<_>>());
    }
    let tag = Numbers(numbers.below(20)).uuid();
    let tagged: BTreeSet<_> = model
        .0
        .iter()
        .filter(|e| e.recorded.event.data.tag == Some(tag) && e.stream.tenant == TenantId::default())
        .map(|e| e.stream.clone())
        .collect();
    let found = store.streams_tagged(&TenantId::default(), tag).await.unwrap();
    assert_eq!(found, tagged.into_iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_random_history_gives_what_the_model_gives() {
    let mut numbers = Numbers::seeded(41);
    for _ in 0..6 {
        let folder = Folder::new();
        let mut model = Model::default();
        let mut store = open(&folder, &mut numbers);
        for _ in 0..120 {
            let appends: Vec<_> =
                (0..=numbers.below(12)).map(|_| some_append(&mut numbers, &model)).collect();
            let expected: Vec<_> = appends.iter().map(|a| model.append(a)).collect();
            let found: Vec<_> = store.append_many(appends).await.into_iter().map(outcome).collect();
            assert_eq!(found, expected);
            if numbers.chance(10) {
                compare_reads(&store, &model, &mut numbers).await;
            }
            if numbers.chance(20) {
                drop(store);
                store = open(&folder, &mut numbers);
            }
        }
        compare_reads(&store, &model, &mut numbers).await;
    }
}

#[tokio::test]
async fn two_stores_on_one_file_see_each_others_appends_and_merges() {
    let mut numbers = Numbers::seeded(42);
    let folder = Folder::new();
    let mut model = Model::default();
    let stores = [open(&folder, &mut numbers), open(&folder, &mut numbers)];
    for _ in 0..400 {
        let store = &stores[numbers.below(2) as usize];
        let append = some_append(&mut numbers, &model);
        let expected = model.append(&append);
        assert_eq!(outcome(store.append(append).await), expected);
        if numbers.chance(15) {
            compare_reads(&stores[numbers.below(2) as usize], &model, &mut numbers).await;
        }
    }
    for store in &stores {
        compare_reads(store, &model, &mut numbers).await;
    }
}
