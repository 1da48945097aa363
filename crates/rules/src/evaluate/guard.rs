//! A contact of ours that was against the guard: our failure, announced when it begins.

use super::{Outlet, Step};
use crate::contact::{Contacted, refusals, unread_inquiries};
use crate::decision::{Content, MAX_EVIDENCE, MAX_REASONS};
use crate::permission::Refusal;
use alloc::vec::Vec;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::event::{Channel, Direction};
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;

impl<S: Outlet> Step<'_, S> {
    /// Whether a contact that begins is a call that she agreed on. Asked before the call has kept its promise.
    pub(super) fn is_agreed_call(&self, e: &ContactStarted<Sym>) -> bool {
        let at = self.at;
        e.direction == Direction::Outbound
            && e.channel == Channel::Phone
            && self.journey.promises.open().iter().any(|promise| promise.is_kept_by_call_at(at))
    }

    /// Says so if a contact that has begun was against the guard. What it found is what was true before it: that it has
    /// joined a case of its own accord, or is remembered by now, changes nothing of that.
    pub(super) fn guard(&mut self, e: &ContactStarted<Sym>, was_agreed: bool) {
        let Some(policy) = self.rules.contact.as_ref().filter(|_| e.direction == Direction::Outbound) else {
            return;
        };
        // A source that says twice that a contact began has made one contact.
        if self.journey.customer.contact(e.contact).is_none_or(|c| c.started_at != self.at) {
            return;
        }
        let found = match e.purpose {
            Some(purpose) => refusals(self.journey, policy, Contacted::By(e.contact), purpose, self.at),
            None if policy.unread_first && !was_agreed => self.unread_elsewhere(e.contact),
            None => Vec::new(),
        };
        if found.is_empty() {
            return;
        }
        let case = found.iter().find_map(Refusal::case).unwrap_or_default();
        let mut evidence = self.this_event();
        let room = MAX_EVIDENCE - evidence.len();
        evidence.extend(found.iter().filter_map(Refusal::event).take(room));
        let reasons = found.into_iter().take(MAX_REASONS).collect();
        let content = Content::ContactAgainstGuard { contact: e.contact, purpose: e.purpose, reasons };
        self.conclude(policy.rule, case, content, 0, evidence);
    }

    /// The unread inquiries that a contact is not about.
    fn unread_elsewhere(&self, contact: ContactId) -> Vec<Refusal<Sym>> {
        let cases = &self.journey.cases;
        let its_own = cases.of_contact(contact).map(|ix| cases.get(ix).key);
        unread_inquiries(self.journey).filter(|unread| unread.case() != its_own).collect()
    }
}
