//! Fingerprints: sixty-four bits that stand for an id, a tag or a stream in the indexes.
//!
//! They are on disk, so this arithmetic never changes. Two things may share one: it finds, and does not prove.

use crate::stream::StreamId;
use uuid::Uuid;

/// The fingerprint of an event id or a tag.
pub(super) fn of_id(id: Uuid) -> u64 {
    let (high, low) = id.as_u64_pair();
    mix(high, low)
}

/// The fingerprint of a stream: of its tenant, its kind and its sixteen bytes.
pub(super) fn of_stream(stream: &StreamId) -> u64 {
    let (kind, id) = stream.key_bytes();
    of_parts(stream.tenant.as_str(), kind, id)
}

/// The fingerprint of a stream that is still in parts.
pub(super) fn of_parts(tenant: &str, kind: u8, id: Uuid) -> u64 {
    // FNV-1a, as for names elsewhere: short input, no table.
    let name = tenant
        .bytes()
        .chain([kind])
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    mix(of_id(id), name)
}

/// Folds two numbers into one: a product of 128 bits, its halves joined.
pub(super) fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xd1b5_4a32_d192_ed03);
    let folded = product as u64 ^ (product >> 64) as u64;
    // A second round, because a factor near zero would let the other one vanish.
    let product = u128::from(folded ^ a.rotate_left(32)) * 0xff51_afd7_ed55_8ccd_u128;
    product as u64 ^ (product >> 64) as u64 ^ b.rotate_left(17)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn fingerprints_are_what_they_were_in_the_first_release() {
        assert_eq!(of_id(Uuid::nil()), mix(0, 0));
        assert_eq!(GOLDEN, [of_id(Uuid::from_u128(1)), of_parts("default", 0, Uuid::from_u128(1))]);
    }

    const GOLDEN: [u64; 2] = [12_941_072_300_677_472_151, 8_242_271_251_722_816_156];

    #[test]
    fn neighbouring_ids_do_not_share_a_fingerprint() {
        let of = |n: u128| of_id(Uuid::from_u128(n));
        let all: HashSet<u64> = (0..100_000).flat_map(|n| [of(n), of(n << 64)]).collect();
        assert_eq!(all.len(), 199_999);
    }
}
