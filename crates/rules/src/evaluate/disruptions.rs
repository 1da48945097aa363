//! What a disruption that goes on does to a customer whom it hits: her contacts about it are one case, that case has more
//! time and what she has a right to, and nothing that it does to her is a sign that she thinks of leaving.

use super::{Outlet, Step};
use crate::case::{CaseIx, CaseState};
use crate::decision::Content;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;

impl<S: Outlet> Step<'_, S> {
    /// The case that holds what she asked about a disruption before, if a topic is one of a disruption that hits her now.
    pub(super) fn case_of_disruption(&self, topic: Sym) -> Option<CaseIx> {
        let mut hit =
            self.books.disruptions_of(&self.journey.customer, self.at).filter(|(_, d)| d.is_about(topic));
        hit.find_map(|(ix, _)| self.journey.cases.of_disruption(ix))
    }

    /// Makes an open case part of the disruption that it is about, if one hits her.
    pub(super) fn join_disruption(&mut self, ix: CaseIx) {
        if self.books.disruptions().is_empty() {
            return;
        }
        let case = self.journey.cases.get(ix);
        let started = case.instance.started_at;
        if case.state != CaseState::Open || case.disruption.is_some() {
            return;
        }
        let found = self
            .books
            .disruptions_of(&self.journey.customer, self.at)
            .find(|(_, disruption)| disruption.is_about(case.topic) && disruption.goes_on(started));
        let Some((of, disruption)) = found else { return };
        let (key, waiver) = (case.key, disruption.waiver);
        let content = Content::DisruptionApplies {
            disruption: disruption.id,
            waiver: (!waiver.is_none()).then_some(waiver),
            until: disruption.until,
        };
        let evidence = self.this_event();
        self.journey.cases.get_mut(ix).disruption = Some(of);
        self.conclude(self.rules.cases_rule, key, content, 0, evidence);
        self.rearm_targets(ix);
    }

    /// More is known about her: it may be that a disruption hits her after all.
    pub(super) fn look_for_disruptions(&mut self) {
        if self.books.disruptions().is_empty() {
            return;
        }
        for place in 0..self.journey.cases.cases().len() {
            self.join_disruption(CaseIx(place as u32));
        }
    }

    /// Whether what happens is the doing of a disruption that goes on: to a case of it, or to a contact about it.
    pub(super) fn is_excused(&self, case: Option<CaseIx>, contact: Option<ContactId>) -> bool {
        if self.books.disruptions().is_empty() {
            return false;
        }
        let cases = &self.journey.cases;
        let case = case.or_else(|| cases.of_contact(contact?));
        match case.and_then(|ix| cases.get(ix).disruption) {
            Some(of) => self.books.disruption(of).goes_on(self.at),
            None => {
                let topic =
                    contact.and_then(|c| self.journey.customer.contact(c)).map_or(Sym::NONE, |c| c.topic);
                self.books.disruptions_of(&self.journey.customer, self.at).any(|(_, d)| d.is_about(topic))
            }
        }
    }
}
