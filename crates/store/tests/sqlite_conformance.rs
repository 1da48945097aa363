//! The store in one SQLite file keeps the contract, reopening included.
#![allow(clippy::unwrap_used)]

use async_trait::async_trait;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use throughline_store::contract::EventStore;
use throughline_store::sqlite::SqliteStore;
use throughline_testkit::conformance::Subject;

/// Stores in a folder of their own, which goes when the test ends.
#[derive(Debug)]
struct InFolder {
    folder: PathBuf,
    stores: AtomicU64,
    latest: Mutex<PathBuf>,
}

/// Tells the folders of the tests of one process apart; its process id tells processes apart.
static FOLDERS: AtomicU64 = AtomicU64::new(0);

impl InFolder {
    fn new() -> Self {
        let n = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("throughline-sqlite-{}-{n}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { latest: Mutex::new(folder.clone()), stores: AtomicU64::new(0), folder }
    }
}

impl Drop for InFolder {
    fn drop(&mut self) {
        // What cannot be removed now is in a folder that the system clears.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[async_trait]
impl Subject for InFolder {
    async fn fresh(&self) -> Arc<dyn EventStore> {
        let n = self.stores.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.join(format!("{n}.sqlite"));
        self.latest.lock().unwrap().clone_from(&path);
        Arc::new(SqliteStore::open(path).unwrap())
    }

    async fn reopen(&self, store: Arc<dyn EventStore>) -> Option<Arc<dyn EventStore>> {
        drop(store);
        let path = self.latest.lock().unwrap().clone();
        Some(Arc::new(SqliteStore::open(path).unwrap()))
    }
}

throughline_testkit::conformance!(InFolder::new());
