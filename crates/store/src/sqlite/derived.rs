//! Checkpoints, due entries and snapshots: plain small tables, made again from the log when they are lost.

use super::failure::Failure;
use crate::read::{Checkpoint, Due};
use crate::stream::{StreamId, StreamKey, TenantId};
use rusqlite::{Connection, OptionalExtension};
use throughline_core::event::Position;
use throughline_core::time::Micros;
use uuid::Uuid;

/// A change of what is derived from the log.
#[derive(Debug)]
pub(super) enum Derived {
    Checkpoint { name: String, expected: Checkpoint, new: Checkpoint, due: Vec<Due> },
    Snapshot { stream: StreamId, bytes: Option<Vec<u8>> },
    DropAll,
}

impl Derived {
    /// What it does, for error messages.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Checkpoint { .. } => "saving a checkpoint",
            Self::Snapshot { .. } => "saving a snapshot",
            Self::DropAll => "dropping what is derived from the log",
        }
    }

    /// Makes the change; `false` when a checkpoint was not as expected.
    pub(super) fn run(self, db: &Connection) -> Result<bool, Failure> {
        match self {
            Self::Checkpoint { name, expected, new, due } => {
                if checkpoint(db, &name)? != expected {
                    return Ok(false);
                }
                db.prepare_cached("INSERT OR REPLACE INTO checkpoints(name, position) VALUES(?1, ?2)")?
                    .execute((&name, new.position.0 as i64))?;
                for due in &due {
                    save_due(db, due)?;
                }
            }
            Self::Snapshot { stream, bytes } => {
                let (kind, id) = stream.key_bytes();
                let key = (stream.tenant.as_str(), kind, id.as_bytes());
                match bytes {
                    Some(bytes) => db
                        .prepare_cached(
                            "INSERT OR REPLACE INTO snapshots(tenant, kind, id, bytes) VALUES(?1, ?2, ?3, ?4)",
                        )?
                        .execute((key.0, key.1, key.2, bytes))?,
                    None => db
                        .prepare_cached("DELETE FROM snapshots WHERE tenant = ?1 AND kind = ?2 AND id = ?3")?
                        .execute(key)?,
                };
            }
            Self::DropAll => {
                db.execute_batch("DELETE FROM checkpoints; DELETE FROM due; DELETE FROM snapshots;")?;
            }
        }
        Ok(true)
    }
}

fn save_due(db: &Connection, due: &Due) -> Result<(), Failure> {
    let (kind, id) = due.stream.key_bytes();
    let tenant = due.stream.tenant.as_str();
    match due.at {
        Some(at) => db
            .prepare_cached("INSERT OR REPLACE INTO due(tenant, kind, id, at) VALUES(?1, ?2, ?3, ?4)")?
            .execute((tenant, kind, id.as_bytes(), at.0))?,
        None => db
            .prepare_cached("DELETE FROM due WHERE tenant = ?1 AND kind = ?2 AND id = ?3")?
            .execute((tenant, kind, id.as_bytes()))?,
    };
    Ok(())
}

/// The checkpoint of a name; position 0 if there is none.
pub(super) fn checkpoint(db: &Connection, name: &str) -> Result<Checkpoint, Failure> {
    let position: Option<i64> = db
        .prepare_cached("SELECT position FROM checkpoints WHERE name = ?1")?
        .query_one((name,), |r| r.get(0))
        .optional()?;
    Ok(Checkpoint { position: Position(position.unwrap_or(0) as u64) })
}

/// What is due, earliest first. Entries of one instant are in the order of their streams' names.
pub(super) fn due_by(db: &Connection, now: Micros, limit: usize) -> Result<Vec<Due>, Failure> {
    let mut select = db.prepare_cached(
        "SELECT tenant, kind, id, at FROM due WHERE at <= ?1 ORDER BY at, tenant, kind, id LIMIT ?2",
    )?;
    let mut rows = select.query((now.0, i64::try_from(limit).unwrap_or(i64::MAX)))?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        let tenant = TenantId::new(row.get::<_, String>(0)?);
        let key = StreamKey::from_bytes(row.get(1)?, Uuid::from_bytes(row.get(2)?));
        let (Ok(tenant), Some(key)) = (tenant, key) else {
            return Err(Failure::damaged("a due entry names no stream"));
        };
        due.push(Due { stream: StreamId { tenant, key }, at: Some(Micros(row.get(3)?)) });
    }
    Ok(due)
}

/// A stream's snapshot.
pub(super) fn snapshot(db: &Connection, stream: &StreamId) -> Result<Option<Vec<u8>>, Failure> {
    let (kind, id) = stream.key_bytes();
    let bytes = db
        .prepare_cached("SELECT bytes FROM snapshots WHERE tenant = ?1 AND kind = ?2 AND id = ?3")?
        .query_one((stream.tenant.as_str(), kind, id.as_bytes()), |r| r.get(0))
        .optional()?;
    Ok(bytes)
}
