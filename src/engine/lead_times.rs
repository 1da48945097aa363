//! Lead times: how long what was promised took is worked out from the log and declared in the context, so that every engine
//! refuses by the same, and from how many promises it is can be looked up.
//!
//! Whoever was promised something and still waits says something too: a quantile over those who got it alone would promise
//! what the forgotten ones never got. So it is a Kaplan–Meier estimate, as the report's medians are.

use super::{Engine, EngineError};
use crate::activated::Activated;
use crate::durations::Durations;
use crate::replay::Progress;
use std::collections::BTreeMap;
use throughline_core::event::{EventData, EventKind, NewEvent};
use throughline_core::ids::PromiseId;
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};

/// A lead time is said to the minute, and rather a little too long: seconds would be another document each day.
const MINUTE: u64 = 60_000_000;

/// From which promises lead times are worked out, and which quantile of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeadTimeSample {
    /// Which share of the promises took no longer, 0.5 to 0.999.
    pub quantile: f64,
    /// The last so many promises whose time has come are looked at, and those that were made since the first of them.
    pub last: usize,
    /// From fewer than so many promises whose time has come, nothing is said.
    pub at_least: usize,
}

impl Default for LeadTimeSample {
    fn default() -> Self {
        Self { quantile: 0.9, last: 200, at_least: 20 }
    }
}

/// How long one thing that is promised took.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadTimeFound {
    /// What is promised.
    pub what: Name,
    /// How many promises were looked at whose time has come: they were kept, or are due.
    pub matured: usize,
    /// How many of all that were looked at are not kept: they count for as long as was seen.
    pub open: usize,
    /// The quantile; none if there are too few promises, or too many of them are not kept.
    pub lead_time: Option<Span>,
    /// What was declared, if there is a lead time.
    pub declared: Option<Activated>,
}

/// What the log tells of one promise.
#[derive(Debug)]
struct Told {
    what: Option<Name>,
    made_at: Micros,
    /// When it was said last by when it is due, and by when.
    due: (Micros, Micros),
    kept_at: Option<Micros>,
}

impl Default for Told {
    fn default() -> Self {
        Self { what: None, made_at: Micros::MAX, due: (Micros::MIN, Micros::MAX), kept_at: None }
    }
}

impl Engine {
    /// Works out from the log how long what was promised took (`promise.made` to `promise.kept`, by `what`), and declares it
    /// as what can be kept. Do it now and then: each day, say. Slots that were declared stay as they are.
    ///
    /// `by` is who says so: a role or a system. A lead time that is the same as before is not declared again. Nothing is
    /// declared of what too few promises were made of, or of what is not kept too often; that is answered too. Call backs are
    /// not looked at: they wait for the time that the customer wants. Reads the whole log, and keeps some 100 bytes for each
    /// promise in it meanwhile.
    pub async fn publish_lead_times(
        &self,
        by: Name,
        sample: LeadTimeSample,
        progress: Option<&Progress>,
    ) -> Result<Vec<LeadTimeFound>, EngineError> {
        let LeadTimeSample { quantile, last, at_least } = sample;
        if !(0.5..=0.999).contains(&quantile) || at_least == 0 || at_least > last {
            return Err(EngineError::NoSample);
        }
        let now = (self.clock)();
        let mut found = Vec::new();
        for (what, promises) in by_what(self.promises_told(now, progress).await?) {
            let mut one = found_for(what, &promises, sample, now);
            if let Some(lead_time) = one.lead_time {
                let document = document(&one.what, quantile, lead_time, one.matured);
                one.declared = Some(self.declare_capability(document, by.clone()).await?);
            }
            found.push(one);
        }
        Ok(found)
    }

    /// What the log tells of each promise until an instant.
    async fn promises_told(
        &self,
        now: Micros,
        progress: Option<&Progress>,
    ) -> Result<BTreeMap<PromiseId, Told>, EngineError> {
        const KINDS: [EventKind; 3] =
            [EventKind::PromiseMade, EventKind::PromiseKept, EventKind::PromiseRenegotiated];
        let mut told = BTreeMap::new();
        self.walk(&KINDS, progress, |_, event| {
            if event.occurred_at <= now {
                take(&mut told, event, event.data.open()?);
            }
            Ok(())
        })
        .await?;
        Ok(told)
    }
}

/// Takes in a fact, in whichever order they come.
fn take<B>(told: &mut BTreeMap<PromiseId, Told>, event: &NewEvent<B>, data: EventData) {
    let at = event.occurred_at;
    match data {
        EventData::PromiseMade(e) => {
            let promise = told.entry(e.promise).or_default();
            if at < promise.made_at {
                (promise.made_at, promise.what) = (at, Some(e.what));
            }
            promise.due = promise.due.max((at, e.due));
        }
        EventData::PromiseRenegotiated(e) => {
            let promise = told.entry(e.promise).or_default();
            promise.due = promise.due.max((at, e.due));
        }
        EventData::PromiseKept(e) => {
            let promise = told.entry(e.promise).or_default();
            promise.kept_at = Some(promise.kept_at.map_or(at, |known| known.min(at)));
        }
        _ => {}
    }
}

/// The promises that were made, by what was promised, each in the order in which they were made.
fn by_what(told: BTreeMap<PromiseId, Told>) -> BTreeMap<Name, Vec<Told>> {
    let mut by_what: BTreeMap<Name, Vec<Told>> = BTreeMap::new();
    for mut promise in told.into_values() {
        // What was done before it was promised tells nothing.
        let is_sound = promise.kept_at.is_none_or(|kept| kept >= promise.made_at);
        if let Some(what) = promise.what.take().filter(|_| is_sound) {
            by_what.entry(what).or_default().push(promise);
        }
    }
    for promises in by_what.values_mut() {
        promises.sort_by_key(|promise| promise.made_at);
    }
    by_what
}

fn found_for(what: Name, promises: &[Told], sample: LeadTimeSample, now: Micros) -> LeadTimeFound {
    let is_matured = |promise: &&Told| promise.kept_at.is_some() || promise.due.1 <= now;
    let first = promises.iter().rev().filter(is_matured).take(sample.last).last();
    let since = first.map_or(Micros::MAX, |first| first.made_at);
    // Of those made at one instant all count, or which of them do would be chance.
    let (mut durations, mut matured, mut open) = (Durations::default(), 0, 0);
    for promise in promises.iter().filter(|promise| promise.made_at >= since) {
        matured += usize::from(is_matured(&promise));
        match promise.kept_at {
            Some(kept) => durations.ended(kept.since(promise.made_at)),
            None => {
                durations.cut_off(now.since(promise.made_at));
                open += 1;
            }
        }
    }
    let quantile = durations.curve().falls_to(1.0 - sample.quantile).filter(|_| matured >= sample.at_least);
    // What is done at once takes a minute: a promise for no time at all is none.
    let lead_time = quantile.map(|micros| Span((micros.div_ceil(MINUTE).max(1) * MINUTE) as i64));
    LeadTimeFound { what, matured, open, lead_time, declared: None }
}

/// The document that declares a lead time.
fn document(what: &Name, quantile: f64, lead_time: Span, matured: usize) -> String {
    let minutes = lead_time.0.unsigned_abs() / MINUTE;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, 'd'), (hours, 'h'), (minutes, 'm')];
    let within: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    format!(
        "capability = {}\n\n[lead_time]\nquantile = {quantile:?}\nwithin = \"{}\"\nmatured = {matured}\n",
        // A text of JSON without control characters is one of TOML.
        serde_json::Value::from(what.as_str()),
        within.join(" ")
    )
}
