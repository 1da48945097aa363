//! Clocks that still run are not left out: the Kaplan–Meier estimate.
//!
//! `S(t) = ∏ (1 − dᵢ/nᵢ)` over the instants `tᵢ ≤ t` at which somebody was answered, where `dᵢ` were answered then
//! and `nᵢ` waited at least so long. Whoever still waits, or gave up, counts among the `n` for as long as was seen
//! (Kaplan and Meier 1958). A median over those who were answered alone would call a desk fast that answers the
//! easy half quickly and the other half never.

use throughline_core::time::Span;

/// Lengths of time, some of them cut off before the end was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Durations {
    /// Microseconds times two, plus one if cut off: they sort by length, and at one length the seen ends first.
    coded: Vec<u64>,
}

impl Durations {
    /// A length whose end was seen, or one that went on when last seen.
    pub(crate) fn add_one(&mut self, span: Span, is_over: bool) {
        if is_over { self.ended(span) } else { self.cut_off(span) }
    }

    /// A length whose end was seen.
    pub(crate) fn ended(&mut self, span: Span) {
        self.coded.push(span.0.max(0).unsigned_abs() << 1);
    }

    /// A length that went on when last seen.
    pub(crate) fn cut_off(&mut self, span: Span) {
        self.coded.push((span.0.max(0).unsigned_abs() << 1) | 1);
    }

    pub(crate) fn add(&mut self, mut other: Self) {
        self.coded.append(&mut other.coded);
    }

    /// How many are longer than a length, as far as was seen.
    pub(crate) fn longer_than(&self, span: Span) -> u64 {
        self.coded.iter().filter(|c| (**c >> 1) > span.0.unsigned_abs()).count() as u64
    }

    /// The estimate.
    pub(crate) fn curve(mut self) -> Curve {
        self.coded.sort_unstable();
        let censored = self.coded.iter().filter(|c| *c & 1 == 1).count() as u64;
        Curve {
            started: self.coded.len() as u64,
            censored,
            longest: self.coded.last().map_or(0, |c| c >> 1),
            steps: steps(&self.coded),
        }
    }
}

/// What share still runs after how long.
#[derive(Debug)]
pub(crate) struct Curve {
    /// How many lengths there are.
    pub(crate) started: u64,
    /// How many of them were cut off.
    pub(crate) censored: u64,
    /// The longest that was seen, in microseconds.
    pub(crate) longest: u64,
    /// Each instant at which it falls, in microseconds, and to what.
    pub(crate) steps: Vec<(u64, f64)>,
}

impl Curve {
    /// After how long no more than a share still runs, in microseconds; none if it never came to that.
    pub(crate) fn falls_to(&self, share: f64) -> Option<u64> {
        // A hair of tolerance: 1 − 3/6 is computed as a product and may miss a half by rounding.
        self.steps.iter().find(|(_, running)| *running <= share + 1e-12).map(|(at, _)| *at)
    }
}

/// Each instant at which the curve falls, and to what.
fn steps(sorted: &[u64]) -> Vec<(u64, f64)> {
    let (mut at_risk, mut running, mut steps) = (sorted.len(), 1.0, Vec::new());
    for of_one_length in sorted.chunk_by(|a, b| a >> 1 == b >> 1) {
        let ended = of_one_length.iter().filter(|c| *c & 1 == 0).count();
        if ended > 0 {
            running *= 1.0 - ended as f64 / at_risk as f64;
            steps.push((of_one_length[0] >> 1, running));
        }
        at_risk -= of_one_length.len();
    }
    steps
}
