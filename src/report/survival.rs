//! Clocks that still run are not left out: the Kaplan–Meier estimate.
//!
//! `S(t) = ∏ (1 − dᵢ/nᵢ)` over the instants `tᵢ ≤ t` at which somebody was answered, where `dᵢ` were answered then
//! and `nᵢ` waited at least so long. Whoever still waits, or gave up, counts among the `n` for as long as was seen
//! (Kaplan and Meier 1958). A median over those who were answered alone would call a desk fast that answers the
//! easy half quickly and the other half never.

use serde::Serialize;
use throughline_core::time::Span;

/// How many instants of a curve are kept, at equal steps of the logarithm of time.
const POINTS: usize = 60;

/// Lengths of time, some of them cut off before the end was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Durations {
    /// Microseconds times two, plus one if cut off: they sort by length, and at one length the seen ends first.
    coded: Vec<u64>,
}

/// What is known of a clock over all that it was started for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Survival {
    /// How many clocks were started.
    pub started: u64,
    /// How many were fulfilled.
    pub fulfilled: u64,
    /// How many still ran when last seen: they count for as long as was seen.
    pub censored: u64,
    /// When a quarter was fulfilled, in seconds from the start; none if it never came to that.
    pub first_quartile_secs: Option<f64>,
    /// When half was fulfilled, in seconds from the start; none if it never came to that.
    pub median_secs: Option<f64>,
    /// When three quarters were fulfilled, in seconds from the start; none if it never came to that.
    pub third_quartile_secs: Option<f64>,
    /// The curve: what share still runs after so long.
    pub curve: Vec<CurvePoint>,
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurvePoint {
    /// Seconds from the start.
    pub secs: f64,
    /// The share of clocks that still run then.
    pub running: f64,
}

impl Durations {
    /// A length whose end was seen, or one that went on when last seen.
    pub(super) fn add_one(&mut self, span: Span, is_over: bool) {
        if is_over { self.ended(span) } else { self.cut_off(span) }
    }

    /// A length whose end was seen.
    pub(super) fn ended(&mut self, span: Span) {
        self.coded.push(span.0.max(0).unsigned_abs() << 1);
    }

    /// A length that went on when last seen.
    pub(super) fn cut_off(&mut self, span: Span) {
        self.coded.push((span.0.max(0).unsigned_abs() << 1) | 1);
    }

    pub(super) fn add(&mut self, mut other: Self) {
        self.coded.append(&mut other.coded);
    }

    /// How many are longer than a length, as far as was seen.
    pub(super) fn longer_than(&self, span: Span) -> u64 {
        self.coded.iter().filter(|c| (**c >> 1) > span.0.unsigned_abs()).count() as u64
    }

    /// The estimate.
    pub(super) fn survival(mut self) -> Survival {
        self.coded.sort_unstable();
        let steps = steps(&self.coded);
        let started = self.coded.len() as u64;
        let censored = self.coded.iter().filter(|c| *c & 1 == 1).count() as u64;
        let falls_to = |share: f64| {
            // A hair of tolerance: 1 − 3/6 is computed as a product and may miss a half by rounding.
            steps.iter().find(|(_, running)| *running <= share + 1e-12).map(|(at, _)| *at as f64 / 1e6)
        };
        Survival {
            started,
            fulfilled: started - censored,
            censored,
            first_quartile_secs: falls_to(0.75),
            median_secs: falls_to(0.5),
            third_quartile_secs: falls_to(0.25),
            curve: curve(&steps, self.coded.last().map_or(0, |c| c >> 1)),
        }
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

/// The curve at equal steps of the logarithm of time, from a second to the longest that was seen.
fn curve(steps: &[(u64, f64)], longest: u64) -> Vec<CurvePoint> {
    let longest = longest as f64 / 1e6;
    if longest <= 1.0 {
        return Vec::new();
    }
    let at = |point: usize| libm::exp(libm::log(longest) * point as f64 / (POINTS - 1) as f64);
    (0..POINTS)
        .map(|point| {
            let secs = if point == POINTS - 1 { longest } else { at(point) };
            let passed = steps.partition_point(|(at, _)| *at as f64 / 1e6 <= secs);
            let running = passed.checked_sub(1).map_or(1.0, |last| steps[last].1);
            CurvePoint { secs: thousandth(secs), running }
        })
        .collect()
}

/// To the thousandth of a second, which is finer than anybody reads.
fn thousandth(secs: f64) -> f64 {
    (secs * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ended: &[i64], cut_off: &[i64]) -> Survival {
        let mut durations = Durations::default();
        for secs in ended {
            durations.ended(Span::from_secs(*secs));
        }
        for secs in cut_off {
            durations.cut_off(Span::from_secs(*secs));
        }
        durations.survival()
    }

    /// The remission times of the 6-MP arm in Freireich et al. 1963, the example of every textbook: 21 patients,
    /// nine relapses, median 23 weeks, S(10) = 0.7529.
    #[test]
    fn the_textbook_example_comes_out() {
        let s = of(&[6, 6, 6, 7, 10, 13, 16, 22, 23], &[6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
        assert_eq!((s.started, s.fulfilled, s.censored), (21, 9, 12));
        assert_eq!(
            (s.first_quartile_secs, s.median_secs, s.third_quartile_secs),
            (Some(13.0), Some(23.0), None)
        );
        let after_ten = s.curve.iter().rfind(|p| p.secs < 12.9).map(|p| p.running);
        assert!((after_ten.unwrap_or(0.0) - 0.7529).abs() < 1e-4, "{after_ten:?}");
    }

    #[test]
    fn those_who_still_wait_move_the_median() {
        assert_eq!(of(&[1, 2, 3], &[]).median_secs, Some(2.0));
        assert_eq!(of(&[1, 2, 3], &[9, 9, 9]).median_secs, Some(3.0));
        assert_eq!(of(&[1, 2, 3], &[9, 9, 9, 9]).median_secs, None);
        assert_eq!(of(&[], &[]).curve, Vec::new());
    }
}
