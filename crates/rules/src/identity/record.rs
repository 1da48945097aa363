//! What an identifier's stream holds, and its stored form: who claimed the identifier, and what was joined because of
//! it and taken apart. The stream's name is the identifier's keyed hash; its value is nowhere.

use alloc::vec::Vec;
use throughline_core::event::{Body, IdentifierHash};
use throughline_core::ids::{LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Writer};

/// The kind number of an identifier's record: above those of facts.
pub const IDENTIFIER_KIND: u16 = 1_001;

/// The version of its layout.
pub const IDENTIFIER_SCHEMA: u8 = 1;

const CLAIMED: u8 = 1;
const LINKED: u8 = 2;
const UNLINKED: u8 = 3;

/// One record of an identifier's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A profile claimed the identifier, for the first time.
    Claimed {
        /// The kind of identifier.
        kind: Name,
        /// The profile.
        profile: ProfileId,
    },
    /// Two profiles were joined because both claimed it.
    Linked {
        /// The link.
        link: LinkId,
        /// The profile that claimed it last.
        profile: ProfileId,
        /// The profile that had claimed it before.
        other: ProfileId,
    },
    /// Such a link was taken back.
    Unlinked {
        /// The link.
        link: LinkId,
    },
}

impl Record {
    /// The record as a store keeps it.
    pub fn seal(&self) -> Body {
        let mut out = Writer::new();
        match self {
            Self::Claimed { kind, profile } => {
                out.plain.push(CLAIMED);
                kind.encode(&mut out);
                profile.encode(&mut out);
            }
            Self::Linked { link, profile, other } => {
                out.plain.push(LINKED);
                link.encode(&mut out);
                profile.encode(&mut out);
                other.encode(&mut out);
            }
            Self::Unlinked { link } => {
                out.plain.push(UNLINKED);
                link.encode(&mut out);
            }
        }
        let plain = out.plain.into();
        Body { kind: IDENTIFIER_KIND, schema: IDENTIFIER_SCHEMA, plain, ..Body::default() }
    }

    /// Reads a record.
    pub fn open(body: &Body) -> Result<Self, DecodeError> {
        let (mut from, names) = (body.record(IDENTIFIER_KIND, IDENTIFIER_SCHEMA)?, &mut Owned);
        let record = match from.byte()? {
            CLAIMED => Self::Claimed {
                kind: Decode::decode(&mut from, names)?,
                profile: Decode::decode(&mut from, names)?,
            },
            LINKED => Self::Linked {
                link: Decode::decode(&mut from, names)?,
                profile: Decode::decode(&mut from, names)?,
                other: Decode::decode(&mut from, names)?,
            },
            UNLINKED => Self::Unlinked { link: Decode::decode(&mut from, names)? },
            found => {
                let (found, at) = (u64::from(found), from.offset());
                return Err(DecodeError::UnknownVariant { what: "an identifier's record", found, at });
            }
        };
        from.finish()?;
        Ok(record)
    }
}

/// The id of the link that a claim makes between two profiles: whoever makes it, in whichever order they claimed, it
/// is one link.
pub fn link_of(hash: IdentifierHash, a: ProfileId, b: ProfileId) -> LinkId {
    let mut key = Vec::with_capacity(48);
    key.extend_from_slice(hash.as_bytes());
    key.extend_from_slice(a.min(b).as_bytes());
    key.extend_from_slice(a.max(b).as_bytes());
    LinkId(uuid::Uuid::new_v5(&LinkId::namespace("claim"), &key))
}
