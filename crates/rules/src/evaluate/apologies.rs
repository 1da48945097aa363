//! Apologies: owed for what the rulebook calls a failure, until one is given.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::apology::{MAX_APOLOGIES, OwedApology};
use crate::decision::Content;
use alloc::vec::Vec;
use throughline_core::event::ApologyStep;
use throughline_core::event::vocabulary::Apology;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::tight;

impl<S: Outlet> Step<'_, S> {
    /// Notes the apologies that a finding calls for. One that is owed already for the same case by the same rule stays one.
    pub(super) fn owe_apologies(&mut self, found: &Finding) {
        let rules = self.rules;
        for apology in rules.apologies.iter().filter(|a| found.is(a.on, a.of, a.reopened)) {
            let owed = &mut self.journey.rare_or_new().apologies;
            let is_owed = owed.iter().any(|o| o.case == found.case && o.rule == apology.rule);
            if is_owed || owed.len() == MAX_APOLOGIES {
                continue;
            }
            let (case, rule, reason) = (found.case, apology.rule, apology.reason);
            let note = OwedApology { case, rule, reason, since: self.at, event: self.trigger.event };
            tight::push(owed, note);
            let content = Content::ApologyOwed { reason, because: found.decision() };
            let evidence = self.this_event();
            self.conclude(rule, case, content, found.occurrence, evidence);
        }
    }

    /// An apology was given: for what its contact's case is about, and for what that case comes from or led to. One that
    /// names no contact is for everything.
    pub(super) fn apologised(&mut self, e: &Apology<Sym>) {
        if e.step != ApologyStep::Given || self.journey.apologies().is_empty() {
            return;
        }
        let cases = &self.journey.cases;
        let Some(contact) = e.contact else { return self.journey.rare_or_new().apologies.clear() };
        let family: Vec<ContactId> = match cases.of_contact(contact) {
            Some(ix) => cases.family(ix).map(|case| case.key).collect(),
            None => Vec::new(),
        };
        self.journey.rare_or_new().apologies.retain(|owed| !family.contains(&owed.case));
    }
}
