//! What a subscription says about the customers whose announcements its reader could not handle, and its stored form.
//!
//! The records of one subscription are in a stream of their own, so that writing one disturbs no judgement, and two
//! readers of one name meet there.

use alloc::format;
use alloc::string::String;
use serde::{Deserialize, Serialize};
use throughline_core::event::{Body, IdentifierHash, Position};
use throughline_core::ids::{NAMESPACE, ProfileId};
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Reader, Writer};
use uuid::Uuid;

/// The kind number of a subscription's record: above those of facts.
pub const SUBSCRIPTION_KIND: u16 = 1_004;

/// The version of its layout.
pub const SUBSCRIPTION_SCHEMA: u8 = 1;

/// How many characters of a reason are kept.
pub const MOST_REASON_CHARS: usize = 200;

const PARKED: u8 = 1;
const DEALT_WITH: u8 = 2;
const RELEASED: u8 = 3;

/// Where an announcement is: one record of the ledger may hold several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryPlace {
    /// The record's position in the log.
    pub position: Position,
    /// Which of the record's entries it is, from 0.
    pub entry: u32,
}

/// One record of a subscription's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A reader could not handle an announcement: its customer's are held back from there on.
    Parked {
        /// The profile that the customer is parked under.
        profile: ProfileId,
        /// The announcement that could not be handled.
        from: EntryPlace,
        /// What the reader said about it.
        why: String,
    },
    /// Some of what was held back is dealt with.
    DealtWith {
        /// The profile that the customer is parked under.
        profile: ProfileId,
        /// Everything before this is dealt with.
        until: EntryPlace,
    },
    /// Everything that was held back is dealt with, and nothing is held back any more.
    Released {
        /// The profile that the customer was parked under.
        profile: ProfileId,
        /// Everything before this is dealt with.
        until: EntryPlace,
    },
}

impl EntryPlace {
    /// The first entry that there may be after a position.
    pub const fn behind(position: Position) -> Self {
        Self { position: Position(position.0 + 1), entry: 0 }
    }

    /// The place right behind this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { entry: self.entry + 1, ..self }
    }
}

/// The key of the stream of the subscription with a name. It looks like an identifier's; no identifier has it, since
/// identifiers are named by keyed hashes.
pub fn key_of(name: &str) -> IdentifierHash {
    IdentifierHash(Uuid::new_v5(&NAMESPACE, format!("subscription/{name}").as_bytes()))
}

/// A reason, cut to what is kept of it.
pub fn cut(why: &str) -> String {
    why.chars().take(MOST_REASON_CHARS).collect()
}

impl Encode for EntryPlace {
    fn encode(&self, out: &mut Writer) {
        out.varint(self.position.0);
        self.entry.encode(out);
    }
}

impl Decode<Owned> for EntryPlace {
    fn decode(from: &mut Reader<'_>, names: &mut Owned) -> Result<Self, DecodeError> {
        Ok(Self { position: Position(from.varint()?), entry: Decode::decode(from, names)? })
    }
}

impl Record {
    /// The profile that it is about.
    pub const fn profile(&self) -> ProfileId {
        match self {
            Self::Parked { profile, .. }
            | Self::DealtWith { profile, .. }
            | Self::Released { profile, .. } => *profile,
        }
    }

    /// The record as a store keeps it.
    pub fn seal(&self) -> Body {
        let mut out = Writer::new();
        let (tag, place) = match self {
            Self::Parked { from, .. } => (PARKED, from),
            Self::DealtWith { until, .. } => (DEALT_WITH, until),
            Self::Released { until, .. } => (RELEASED, until),
        };
        out.plain.push(tag);
        self.profile().encode(&mut out);
        place.encode(&mut out);
        if let Self::Parked { why, .. } = self {
            out.text(why);
        }
        let plain = out.plain.into();
        Body { kind: SUBSCRIPTION_KIND, schema: SUBSCRIPTION_SCHEMA, plain, ..Body::default() }
    }

    /// Reads a record.
    pub fn open(body: &Body) -> Result<Self, DecodeError> {
        let (mut from, names) = (body.record(SUBSCRIPTION_KIND, SUBSCRIPTION_SCHEMA)?, &mut Owned);
        let (tag, at) = (from.byte()?, from.offset());
        let profile = Decode::decode(&mut from, names)?;
        let place: EntryPlace = Decode::decode(&mut from, names)?;
        let record = match tag {
            PARKED => Self::Parked { profile, from: place, why: Decode::decode(&mut from, names)? },
            DEALT_WITH => Self::DealtWith { profile, until: place },
            RELEASED => Self::Released { profile, until: place },
            found => {
                let found = u64::from(found);
                return Err(DecodeError::UnknownVariant { what: "a subscription's record", found, at });
            }
        };
        from.finish()?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> [Record; 3] {
        let (profile, place) =
            (ProfileId::from_bytes([7; 16]), EntryPlace { position: Position(300), entry: 2 });
        [
            Record::Parked { profile, from: place, why: "the mail server said ä".into() },
            Record::DealtWith { profile, until: place.next() },
            Record::Released { profile, until: EntryPlace::behind(Position(9)) },
        ]
    }

    #[test]
    fn what_was_stored_comes_back() {
        for record in samples() {
            let body = record.seal();
            assert_eq!((body.kind, body.schema, body.is_fact()), (1_004, 1, false));
            assert_eq!(Record::open(&body), Ok(record));
        }
    }

    #[test]
    fn a_cut_or_foreign_record_is_refused() {
        let with = |kind, schema, plain: &[u8]| Body { kind, schema, plain: plain.into(), ..Body::default() };
        for body in samples().map(|record| record.seal()) {
            for cut in 0..body.plain.len() {
                assert!(Record::open(&with(body.kind, body.schema, &body.plain[..cut])).is_err());
            }
            let mut foreign = body.plain.to_vec();
            foreign[0] = 9;
            assert!(Record::open(&with(SUBSCRIPTION_KIND, SUBSCRIPTION_SCHEMA, &foreign)).is_err());
            assert!(Record::open(&with(1_001, SUBSCRIPTION_SCHEMA, &body.plain)).is_err());
            assert!(Record::open(&with(SUBSCRIPTION_KIND, 2, &body.plain)).is_err());
        }
    }

    #[test]
    fn a_reason_is_cut_at_a_character() {
        assert_eq!(cut(&"ä".repeat(300)).chars().count(), MOST_REASON_CHARS);
        assert_eq!(cut("short"), "short");
    }
}
