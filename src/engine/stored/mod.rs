//! Customers as they were, in the store: what a restart, or a customer who was not at hand for long, starts from
//! instead of from her first fact.
//!
//! The bytes are disposable. They begin with a checksum of all that follows and with a fingerprint of what may read
//! them: the shape of the state's types, the rulebooks in force, the version of the evaluator. Whatever does not fit
//! is no snapshot, and everything is read. Names stand in the bytes as text, since symbols are numbers of one process.
//!
//! Left to `save` and `start_from`: when one is taken and what makes it good for the facts that came since.

mod read;
mod save;
mod shape;
mod start_from;
mod write;

pub(super) use start_from::{fetch_from_stored, is_worth_looking};

use super::live::{Live, Profiles};
use super::snapshots::Snapshot;
use read::Decoder;
use serde::{Deserialize, Serialize, de, ser};
use std::collections::BTreeMap;
use std::fmt;
use throughline_core::event::Version;
use throughline_core::ids::ProfileId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_core::wire::{DecodeError, Reader, Writer};
use throughline_rules::calendar::ZONES_VERSION;
use throughline_rules::decision::Slot;
use throughline_rules::evaluate::EvaluatorVersion;
use throughline_rules::journey::Journey;
use write::Encoder;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What a stored snapshot holds beside its versions.
type State = (Journey, BTreeMap<Slot<Sym>, u32>);

/// Why bytes are no snapshot, or a state cannot be one.
#[derive(Debug)]
pub(super) struct Unfit(&'static str);

impl fmt::Display for Unfit {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.0)
    }
}

impl std::error::Error for Unfit {}

impl From<DecodeError> for Unfit {
    fn from(_: DecodeError) -> Self {
        Self("the bytes are damaged")
    }
}

impl de::Error for Unfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        // What serde says may show a value, and that may be a customer's.
        Self("a value does not fit its type")
    }
}

impl ser::Error for Unfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self("a value cannot be written")
    }
}

/// What a stored snapshot must be of to be read: a state of the same types, by the same rules, evaluation and time zones.
///
/// None if the types cannot say their shape: then nothing is stored.
pub(super) fn fingerprint<'a>(rulebooks: impl IntoIterator<Item = (Micros, &'a str)>) -> Option<u64> {
    let mut hash = Xxh3::new();
    hash.update(&shape::shape_of::<State>().ok()?.to_le_bytes());
    hash.update(&EvaluatorVersion::NEWEST.0.to_le_bytes());
    hash.update(env!("CARGO_PKG_VERSION").as_bytes());
    // Deadlines in working time were worked out by these rules of zones.
    hash.update(ZONES_VERSION.as_bytes());
    for (from, document) in rulebooks {
        hash.update(&from.0.to_le_bytes());
        hash.update(&(document.len() as u64).to_le_bytes());
        hash.update(document.as_bytes());
    }
    Some(hash.digest())
}

/// The bytes of a customer at hand.
fn seal(live: &Live, fingerprint: u64, names: &Interner) -> Result<Vec<u8>, Unfit> {
    let mut state = Encoder::new(names);
    let none = BTreeMap::new();
    let generations = live.rare.as_ref().map_or(&none, |rare| &rare.generations);
    (&live.journey, generations).serialize(&mut state)?;
    let mut out = Writer::new();
    out.bytes(&[0; 8]);
    out.bytes(&fingerprint.to_le_bytes());
    out.bytes(&live.recorded_until.0.to_le_bytes());
    out.varint(live.profiles.len() as u64);
    for (profile, version) in &live.profiles {
        out.bytes(profile.as_bytes());
        out.varint(version.0);
    }
    state.finish(&mut out);
    let mut bytes = out.plain;
    let checksum = xxh3_64(&bytes[8..]);
    bytes[..8].copy_from_slice(&checksum.to_le_bytes());
    Ok(bytes)
}

/// Bytes that are whole and meant for this engine.
#[derive(Debug)]
pub(super) struct Sealed {
    /// The profiles of the customer, with the versions of their streams that the state is from.
    pub(super) profiles: Profiles,
    recorded_until: Micros,
    bytes: Vec<u8>,
    /// Where the state begins.
    state: usize,
}

impl Sealed {
    fn open(bytes: Vec<u8>, fingerprint: u64) -> Result<Self, Unfit> {
        let mut from = Reader::new(&bytes);
        if from.take(8)? != xxh3_64(&bytes[8..]).to_le_bytes() {
            return Err(Unfit("the checksum is another one"));
        }
        if from.take(8)? != fingerprint.to_le_bytes() {
            return Err(Unfit("it was written for other rules or by another version"));
        }
        let mut time = [0; 8];
        time.copy_from_slice(from.take(8)?);
        let recorded_until = Micros(i64::from_le_bytes(time));
        let mut profiles = Profiles::new();
        for _ in 0..from.varint()? {
            let mut id = [0; 16];
            id.copy_from_slice(from.take(16)?);
            profiles.push((ProfileId::from_bytes(id), Version(from.varint()?)));
        }
        let state = from.offset();
        Ok(Self { profiles, recorded_until, bytes, state })
    }

    /// The customer as she was.
    fn snapshot(&self, names: &mut Interner) -> Result<Snapshot, Unfit> {
        let mut from = Decoder::new(Reader::new(&self.bytes[self.state..]), names)?;
        let (journey, generations) = State::deserialize(&mut from)?;
        from.finish()?;
        Ok(Snapshot::stored(self.profiles.clone(), journey, generations, self.recorded_until))
    }
}

#[cfg(test)]
mod tests;
