//! What an issue had cost the customer when something happened: for whoever compares it with what she said then.

use super::CaseEffort;
use super::borne::Borne;
use crate::decision::Decision;
use crate::evaluate::{Evaluator, Outlet};
use crate::journey::Journey;
use crate::rulebook::Rulebooks;
use alloc::collections::BTreeSet;
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;

/// What an issue had cost the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueEffort {
    /// The case that holds the contact.
    Case(CaseEffort),
    /// The contact alone: it belongs to no case.
    Contact(CaseEffort),
    /// Not known any more: the case was settled so long ago that only a stub is kept of it.
    Retired,
    /// Not known: nothing had happened in that contact.
    Unknown,
}

/// Remembers which contacts ever came to a case, whatever became of it.
#[derive(Debug, Default)]
struct EverHeld(BTreeSet<ContactId>);

impl Outlet for EverHeld {
    fn decision(&mut self, _: &Decision<Sym>, _: ProfileIx) {}

    fn joined(&mut self, contact: ContactId, _: ContactId) {
        self.0.insert(contact);
    }
}

impl IssueEffort {
    /// Folds a customer's facts, which stand in canonical order, and tells of each that `asks` finds a contact for what
    /// the issue of that contact had cost her just before. Folds no further than the last of them.
    pub fn just_before(
        facts: &[Fact],
        rules: &Rulebooks,
        asks: impl Fn(&Fact) -> Option<ContactId>,
        mut tell: impl FnMut(&Fact, Self),
    ) {
        let Some(last) = facts.iter().rposition(|fact| asks(fact).is_some()) else { return };
        let evaluator = Evaluator::new(rules);
        let (mut journey, mut borne, mut held) = (Journey::new(), Borne::default(), EverHeld::default());
        for fact in &facts[..=last] {
            if let Some(contact) = asks(fact) {
                // What was due by then has happened; what the fact itself does to the case has not.
                evaluator.advance(&mut journey, fact.at, &mut held);
                let issue = match journey.cases.of_contact(contact) {
                    Some(ix) => Self::Case(borne.of_case(&journey, ix, fact.at)),
                    None if held.0.contains(&contact) => Self::Retired,
                    None if borne.has_seen(contact) => Self::Contact(borne.of_contact(contact)),
                    None => Self::Unknown,
                };
                tell(fact, issue);
            }
            borne.step(evaluator, &mut journey, fact, &mut held);
        }
    }
}
