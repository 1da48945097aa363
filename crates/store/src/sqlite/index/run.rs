//! Runs: sorted entries that never change, in blocks, with the first entry of each block and a filter in memory.

use super::block::{self, entries_per_block};
use super::bloom::Bloom;
use super::{fingerprint_of, first_of, last_of};
use crate::sqlite::failure::Failure;
use rusqlite::{Connection, Row};
use std::ops::ControlFlow;
use std::sync::Arc;

/// One sorted run of an index.
#[derive(Debug)]
pub(in crate::sqlite) struct Run<const W: usize> {
    pub(in crate::sqlite) id: i64,
    pub(in crate::sqlite) level: u8,
    /// The last position that it covers; runs of one index are ordered by it.
    pub(in crate::sqlite) upto: u64,
    first_block: i64,
    /// The first entry of each block.
    fences: Vec<[u8; W]>,
    filter: Bloom,
}

impl<const W: usize> Run<W> {
    /// Writes sorted entries as a new run of the index numbered `index`.
    pub(in crate::sqlite) fn write(
        db: &Connection,
        index: u8,
        level: u8,
        upto: u64,
        entries: &[[u8; W]],
    ) -> Result<Self, Failure> {
        debug_assert!(entries.is_sorted());
        let fences: Vec<[u8; W]> = entries.iter().step_by(entries_per_block::<W>()).copied().collect();
        let keys = entries.chunk_by(|a, b| a[..8] == b[..8]);
        let mut filter = Bloom::for_keys(keys.clone().count());
        keys.for_each(|entries| filter.insert(fingerprint_of(&entries[0])));
        let first_block: i64 =
            db.query_one("SELECT coalesce(max(no), 0) + 1 FROM blocks", (), |r| r.get(0))?;
        block::write(db, first_block, entries)?;
        let filter_bytes = filter.to_bytes();
        db.prepare_cached(
            "INSERT INTO runs(kind, level, upto, first_block, fences, filter, checksum)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute((
            index,
            level,
            upto as i64,
            first_block,
            fences.as_flattened(),
            &filter_bytes,
            checksum(fences.as_flattened(), &filter_bytes),
        ))?;
        Ok(Self { id: db.last_insert_rowid(), level, upto, first_block, fences, filter })
    }

    /// Reads what of a run is kept in memory.
    /// Columns: id, level, upto, `first_block`, fences, filter, checksum.
    pub(in crate::sqlite) fn load(row: &Row<'_>) -> Result<Self, Failure> {
        let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
        let (fences, filter) = (blob(4)?, blob(5)?);
        if row.get::<_, u32>(6)? != checksum(fences, filter) {
            return Err(Failure::damaged("a run's checksum does not match"));
        }
        let (fences, rest) = fences.as_chunks::<W>();
        let filter = Bloom::from_bytes(filter).filter(|_| !fences.is_empty() && rest.is_empty());
        Ok(Self {
            id: row.get(0)?,
            level: row.get(1)?,
            upto: row.get::<_, i64>(2)? as u64,
            first_block: row.get(3)?,
            fences: fences.to_vec(),
            filter: filter.ok_or(Failure::damaged("a run's filter is malformed"))?,
        })
    }

    /// Writes several runs as one, in their place.
    // Equal entries cannot be told apart, but the stable sort finds the sorted stretches and merges them.
    #[allow(clippy::stable_sort_primitive)]
    pub(in crate::sqlite) fn merge(db: &Connection, index: u8, runs: &[Arc<Self>]) -> Result<Self, Failure> {
        let mut entries = Vec::new();
        for run in runs {
            for no in run.blocks() {
                block::with(db, no, |block| entries.extend_from_slice(block))?;
            }
        }
        entries.sort();
        let level = runs.iter().map(|r| r.level).max().unwrap_or(0) + 1;
        let upto = runs.iter().map(|r| r.upto).max().unwrap_or(0);
        let merged = Self::write(db, index, level, upto, &entries)?;
        for run in runs {
            let blocks = run.blocks();
            db.prepare_cached("DELETE FROM blocks WHERE no >= ?1 AND no < ?2")?
                .execute((blocks.start, blocks.end))?;
            db.prepare_cached("DELETE FROM runs WHERE id = ?1")?.execute((run.id,))?;
        }
        Ok(merged)
    }

    /// Whether the run may hold an entry with this fingerprint.
    pub(super) fn may_hold(&self, fingerprint: u64) -> bool {
        self.filter.may_hold(fingerprint)
    }

    /// Visits the entries from `from` on that have its fingerprint, in order.
    pub(super) fn walk(
        &self,
        db: &Connection,
        from: &[u8; W],
        visit: &mut dyn FnMut(&[u8; W]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Failure> {
        let last = last_of(from);
        for at in self.block_of(from)..self.fences.len() {
            if self.fences[at] > last {
                break;
            }
            let flow = block::with(db, self.first_block + at as i64, |entries| {
                let begin = entries.partition_point(|e| e < from);
                let end = entries.partition_point(|e| *e <= last);
                entries[begin..end].iter().try_for_each(&mut *visit)
            })?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Visits the entries with a fingerprint, last first.
    pub(super) fn walk_back(
        &self,
        db: &Connection,
        fingerprint: u64,
        visit: &mut dyn FnMut(&[u8; W]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Failure> {
        let first = first_of(fingerprint);
        let last = last_of(&first);
        for at in (self.block_of(&first)..=self.block_of(&last)).rev() {
            let flow = block::with(db, self.first_block + at as i64, |entries| {
                let begin = entries.partition_point(|e| *e < first);
                let end = entries.partition_point(|e| *e <= last);
                entries[begin..end].iter().rev().try_for_each(&mut *visit)
            })?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn blocks(&self) -> std::ops::Range<i64> {
        self.first_block..self.first_block + self.fences.len() as i64
    }

    /// The block in which an entry would be.
    fn block_of(&self, entry: &[u8; W]) -> usize {
        self.fences.partition_point(|fence| fence <= entry).saturating_sub(1)
    }
}

fn checksum(fences: &[u8], filter: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(fences);
    hasher.update(filter);
    hasher.finalize()
}
