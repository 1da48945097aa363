//! One customer's story: what happened and what was concluded, step by step, with the contacts and cases it is about.

use super::ExportError;
use super::bodies::Bodies;
use std::collections::BTreeMap;
use throughline_channels::export::{Described, describe};
use throughline_core::customer::{Contact, CustomerState};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, CustomerId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::case::Case;
use throughline_rules::decision::Decision;
use throughline_rules::evaluate::{Evaluator, Outlet};
use throughline_rules::journey::Journey;

/// A customer's story.
#[derive(Debug)]
pub(super) struct Story<'a> {
    pub(super) customer: CustomerId,
    pub(super) state: CustomerState,
    pub(super) steps: Vec<Step<'a>>,
    /// Every contact as it was when its last event had been folded: the fold itself forgets old ones.
    pub(super) contacts: BTreeMap<ContactId, Contact>,
    /// Every case as it is, or was when it was last decided about: the fold itself retires settled ones.
    pub(super) cases: BTreeMap<ContactId, Case>,
    /// The case that each contact came to belong to.
    pub(super) case_of: BTreeMap<ContactId, ContactId>,
}

/// One step, in the order in which the evaluation took them.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Something happened.
    Happened { fact: &'a Fact, says: Described },
    /// Something was concluded.
    Concluded(Decision<Sym>),
}

/// What an evaluation says between two looks at the journey.
#[derive(Default)]
struct Said {
    decisions: Vec<Decision<Sym>>,
    joined: Vec<(ContactId, ContactId)>,
}

impl Outlet for Said {
    fn decision(&mut self, decision: &Decision<Sym>, _: ProfileIx) {
        self.decisions.push(decision.clone());
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.joined.push((contact, case));
    }
}

impl<'a> Story<'a> {
    /// Folds a customer's facts, which must be known by `as_of`, and takes note on the way.
    pub(super) fn of(
        customer: CustomerId,
        facts: &'a [Fact],
        evaluator: Evaluator<'_>,
        bodies: &Bodies,
        as_of: Micros,
    ) -> Result<Self, ExportError> {
        let mut story = Self {
            customer,
            state: CustomerState::default(),
            steps: Vec::new(),
            contacts: BTreeMap::new(),
            cases: BTreeMap::new(),
            case_of: BTreeMap::new(),
        };
        let (mut journey, mut said) = (Journey::new(), Said::default());
        for fact in facts {
            // Apart from the step, so that what was due before the fact stands before it.
            evaluator.advance(&mut journey, fact.at, &mut said);
            story.note(&journey, &mut said);
            let data = bodies.open(fact.id)?;
            let says = data.map_or_else(Described::default, |data| describe(&data));
            story.steps.push(Step::Happened { fact, says });
            evaluator.step(&mut journey, fact, &mut said);
            story.note(&journey, &mut said);
            if let Some(contact) = fact.data.contact().and_then(|id| journey.customer.contact(id)) {
                story.contacts.insert(contact.id, contact.clone());
            }
        }
        evaluator.advance(&mut journey, as_of, &mut said);
        story.note(&journey, &mut said);
        story.cases.extend(journey.cases.cases().iter().map(|case| (case.key, case.clone())));
        story.state = journey.customer;
        Ok(story)
    }

    fn note(&mut self, journey: &Journey, said: &mut Said) {
        self.case_of.extend(said.joined.drain(..));
        for decision in said.decisions.drain(..) {
            let case = decision.slot.case;
            if let Some(case) = journey.cases.cases().iter().rev().find(|known| known.key == case) {
                self.cases.insert(case.key, case.clone());
            }
            self.steps.push(Step::Concluded(decision));
        }
    }

    /// The case that a step belongs to.
    pub(super) fn case_of(&self, step: &Step<'_>) -> Option<ContactId> {
        match step {
            Step::Happened { fact, .. } => self.case_of.get(&fact.data.contact()?).copied(),
            Step::Concluded(decision) => Some(decision.slot.case).filter(|case| !case.is_nil()),
        }
    }
}

/// A name, if a symbol stands for one.
pub(super) fn spelled(names: &Interner, sym: Sym) -> Option<&str> {
    (!sym.is_none()).then(|| names.resolve(sym))
}
