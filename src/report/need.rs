//! Which customers need a person most, and why: points that anybody can add up again.
//!
//! The points are ours and stand in `docs/REPORT.md`. They rank; they are no probability and no value of a customer.

use super::sightings::{Answered, Sighting};
use crate::replay::Folded;
use serde::Serialize;
use std::cmp::Reverse;
use throughline_core::ids::CustomerId;
use throughline_rules::case::WaitsFor;

const DAY: i64 = 86_400_000_000;

/// Why a customer needs a person, and how much that weighs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// How many points it gives.
    pub points: u32,
    /// The reason, in words.
    pub why: String,
}

/// A customer who needs a person; sorted, the most needy come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needy {
    points: Reverse<u32>,
    pub(super) customer: CustomerId,
    pub(super) reasons: Vec<Reason>,
}

impl Needy {
    pub(super) const fn points(&self) -> u32 {
        self.points.0
    }
}

/// Whether and why a customer needs a person. `last` is the last contact that she began.
pub(super) fn need(folded: &Folded<'_>, last: Option<&Sighting>) -> Option<Needy> {
    let mut reasons = Reasons::default();
    let (journey, as_of) = (folded.journey, folded.as_of);
    let waiting = || {
        let cases = journey.cases.cases().iter();
        cases.filter(|case| !case.state.is_settled() && case.waits_for == WaitsFor::Us)
    };
    let cases = waiting().count() as u32;
    reasons.add(5 * cases.min(5), || counted(cases, "case waits for us", "cases wait for us"));
    let oldest = waiting().map(|case| as_of.since(case.opened_at).0 / DAY).max().unwrap_or(0);
    reasons.add((oldest / 7).clamp(0, 4) as u32, || format!("the oldest of them for {oldest} days"));
    let missed: u32 = waiting().map(|case| u32::from(case.missed)).sum();
    reasons.add(missed.min(6), || counted(missed, "target missed on them", "targets missed on them"));
    let unsettled = journey.cases.cases().iter().filter(|case| !case.state.is_settled());
    let reopens: u32 = unsettled.map(|case| u32::from(case.reopens)).sum();
    reasons.add(2 * reopens.min(4), || {
        counted(reopens, "reopening of what is unsettled", "reopenings of what is unsettled")
    });
    let owed = journey.promises.open().iter().filter(|promise| promise.broken).count() as u32;
    reasons.add(4 * owed.min(3), || counted(owed, "broken promise still owed", "broken promises still owed"));
    if let Some(churn) = &journey.churn
        && churn.flag.is_some()
    {
        let score = churn.score(as_of);
        reasons.add(5, || format!("shows signs of leaving (score {score:.1})"));
    }
    let gave_up = last.is_some_and(|c| c.abandoned() && c.answered != Answered::Person);
    reasons.add(if gave_up && cases > 0 { 3 } else { 0 }, || "gave up the last contact, unheard".to_owned());
    let points = reasons.0.iter().map(|reason| reason.points).sum();
    reasons.0.sort_by_key(|reason| Reverse(reason.points));
    (points > 0).then_some(Needy { points: Reverse(points), customer: folded.customer, reasons: reasons.0 })
}

#[derive(Default)]
struct Reasons(Vec<Reason>);

impl Reasons {
    fn add(&mut self, points: u32, why: impl FnOnce() -> String) {
        if points > 0 {
            self.0.push(Reason { points, why: why() });
        }
    }
}

fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
