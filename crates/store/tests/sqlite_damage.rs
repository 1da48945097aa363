//! Files that are not what was written: other programs' files, newer ones, flipped bits, missing ends. The store
//! says so, never panics, and its messages name neither the file nor anybody in it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod sqlite_ground;

use rusqlite::Connection;
use sqlite_ground::{Folder, Numbers, append, profile};
use std::error::Error;
use std::path::Path;
use throughline_core::event::Position;
use throughline_store::append::ExpectedVersion;
use throughline_store::contract::EventStore;
use throughline_store::error::{StoreError, StoreErrorKind};
use throughline_store::read::StoredEvent;
use throughline_store::sqlite::{SqliteOptions, SqliteStore};

async fn made(file: &Path, events: u64) -> Vec<StoredEvent> {
    let options = SqliteOptions::new(file).page_bytes(1_024).frame_bytes(400);
    let store = options.tail_events(16).open().unwrap();
    for n in 0..events {
        let stream = profile(n % 5);
        store.append(append(&stream, ExpectedVersion::Any, n)).await.unwrap();
    }
    let events = store.read_all(Position(0), usize::MAX).await.unwrap().events;
    drop(store);
    assert!(!file.with_extension("sqlite-wal").exists(), "the file is not all there is");
    events
}

async fn read(file: &Path) -> Result<Vec<StoredEvent>, StoreError> {
    let store = SqliteStore::open(file)?;
    Ok(store.read_all(Position(0), usize::MAX).await?.events)
}

/// The message with all its causes.
fn message(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn assert_discreet(error: &StoreError) {
    let text = message(error);
    assert!(!text.contains("log.sqlite") && !text.contains('/'), "{text}");
}

#[tokio::test]
async fn a_flipped_bit_in_a_frame_is_found() {
    let folder = Folder::new();
    made(&folder.file(), 10).await;
    let db = Connection::open(folder.file()).unwrap();
    let (first, bytes): (i64, Vec<u8>) =
        db.query_row("SELECT first, bytes FROM frames LIMIT 1", (), |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    let put = |bytes: &[u8]| {
        db.execute("UPDATE frames SET bytes = ?1 WHERE first = ?2", (bytes, first)).unwrap();
    };
    for bit in (0..bytes.len() * 8).step_by(11).chain(0..8) {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        put(&damaged);
        let error = read(&folder.file()).await.unwrap_err();
        // A changed first byte is another layout, which a newer version may know.
        let is_layout = bit < 8 && matches!(error.kind, StoreErrorKind::NewerFormat { .. });
        assert!(is_layout || error.kind == StoreErrorKind::Corrupt, "bit {bit}: {error:?}");
        assert_discreet(&error);
    }
    for len in 0..bytes.len() {
        put(&bytes[..len]);
        assert_eq!(read(&folder.file()).await.unwrap_err().kind, StoreErrorKind::Corrupt);
    }
}

#[tokio::test]
async fn a_missing_frame_is_found() {
    let folder = Folder::new();
    made(&folder.file(), 40).await;
    let db = Connection::open(folder.file()).unwrap();
    for which in ["min(first)", "max(first) / 2", "max(first)"] {
        let sql = format!(
            "DELETE FROM frames WHERE first = (SELECT max(first) FROM frames WHERE first <= (SELECT {which} FROM frames))"
        );
        db.execute_batch("SAVEPOINT before").unwrap();
        db.execute(&sql, ()).unwrap();
        db.execute_batch("RELEASE before").unwrap();
        let left = read(&folder.file()).await;
        if which == "max(first)" && left.is_ok() {
            // The end of the log is only known from the log, except as far as the indexes go.
            continue;
        }
        assert_eq!(left.unwrap_err().kind, StoreErrorKind::Corrupt, "{which}");
    }
}

#[tokio::test]
async fn a_flipped_bit_in_an_index_is_found_before_an_id_is_used_twice() {
    let folder = Folder::new();
    made(&folder.file(), 40).await;
    let db = Connection::open(folder.file()).unwrap();
    for table in ["blocks", "runs"] {
        let column = if table == "runs" { "filter" } else { "bytes" };
        let (id, bytes): (i64, Vec<u8>) = db
            .query_row(&format!("SELECT rowid, {column} FROM {table} LIMIT 1"), (), |r| {
                Ok((r.get(0)?, r.get(1)?))
            })
            .unwrap();
        let sql = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2");
        let mut damaged = bytes.clone();
        damaged[9] ^= 4;
        db.execute(&sql, (&damaged, id)).unwrap();
        let kind = match SqliteStore::open(folder.file()) {
            Err(error) => error.kind,
            Ok(store) => {
                // The first block is of the index of ids: the retry of an event it holds has to read it.
                let again = store.append(append(&profile(0), ExpectedVersion::Any, 0)).await;
                match again.unwrap_err() {
                    throughline_store::error::AppendError::Store(error) => error.kind,
                    other => panic!("{other}"),
                }
            }
        };
        assert_eq!(kind, StoreErrorKind::Corrupt, "{table}");
        db.execute(&sql, (&bytes, id)).unwrap();
    }
}

#[tokio::test]
async fn any_flipped_byte_of_the_file_gives_the_old_events_or_an_error() {
    let mut numbers = Numbers::seeded(77);
    let folder = Folder::new();
    let events = made(&folder.file(), 60).await;
    let sound = std::fs::read(folder.file()).unwrap();
    let (mut harmless, mut refused, mut shorter) = (0, 0, 0);
    for _ in 0..400 {
        let mut bytes = sound.clone();
        let at = numbers.below(bytes.len() as u64) as usize;
        bytes[at] ^= 1 << numbers.below(8);
        let damaged = Folder::new();
        std::fs::write(damaged.file(), &bytes).unwrap();
        match read(&damaged.file()).await {
            Ok(found) if found == events => harmless += 1,
            // SQLite's pages have no checksum: a changed page can hide the log's last frames, and only those.
            Ok(found) if events.starts_with(&found) => shorter += 1,
            Ok(_) => panic!("byte {at}: other events came back"),
            Err(error) => {
                assert!(!error.is_retryable() || error.kind == StoreErrorKind::Busy, "byte {at}: {error:?}");
                assert_discreet(&error);
                refused += 1;
            }
        }
    }
    println!("harmless {harmless}, refused {refused}, end hidden {shorter}");
    assert!(refused > 100 && shorter < 8);
}

#[tokio::test]
async fn a_truncated_file_is_refused_at_every_length() {
    let folder = Folder::new();
    made(&folder.file(), 60).await;
    let sound = std::fs::read(folder.file()).unwrap();
    let odd = [1, 15, 16, 50, 99, 100, 101, 511, 513, 1_000, sound.len() - 1];
    for len in odd.into_iter().chain((512..sound.len()).step_by(512)) {
        let cut = Folder::new();
        std::fs::write(cut.file(), &sound[..len]).unwrap();
        let Err(error) = read(&cut.file()).await else {
            panic!("{len} of {} bytes were taken for a store", sound.len());
        };
        assert_eq!(error.kind, StoreErrorKind::Corrupt, "{len} of {} bytes: {error:?}", sound.len());
        assert_discreet(&error);
    }
    // Nothing at all is what a new file looks like, to us as to SQLite.
    let empty = Folder::new();
    std::fs::write(empty.file(), b"").unwrap();
    assert_eq!(read(&empty.file()).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_no_store_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.file(), "dear diary, ".repeat(1_000)).unwrap();
    assert_eq!(read(&folder.file()).await.unwrap_err().kind, StoreErrorKind::Corrupt);

    let folder = Folder::new();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("CREATE TABLE songs(title TEXT)").unwrap();
    assert_eq!(read(&folder.file()).await.unwrap_err().kind, StoreErrorKind::Corrupt);
    let tables: i64 = other.query_row("SELECT count(*) FROM sqlite_schema", (), |r| r.get(0)).unwrap();
    assert_eq!(tables, 1, "another program's file was changed");
    other.pragma_update(None, "application_id", 7).unwrap();
    assert_eq!(read(&folder.file()).await.unwrap_err().kind, StoreErrorKind::Corrupt);
}

#[tokio::test]
async fn a_newer_format_is_refused_with_both_numbers() {
    let folder = Folder::new();
    made(&folder.file(), 3).await;
    let db = Connection::open(folder.file()).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    let error = read(&folder.file()).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::NewerFormat { found: 2, known: 1 });
    assert_discreet(&error);
}

#[tokio::test]
async fn a_folder_that_is_not_there_cannot_be_opened() {
    let folder = Folder::new();
    let error = SqliteStore::open(folder.path().join("nowhere").join("log.sqlite")).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::CannotOpen);
    assert_discreet(&error);
    assert_eq!(SqliteStore::open(folder.path()).unwrap_err().kind, StoreErrorKind::CannotOpen);
}
