//! The stored form of a published set of fingerprints: a record of the tenant's context.

use super::fingerprints::{Fingerprints, MAX_FINGERPRINTS};
use alloc::vec::Vec;
use throughline_core::event::Body;
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Writer};

/// The kind number of a published set: above those of facts about customers.
pub const FINGERPRINTS_KIND: u16 = 1_006;

/// The version of its layout.
pub const FINGERPRINTS_SCHEMA: u8 = 1;

impl Fingerprints {
    /// The set as a store keeps it.
    pub fn seal(&self) -> Body {
        let mut out = Writer::new();
        self.version.encode(&mut out);
        self.other_customers.encode(&mut out);
        self.coverage_per_mille.encode(&mut out);
        self.replies.encode(&mut out);
        self.forgotten.encode(&mut out);
        (self.shingles.len() as u64).encode(&mut out);
        for shingle in &self.shingles {
            out.bytes(&shingle.to_le_bytes());
        }
        let plain = out.plain.into();
        Body { kind: FINGERPRINTS_KIND, schema: FINGERPRINTS_SCHEMA, plain, ..Body::default() }
    }

    /// Reads a set.
    pub fn open(body: &Body) -> Result<Self, DecodeError> {
        let (mut from, names) = (body.record(FINGERPRINTS_KIND, FINGERPRINTS_SCHEMA)?, &mut Owned);
        let mut set = Self {
            version: Decode::decode(&mut from, names)?,
            other_customers: Decode::decode(&mut from, names)?,
            coverage_per_mille: Decode::decode(&mut from, names)?,
            replies: Decode::decode(&mut from, names)?,
            forgotten: Decode::decode(&mut from, names)?,
            shingles: Vec::new(),
        };
        let count = u64::decode(&mut from, names)?;
        if count > MAX_FINGERPRINTS as u64 {
            let at = from.offset();
            return Err(DecodeError::UnknownVariant { what: "a number of fingerprints", found: count, at });
        }
        for _ in 0..count {
            let mut shingle = [0; 8];
            shingle.copy_from_slice(from.take(8)?);
            set.shingles.push(u64::from_le_bytes(shingle));
        }
        from.finish()?;
        // They are looked up by halves.
        if let Some(place) = set.shingles.windows(2).position(|pair| pair[0] >= pair[1]) {
            let (found, at) = (set.shingles[place + 1], body.plain.len());
            return Err(DecodeError::UnknownVariant { what: "a fingerprint in its place", found, at });
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn set() -> Fingerprints {
        let set =
            Fingerprints::new(3, 20, 800, vec![u64::MAX, 7, 7, 1 << 40]).unwrap_or_else(|e| panic!("{e}"));
        Fingerprints { replies: 900, forgotten: 2, ..set }
    }

    #[test]
    fn what_was_published_comes_back() {
        assert_eq!(Fingerprints::open(&set().seal()), Ok(set()));
        assert_eq!(set().len(), 3);
    }

    #[test]
    fn a_cut_foreign_or_disordered_record_is_refused() {
        let body = set().seal();
        let with = |kind, schema, plain: &[u8]| Body { kind, schema, plain: plain.into(), ..Body::default() };
        for cut in 0..body.plain.len() {
            assert!(Fingerprints::open(&with(body.kind, body.schema, &body.plain[..cut])).is_err(), "{cut}");
        }
        assert!(Fingerprints::open(&with(1, 1, &body.plain)).is_err());
        assert!(Fingerprints::open(&with(body.kind, 9, &body.plain)).is_err());
        let mut swapped = set();
        swapped.shingles.swap(0, 1);
        assert!(Fingerprints::open(&swapped.seal()).is_err());
    }

    #[test]
    fn a_record_that_claims_to_be_endless_is_refused_before_anything_is_kept() {
        let mut out = Writer::new();
        for number in [1_u64, 20, 800, 0, 0, u64::MAX] {
            number.encode(&mut out);
        }
        let plain = out.plain.into();
        let body = Body { kind: FINGERPRINTS_KIND, schema: FINGERPRINTS_SCHEMA, plain, ..Body::default() };
        assert!(Fingerprints::open(&body).is_err());
    }

    /// Bytes that a past release wrote. They are never changed.
    #[test]
    fn stored_bytes_never_change() {
        let expected = [
            &[3, 20, 0xa0, 6, 0x84, 7, 2, 3][..],
            &[7, 0, 0, 0, 0, 0, 0, 0],
            &[0, 0, 0, 0, 0, 1, 0, 0],
            &[0xff; 8],
        ];
        assert_eq!(&*set().seal().plain, expected.concat());
    }
}
