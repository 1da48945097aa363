//! What is known of a clock over all that it was started for: quartiles and a curve, those that still run included.

use crate::durations::{Curve, Durations};
use serde::Serialize;

/// How many instants of a curve are kept, at equal steps of the logarithm of time.
const POINTS: usize = 60;

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

impl Survival {
    /// The estimate for these lengths.
    pub(super) fn of(durations: Durations) -> Self {
        let found = durations.curve();
        let falls_to = |share: f64| found.falls_to(share).map(|micros| micros as f64 / 1e6);
        Self {
            started: found.started,
            fulfilled: found.started - found.censored,
            censored: found.censored,
            first_quartile_secs: falls_to(0.75),
            median_secs: falls_to(0.5),
            third_quartile_secs: falls_to(0.25),
            curve: curve(&found),
        }
    }
}

/// The curve at equal steps of the logarithm of time, from a second to the longest that was seen.
fn curve(Curve { steps, longest, .. }: &Curve) -> Vec<CurvePoint> {
    let longest = *longest as f64 / 1e6;
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
    use throughline_core::time::Span;

    fn of(ended: &[i64], cut_off: &[i64]) -> Survival {
        let mut durations = Durations::default();
        for secs in ended {
            durations.ended(Span::from_secs(*secs));
        }
        for secs in cut_off {
            durations.cut_off(Span::from_secs(*secs));
        }
        Survival::of(durations)
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
