//! What can be kept: whether something may be promised for a time, asked before it is.
//!
//! How long the last deliveries took is a statistic over customers, and how many slots a crew has left is known to no
//! customer at all. So both are facts of the tenant's context: a document declares them for one `what`, as `promise.made`
//! names it, and counts from its instant on. An instant and a `what` flow in, a [`Feasibility`] comes out: yes, or no with
//! *every* reason and the earliest instant that can be kept. Where nothing was declared it is neither.
//!
//! It is asked before a promise ([`Rulebooks::may_promise`](crate::rulebook::Rulebooks::may_promise)), and the evaluation asks
//! it again when one is made.

mod answer;
mod document;
mod known;
mod reading;

pub use answer::{Answer, Feasibility, Obstacle};
pub use document::{CapabilityDocument, LeadTimeDocument, SlotsDocument};
pub(crate) use known::Capabilities;
pub use reading::{CapabilityError, Declaration};

use alloc::vec::Vec;
use throughline_core::name::Sym;
use throughline_core::time::{Micros, Span};

/// What call backs are called: nobody says what they are a promise of.
pub const CALLBACK: &str = "callback";

/// What can be kept of one thing that is promised.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Capability {
    /// How long it takes, if that is known.
    pub(crate) lead_time: Option<LeadTime>,
    /// When it can be done, in the order of time; none: slots are no limit.
    pub(crate) slots: Option<Vec<Slots>>,
}

/// How long what was promised took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LeadTime {
    /// Which share of the promises took no longer.
    pub(crate) quantile: f64,
    /// How long they took at most.
    pub(crate) within: Span,
    /// How many promises that is from whose time has come.
    pub(crate) matured: u32,
}

/// A window in which something can be done a number of times more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slots {
    /// From when on.
    pub(crate) from: Micros,
    /// Until when.
    pub(crate) until: Micros,
    /// How many are left.
    pub(crate) left: u32,
}

impl Capability {
    /// The first instant that can be kept: when the lead time has passed and a slot is free; none, if no slot is known to be.
    fn earliest(&self, now: Micros) -> Option<Micros> {
        self.first_free(self.ready(now))
    }

    /// Whether it can be kept for a time, asked at an instant.
    fn answer(&self, what: Sym, due: Micros, now: Micros) -> Feasibility<Sym> {
        let reasons = self.obstacles(due, now);
        let answer = if reasons.is_empty() { Answer::Yes } else { Answer::No };
        Feasibility { what, due, as_of: now, answer, reasons, earliest: self.earliest(now) }
    }

    /// Every reason why a time cannot be kept; none of them: it can.
    fn obstacles(&self, due: Micros, now: Micros) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let ready = self.ready(now);
        if due < now {
            found.push(Obstacle::Past {});
        }
        if let Some(LeadTime { quantile, within, matured }) = self.lead_time
            && due < ready
        {
            found.push(Obstacle::LeadTime { quantile, within, matured, ready });
        }
        // A slot that comes before it can be ready is of no use, unless nothing could be ready by then anyway.
        let from = if due < ready { now } else { ready };
        let known_until = self.slots.as_deref().unwrap_or_default().last().map(|last| last.until);
        if from <= due && self.first_free(from).is_none_or(|free| free > due) {
            found.push(Obstacle::Slots { from, until: due, known_until });
        }
        found
    }

    fn ready(&self, now: Micros) -> Micros {
        now + self.lead_time.map_or(Span::ZERO, |lead| lead.within)
    }

    /// The first instant from one on at which a slot is free.
    fn first_free(&self, from: Micros) -> Option<Micros> {
        let Some(slots) = &self.slots else { return Some(from) };
        slots.iter().find(|slot| slot.left > 0 && from < slot.until).map(|slot| slot.from.max(from))
    }
}
