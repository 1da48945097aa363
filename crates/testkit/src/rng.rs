//! Chance that a number repeats.
//!
//! [`Rng`] is SplitMix64 (Steele, Lea and Flood, 2014): eight bytes of state and a definition of four lines, so
//! that a seed printed by a failing test today means the same in every later version. It is good enough to choose
//! what a test does next, and for nothing that must not be guessed.

use uuid::Uuid;

/// A generator of numbers that depend on its seed and on nothing else.
/// ```
/// use throughline_testkit::rng::Rng;
///
/// let (mut one, mut other) = (Rng::new(42), Rng::new(42));
/// assert_eq!(one.below(1_000), other.below(1_000));
/// assert_eq!(one.pick(&["call", "mail", "chat"]), other.pick(&["call", "mail", "chat"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// A generator that starts from a seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number of all 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `end`, which it is not; 0 if `end` is.
    pub const fn below(&mut self, end: u64) -> u64 {
        // The high half of a product spreads as evenly as a test needs, and without a division.
        ((self.next_u64() as u128 * end as u128) >> 64) as u64
    }

    /// Whether something happens that does so `per_mille` times in a thousand.
    pub const fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille as u64
    }

    /// One of the items; `None` if there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Puts items in an order that every order is as likely as.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// A UUID that no other draw gives.
    pub fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    fn bytes(&mut self) -> [u8; 16] {
        (u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())).to_be_bytes()
    }

    /// Another generator, for a part of a test that must not shift the numbers of the rest.
    #[must_use]
    pub const fn fork(&mut self) -> Self {
        Self::new(self.next_u64())
    }
}

/// The seed in the environment's `SEED`, or else `default`. A test that fails prints the one it used.
///
/// # Panics
///
/// When `SEED` is set and is no number: a run that was meant to replay another must not be a third one.
#[expect(clippy::disallowed_methods, reason = "a seed to replay is given to the test run, not to its source")]
pub fn seed_or(default: u64) -> u64 {
    std::env::var("SEED").map_or(default, |text| {
        text.parse().unwrap_or_else(|_| panic!("SEED must be a number, not {text:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut rng = Rng::new(1_234_567);
        let first = [rng.next_u64(), rng.next_u64(), rng.next_u64()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut items: Vec<u32> = (0..100).collect();
        Rng::new(7).shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
