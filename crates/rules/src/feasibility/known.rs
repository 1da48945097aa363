//! What was declared to be possible, and from when on it counts.

use super::reading::{Declaration, StatedSlots};
use super::{Capability, Feasibility, LeadTime};
use alloc::vec::Vec;
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// The capabilities of a tenant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capabilities(Vec<Known>);

/// What was declared of one thing that is promised.
#[derive(Clone, Debug)]
struct Known {
    what: Sym,
    /// From when on what counts, in the order in which it was declared. Of those that count at an instant the last one does.
    timeline: Vec<(Micros, Capability)>,
}

impl Capabilities {
    /// Takes in what was declared last: it counts from an instant on, whatever was declared for later before. What says
    /// nothing new changes nothing.
    pub(crate) fn declare(&mut self, from: Micros, declared: &Declaration) {
        let Some(place) = self.0.iter().position(|known| known.what == declared.what) else {
            let timeline = alloc::vec![(from, declared.after(None))];
            return self.0.push(Known { what: declared.what, timeline });
        };
        let timeline = &mut self.0[place].timeline;
        let last = timeline.last().map(|(_, last)| last);
        let next = declared.after(last);
        if last != Some(&next) {
            timeline.push((from, next));
        }
    }

    /// What is answered to whoever asks at an instant.
    pub(crate) fn may_promise(&self, what: Sym, due: Micros, now: Micros) -> Feasibility<Sym> {
        let nothing = || Feasibility::nothing_known(what, due, now);
        self.at(what, now).map_or_else(nothing, |known| known.answer(what, due, now))
    }

    /// What was known at an instant of what could be kept.
    fn at(&self, what: Sym, at: Micros) -> Option<&Capability> {
        let known = self.0.iter().find(|known| known.what == what)?;
        known.timeline.iter().rev().find(|(from, _)| *from <= at).map(|(_, capability)| capability)
    }

    /// Whether it says something new.
    pub(crate) fn would_change(&self, declared: &Declaration) -> bool {
        let last = self.at(declared.what, Micros::MAX);
        last != Some(&declared.after(last))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Declaration {
    /// What is possible after it was declared: a part that it leaves out stays as it was.
    fn after(&self, before: Option<&Capability>) -> Capability {
        let stays: Option<LeadTime> = before.and_then(|before| before.lead_time);
        let slots = match &self.slots {
            StatedSlots::AsBefore => before.and_then(|before| before.slots.clone()),
            StatedSlots::Unlimited => None,
            StatedSlots::Windows(windows) => Some(windows.clone()),
        };
        Capability { lead_time: self.lead_time.or(stays), slots }
    }
}
