//! Indexes that do not care how random their keys are: sorted runs in blocks, a Bloom filter for each run.
//!
//! An index holds entries of `W` bytes, sorted bytewise: the first eight are a fingerprint, the rest says where.
//! Entries of events that are not in a run yet are the *tail*: they are kept in memory and are made again from
//! the log's own frames, so that a commit writes frames and nothing else, and an index can never be ahead of
//! the log. Every so many events the tail [becomes a run](super::maintain); [`FANOUT`] runs of one level
//! become one run of the next, up to [`TOP_LEVEL`]. All of it is rows, written in the file's own transactions.
//!
//! Fingerprints can collide, so whoever looks something up checks it against the event itself.

mod block;
mod bloom;
mod run;

pub(super) use run::Run;

use rusqlite::Connection;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::failure::Failure;

/// Runs of one level that make one of the next.
pub(super) const FANOUT: usize = 8;
/// Runs of this level are merged no further: a merge never holds more than some two million entries, which
/// bounds for how long it stops the writer.
pub(super) const TOP_LEVEL: u8 = 2;

/// An id's or a tag's entry: fingerprint, position.
pub(super) const WIDTH_PLACE: usize = 14;
/// A stream's entry: fingerprint, version, position.
pub(super) const WIDTH_STREAM: usize = 19;

/// One index as it is known in memory.
#[derive(Clone, Debug)]
pub(super) struct Index<const W: usize> {
    pub(super) runs: Vec<Arc<Run<W>>>,
    pub(super) tail: BTreeSet<[u8; W]>,
}

impl<const W: usize> Default for Index<W> {
    fn default() -> Self {
        Self { runs: Vec::new(), tail: BTreeSet::new() }
    }
}

impl<const W: usize> Index<W> {
    /// Visits the entries from `from` on that have its fingerprint, oldest run first, the tail last.
    pub(super) fn walk(
        &self,
        db: &Connection,
        from: &[u8; W],
        visit: &mut dyn FnMut(&[u8; W]) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        for run in &self.runs {
            if run.may_hold(fingerprint_of(from)) && run.walk(db, from, visit)?.is_break() {
                return Ok(());
            }
        }
        for entry in self.tail.range(*from..=last_of(from)) {
            if visit(entry).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Visits the entries that have a fingerprint, newest first.
    pub(super) fn walk_back(
        &self,
        db: &Connection,
        fingerprint: u64,
        visit: &mut dyn FnMut(&[u8; W]) -> ControlFlow<()>,
    ) -> Result<(), Failure> {
        let first = first_of(fingerprint);
        for entry in self.tail.range(first..=last_of(&first)).rev() {
            if visit(entry).is_break() {
                return Ok(());
            }
        }
        for run in self.runs.iter().rev() {
            if run.may_hold(fingerprint) && run.walk_back(db, fingerprint, visit)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Forgets the part of the tail that is in runs now; as a rule that is all of it.
    pub(super) fn drop_tail_through(&mut self, position: u64, head: u64) {
        if position >= head {
            self.tail.clear();
        } else {
            self.tail.retain(|entry| position_of(entry) > position);
        }
    }
}

/// The least entry that a fingerprint can have.
pub(super) fn first_of<const W: usize>(fingerprint: u64) -> [u8; W] {
    let mut entry = [0; W];
    entry[..8].copy_from_slice(&fingerprint.to_be_bytes());
    entry
}

/// The greatest entry with the same fingerprint.
fn last_of<const W: usize>(entry: &[u8; W]) -> [u8; W] {
    let mut last = [0xff; W];
    last[..8].copy_from_slice(&entry[..8]);
    last
}

/// The entry of an id or a tag.
pub(super) fn place_entry(fingerprint: u64, position: u64) -> [u8; WIDTH_PLACE] {
    let mut entry = first_of(fingerprint);
    entry[8..].copy_from_slice(&position.to_be_bytes()[2..]);
    entry
}

/// The entry of an event in its stream.
pub(super) fn stream_entry(fingerprint: u64, version: u64, position: u64) -> [u8; WIDTH_STREAM] {
    let mut entry = first_of(fingerprint);
    entry[8..13].copy_from_slice(&version.to_be_bytes()[3..]);
    entry[13..].copy_from_slice(&position.to_be_bytes()[2..]);
    entry
}

/// The fingerprint in an entry's first eight bytes.
pub(super) fn fingerprint_of<const W: usize>(entry: &[u8; W]) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&entry[..8]);
    u64::from_be_bytes(bytes)
}

/// The position in an entry's last six bytes.
pub(super) fn position_of<const W: usize>(entry: &[u8; W]) -> u64 {
    entry[W - 6..].iter().fold(0, |p, b| p << 8 | u64::from(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_sort_by_fingerprint_then_version_then_position() {
        let mut entries = [
            stream_entry(2, 1, 1),
            stream_entry(1, 256, 3),
            stream_entry(1, 2, 900),
            stream_entry(1, 2, 70_000),
        ];
        entries.sort_unstable();
        let places: Vec<_> = entries.iter().map(|e| (fingerprint_of(e), position_of(e))).collect();
        assert_eq!(places, [(1, 900), (1, 70_000), (1, 3), (2, 1)]);
        assert_eq!(position_of(&place_entry(7, (1 << 48) - 1)), (1 << 48) - 1);
    }
}
