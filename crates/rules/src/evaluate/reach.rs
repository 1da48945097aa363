//! How many people can see what a customer says in public: it makes us quicker, never more generous.

use super::{Outlet, Step};
use crate::case::CaseIx;
use throughline_core::event::vocabulary::ReachMeasured;

impl<S: Outlet> Step<'_, S> {
    /// So many people can see a contact. The case that holds it gets the more urgent the more they are.
    pub(super) fn reach_measured(&mut self, e: &ReachMeasured) {
        let cases = &mut self.journey.cases;
        let case = cases.of_contact(e.contact);
        let before = case.map_or(0, |ix| cases.reach_of(ix));
        cases.reaches(e.contact, e.reach);
        if let Some(ix) = case {
            self.raise(ix, before);
        }
    }

    /// Raises a case's priority by the steps of its rulebook that its reach has come to since it was `before`.
    pub(super) fn raise(&mut self, ix: CaseIx, before: u64) {
        let reach = self.journey.cases.reach_of(ix);
        let case = self.journey.cases.get_mut(ix);
        let steps = &self.books.get(case.rulebook).reach.raises_priority_at;
        let reached = steps.iter().filter(|step| before < **step && **step <= reach).count();
        case.priority = case.priority.saturating_add(reached as u16);
    }
}
