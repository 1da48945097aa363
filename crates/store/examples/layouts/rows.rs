//! Layout (a): one row for each event, with unique indexes on the id and on (stream, version).

use super::input::Input;
use crate::{Failure, Layout};
use rusqlite::{Connection, params};
use std::path::Path;

pub(crate) struct Rows(Connection);

/// The settings that both SQL layouts run with: those of the backend.
pub(crate) fn open(path: &Path) -> Result<Connection, Failure> {
    let db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    Ok(db)
}

impl Rows {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let db = open(path)?;
        db.execute_batch(
            "CREATE TABLE events(position INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, stream BLOB NOT NULL,
                version INTEGER NOT NULL, occurred_at INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
                source TEXT NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE(stream, version));",
        )?;
        Ok(Self(db))
    }
}

impl Layout for Rows {
    fn append(&mut self, input: &mut Input, events: u64) -> Result<(), Failure> {
        let tx = self.0.transaction()?;
        let mut insert =
            tx.prepare_cached("INSERT INTO events VALUES(NULL, ?1, ?2, ?3, ?4, ?4, 'desk', 8, ?5)")?;
        for _ in 0..events {
            let e = input.next();
            insert.execute(params![
                e.id.as_bytes(),
                Input::stream_name(e.stream).as_bytes(),
                e.version as i64,
                e.at,
                e.body
            ])?;
        }
        drop(insert);
        tx.commit()?;
        Ok(())
    }

    fn scan(&mut self) -> Result<(u64, u64), Failure> {
        let mut all = self.0.prepare("SELECT id, body FROM events ORDER BY position")?;
        let mut rows = all.query([])?;
        let (mut n, mut sum) = (0, 0);
        while let Some(row) = rows.next()? {
            n += 1;
            sum += u64::from(row.get_ref(1)?.as_blob()?[0]);
            sum += u64::from(row.get_ref(0)?.as_blob()?[0]);
        }
        Ok((n, sum))
    }

    fn read_stream(&mut self, stream: u32) -> Result<u64, Failure> {
        let mut one = self.0.prepare_cached("SELECT body FROM events WHERE stream = ?1 ORDER BY version")?;
        let mut rows = one.query([Input::stream_name(stream).as_bytes()])?;
        let mut n = 0;
        while let Some(row) = rows.next()? {
            n += u64::from(!row.get_ref(0)?.as_blob()?.is_empty());
        }
        Ok(n)
    }
}
