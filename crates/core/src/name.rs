//! Names: topics, queues, agents, pages, sources. In the API a [`Name`], in the fold an interned [`Sym`].
//!
//! A symbol is a small number that stands for a name inside one [`Interner`]. Its value depends on the order in
//! which names arrived, so it is never written, compared across interners, or part of a digest; the name's
//! [`Interner::stable_hash`] is.

use alloc::{string::String, vec::Vec};
use core::{fmt, hash::BuildHasherDefault};
use hashbrown::HashMap;
use rustc_hash::FxHasher;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use thiserror::Error;

/// A short word of the domain, kept as it was written: `billing`, `desk-2`, `cancellation-terms`. Up to 23 bytes
/// take no memory of their own; a longer one is shared between copies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(SmolStr);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a name must not be empty")]
    Empty,
    /// More than [`Name::MAX_BYTES`].
    #[error("a name may have at most {max} bytes, this one has {0}; keep long text in a text field", max = Name::MAX_BYTES)]
    TooLong(usize),
    /// A control character, for instance a line end.
    #[error("a name must not contain control characters (one stands at byte {0})")]
    Control(usize),
}

impl Name {
    /// The most bytes that a name may have.
    pub const MAX_BYTES: usize = 256;

    /// A name from text.
    pub fn new(text: impl AsRef<str>) -> Result<Self, NameError> {
        let text = text.as_ref();
        match text.char_indices().find(|(_, c)| c.is_control()) {
            _ if text.is_empty() => Err(NameError::Empty),
            _ if text.len() > Self::MAX_BYTES => Err(NameError::TooLong(text.len())),
            Some((at, _)) => Err(NameError::Control(at)),
            None => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for Name {
    type Error = NameError;
    fn try_from(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        // The message says what is wrong with the name, never what the name was: it may be personal.
        Self::new(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// A name inside one [`Interner`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sym(u32);

impl Sym {
    /// No name at all.
    pub const NONE: Self = Self(0);

    /// Whether this stands for no name.
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The number behind the symbol, an index that is dense from 0 ([`Sym::NONE`]) upwards.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The type's name in serde's data model, by which a writer of our own bytes knows that the number inside is a
/// symbol's, and puts the name in its place.
pub const SYM: &str = "Sym";

impl Serialize for Sym {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            return Err(serde::ser::Error::custom(
                "a symbol is a number of one process; write the name that it stands for",
            ));
        }
        s.serialize_newtype_struct(SYM, &self.0)
    }
}

impl<'de> Deserialize<'de> for Sym {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Number;
        impl<'de> serde::de::Visitor<'de> for Number {
            type Value = Sym;
            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("the number of a symbol of this process")
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, d: D) -> Result<Sym, D::Error> {
                u32::deserialize(d).map(Sym)
            }
        }
        d.deserialize_newtype_struct(SYM, Number)
    }
}

impl fmt::Debug for Sym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sym({})", self.0)
    }
}

/// Turns names into symbols and back. Grows with the number of *different* names only.
#[derive(Clone, Debug)]
pub struct Interner {
    names: Vec<(SmolStr, u64)>,
    /// Names of up to 15 bytes, which nearly all are, as one number: found without comparing text.
    short: HashMap<u128, Sym, BuildHasherDefault<FxHasher>>,
    long: HashMap<SmolStr, Sym, BuildHasherDefault<FxHasher>>,
}

/// A text of up to 15 bytes as a number that no other text has: its bytes, and its length in the last one.
#[inline]
fn packed(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    let length = bytes.len();
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    let half = |at: usize| {
        let mut half = [0; 4];
        half.copy_from_slice(&bytes[at..at + 4]);
        u64::from(u32::from_le_bytes(half))
    };
    // Overlapping parts instead of a loop: what two lengths share is told apart by the length.
    let (low, high) = match length {
        0 => (0, 0),
        1..4 => {
            let [first, middle, last] = [0, length / 2, length - 1].map(|at| u64::from(bytes[at]));
            (first | middle << 8 | last << 16, 0)
        }
        4..8 => (half(0) | half(length - 4) << 32, 0),
        8 => (word(0), 0),
        9..16 => (word(0), word(length - 8) >> (8 * (16 - length))),
        _ => return None,
    };
    Some(u128::from(low) | u128::from(high) << 64 | (length as u128) << 120)
}

impl Default for Interner {
    fn default() -> Self {
        let nothing = SmolStr::default();
        let hash = stable_hash("");
        let short = packed("").map(|number| (number, Sym::NONE));
        Self {
            names: alloc::vec![(nothing, hash)],
            short: short.into_iter().collect(),
            long: HashMap::default(),
        }
    }
}

impl Interner {
    /// An interner that knows no name yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The symbol of a name, a new one if the name is new. The empty text is [`Sym::NONE`].
    pub fn intern(&mut self, name: &str) -> Sym {
        if let Some(sym) = self.get(name) {
            return sym;
        }
        let sym = Sym(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        let text = SmolStr::from(name);
        match packed(name) {
            Some(number) => self.short.insert(number, sym),
            None => self.long.insert(text.clone(), sym),
        };
        self.names.push((text, stable_hash(name)));
        sym
    }

    /// The symbol of a name that is already known.
    #[inline]
    pub fn get(&self, name: &str) -> Option<Sym> {
        match packed(name) {
            Some(number) => self.short.get(&number),
            None => self.long.get(name),
        }
        .copied()
    }

    /// The text that a symbol stands for; empty for [`Sym::NONE`] and for a symbol of another interner.
    pub fn resolve(&self, sym: Sym) -> &str {
        self.names.get(sym.index()).map_or("", |(text, _)| text)
    }

    /// The text of the symbol with this number, if it is one of this interner's.
    pub fn nth(&self, number: usize) -> Option<&str> {
        self.names.get(number).map(|(text, _)| text.as_str())
    }

    /// The name that a symbol stands for, sharing its text; none for [`Sym::NONE`].
    pub fn name(&self, sym: Sym) -> Option<Name> {
        // What is interned came from a name or from a checked rulebook.
        self.names.get(sym.index()).filter(|_| !sym.is_none()).map(|(text, _)| Name(text.clone()))
    }

    /// A hash of the name that is the same in every process, version and interner.
    pub fn stable_hash(&self, sym: Sym) -> u64 {
        self.names.get(sym.index()).map_or(0, |(_, hash)| *hash)
    }

    /// How many names there are, [`Sym::NONE`] included.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether no name was interned yet.
    pub fn is_empty(&self) -> bool {
        self.names.len() <= 1
    }
}

/// FNV-1a, 64 bits: short inputs, no tables, and a definition that fits a comment, so it can stay for ever.
fn stable_hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back_as_it_was_written() {
        let mut names = Interner::new();
        let a = names.intern("billing");
        let b = names.intern("delivery");
        assert_eq!((names.intern("billing"), names.resolve(a), names.resolve(b)), (a, "billing", "delivery"));
        assert_eq!((names.intern(""), names.resolve(Sym::NONE)), (Sym::NONE, ""));
    }

    #[test]
    fn names_of_every_length_are_told_apart() {
        let whole = "abcdefghijklmnopqrstuvwxyz";
        let mut texts: Vec<String> = (0..whole.len()).map(|n| whole[..n].into()).collect();
        // The same bytes in other places, and text that ends in what padding looks like.
        texts.extend((1..whole.len()).map(|n| whole[n..].into()));
        texts.extend((1..20).map(|n| "a".repeat(n) + "\0"));
        texts.extend((2..20).map(|n| "a".repeat(n)));
        let mut names = Interner::new();
        let syms: Vec<Sym> = texts.iter().map(|text| names.intern(text)).collect();
        for (text, sym) in texts.iter().zip(&syms) {
            assert_eq!(
                (names.intern(text), names.get(text), names.resolve(*sym)),
                (*sym, Some(*sym), &**text)
            );
        }
        let different: alloc::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(names.len(), different.len());
    }

    #[test]
    fn what_is_not_a_name_is_refused_with_the_reason() {
        assert_eq!(Name::new(""), Err(NameError::Empty));
        assert_eq!(Name::new("a\nb"), Err(NameError::Control(1)));
        assert_eq!(Name::new("x".repeat(257)), Err(NameError::TooLong(257)));
    }
}
