//! The fold's form of an event: names are symbols, texts are gone, and nothing of the log is left.

use crate::event::{Body, EventData, NewEvent, decode};
use crate::ids::EventId;
use crate::name::{Interner, Sym};
use crate::time::Micros;
use crate::wire::{Decode, DecodeError, Reader, Reading};
use core::cmp::Ordering;
use serde::{Deserialize, Serialize};

/// Which of a customer's profiles a fact came from. Only a number within one evaluation: it tells the ledger
/// into which stream an announcement goes and is part of no state and no digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProfileIx(pub u32);

/// One fact, ready to be folded.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// When it happened.
    pub at: Micros,
    /// Who says so.
    pub source: Sym,
    /// The profile whose stream holds it.
    pub profile: ProfileIx,
    /// The source's own number for it.
    pub sequence: u64,
    /// The event's id.
    pub id: EventId,
    /// What happened.
    pub data: EventData<Sym, ()>,
}

/// The place of a fact in canonical order, with the source as a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactKey {
    /// When it happened.
    pub at: Micros,
    /// Who says so.
    pub source: Sym,
    /// The source's own number for it.
    pub sequence: u64,
    /// The event's id.
    pub id: EventId,
}

impl Fact {
    /// The fact that an event states.
    pub fn of(event: &NewEvent, profile: ProfileIx, names: &mut Interner) -> Self {
        // Through the stored form, so that there is one conversion and it is the one that replay uses.
        let body = Body::of(&event.data);
        let fact = Self::from_body(&event.with_data(body), profile, names);
        fact.unwrap_or_else(|e| unreachable!("what was just encoded decodes: {e}"))
    }

    /// The fact that a stored event states.
    pub fn from_body(
        event: &NewEvent<Body>,
        profile: ProfileIx,
        names: &mut impl NameTable,
    ) -> Result<Self, DecodeError> {
        let source = names.symbol(event.source.as_str());
        let Body { kind, schema, plain, personal, .. } = &event.data;
        let data = decode(*kind, *schema, plain, personal, &mut Interning { names })?;
        Ok(Self { at: event.occurred_at, source, profile, sequence: event.sequence, id: event.id, data })
    }

    /// The fact's place in canonical order.
    pub const fn key(&self) -> FactKey {
        FactKey { at: self.at, source: self.source, sequence: self.sequence, id: self.id }
    }
}

impl FactKey {
    /// Before every fact: the last fact of a customer who has none.
    pub const BEFORE_ALL: Self =
        Self { at: Micros::MIN, source: Sym::NONE, sequence: 0, id: EventId::from_bytes([0; 16]) };

    /// Compares two places. Symbols are numbered by arrival, so where they differ their *names* decide.
    #[inline]
    pub fn compare(&self, other: &Self, names: &Interner) -> Ordering {
        self.at.cmp(&other.at).then_with(|| {
            let sources = if self.source == other.source {
                Ordering::Equal
            } else {
                names.resolve(self.source).cmp(names.resolve(other.source))
            };
            sources.then_with(|| (self.sequence, self.id).cmp(&(other.sequence, other.id)))
        })
    }
}

/// Gives names their symbols: an [`Interner`], or a share of one that several threads use.
pub trait NameTable {
    /// The symbol of a name, a new one if the name is new.
    fn symbol(&mut self, name: &str) -> Sym;
}

impl NameTable for Interner {
    #[inline]
    fn symbol(&mut self, name: &str) -> Sym {
        self.intern(name)
    }
}

/// Reads names as symbols and drops texts.
#[derive(Debug)]
pub struct Interning<'a, T = Interner> {
    /// Where names get their symbols.
    pub names: &'a mut T,
}

impl<T: NameTable> Reading for Interning<'_, T> {
    type Name = Sym;
    type Text = ();

    #[inline]
    fn name(&mut self, name: &str) -> Result<Sym, DecodeError> {
        Ok(self.names.symbol(name))
    }

    fn text(&mut self, _: Option<&str>) {}
}

impl<'a, T: NameTable> Decode<Interning<'a, T>> for Sym {
    #[inline]
    fn decode(from: &mut Reader<'_>, context: &mut Interning<'a, T>) -> Result<Self, DecodeError> {
        context.name(from.text()?)
    }
}

impl<'a, T: NameTable> Decode<Interning<'a, T>> for () {
    #[inline]
    fn decode(_: &mut Reader<'_>, _: &mut Interning<'a, T>) -> Result<Self, DecodeError> {
        Ok(())
    }
}
