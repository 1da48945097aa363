//! Texts as words: case-folded, without punctuation, without what is quoted.

use alloc::string::String;

/// The most bytes of a text that are read; what follows is not. A page has some 3,000.
pub const MAX_TEXT_BYTES: usize = 16 << 10;

/// The part of a text that is read.
pub(super) fn bounded(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The lines that the writer wrote: those that quote another mail are left out.
pub(super) fn own_lines(text: &str) -> impl Iterator<Item = &str> {
    bounded(text).lines().filter(|line| !line.trim_start().starts_with('>'))
}

/// Cuts a text into words: runs of letters and digits. An apostrophe inside a word is dropped, since half of those who
/// write leave it out.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphanumeric() || is_apostrophe(c);
    text.split(move |c| !inside(c))
        .map(|word| word.trim_matches(is_apostrophe))
        .filter(|word| !word.is_empty())
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}')
}

/// Appends a word in lower case, without apostrophes, with `ß` as `ss`.
pub(super) fn fold(word: &str, into: &mut String) {
    // Nearly every word of nearly every text is of these.
    if word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        into.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
        return;
    }
    for c in word.chars().filter(|c| !is_apostrophe(*c)) {
        if c == 'ß' || c == 'ẞ' {
            into.push_str("ss");
        } else {
            into.extend(c.to_lowercase());
        }
    }
}

/// The same with each run of digits as one `0`.
pub(super) fn fold_digits(word: &str, into: &mut String) {
    let from = into.len();
    fold(word, into);
    if !into[from..].bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    let folded = into.split_off(from);
    let mut in_run = false;
    for c in folded.chars() {
        if !c.is_ascii_digit() {
            into.push(c);
        } else if !in_run {
            into.push('0');
        }
        in_run = c.is_ascii_digit();
    }
}

/// A word's hash, the same in every build: it is in logs.
pub(super) fn hash(word: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(word.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn folded(text: &str) -> Vec<String> {
        let fold = |word| {
            let mut folded = String::new();
            fold_digits(word, &mut folded);
            folded
        };
        words(text).map(fold).collect()
    }

    #[test]
    fn case_punctuation_apostrophes_and_digits_make_no_difference() {
        assert_eq!(
            folded("It's ORDER 4711-b; Straße, don\u{2019}t!"),
            ["its", "order", "0", "b", "strasse", "dont"]
        );
        assert_eq!(folded("  '' … 'x9y12' "), ["x0y0"]);
    }

    #[test]
    fn what_is_quoted_is_not_the_writers() {
        let lines: Vec<&str> = own_lines("Thanks.\n> Where is it?\n  > Where?\nBo").collect();
        assert_eq!(lines, ["Thanks.", "Bo"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = "ä".repeat(MAX_TEXT_BYTES);
        assert_eq!(bounded(&long).len(), MAX_TEXT_BYTES);
        let odd = alloc::format!("x{long}");
        assert_eq!(bounded(&odd).len(), MAX_TEXT_BYTES - 1);
    }
}
