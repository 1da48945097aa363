//! Reads and checks the document of a capability. Every mistake is found in one go, with its line and its remedy.

use super::document::{CapabilityDocument, LeadTimeDocument, SlotsDocument};
use super::{LeadTime, Slots};
use crate::mistake::{self, Mistake, line_of, mistake};
use alloc::{format, string::String, vec, vec::Vec};
use core::fmt;
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::time::Span;
use toml::Spanned;

/// The share that counts if the document does not say which.
const QUANTILE: f64 = 0.9;

/// The most windows of one document.
const MOST_WINDOWS: usize = 1_000;

/// Why the document of a capability is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CapabilityError {
    /// Every mistake, by line.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for CapabilityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mistake::list(f, "the capability", &self.mistakes)
    }
}

/// What a document declares of one thing that is promised.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// What is promised.
    pub what: Sym,
    pub(super) lead_time: Option<LeadTime>,
    pub(super) slots: StatedSlots,
}

/// What a document says of slots.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum StatedSlots {
    /// Nothing.
    AsBefore,
    /// That they are no limit.
    Unlimited,
    /// Which there are, in the order of time.
    Windows(Vec<Slots>),
}

impl Declaration {
    /// Reads and checks a document.
    pub fn parse(text: &str, names: &mut Interner) -> Result<Self, CapabilityError> {
        let document: CapabilityDocument = toml::from_str(text)
            .map_err(|error| CapabilityError { mistakes: vec![mistake(text, &error)] })?;
        let mistakes = check(text, &document);
        if !mistakes.is_empty() {
            return Err(CapabilityError { mistakes });
        }
        let lead_time = document.lead_time.as_ref().map(|lead| {
            let LeadTimeDocument { quantile, within, matured } = lead.as_ref();
            let quantile = quantile.as_ref().map_or(QUANTILE, |quantile| *quantile.as_ref());
            LeadTime { quantile, within: within.as_ref().0, matured: *matured.as_ref() }
        });
        let slots = match &document.slots {
            Some(windows) => StatedSlots::Windows(in_order(windows.as_ref())),
            None if document.unlimited.is_some() => StatedSlots::Unlimited,
            None => StatedSlots::AsBefore,
        };
        Ok(Self { what: names.intern(document.capability.as_ref()), lead_time, slots })
    }
}

fn in_order(windows: &[Spanned<SlotsDocument>]) -> Vec<Slots> {
    let window = |window: &Spanned<SlotsDocument>| {
        let SlotsDocument { from, until, left } = window.as_ref();
        Slots { from: from.as_ref().0, until: until.as_ref().0, left: *left }
    };
    let mut slots: Vec<Slots> = windows.iter().map(window).collect();
    slots.sort_by_key(|slots| slots.from);
    slots
}

fn check(text: &str, document: &CapabilityDocument) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |at: usize, message: String| mistakes.push(Mistake { line: line_of(text, at), message });
    let CapabilityDocument { capability, lead_time, slots, unlimited } = document;
    if let Err(e) = Name::new(capability.as_ref()) {
        say(capability.span().start, format!("`capability` is no name: {e}"));
    }
    if let Some(lead) = lead_time {
        check_lead_time(lead.as_ref(), &mut say);
    }
    if let Some(slots) = slots {
        check_slots(slots, &mut say);
    }
    match (unlimited, slots) {
        (Some(unlimited), _) if !unlimited.as_ref() => say(
            unlimited.span().start,
            "`unlimited = false` says nothing; leave it out, and write `[[slots]]` if slots are a limit"
                .into(),
        ),
        (Some(unlimited), Some(_)) => say(
            unlimited.span().start,
            "slots are a limit or they are not; write `unlimited = true` or `[[slots]]`, not both".into(),
        ),
        (None, None) if lead_time.is_none() => say(
            capability.span().start,
            "nothing is said of what can be kept; write `[lead_time]`, `[[slots]]` or `unlimited = true`"
                .into(),
        ),
        _ => {}
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    mistakes
}

fn check_lead_time(lead: &LeadTimeDocument, say: &mut impl FnMut(usize, String)) {
    let LeadTimeDocument { quantile, within, matured } = lead;
    if let Some(quantile) = quantile.as_ref().filter(|quantile| !(0.5..=0.999).contains(quantile.as_ref())) {
        let message = "`quantile` is the share of promises that took no longer, 0.5 to 0.999; for nine of ten write 0.9";
        say(quantile.span().start, message.into());
    }
    if within.as_ref().0 == Span::ZERO {
        let message = "`within = \"0s\"` would let everything be promised at once; leave `[lead_time]` out if nothing is known of it";
        say(within.span().start, message.into());
    }
    if *matured.as_ref() == 0 {
        let message = "`matured = 0` is a lead time from nothing; write from how many promises it is, or leave `[lead_time]` out";
        say(matured.span().start, message.into());
    }
}

fn check_slots(slots: &Spanned<Vec<Spanned<SlotsDocument>>>, say: &mut impl FnMut(usize, String)) {
    let windows = slots.as_ref();
    if windows.is_empty() {
        let message = "`slots = []` says neither when something can be done nor that it always can; write `[[slots]]` with `left = 0`, or `unlimited = true`";
        say(slots.span().start, message.into());
    }
    if windows.len() > MOST_WINDOWS {
        let message =
            format!("a capability has {MOST_WINDOWS} windows at most; leave out what is too far away");
        say(slots.span().start, message);
    }
    let mut sound: Vec<&SlotsDocument> = Vec::new();
    for window in windows {
        let SlotsDocument { from, until, .. } = window.as_ref();
        let (from, until) = (from.as_ref().0, until.as_ref().0);
        let overlaps =
            |other: &&&SlotsDocument| from < other.until.as_ref().0 && other.from.as_ref().0 < until;
        if until <= from {
            let message = "`until` must be later than `from`; swap them if they are the wrong way round";
            say(window.as_ref().until.span().start, message.into());
        } else if let Some(other) = sound.iter().find(overlaps) {
            let message = format!(
                "this window overlaps the one from {}; write each instant into one of them, with what is left in all",
                other.from.as_ref().0
            );
            say(window.as_ref().from.span().start, message);
        } else {
            sound.push(window.as_ref());
        }
    }
}
