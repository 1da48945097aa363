//! The shingles that many customers got, as they are published for every engine: by which set a reply was judged can be
//! looked up afterwards.

use alloc::vec::Vec;
use core::fmt;
use thiserror::Error;

/// The most shingles of a set. As many take some 130 kB in a log.
pub const MAX_FINGERPRINTS: usize = 16_384;

/// A published set, with how it was made and how it judges.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprints {
    /// Which set this is: from 1, each newer one is one more. Verdicts name it as the annotator's version.
    pub version: u32,
    /// In replies to at least so many other customers each shingle was seen (`k`).
    pub other_customers: u16,
    /// From which share of its shingles a reply is boilerplate, in thousandths (`τ`).
    pub coverage_per_mille: u16,
    /// How many replies were counted for it.
    pub replies: u64,
    /// How many shingles were forgotten while they were counted.
    pub forgotten: u64,
    /// The shingles' hashes, in order.
    pub(super) shingles: Vec<u64>,
}

/// Why a set of fingerprints is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FingerprintsError {
    /// A set is bounded.
    #[error(
        "a set of fingerprints has at most {MAX_FINGERPRINTS}, and this one has {0}; count with a higher number of customers"
    )]
    TooMany(usize),
    /// A share of more than all.
    #[error("a coverage of {0} thousandths is more than all shingles; write 1000 or less")]
    Coverage(u16),
}

impl Fingerprints {
    /// A set of these shingles, for tests and for those who count elsewhere.
    pub fn new(
        version: u32,
        other_customers: u16,
        coverage_per_mille: u16,
        mut shingles: Vec<u64>,
    ) -> Result<Self, FingerprintsError> {
        shingles.sort_unstable();
        shingles.dedup();
        if shingles.len() > MAX_FINGERPRINTS {
            return Err(FingerprintsError::TooMany(shingles.len()));
        }
        if coverage_per_mille > 1_000 {
            return Err(FingerprintsError::Coverage(coverage_per_mille));
        }
        Ok(Self { version, other_customers, coverage_per_mille, replies: 0, forgotten: 0, shingles })
    }

    /// Whether a shingle is one that many customers got.
    #[inline]
    pub fn contains(&self, shingle: u64) -> bool {
        self.shingles.binary_search(&shingle).is_ok()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shingles.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.shingles.is_empty()
    }

    /// Whether another set judges every reply as this one does, whatever their versions.
    pub fn judges_as(&self, other: &Self) -> bool {
        let how = |set: &Self| (set.other_customers, set.coverage_per_mille);
        how(self) == how(other) && self.shingles == other.shingles
    }
}

/// What it is, not what is in it.
impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "fingerprints {}: {} shingles seen in replies to at least {} other customers, of {} replies",
            self.version,
            self.shingles.len(),
            self.other_customers,
            self.replies
        )
    }
}
