//! Records of the ledger one after the other in one piece of memory: those of a customer are read together, and few are
//! longer than a line of the processor's cache or two.

use throughline_core::event::Section;
use throughline_core::fact::ProfileIx;

/// A record of the ledger, with the profile whose stream holds it.
pub(in crate::engine) type Record = (ProfileIx, Section);

/// The bytes that stand before each: whose stream holds it, and how long it is.
const HEAD: usize = 8;

/// Records in the order of the log.
#[derive(Debug, Default)]
pub(super) struct Records(Vec<u8>);

impl Records {
    /// Where they end.
    pub(super) const fn end(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn push(&mut self, (ProfileIx(profile), record): &Record) {
        self.0.extend_from_slice(&profile.to_le_bytes());
        self.0.extend_from_slice(&(record.len() as u32).to_le_bytes());
        self.0.extend_from_slice(record);
    }

    /// Forgets those that end there or before.
    pub(super) fn forget(&mut self, end: u64) {
        self.0.drain(..end as usize);
    }

    /// The bytes of those from there on.
    pub(super) fn bytes_from(&self, start: u64) -> &[u8] {
        &self.0[start as usize..]
    }

    /// Those from there on.
    pub(super) fn from(&self, start: u64) -> impl Iterator<Item = (ProfileIx, &[u8])> {
        let mut rest = self.bytes_from(start);
        std::iter::from_fn(move || {
            let (profile, after) = rest.split_first_chunk()?;
            let (len, after) = after.split_first_chunk()?;
            let (record, after) = after.split_at(u32::from_le_bytes(*len) as usize);
            rest = after;
            Some((ProfileIx(u32::from_le_bytes(*profile)), record))
        })
    }

    /// The bytes that they take.
    pub(super) const fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

/// The bytes that records take here.
pub(in crate::engine) fn length_of<'r>(records: impl Iterator<Item = &'r [u8]>) -> u64 {
    records.map(|record| (HEAD + record.len()) as u64).sum()
}
