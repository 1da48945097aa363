//! Seeded chance in whole numbers, so that a seed means the same town on every machine.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood 2014): one addition and one mix a draw, and a definition that
//! fits here, so that no upgrade of a dependency can move the town.

use throughline_core::time::Span;
use uuid::{Builder, Uuid};

/// A stream of draws.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The draws that belong to a seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `n - 1`; 0 for an `n` of 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        // Multiply and shift: the bias is below n / 2^64, which no town is large enough to see.
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Whether something happens that happens `per_mille` times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// A length of time from `least` to `most`.
    pub(super) fn span(&mut self, least: Span, most: Span) -> Span {
        Span(least.0 + self.below((most.0 - least.0).unsigned_abs()) as i64)
    }

    /// A length of time from `least` to `most` that is more often short than long, as waits are.
    pub(super) fn wait(&mut self, least: Span, most: Span) -> Span {
        self.span(least, most).min(self.span(least, most))
    }

    /// One of several things.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// An id with no order to it.
    pub(super) fn uuid(&mut self) -> Uuid {
        random_uuid(self.bits(), self.bits())
    }
}

/// Spreads a number over 64 bits. Bijective, so that different numbers stay different.
pub(super) const fn mix(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A version 4 UUID of 128 bits, of which six are overwritten by version and variant.
pub(super) fn random_uuid(high: u64, low: u64) -> Uuid {
    let bits = u128::from(high) << 64 | u128::from(low);
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_the_published_generator() {
        // The reference implementation's first outputs for seed 1234567.
        let mut dice = Dice::new(1_234_567);
        let draws = [dice.bits(), dice.bits(), dice.bits()];
        assert_eq!(draws, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn a_chance_comes_about_as_often_as_it_says() {
        let mut dice = Dice::new(7);
        let hits = (0..100_000).filter(|_| dice.chance(250)).count();
        assert!((24_000..26_000).contains(&hits), "{hits}");
    }

    #[test]
    fn a_span_stays_between_its_bounds_even_when_they_meet() {
        let mut dice = Dice::new(7);
        assert_eq!(dice.span(Span(5), Span(5)), Span(5));
        for _ in 0..1_000 {
            let span = dice.wait(Span(-3), Span(9));
            assert!((-3..9).contains(&span.0));
        }
    }
}
