//! The canonical bytes of a state: what "equal, byte for byte" and every digest are defined on.
//!
//! They hold what follows from the facts and nothing of how the facts came: no position, no recorded time, no
//! symbol number and no iteration order of a hash map. Names are written either spelled out, so that two states
//! can be compared exactly, or as their [stable hash](Interner::stable_hash), which is enough for a digest and
//! costs the hot path one load.

use crate::name::{Interner, Sym};
use crate::time::Micros;
use alloc::vec::Vec;
use uuid::Uuid;

/// How names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Length and text.
    Spelled,
    /// Their 64-bit stable hash.
    Hashed,
}

/// Appends canonical bytes to a buffer that its owner reuses.
#[derive(Debug)]
pub struct CanonicalWriter<'a> {
    out: &'a mut Vec<u8>,
    names: &'a Interner,
    style: Names,
}

/// A state or a decision that has canonical bytes.
pub trait Canonical {
    /// Appends them. Every field that follows from the facts must be here, in a fixed order.
    fn canonical(&self, to: &mut CanonicalWriter<'_>);
}

impl<'a> CanonicalWriter<'a> {
    /// A writer that appends to `out`.
    pub const fn new(out: &'a mut Vec<u8>, names: &'a Interner, style: Names) -> Self {
        Self { out, names, style }
    }

    /// A number, eight bytes, little-endian.
    #[inline]
    pub fn number(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// A small number, one byte.
    #[inline]
    pub fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    /// A float, by its bits: two scores are equal when every bit is.
    #[inline]
    pub fn float(&mut self, value: f64) {
        self.number(value.to_bits());
    }

    /// An instant.
    #[inline]
    pub fn time(&mut self, value: Micros) {
        self.number(value.0 as u64);
    }

    /// An instant that may be missing.
    #[inline]
    pub fn maybe_time(&mut self, value: Option<Micros>) {
        self.time(value.unwrap_or(Micros::MIN));
    }

    /// An id.
    #[inline]
    pub fn id(&mut self, value: Uuid) {
        self.out.extend_from_slice(value.as_bytes());
    }

    /// A name.
    #[inline]
    pub fn name(&mut self, sym: Sym) {
        match self.style {
            Names::Hashed => self.number(self.names.stable_hash(sym)),
            Names::Spelled => {
                let text = self.names.resolve(sym);
                self.out.extend_from_slice(&(text.len() as u32).to_le_bytes());
                self.out.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// A list: its length, then each item.
    pub fn list<T: Canonical>(&mut self, items: &[T]) {
        self.number(items.len() as u64);
        for item in items {
            item.canonical(self);
        }
    }
}
