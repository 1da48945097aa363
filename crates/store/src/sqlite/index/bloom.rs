//! Bloom filters: most runs do not hold what is looked for, and can say so without being read.
//!
//! Blocked: all bits of a key are in one block of 512, so a question costs one cache miss. At 12 bits a key
//! about one answer in two hundred is a false "perhaps".

/// Bits in the filter for each key.
const BITS_PER_KEY: usize = 12;
/// Bits set for each key.
const PROBES: u32 = 6;
const WORDS: usize = 8;

/// The keys of a run, approximately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bloom(Vec<[u64; WORDS]>);

impl Bloom {
    /// A filter for so many different keys.
    pub(super) fn for_keys(keys: usize) -> Self {
        Self(vec![[0; WORDS]; (keys * BITS_PER_KEY).div_ceil(512).max(1)])
    }

    /// Adds a fingerprint.
    pub(super) fn insert(&mut self, fingerprint: u64) {
        let at = self.block(fingerprint);
        for bit in bits(fingerprint) {
            self.0[at][bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Whether the fingerprint may have been added. "No" is certain.
    pub(super) fn may_hold(&self, fingerprint: u64) -> bool {
        let block = &self.0[self.block(fingerprint)];
        bits(fingerprint).all(|bit| block[bit / 64] & 1 << (bit % 64) != 0)
    }

    /// The stored form: the words, little-endian.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// The filter that was stored; `None` when the bytes are none.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (blocks, rest) = bytes.as_chunks::<{ 8 * WORDS }>();
        if blocks.is_empty() || !rest.is_empty() {
            return None;
        }
        let block = |bytes: &[u8; 8 * WORDS]| {
            let mut words = [0; WORDS];
            for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
                *word = u64::from_le_bytes(*bytes);
            }
            words
        };
        Some(Self(blocks.iter().map(block).collect()))
    }

    fn block(&self, fingerprint: u64) -> usize {
        // The fingerprint's upper bits choose the block: multiplication spreads them over any number of blocks.
        ((u128::from(fingerprint) * self.0.len() as u128) >> 64) as usize
    }
}

/// The places of a key's bits in its block, from a product that does not repeat the bits which chose the block.
fn bits(fingerprint: u64) -> impl Iterator<Item = usize> {
    let mixed = (fingerprint ^ (fingerprint >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..PROBES).map(move |probe| (mixed >> (64 - 9 * (probe + 1)) & 511) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::fingerprint::mix;

    #[test]
    fn every_key_is_found_and_few_others_are() {
        let mut filter = Bloom::for_keys(10_000);
        (0..10_000).for_each(|n| filter.insert(mix(n, 1)));
        let filter = Bloom::from_bytes(&filter.to_bytes()).unwrap_or_else(|| unreachable!("just written"));
        assert!((0..10_000).all(|n| filter.may_hold(mix(n, 1))));
        let wrong = (10_000..110_000).filter(|n| filter.may_hold(mix(*n, 1))).count();
        assert!(wrong < 1_000, "{wrong} false answers of 100000");
    }
}
