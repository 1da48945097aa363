//! Layout (b): frames of events, with narrow B-trees from id to position and from (stream, version) to position.

use super::input::Input;
use super::rows::open;
use crate::Layout;
use rusqlite::{Connection, params};
use std::path::Path;

pub(crate) struct Btree {
    db: Connection,
    next: i64,
}

const EVENT: usize = 250;
const FRAME_EVENTS: usize = 48;

impl Btree {
    pub(crate) fn create(path: &Path) -> Self {
        let db = open(path);
        db.execute_batch(
            "CREATE TABLE frames(first INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
             CREATE TABLE ids(id BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
             CREATE TABLE streams(stream BLOB NOT NULL, version INTEGER NOT NULL, position INTEGER NOT NULL,
                PRIMARY KEY(stream, version)) WITHOUT ROWID;",
        )
        .unwrap();
        Self { db, next: 1 }
    }
}

impl Layout for Btree {
    fn append(&mut self, input: &mut Input, events: u64) {
        let tx = self.db.transaction().unwrap();
        {
            let mut frame = tx.prepare_cached("INSERT INTO frames VALUES(?1, ?2)").unwrap();
            let mut id = tx.prepare_cached("INSERT INTO ids VALUES(?1, ?2)").unwrap();
            let mut place = tx.prepare_cached("INSERT INTO streams VALUES(?1, ?2, ?3)").unwrap();
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
                id.execute(params![e.id.as_bytes(), self.next]).unwrap();
                place.execute(params![stream.as_bytes(), e.version as i64, self.next]).unwrap();
                self.next += 1;
                if bytes.len() == EVENT * FRAME_EVENTS || n == events {
                    frame.execute(params![first, bytes]).unwrap();
                    bytes.clear();
                    first = self.next;
                }
            }
        }
        tx.commit().unwrap();
    }

    fn scan(&mut self) -> (u64, u64) {
        let mut all = self.db.prepare("SELECT bytes FROM frames ORDER BY first").unwrap();
        let mut rows = all.query([]).unwrap();
        let (mut n, mut sum) = (0, 0);
        while let Some(row) = rows.next().unwrap() {
            for event in row.get_ref(0).unwrap().as_blob().unwrap().chunks_exact(EVENT) {
                n += 1;
                sum += u64::from(event[0]) + u64::from(event[60]);
            }
        }
        (n, sum)
    }

    fn read_stream(&mut self, stream: u32) -> u64 {
        let mut places = self
            .db
            .prepare_cached("SELECT position FROM streams WHERE stream = ?1 ORDER BY version")
            .unwrap();
        let mut frame = self
            .db
            .prepare_cached("SELECT first, bytes FROM frames WHERE first <= ?1 ORDER BY first DESC LIMIT 1")
            .unwrap();
        let mut rows = places.query([Input::stream_name(stream).as_bytes()]).unwrap();
        let mut n = 0;
        while let Some(row) = rows.next().unwrap() {
            let position: i64 = row.get(0).unwrap();
            let mut found = frame.query([position]).unwrap();
            let row = found.next().unwrap().unwrap();
            let at = EVENT * (position - row.get::<_, i64>(0).unwrap()) as usize;
            let bytes = row.get_ref(1).unwrap().as_blob().unwrap();
            n += u64::from(bytes[at + 16..at + 32] == *Input::stream_name(stream).as_bytes());
        }
        n
    }
}
