//! A share that can be judged: numerator, denominator, the time it covers, and what is too young to count.

use serde::Serialize;
use throughline_core::time::{Micros, Span};

/// The time that a report covers, half-open: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Window {
    /// When the first fact happened.
    pub from: Micros,
    /// The instant that the report is as of.
    pub to: Micros,
}

/// A share, with everything that it takes to judge it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rate {
    /// How many fulfil the condition.
    pub numerator: u64,
    /// Of how many.
    pub denominator: u64,
    /// `numerator / denominator`; none where there is nothing to divide by.
    pub rate: Option<f64>,
    /// The time that is covered.
    pub window: Window,
    /// How long each of them was watched for what follows, in seconds; none where nothing has to follow.
    pub follow_up_secs: Option<i64>,
    /// How many were left out of both numbers because their follow-up has not passed yet.
    pub not_matured: u64,
}

/// Numerator and denominator while they are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) part: u64,
    pub(super) whole: u64,
    pub(super) young: u64,
}

impl Share {
    /// Counts one of the whole.
    pub(super) const fn count(&mut self, fulfils: bool) {
        self.part += fulfils as u64;
        self.whole += 1;
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.part += other.part;
        self.whole += other.whole;
        self.young += other.young;
    }

    /// The rate over a time.
    pub(super) fn rate(self, window: Window) -> Rate {
        Rate {
            numerator: self.part,
            denominator: self.whole,
            rate: (self.whole > 0).then(|| self.part as f64 / self.whole as f64),
            window,
            follow_up_secs: None,
            not_matured: self.young,
        }
    }

    /// The rate over a time, of what was watched for so long.
    pub(super) fn followed(self, window: Window, follow_up: Span) -> Rate {
        Rate { follow_up_secs: Some(follow_up.0 / 1_000_000), ..self.rate(window) }
    }
}

/// A share of two counts.
pub(super) fn rate(part: u64, whole: u64, window: Window) -> Rate {
    Share { part, whole, young: 0 }.rate(window)
}
