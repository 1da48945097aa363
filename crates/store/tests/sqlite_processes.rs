//! Processes that die and processes that race: the test runs itself again as a child.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

mod sqlite_ground;

use sqlite_ground::{Folder, Numbers, append, event, profile};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use throughline_core::event::{Position, Version};
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::contract::EventStore;
use throughline_store::error::AppendError;
use throughline_store::read::StoredEvent;
use throughline_store::sqlite::{SqliteOptions, SqliteStore};

const FILE: &str = "THROUGHLINE_CHILD_FILE";
const BASE: &str = "THROUGHLINE_CHILD_BASE";
/// Appends that a racing child makes to the stream that both want, and as many to one of its own.
const RACE: u64 = 150;

fn open(file: &Path) -> SqliteStore {
    // Small runs, so that flushes and merges are what the kill hits and the race meets.
    SqliteOptions::new(file).tail_events(64).frame_bytes(600).open().unwrap()
}

fn start(role: &str, file: &Path, base: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", role])
        .env(FILE, file)
        .env(BASE, base.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn child_store() -> (SqliteStore, u64) {
    let file = std::env::var(FILE).unwrap();
    (open(file.as_ref()), std::env::var(BASE).unwrap().parse().unwrap())
}

/// What a child says it was told: the number of an event and its place.
fn acknowledged(line: &str) -> Option<(u64, u64, u64)> {
    let mut words = line.strip_prefix("ack ")?.split(' ').map(|w| w.parse().ok());
    Some((words.next()??, words.next()??, words.next()??))
}

/// The events of append `n`: two to one stream, one to another.
fn threefold(n: u64) -> Append {
    let part = |stream, events: &[u64]| StreamAppend {
        stream: profile(stream),
        expected: ExpectedVersion::Any,
        events: events.iter().map(|e| event(*e)).collect(),
    };
    Append {
        streams: vec![part(n % 7, &[4 * n, 4 * n + 1]), part(7, &[4 * n + 2])],
        recorded_at: Micros(n as i64),
    }
}

#[tokio::test]
#[ignore = "is the child process of another test"]
async fn child_that_is_killed() {
    let (store, base) = child_store();
    for n in base.. {
        let places = store.append(threefold(n)).await.unwrap().places;
        for (event, place) in [(0, places[0][0]), (1, places[0][1]), (2, places[1][0])] {
            println!("ack {} {} {}", 4 * n + event, place.position, place.version);
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_there_and_nothing_is_there_by_half() {
    let mut numbers = Numbers::seeded(9);
    let folder = Folder::new();
    let mut acked = BTreeMap::new();
    for round in 0..12 {
        let mut child = start("child_that_is_killed", &folder.file(), round * 1_000_000);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let enough = 1 + numbers.below(150);
        let mut heard = 0;
        for line in lines.by_ref() {
            heard += acknowledged(&line).map_or(0, |(n, position, version)| {
                acked.insert(position, (n, version));
                1
            });
            if heard >= enough {
                child.kill().unwrap();
                break;
            }
        }
        // What it said between our decision and its end counts too; a last line may be cut off.
        acked.extend(lines.filter_map(|l| acknowledged(&l)).map(|(n, p, v)| (p, (n, v))));
        child.wait().unwrap();
        assert!(heard >= enough, "the child ended by itself");

        let store = open(&folder.file());
        let log = store.read_all(Position(0), usize::MAX).await.unwrap().events;
        assert_is_a_log(&log);
        for (position, (n, version)) in &acked {
            let there = &log[*position as usize - 1].recorded;
            assert_eq!((there.version, &there.event), (Version(*version), &event(*n)));
        }
        let mut ids: Vec<_> = log.iter().map(|e| e.recorded.event.id).collect();
        for chunk in ids.chunks(3) {
            let first = log.iter().find(|e| e.recorded.event.id == chunk[0]).unwrap();
            let n = first.recorded.recorded_at.0 as u64;
            assert_eq!(chunk, [4 * n, 4 * n + 1, 4 * n + 2].map(|e| event(e).id), "an append is cut");
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), log.len());
        // And the indexes agree with the log.
        let again = store.append(threefold(round * 1_000_000)).await.unwrap().places;
        assert!(again.iter().flatten().all(|p| p.was_there));
    }
}

#[tokio::test]
#[ignore = "is the child process of another test"]
async fn child_that_races() {
    let (store, base) = child_store();
    let (wanted, own) = (profile(0), profile(base));
    for n in base..base + RACE {
        loop {
            let version = store.versions(std::slice::from_ref(&wanted)).await.unwrap()[0];
            match store.append(append(&wanted, ExpectedVersion::Exact(version), 2 * n)).await {
                Ok(appended) => {
                    let place = appended.places[0][0];
                    println!("ack {} {} {}", 2 * n, place.position, place.version);
                    break;
                }
                Err(AppendError::Conflict { actual, .. }) => assert!(actual > version),
                Err(error) => panic!("{error}"),
            }
        }
        let appended = store.append(append(&own, ExpectedVersion::Any, 2 * n + 1)).await.unwrap();
        let place = appended.places[0][0];
        println!("ack {} {} {}", 2 * n + 1, place.position, place.version);
    }
}

#[tokio::test]
async fn two_processes_lose_no_update_and_a_reader_skips_nothing() {
    let folder = Folder::new();
    let store = open(&folder.file());
    let children = [1_000, 2_000].map(|base| start("child_that_races", &folder.file(), base));
    let mut log: Vec<StoredEvent> = Vec::new();
    while (log.len() as u64) < 4 * RACE {
        let after = Position(log.len() as u64);
        store.wait_beyond(after).await.unwrap();
        let page = store.read_all(after, 37).await.unwrap();
        assert!(!page.events.is_empty(), "woken for nothing");
        log.extend(page.events);
        // Every prefix that was ever seen is gapless, so nothing can appear before it later.
        assert_is_a_log(&log[log.len().saturating_sub(40)..]);
    }
    assert_is_a_log(&log);
    for mut child in children {
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acked: Vec<_> = lines.filter_map(|l| acknowledged(&l.unwrap())).collect();
        assert!(child.wait().unwrap().success());
        assert_eq!(acked.len() as u64, 2 * RACE);
        assert!(acked.is_sorted_by_key(|(_, position, _)| *position));
        for (n, position, version) in acked {
            let there = &log[position as usize - 1].recorded;
            assert_eq!((there.version, &there.event), (Version(version), &event(n)));
        }
    }
    assert_eq!(store.versions(&[profile(0)]).await.unwrap(), [Version(2 * RACE)]);
}

/// Positions and versions have no gap. The slice may begin anywhere in the log.
fn assert_is_a_log(log: &[StoredEvent]) {
    let mut versions = BTreeMap::new();
    for (event, position) in log.iter().zip(log[0].recorded.position.0..) {
        assert_eq!(event.recorded.position, Position(position));
        let version = event.recorded.version.0;
        if let Some(before) = versions.insert(&event.stream, version) {
            assert_eq!(version, before + 1);
        } else if log[0].recorded.position == Position(1) {
            assert_eq!(version, 1);
        }
    }
}
