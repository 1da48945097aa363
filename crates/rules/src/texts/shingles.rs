//! A reply's shingles: its words in runs of five, as hashes.

use super::names::without_names;
use super::words::{fold_digits, hash, words};
use alloc::{collections::BTreeSet, string::String, vec::Vec};
use xxhash_rust::xxh3::xxh3_64;

/// How many words a shingle has. A text of fewer has one, of all its words.
pub const SHINGLE_WORDS: usize = 5;

/// The set of a text's shingles: case-folded, runs of digits as one `0`, names of people left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shingles {
    /// In order and without repetition.
    hashes: Vec<u64>,
    /// Each hash with the token that it begins at, for whoever wants to see the words.
    places: Vec<(u64, u32)>,
    words: Vec<u64>,
    starts: Vec<u32>,
    folded: String,
}

impl Shingles {
    /// An empty set, to be [read](Self::read) into.
    pub const fn new() -> Self {
        Self {
            hashes: Vec::new(),
            places: Vec::new(),
            words: Vec::new(),
            starts: Vec::new(),
            folded: String::new(),
        }
    }

    /// The shingles of a text. `names` are people's that are known to stand in it.
    pub fn of(text: &str, names: &[&str]) -> Self {
        let mut shingles = Self::new();
        shingles.read(text, names);
        shingles
    }

    /// Reads another text in place of the one before, and keeps the memory.
    pub fn read(&mut self, text: &str, names: &[&str]) {
        self.words.clear();
        self.starts.clear();
        self.hashes.clear();
        self.places.clear();
        self.folded.clear();
        for token in without_names(text, names) {
            for word in words(reduced(token)) {
                let from = self.folded.len();
                if from > 0 {
                    self.folded.push(' ');
                }
                let start = self.folded.len();
                fold_digits(word, &mut self.folded);
                self.words.push(hash(&self.folded[start..]));
                self.starts.push(start as u32);
            }
        }
        if self.words.is_empty() {
            return;
        }
        for (place, run) in self.words.windows(SHINGLE_WORDS.min(self.words.len())).enumerate() {
            self.places.push((combined(run), place as u32));
        }
        self.hashes.extend(self.places.iter().map(|(hash, _)| *hash));
        self.hashes.sort_unstable();
        self.hashes.dedup();
    }

    /// The hashes, in order and without repetition.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The words of the shingles whose hash a condition names, in the order of the text. Personal data.
    pub(super) fn words_of(&self, wanted: impl Fn(u64) -> bool) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let new = self.places.iter().filter(|(hash, _)| wanted(*hash) && seen.insert(*hash));
        new.map(|(_, place)| self.at(*place as usize).into()).collect()
    }

    fn at(&self, place: usize) -> &str {
        let from = self.starts[place] as usize;
        let behind =
            self.starts.get(place + SHINGLE_WORDS).map_or(self.folded.len(), |next| *next as usize - 1);
        &self.folded[from..behind]
    }
}

/// Of a web address its host: the rest is another one in each reply.
fn reduced(token: &str) -> &str {
    let address = token.strip_prefix("https://").or_else(|| token.strip_prefix("http://"));
    address.map_or(token, |rest| rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// The hash of a run of words, the same in every build: it is in logs.
fn combined(run: &[u64]) -> u64 {
    let mut bytes = [0; SHINGLE_WORDS * 8];
    for (to, word) in bytes.chunks_exact_mut(8).zip(run) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    xxh3_64(&bytes[..run.len() * 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_addresses_make_no_difference() {
        let one = Shingles::of("Hi Anna, your order 4711 is on its way: https://t.co/a", &[]);
        let two = Shingles::of("Hi Bert, your order 23 is on its way: https://t.co/b ^JK", &[]);
        assert_eq!(one.hashes(), two.hashes());
        assert_eq!(one.hashes().len(), 6);
    }

    #[test]
    fn a_short_text_is_one_shingle_and_an_empty_one_is_none() {
        assert_eq!(Shingles::of("Thank you!", &[]).hashes().len(), 1);
        assert_eq!(Shingles::of("a b c d e", &[]).hashes().len(), 1);
        assert!(Shingles::of("@anna …", &[]).hashes().is_empty());
    }

    #[test]
    fn what_is_repeated_counts_once() {
        let shingles = Shingles::of("no no no no no no no no", &[]);
        assert_eq!(shingles.hashes().len(), 1);
        assert_eq!(shingles.words_of(|_| true), ["no no no no no"]);
    }

    /// They are in logs: another number here is another number there.
    #[test]
    fn hashes_never_change() {
        let shingles = Shingles::of("We received your order 4711", &[]);
        assert_eq!(shingles.hashes(), [combined(&["we", "received", "your", "order", "0"].map(hash))]);
        assert_eq!(shingles.hashes(), [9_024_771_390_437_054_065]);
    }
}
