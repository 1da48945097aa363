//! Ids that were worked out of late. Deriving one is SHA-1, and most rows name a contact and a customer whom a row not
//! long before them named too.

use xxhash_rust::xxh3::xxh3_128;

/// A fixed number of keys, by a hash of 128 bits, and their ids. A key takes the place of an older one.
pub(super) struct Recent<T> {
    slots: Vec<Option<(u128, Option<T>)>>,
}

/// So that a reader takes some 200 kB for it, whatever the log is.
const SLOTS: usize = 4_096;

impl<T: Copy> Recent<T> {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SLOTS] }
    }

    /// The id of a key, which `derive` works out if it was not asked for lately.
    pub(super) fn id(&mut self, key: &str, derive: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let hash = xxh3_128(key.as_bytes());
        let slot = &mut self.slots[hash as usize % SLOTS];
        match slot {
            Some((known, id)) if *known == hash => *id,
            _ => slot.insert((hash, derive(key))).1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Recent, SLOTS};

    #[test]
    fn every_key_has_its_own_id_however_many_there_are() {
        let mut recent = Recent::new();
        let mut derived = 0;
        for _ in 0..2 {
            for n in 0..2 * SLOTS {
                for _ in 0..2 {
                    let id = recent.id(&n.to_string(), |key| {
                        derived += 1;
                        key.parse::<usize>().ok()
                    });
                    assert_eq!(id, Some(n));
                }
            }
        }
        assert!((2 * SLOTS..=4 * SLOTS).contains(&derived), "{derived}");
        assert_eq!(recent.id("no id", |_| None), None);
    }
}
