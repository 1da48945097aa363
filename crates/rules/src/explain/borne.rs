//! What a customer had to do and bear, contact by contact and case by case, kept while she is folded.

use super::CaseEffort;
use crate::case::CaseIx;
use crate::evaluate::{Evaluator, Outlet};
use crate::journey::Journey;
use alloc::collections::{BTreeMap, BTreeSet};
use throughline_core::customer::Effort;
use throughline_core::event::{Direction, EventData};
use throughline_core::fact::Fact;
use throughline_core::ids::ContactId;
use throughline_core::time::Micros;

/// What she had to do and bear, by contact.
#[derive(Debug, Default)]
pub(super) struct Borne {
    effort: BTreeMap<ContactId, Effort>,
    /// The contacts that something happened in.
    seen: BTreeSet<ContactId>,
    /// Those of them that she began.
    begun: BTreeSet<ContactId>,
}

impl Borne {
    /// Steps a journey, and keeps what the step cost her.
    pub(super) fn step(
        &mut self,
        evaluator: Evaluator<'_>,
        journey: &mut Journey,
        fact: &Fact,
        out: &mut impl Outlet,
    ) {
        let before = journey.customer.effort();
        evaluator.step(journey, fact, out);
        if let EventData::ContactStarted(e) = &fact.data
            && e.direction == Direction::Inbound
        {
            self.begun.insert(e.contact);
        }
        let Some(contact) = fact.data.contact() else { return };
        // An answer to a survey says that there was a contact, and nothing of what happened in it.
        if !matches!(fact.data, EventData::Rated(_)) {
            self.seen.insert(contact);
        }
        let now = journey.customer.effort();
        if before != now {
            self.effort.entry(contact).or_default().add(&now.since(&before));
        }
    }

    /// Whether anything happened in a contact.
    pub(super) fn has_seen(&self, contact: ContactId) -> bool {
        self.seen.contains(&contact)
    }

    /// What a case cost her as far as an instant.
    pub(super) fn of_case(&self, journey: &Journey, ix: CaseIx, as_of: Micros) -> CaseEffort {
        let case = journey.cases.get(ix);
        let mut sum = CaseEffort {
            contacts: u32::from(case.contacts),
            reopens: u32::from(case.reopens),
            open_for: case.total(as_of),
            ..CaseEffort::default()
        };
        let held = journey.cases.members().filter(|(_, of)| of.key == case.key);
        for (place, (contact, _)) in held.enumerate() {
            sum.repeats += u32::from(place > 0 && self.begun.contains(&contact));
            if let Some(one) = self.effort.get(&contact) {
                sum.effort.add(one);
            }
        }
        sum
    }

    /// What a contact that belongs to no case cost her.
    pub(super) fn of_contact(&self, contact: ContactId) -> CaseEffort {
        let effort = self.effort.get(&contact).cloned().unwrap_or_default();
        CaseEffort { contacts: 1, effort, ..CaseEffort::default() }
    }
}
