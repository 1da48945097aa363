//! Counts in replies to how many customers each shingle was seen, in bounded memory.
//!
//! A shingle's customers are told apart by 32 bits each, up to as many as are needed; then the shingle counts and they are
//! dropped. So the count is exact, but for two customers of one shingle who share their 32 bits: it is too low by one then.
//!
//! **What is forgotten:** when the table is full, the shingles that the fewest customers got so far go, until an eighth of
//! it is free. A shingle that comes again is counted from none. So what is found is right, and what is rare may be missed:
//! a shingle that fewer customers get, between two times of forgetting, than the rarest that is kept.

use super::fingerprints::{Fingerprints, MAX_FINGERPRINTS};
use alloc::vec::Vec;
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use thin_vec::ThinVec;
use throughline_core::ids::ProfileId;
use xxhash_rust::xxh3::xxh3_64;

/// Counts shingles by customers.
#[derive(Clone, Debug)]
pub struct ShingleCounts {
    seen: HashMap<u64, Seen, FxBuildHasher>,
    /// How many customers must have got a shingle before it counts, whoever else gets it.
    needed: u16,
    room: usize,
    replies: u64,
    forgotten: u64,
}

/// The customers who got a shingle; none of them once there are enough.
#[derive(Clone, Debug)]
struct Seen {
    count: u16,
    first: u32,
    others: ThinVec<u32>,
}

impl ShingleCounts {
    /// How many shingles are counted at once by default: some 30 MB.
    pub const DEFAULT_ROOM: usize = 1 << 19;

    /// Counts for shingles that were seen in replies to at least so many *other* customers, whoever gets the next reply.
    pub fn new(other_customers: u16) -> Self {
        Self::with_room(other_customers, Self::DEFAULT_ROOM)
    }

    /// The same with room for so many shingles at once.
    pub fn with_room(other_customers: u16, room: usize) -> Self {
        Self {
            seen: HashMap::default(),
            needed: other_customers.saturating_add(1),
            room: room.max(8),
            replies: 0,
            forgotten: 0,
        }
    }

    /// Counts the shingles of a reply to a customer.
    pub fn add(&mut self, customer: ProfileId, shingles: &[u64]) {
        self.replies += 1;
        let customer = xxh3_64(customer.as_bytes()) as u32;
        for &shingle in shingles {
            if let Some(seen) = self.seen.get_mut(&shingle) {
                seen.add(customer, self.needed);
                continue;
            }
            if self.seen.len() >= self.room {
                self.forget();
            }
            if self.seen.len() < self.room {
                self.seen.insert(shingle, Seen { count: 1, first: customer, others: ThinVec::new() });
            } else {
                self.forgotten += 1;
            }
        }
    }

    /// How many shingles were forgotten for lack of room.
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// How many are counted now: never more than there is room for.
    pub fn counted(&self) -> usize {
        self.seen.len()
    }

    /// The shingles that enough customers got, for a share of a reply that they must cover. At most
    /// [`MAX_FINGERPRINTS`]; of more, those with the lowest hashes, which is as good as any.
    pub fn fingerprints(&self, version: u32, coverage_per_mille: u16) -> Fingerprints {
        let enough = self.seen.iter().filter(|(_, seen)| seen.count >= self.needed);
        let mut shingles: Vec<u64> = enough.map(|(shingle, _)| *shingle).collect();
        shingles.sort_unstable();
        let left_out = shingles.len().saturating_sub(MAX_FINGERPRINTS) as u64;
        shingles.truncate(MAX_FINGERPRINTS);
        Fingerprints {
            version,
            other_customers: self.needed - 1,
            coverage_per_mille,
            replies: self.replies,
            forgotten: self.forgotten + left_out,
            shingles,
        }
    }

    fn forget(&mut self) {
        let wanted = self.room - (self.room / 8).max(1);
        let mut least = 1;
        while self.seen.len() > wanted && least < self.needed {
            let before = self.seen.len();
            self.seen.retain(|_, seen| seen.count > least);
            self.forgotten += (before - self.seen.len()) as u64;
            least += 1;
        }
    }
}

impl Seen {
    fn add(&mut self, customer: u32, needed: u16) {
        if self.count >= needed || self.first == customer || self.others.contains(&customer) {
            return;
        }
        self.count += 1;
        if self.count == needed {
            self.others = ThinVec::new();
        } else {
            self.others.push(customer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn customer(n: u128) -> ProfileId {
        ProfileId(Uuid::from_u128(n))
    }

    #[test]
    fn a_shingle_counts_once_for_each_customer() {
        let mut counts = ShingleCounts::new(2);
        for who in [1, 2, 1, 2, 1, 2] {
            counts.add(customer(who), &[7]);
        }
        assert!(counts.fingerprints(1, 800).is_empty(), "two customers are one other for each of them");
        counts.add(customer(3), &[7, 8]);
        assert_eq!(counts.fingerprints(1, 800).shingles, [7]);
    }

    #[test]
    fn there_are_never_more_than_there_is_room_for_and_the_rarest_go() {
        let mut counts = ShingleCounts::with_room(2, 64);
        for who in 0..3 {
            counts.add(customer(who), &[1, 2]);
        }
        for n in 0..10_000 {
            counts.add(customer(9), &[100 + n]);
            assert!(counts.counted() <= 64);
        }
        assert_eq!(counts.fingerprints(1, 800).shingles, [1, 2], "what enough customers got is kept");
        assert!(counts.forgotten() > 9_000);
    }

    /// Where everything counts there is no room for more, and nothing that counts is given up for it.
    #[test]
    fn what_counts_is_never_forgotten() {
        let mut counts = ShingleCounts::with_room(1, 8);
        for shingle in 0..20 {
            counts.add(customer(1), &[shingle]);
            counts.add(customer(2), &[shingle]);
        }
        assert_eq!(counts.fingerprints(1, 800).len(), 8);
    }
}
