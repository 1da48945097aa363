//! One customer's story: what happened and what was concluded, step by step, with the contacts and cases it is about.

use super::ExportError;
use super::bodies::Bodies;
use std::collections::BTreeMap;
use std::fmt;
use throughline_channels::export::{Described, describe};
use throughline_core::customer::{Contact, CustomerState};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{ContactId, CustomerId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::case::Case;
use throughline_rules::decision::{Content, Decision};
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
    pub(super) cases: BTreeMap<CaseKey, Case>,
    /// The cases that cases follow.
    pub(super) follows: BTreeMap<CaseKey, CaseKey>,
    /// The cases that each contact belonged to, one after the other, each with the step from which on.
    memberships: BTreeMap<ContactId, Vec<(usize, CaseKey)>>,
    /// How many cases each contact has opened so far.
    opened: BTreeMap<ContactId, u32>,
}

/// What names a case in an export: the contact that opened it and, since a contact may open another one long after
/// its first was settled and retired, which of that contact's cases it is. Written as the contact's id; the second as
/// the id and `/2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CaseKey {
    contact: ContactId,
    /// From 1.
    number: u32,
}

impl fmt::Display for CaseKey {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 | 1 => write!(to, "{}", self.contact),
            later => write!(to, "{}/{later}", self.contact),
        }
    }
}

/// One step, in the order in which the evaluation took them.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Something happened.
    Happened { fact: &'a Fact, says: Described },
    /// Something was concluded, about a case or not.
    Concluded { decision: Decision<Sym>, case: Option<CaseKey> },
}

/// What an evaluation says between two looks at the journey, in its order.
#[derive(Default)]
struct Said(Vec<Saying>);

enum Saying {
    Decision(Decision<Sym>),
    /// A contact belongs to a case now.
    Joined(ContactId, ContactId),
}

impl Outlet for Said {
    fn decision(&mut self, decision: &Decision<Sym>, _: ProfileIx) {
        self.0.push(Saying::Decision(decision.clone()));
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.0.push(Saying::Joined(contact, case));
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
            follows: BTreeMap::new(),
            memberships: BTreeMap::new(),
            opened: BTreeMap::new(),
        };
        let (mut journey, mut said) = (Journey::new(), Said::default());
        for fact in facts {
            // Apart from the step, so that what was due before the fact stands before it.
            evaluator.advance(&mut journey, fact.at, &mut said);
            story.note(&journey, &mut said, story.steps.len());
            let data = bodies.open(fact.id)?;
            let says = data.map_or_else(Described::default, |data| describe(&data));
            let place = story.steps.len();
            story.steps.push(Step::Happened { fact, says });
            evaluator.step(&mut journey, fact, &mut said);
            story.note(&journey, &mut said, place);
            if let Some(contact) = fact.data.contact().and_then(|id| journey.customer.contact(id)) {
                story.contacts.insert(contact.id, contact.clone());
            }
        }
        evaluator.advance(&mut journey, as_of, &mut said);
        story.note(&journey, &mut said, story.steps.len());
        for case in journey.cases.cases() {
            story.cases.insert(story.newest(case.key), case.clone());
        }
        story.state = journey.customer;
        Ok(story)
    }

    /// Takes in what was said at a step, which has this place.
    fn note(&mut self, journey: &Journey, said: &mut Said, place: usize) {
        for saying in said.0.drain(..) {
            match saying {
                Saying::Joined(contact, case) => {
                    if contact == case {
                        *self.opened.entry(case).or_default() += 1;
                    }
                    let case = self.newest(case);
                    self.memberships.entry(contact).or_default().push((place, case));
                }
                Saying::Decision(decision) => {
                    let case = Some(decision.slot.case).filter(|case| !case.is_nil());
                    let case = case.map(|case| self.newest(case));
                    if let (Content::CaseOpened { follows: Some(earlier), .. }, Some(case)) =
                        (&decision.content, case)
                    {
                        self.follows.insert(case, self.newest(*earlier));
                    }
                    let known =
                        journey.cases.cases().iter().rev().find(|known| known.key == decision.slot.case);
                    if let (Some(known), Some(case)) = (known, case) {
                        self.cases.insert(case, known.clone());
                    }
                    self.steps.push(Step::Concluded { decision, case });
                }
            }
        }
    }

    /// The last case so far that a contact opened: no earlier one of it is in the evaluation's hands any more.
    fn newest(&self, contact: ContactId) -> CaseKey {
        CaseKey { contact, number: self.opened.get(&contact).copied().unwrap_or(1) }
    }

    /// Every step, with the case that it belongs to.
    pub(super) fn steps(&self) -> impl Iterator<Item = (&Step<'a>, Option<CaseKey>)> {
        self.steps.iter().enumerate().map(|(place, step)| (step, self.case_at(place, step)))
    }

    /// The case of a step. A contact that no case held yet belongs to the first one that did.
    fn case_at(&self, place: usize, step: &Step<'_>) -> Option<CaseKey> {
        match step {
            Step::Happened { fact, .. } => {
                let memberships = self.memberships.get(&fact.data.contact()?)?;
                let by_then = memberships.iter().rev().find(|(from, _)| *from <= place);
                by_then.or(memberships.first()).map(|(_, case)| *case)
            }
            Step::Concluded { case, .. } => *case,
        }
    }

    /// The cases that a contact belonged to, one after the other.
    pub(super) fn cases_of(&self, contact: ContactId) -> impl DoubleEndedIterator<Item = CaseKey> {
        self.memberships.get(&contact).into_iter().flatten().map(|(_, case)| *case)
    }
}

/// A name, if a symbol stands for one.
pub(super) fn spelled(names: &Interner, sym: Sym) -> Option<&str> {
    (!sym.is_none()).then(|| names.resolve(sym))
}
