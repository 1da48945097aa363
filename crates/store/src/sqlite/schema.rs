//! The file: its tables, its marks, and how a connection to it is set up.

use super::failure::Failure;
use super::options::{SqliteOptions, Synchronous};
use crate::error::StoreErrorKind;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

/// The newest format that this version reads, in `user_version`.
pub(super) const FORMAT: u32 = 1;
/// "Thrl", in `application_id`: tells our files from other programs' databases.
const APPLICATION: i32 = 0x5468_726c;

/// Columns are explained in `docs/FORMAT.md`.
const TABLES: &str = "
    CREATE TABLE frames(first INTEGER PRIMARY KEY, count INTEGER NOT NULL, bytes BLOB NOT NULL);
    CREATE TABLE runs(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, level INTEGER NOT NULL,
        upto INTEGER NOT NULL, first_block INTEGER NOT NULL, fences BLOB NOT NULL, filter BLOB NOT NULL,
        checksum INTEGER NOT NULL);
    CREATE TABLE blocks(no INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE catalog(one INTEGER PRIMARY KEY CHECK(one = 1), generation INTEGER NOT NULL,
        indexed_to INTEGER NOT NULL);
    INSERT INTO catalog VALUES(1, 1, 0);
    CREATE TABLE checkpoints(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE due(tenant TEXT NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY(tenant, kind, id)) WITHOUT ROWID;
    CREATE INDEX due_at ON due(at);
    CREATE TABLE snapshots(tenant TEXT NOT NULL, kind INTEGER NOT NULL, id BLOB NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY(tenant, kind, id));
";

/// Opens the file, makes it a store if it is new, and refuses what is none.
pub(super) fn open(options: &SqliteOptions) -> Result<Connection, Failure> {
    match open_or_make(options) {
        Err(failure) if failure.kind() == StoreErrorKind::CannotOpen && is_read_only(&options.path) => {
            Err(Failure::ReadOnly)
        }
        opened => opened,
    }
}

/// Why a file cannot be opened: SQLite says the same of a folder that is not there and of one that may not be
/// written, and also when it is the write-ahead log that could not be made.
fn is_read_only(path: &Path) -> bool {
    let refused = |error: std::io::Error| {
        matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
    };
    if !path.exists() {
        return match File::create_new(path) {
            Ok(_) => std::fs::remove_file(path).is_err_and(refused),
            Err(error) => refused(error),
        };
    }
    match OpenOptions::new().append(true).open(path) {
        Ok(_) => true,
        Err(error) => refused(error),
    }
}

/// The smallest page that SQLite knows.
const LEAST_BYTES: u64 = 512;

fn open_or_make(options: &SqliteOptions) -> Result<Connection, Failure> {
    let bytes = std::fs::metadata(&options.path).map_or(0, |m| m.len());
    if bytes > 0 && bytes < LEAST_BYTES {
        // SQLite would take a file of a few bytes for an empty one, and write over what is left of it.
        return Err(Failure::damaged("the file is shorter than a page"));
    }
    let mut db = connect(options, OpenFlags::SQLITE_OPEN_CREATE)?;
    if db.is_readonly("main")? {
        // SQLite falls back to reading when it may not write.
        return Err(Failure::ReadOnly);
    }
    // Has an effect on a file without pages only.
    db.pragma_update(None, "page_size", options.page_bytes)?;
    if marks(&db)? == (0, 0) {
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been first.
        if marks(&tx)? == (0, 0) {
            let tables: i64 = tx.query_one("SELECT count(*) FROM sqlite_schema", (), |r| r.get(0))?;
            if tables != 0 {
                return Err(Failure::damaged("the file is another program's database"));
            }
            tx.execute_batch(TABLES)?;
            tx.pragma_update(None, "application_id", APPLICATION)?;
            tx.pragma_update(None, "user_version", FORMAT)?;
        }
        tx.commit()?;
    }
    match marks(&db)? {
        (APPLICATION, FORMAT) => {}
        (APPLICATION, found) if found > FORMAT => return Err(Failure::Newer(found)),
        _ => return Err(Failure::damaged("the file is another program's database")),
    }
    if let Some(pages) = options.max_pages {
        db.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(db)
}

/// A further connection to a file that [`open`] has looked at.
pub(super) fn open_reader(options: &SqliteOptions) -> Result<Connection, Failure> {
    connect(options, OpenFlags::empty())
}

fn connect(options: &SqliteOptions, more: OpenFlags) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let db = Connection::open_with_flags(&options.path, flags)?;
    db.busy_timeout(options.busy_timeout)?;
    db.set_prepared_statement_cache_capacity(64);
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    db.pragma_update(None, "synchronous", synchronous)?;
    // Negative: in units of 1,024 bytes rather than in pages.
    db.pragma_update(None, "cache_size", -i64::from(options.cache_bytes / 1024))?;
    // About 32 MiB: every checkpoint waits for the device, so it should have something to do.
    db.pragma_update_and_check(None, "wal_autocheckpoint", 4_000, |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    Ok(db)
}

fn marks(db: &Connection) -> Result<(i32, u32), Failure> {
    let application = db.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let format = db.pragma_query_value(None, "user_version", |r| r.get(0))?;
    Ok((application, format))
}
