//! The fuzz targets without a fuzzer: sound samples of every format, damaged by chance with a fixed seed.
//!
//! What a fuzzer finds in hours this does not, but it runs everywhere. The targets proper are in `fuzz/`.
#![allow(clippy::unwrap_used)]

mod formats;

use formats::{FORMATS, MAIL, mail, mapping};

/// How many damaged samples of each format are read; more than a second's worth is a fuzzer's work.
const ROUNDS: u64 = 10_000;

/// Pieces that grammars care about.
const TOKENS: [&str; 22] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "/>",
    "<!--",
    "]]>",
    "&#0;",
    "&amp;",
    "\r\n",
    "\n",
    "\u{feff}",
    "null",
    "-1",
    "1e999",
    "18446744073709551616",
    "\u{0}",
    "=",
];

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }
}

fn damaged(sample: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + 1 + chance.below(40)).min(bytes.len());
        match chance.below(7) {
            0 if at < bytes.len() => bytes[at] = chance.next() as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            2 => drop(bytes.drain(at..end.max(at))),
            3 => {
                let part = bytes[at..end.max(at)].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            4 => bytes.truncate(at),
            5 => drop(bytes.splice(at..at, vec![b'x'; chance.below(3_000)])),
            _ => drop(bytes.splice(at..at, TOKENS[chance.below(TOKENS.len())].bytes())),
        }
    }
    bytes
}

#[test]
fn no_damage_to_a_sound_log_makes_a_reader_fall() {
    for format in FORMATS {
        let mut chance = Chance(20_240_501);
        (format.read)(format.sample.as_bytes());
        for _ in 0..ROUNDS {
            (format.read)(&damaged(format.sample.as_bytes(), &mut chance));
        }
    }
}

#[test]
fn no_damage_to_a_sound_mapping_makes_its_reader_fall() {
    for document in FORMATS.iter().filter_map(|format| format.mapping) {
        let mut chance = Chance(20_240_502);
        mapping(document.as_bytes());
        for _ in 0..ROUNDS {
            mapping(&damaged(document.as_bytes(), &mut chance));
        }
    }
}

#[test]
fn no_damage_to_a_sound_mail_makes_its_reader_fall() {
    let mut chance = Chance(20_240_503);
    mail(MAIL.as_bytes());
    for _ in 0..ROUNDS {
        mail(&damaged(MAIL.as_bytes(), &mut chance));
    }
}
