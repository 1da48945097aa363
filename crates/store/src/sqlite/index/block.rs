//! Blocks: a run's entries on disk, one row of the table `blocks` each, small enough for one page.

use crate::sqlite::failure::Failure;
use rusqlite::Connection;

/// The most bytes of a block, so that it fits a page of 8,192 bytes with SQLite's own header.
const MOST_BYTES: usize = 8_000;
const CHECKSUM: usize = 4;

/// How many entries a block holds.
pub(super) const fn entries_per_block<const W: usize>() -> usize {
    (MOST_BYTES - CHECKSUM) / W
}

/// Writes entries as blocks from the number `first` on.
pub(super) fn write<const W: usize>(db: &Connection, first: i64, entries: &[[u8; W]]) -> Result<(), Failure> {
    let mut insert = db.prepare_cached("INSERT INTO blocks(no, bytes) VALUES(?1, ?2)")?;
    let mut bytes = Vec::with_capacity(MOST_BYTES);
    for (no, chunk) in (first..).zip(entries.chunks(entries_per_block::<W>())) {
        bytes.clear();
        bytes.extend_from_slice(&crc32fast::hash(chunk.as_flattened()).to_le_bytes());
        bytes.extend_from_slice(chunk.as_flattened());
        insert.execute((no, &bytes))?;
    }
    Ok(())
}

/// Hands the entries of one block to `read`.
pub(super) fn with<const W: usize, R>(
    db: &Connection,
    no: i64,
    read: impl FnOnce(&[[u8; W]]) -> R,
) -> Result<R, Failure> {
    let mut select = db.prepare_cached("SELECT bytes FROM blocks WHERE no = ?1")?;
    let mut rows = select.query((no,))?;
    let row = rows.next()?.ok_or(Failure::damaged("an index block is missing"))?;
    let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
    let (checksum, entries) =
        bytes.split_at_checked(CHECKSUM).ok_or(Failure::damaged("an index block is too short"))?;
    let (entries, rest) = entries.as_chunks::<W>();
    if !rest.is_empty() || checksum != crc32fast::hash(entries.as_flattened()).to_le_bytes() {
        return Err(Failure::damaged("an index block's checksum does not match"));
    }
    Ok(read(entries))
}
