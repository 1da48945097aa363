//! A memory that forgets: what was used last stays, what was not used for long goes.

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Remembers at least half of `most` and at most `most` entries, those that were used last.
///
/// Two maps instead of a list by age: when the young one is full the old one is forgotten, and the young one takes
/// its place. That costs nothing per entry, and what is forgotten depends on the rows alone.
pub(super) struct Generations<K, V> {
    young: FxHashMap<K, V>,
    old: FxHashMap<K, V>,
    most: usize,
}

impl<K: Eq + Hash, V> Generations<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { young: FxHashMap::default(), old: FxHashMap::default(), most: most.max(2) }
    }

    /// Takes an entry out, as a rule to put it back changed.
    pub(super) fn take(&mut self, key: &K) -> Option<V> {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.young.get(key).or_else(|| self.old.get(key))
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.most / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::Generations;

    #[test]
    fn what_was_used_last_stays() {
        let mut memory = Generations::new(4);
        for n in 0..4 {
            memory.put(n, n);
        }
        assert_eq!((0..4).filter_map(|n| memory.get(&n)).count(), 4);
        // Used again, so it outlives the others of its age.
        let zero = memory.take(&0);
        memory.put(0, zero.unwrap_or_default());
        memory.put(4, 4);
        assert_eq!((memory.get(&0), memory.get(&1), memory.get(&4)), (Some(&0), None, Some(&4)));
    }
}
