//! What a long stream says of who is who, in the store: a claim of somebody with a hundred thousand facts reads that and
//! what came since.
//!
//! Disposable, like every snapshot: it stands under the name of a stream that nothing is ever written to, begins with a
//! checksum of all that follows and with the version of its layout, and what does not fit is no summary. It follows from
//! the facts alone, so no rulebook makes it wrong.

use super::said::Said;
use throughline_core::event::{IdentifierHash, Version};
use throughline_core::ids::ProfileId;
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Reader, Writer};
use throughline_store::contract::EventStore;
use throughline_store::stream::{StreamId, StreamKey, TenantId};
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_64;

/// The version of the layout.
const LAYOUT: u8 = 1;

/// What a profile's summary is saved under.
fn name_of(tenant: &TenantId, profile: ProfileId) -> StreamId {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, b"throughline/who a profile says it is");
    let hash = IdentifierHash(Uuid::new_v5(&namespace, profile.as_bytes()));
    StreamId { tenant: tenant.clone(), key: StreamKey::Identifier(hash) }
}

/// The summary of a profile, if there is one that fits.
pub(super) async fn read(store: &dyn EventStore, tenant: &TenantId, profile: ProfileId) -> Option<Said> {
    match store.snapshot(&name_of(tenant, profile)).await {
        Ok(bytes) => open(profile, &bytes?).ok(),
        Err(error) => {
            tracing::warn!(%error, "a summary could not be read; the stream is read instead");
            None
        }
    }
}

/// Saves the summary of a profile. What cannot be saved is a matter of time alone.
pub(super) async fn save(store: &dyn EventStore, tenant: &TenantId, profile: ProfileId, said: &Said) {
    if let Err(error) = store.save_snapshot(&name_of(tenant, profile), Some(seal(profile, said))).await {
        tracing::warn!(%error, "a summary could not be saved; it is not needed");
    }
}

fn seal(profile: ProfileId, said: &Said) -> Vec<u8> {
    let mut out = Writer::new();
    out.bytes(&[0; 8]);
    out.bytes(&[LAYOUT]);
    profile.encode(&mut out);
    out.varint(said.version.0);
    out.varint(said.claims.len() as u64);
    for (kind, hash) in &said.claims {
        kind.encode(&mut out);
        hash.encode(&mut out);
    }
    for links in [&said.links, &said.unlinked] {
        out.varint(links.len() as u64);
        for (link, other) in links {
            link.encode(&mut out);
            other.encode(&mut out);
        }
    }
    let mut bytes = out.plain;
    let checksum = xxh3_64(&bytes[8..]);
    bytes[..8].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

fn open(profile: ProfileId, bytes: &[u8]) -> Result<Said, Unfit> {
    let mut from = Reader::new(bytes);
    if from.take(8)? != xxh3_64(&bytes[8..]).to_le_bytes() || from.byte()? != LAYOUT {
        return Err(Unfit);
    }
    let names = &mut Owned;
    if ProfileId::decode(&mut from, names)? != profile {
        return Err(Unfit);
    }
    let mut said = Said { version: Version(from.varint()?), ..Said::default() };
    for _ in 0..from.varint()? {
        said.claims.insert((Decode::decode(&mut from, names)?, Decode::decode(&mut from, names)?));
    }
    for links in [&mut said.links, &mut said.unlinked] {
        for _ in 0..from.varint()? {
            links.insert(Decode::decode(&mut from, names)?, Decode::decode(&mut from, names)?);
        }
    }
    from.finish()?;
    Ok(said)
}

/// The bytes are no summary of this profile.
#[derive(Debug)]
struct Unfit;

impl From<DecodeError> for Unfit {
    fn from(_: DecodeError) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use throughline_core::ids::LinkId;
    use throughline_core::name::Name;

    fn some() -> Said {
        let id = |n: u8| Uuid::from_bytes([n; 16]);
        let mut said = Said { version: Version(4_711), ..Said::default() };
        said.claims.insert((Name::new("email").unwrap(), IdentifierHash(id(1))));
        said.claims.insert((Name::new("phone").unwrap(), IdentifierHash(id(2))));
        said.links.insert(LinkId(id(3)), ProfileId(id(4)));
        said.links.insert(LinkId(id(5)), ProfileId(id(6)));
        said.unlinked.insert(LinkId(id(5)), ProfileId(id(6)));
        said
    }

    #[test]
    fn a_summary_is_read_as_it_was_written_and_for_its_profile_alone() {
        let (who, other) = (ProfileId::from_bytes([7; 16]), ProfileId::from_bytes([8; 16]));
        let bytes = seal(who, &some());
        assert_eq!(open(who, &bytes).unwrap(), some());
        assert!(open(other, &bytes).is_err());
    }

    #[test]
    fn whatever_is_cut_off_or_changed_is_no_summary() {
        let who = ProfileId::from_bytes([7; 16]);
        let bytes = seal(who, &some());
        for end in 0..bytes.len() {
            assert!(open(who, &bytes[..end]).is_err(), "cut at {end}");
        }
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 4;
            assert!(open(who, &other).is_err(), "changed at {at}");
        }
        // Another layout, with the right checksum.
        let mut other = bytes;
        other[8] = LAYOUT + 1;
        let checksum = xxh3_64(&other[8..]).to_le_bytes();
        other[..8].copy_from_slice(&checksum);
        assert!(open(who, &other).is_err());
    }
}
