//! Layout (b): frames of events, with narrow B-trees from id to position and from (stream, version) to position.

use super::input::Input;
use super::rows::open;
use crate::{Failure, Layout};
use rusqlite::{Connection, params};
use std::path::Path;

pub(crate) struct Btree {
    db: Connection,
    next: i64,
}

const EVENT: usize = 250;
const FRAME_EVENTS: usize = 48;

impl Btree {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let db = open(path)?;
        db.execute_batch(
            "CREATE TABLE frames(first INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE ids(id BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
             CREATE TABLE streams(stream BLOB NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
                PRIMARY KEY(stream, version)) WITHOUT ROWID;",
        )?;
        Ok(Self { db, next: 1 })
    }
}

impl Layout for Btree {
    fn append(&mut self, input: &mut Input, events: u64) -> Result<(), Failure> {
        let tx = self.db.transaction()?;
        {
            let mut frame = tx.prepare_cached("INSERT INTO frames VALUES(?1, ?2)")?;
            let mut id = tx.prepare_cached("INSERT INTO ids VALUES(?1, ?2)")?;
            let mut place = tx.prepare_cached("INSERT INTO streams VALUES(?1, ?2, ?3)")?;
            let mut bytes = Vec::new();
            let mut first = self.next;
            for n in 1..=events {
                let e = input.next();
                let stream = Input::stream_name(e.stream);
                bytes.extend_from_slice(e.id.as_bytes());
                bytes.extend_from_slice(stream.as_bytes());
                bytes.extend_from_slice(&e.version.to_le_bytes());
                bytes.extend_from_slice(&e.at.to_le_bytes());
                bytes.extend_from_slice(&e.body);
                bytes.resize(bytes.len().next_multiple_of(EVENT), 0);
                id.execute(params![e.id.as_bytes(), self.next])?;
                place.execute(params![stream.as_bytes(), e.version as i64, self.next])?;
                self.next += 1;
                if bytes.len() == EVENT * FRAME_EVENTS || n == events {
                    frame.execute(params![first, bytes])?;
                    bytes.clear();
                    first = self.next;
                }
            }
        }
        tx.commit()?;
        Ok(())
    }

    fn scan(&mut self) -> Result<(u64, u64), Failure> {
        let mut all = self.db.prepare("SELECT bytes FROM frames ORDER BY first")?;
        let mut rows = all.query([])?;
        let (mut n, mut sum) = (0, 0);
        while let Some(row) = rows.next()? {
            for event in row.get_ref(0)?.as_blob()?.chunks_exact(EVENT) {
                n += 1;
                sum += u64::from(event[0]) + u64::from(event[60]);
            }
        }
        Ok((n, sum))
    }

    fn read_stream(&mut self, stream: u32) -> Result<u64, Failure> {
        let mut places =
            self.db.prepare_cached("SELECT position FROM streams WHERE stream = ?1 ORDER BY version")?;
        let mut frame = self.db.prepare_cached(
            "SELECT first, bytes FROM frames WHERE first <= ?1 ORDER BY first DESC LIMIT 1",
        )?;
        let mut rows = places.query([Input::stream_name(stream).as_bytes()])?;
        let mut n = 0;
        while let Some(row) = rows.next()? {
            let position: i64 = row.get(0)?;
            let mut found = frame.query([position])?;
            let row = found.next()?.ok_or("a frame is missing")?;
            let at = EVENT * (position - row.get::<_, i64>(0)?) as usize;
            let bytes = row.get_ref(1)?.as_blob()?;
            n += u64::from(bytes[at + 16..at + 32] == *Input::stream_name(stream).as_bytes());
        }
        Ok(n)
    }
}
