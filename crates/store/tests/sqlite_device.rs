//! Devices that are full, folders that may not be written, files that somebody else holds.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod sqlite_ground;

use rusqlite::Connection;
use sqlite_ground::{Folder, append, profile};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use throughline_core::event::Position;
use throughline_store::append::ExpectedVersion;
use throughline_store::contract::EventStore;
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::sqlite::{SqliteOptions, SqliteStore};

/// Runs a program of the system; whether it was there and succeeded.
fn ran(program: &str, args: &[&str], path: &Path) -> bool {
    let status = Command::new(program).args(args).arg(path).stderr(Stdio::null()).status();
    status.is_ok_and(|s| s.success())
}

fn kind(error: AppendError) -> StoreErrorKind {
    match error {
        AppendError::Store(error) => error.kind,
        other => panic!("{other}"),
    }
}

/// Appends one event after the other until there is no space, and returns how many were acknowledged.
async fn fill(store: &SqliteStore, from: u64) -> u64 {
    for n in from.. {
        if let Err(error) = store.append(append(&profile(n % 50), ExpectedVersion::Any, n)).await {
            assert!(error.is_retryable(), "{error}");
            assert_eq!(kind(error), StoreErrorKind::Full);
            return n;
        }
        assert!(n < 200_000, "the device is never full");
    }
    unreachable!("there is no end to numbers")
}

/// What a full device must not change: everything acknowledged is there, the event that failed is not, and
/// once there is space it goes in as if nothing had been.
async fn assert_recovers(store: &SqliteStore, acknowledged: u64, make_space: impl AsyncFnOnce()) {
    assert_eq!(store.head().await.unwrap(), Position(acknowledged));
    make_space().await;
    let again = append(&profile(acknowledged % 50), ExpectedVersion::Any, acknowledged);
    let place = store.append(again).await.unwrap().places[0][0];
    assert!(!place.was_there);
    assert_eq!(place.position, Position(acknowledged + 1));
    let log = store.read_all(Position(0), usize::MAX).await.unwrap().events;
    assert_eq!(log.len() as u64, acknowledged + 1);
}

#[tokio::test]
async fn a_file_at_its_limit_refuses_appends_and_takes_them_again_when_there_is_space() {
    let folder = Folder::new();
    let options = SqliteOptions::new(folder.file()).max_pages(120).tail_events(100);
    let store = options.open().unwrap();
    let ballast = profile(1);
    store.save_snapshot(&ballast, Some(vec![7; 300_000])).await.unwrap();
    let acknowledged = fill(&store, 0).await;
    assert_recovers(&store, acknowledged, async || {
        store.save_snapshot(&ballast, None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_full_device_refuses_appends_and_takes_them_again_when_there_is_space() {
    struct Mount(Folder);
    impl Drop for Mount {
        fn drop(&mut self) {
            ran("umount", &[], self.0.path());
        }
    }
    let folder = Folder::new();
    if !ran("mount", &["-t", "tmpfs", "-o", "size=3m", "tmpfs"], folder.path()) {
        println!(
            "not run: a_full_device_..., a small device cannot be mounted here; the limited file was tested"
        );
        return;
    }
    println!("run on a device of 3 MiB");
    let mount = Mount(folder);
    let ballast = mount.0.path().join("ballast");
    std::fs::write(&ballast, vec![7; 600_000]).unwrap();
    {
        let store = SqliteOptions::new(mount.0.file()).tail_events(100).open().unwrap();
        let acknowledged = fill(&store, 0).await;
        assert_recovers(&store, acknowledged, async || {
            std::fs::remove_file(&ballast).unwrap();
        })
        .await;
        // A second time, and now the store is opened anew on the full device.
        let acknowledged = fill(&store, acknowledged + 1).await;
        drop(store);
        let store = SqliteStore::open(mount.0.file()).unwrap();
        assert_eq!(store.head().await.unwrap(), Position(acknowledged));
        let log = store.read_all(Position(0), usize::MAX).await.unwrap().events;
        assert_eq!(log.len() as u64, acknowledged);
    }
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_is_said_to_be_so() {
    let folder = Folder::new();
    let store = SqliteStore::open(folder.file()).unwrap();
    store.append(append(&profile(1), ExpectedVersion::Any, 1)).await.unwrap();
    drop(store);
    let set = |is_read_only| {
        let mut permissions = std::fs::metadata(folder.path()).unwrap().permissions();
        permissions.set_readonly(is_read_only);
        std::fs::set_permissions(folder.path(), permissions).unwrap();
    };
    set(true);
    // Permissions do not bind an administrator; an immutable folder does.
    let binds = std::fs::write(folder.path().join("probe"), b"").is_err();
    let is_immutable = !binds && ran("chattr", &["+i"], folder.path());
    let existing = SqliteStore::open(folder.file());
    let new = SqliteStore::open(folder.path().join("new.sqlite"));
    if is_immutable {
        ran("chattr", &["-i"], folder.path());
    }
    set(false);
    if !binds && !is_immutable {
        println!("not run: a_folder_that_may_not_be_written_..., permissions do not bind this user");
        return;
    }
    assert_eq!(existing.unwrap_err().kind, StoreErrorKind::ReadOnly);
    assert_eq!(new.unwrap_err().kind, StoreErrorKind::ReadOnly);
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_said_to_be_so() {
    let folder = Folder::new();
    drop(SqliteStore::open(folder.file()).unwrap());
    let file = folder.file();
    let set = |is_read_only| {
        let mut permissions = std::fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(is_read_only);
        std::fs::set_permissions(&file, permissions).unwrap();
    };
    set(true);
    let binds = std::fs::OpenOptions::new().append(true).open(&file).is_err();
    let is_immutable = !binds && ran("chattr", &["+i"], &file);
    let opened = SqliteStore::open(&file);
    if is_immutable {
        ran("chattr", &["-i"], &file);
    }
    set(false);
    if !binds && !is_immutable {
        println!("not run: a_file_that_may_not_be_written_..., permissions do not bind this user");
        return;
    }
    assert_eq!(opened.unwrap_err().kind, StoreErrorKind::ReadOnly);
}

#[tokio::test]
async fn a_file_that_another_process_writes_is_busy_and_then_free() {
    let folder = Folder::new();
    let options = SqliteOptions::new(folder.file()).busy_timeout(Duration::from_millis(1));
    let store = options.open().unwrap();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.append(append(&profile(1), ExpectedVersion::NoStream, 1)).await.unwrap_err();
    assert!(refused.is_retryable());
    assert_eq!(kind(refused), StoreErrorKind::Busy);
    other.execute_batch("COMMIT").unwrap();
    store.append(append(&profile(1), ExpectedVersion::NoStream, 1)).await.unwrap();
}
