//! Finds phrases in texts: whole words, whatever their case and what stands between them.

use super::words::{fold, hash, own_lines, words};
use alloc::{string::String, vec::Vec};
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

/// The most words of a phrase.
pub(crate) const MAX_PHRASE_WORDS: usize = 12;

/// Phrases, found by their first word: a text costs as much as it has words, and each word as much as there are phrases
/// that begin with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Matcher {
    phrases: Vec<Phrase>,
    /// The phrases that begin with a word, the longest first.
    by_first: HashMap<u64, Vec<u32>, FxBuildHasher>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Phrase {
    words: Vec<u64>,
    folded: String,
}

/// A phrase's words, folded, with a blank between. Empty for a phrase without any.
pub(crate) fn folded(phrase: &str) -> String {
    let mut folded = String::new();
    for word in own_lines(phrase).flat_map(words) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        fold(word, &mut folded);
    }
    folded
}

impl Matcher {
    /// Adds a phrase, and says its number. One without a word is never found.
    pub(super) fn add(&mut self, phrase: &str) -> u32 {
        let folded = folded(phrase);
        let words: Vec<u64> = folded.split_whitespace().map(hash).collect();
        let number = self.phrases.len() as u32;
        if let Some(&first) = words.first() {
            let same = self.by_first.entry(first).or_default();
            let phrases = &self.phrases;
            let place = same.partition_point(|known| phrases[*known as usize].words.len() >= words.len());
            same.insert(place, number);
        }
        self.phrases.push(Phrase { words, folded });
        number
    }

    /// The phrases in a text, in its order and without overlap, the longest first where several fit. Each with how many
    /// words it has.
    pub(super) fn found(&self, text: &str) -> Vec<(u32, usize)> {
        if self.phrases.is_empty() { Vec::new() } else { self.found_in(&hashes(text)) }
    }

    /// The same in a text of which the words are known by their hashes.
    pub(super) fn found_in(&self, text: &[u64]) -> Vec<(u32, usize)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let begin = self.by_first.get(&text[at]).map_or(&[][..], Vec::as_slice);
            let fits = |number: &&u32| text[at..].starts_with(&self.phrases[**number as usize].words);
            match begin.iter().find(fits) {
                Some(&number) => {
                    let length = self.phrases[number as usize].words.len();
                    found.push((number, length));
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }

    /// A phrase's words as they are compared.
    pub(super) fn words_of(&self, number: u32) -> &str {
        &self.phrases[number as usize].folded
    }
}

/// A text's words by their hashes.
pub(super) fn hashes(text: &str) -> Vec<u64> {
    let mut folded = String::new();
    let hash = |word| {
        folded.clear();
        fold(word, &mut folded);
        hash(&folded)
    };
    own_lines(text).flat_map(words).map(hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<String> {
        let mut matcher = Matcher::default();
        for phrase in phrases {
            matcher.add(phrase);
        }
        matcher.found(text).iter().map(|(number, _)| matcher.words_of(*number).into()).collect()
    }

    #[test]
    fn whole_words_are_found_whatever_stands_between_them() {
        let phrases = ["Thank you", "still doesn't work", "work"];
        assert_eq!(
            found(&phrases, "THANK\n you! It still doesn\u{2019}t  work."),
            ["thank you", "still doesnt work"]
        );
        assert_eq!(found(&phrases, "thank your network, works"), Vec::<String>::new());
    }

    #[test]
    fn the_longest_that_fits_is_found_and_an_empty_one_never() {
        assert_eq!(found(&["not", "not at all", "", "…"], "not at all, not at"), ["not at all", "not"]);
    }
}
