//! An account of a customer: journey, decisions and facts together, so that two of them can be compared.
//!
//! A journey says where a customer stands, but not what led there. An [`Account`] keeps beside it what was
//! concluded and from which facts, and for every count and promise the events that moved it. Two accounts, of two
//! instants, of two states of knowledge or by two rulebooks, give [`Changes`] that name their events.

mod changes;
mod compare;
mod difference;
mod moves;
mod third_parties;
mod words;

pub use changes::{
    ApologyChange, Both, CaseChange, CaseMove, Changes, ChurnChange, ClockChange, DecisionChange,
    DecisionMove, EffortChange, PartnerChange, PromiseChange, Side,
};
pub use compare::{Comparison, compare};

use crate::decision::{Decision, Evidence};
use crate::evaluate::Evaluator;
use crate::journey::Journey;
use crate::ledger::{Announced, Judged};
use crate::rulebook::Rulebooks;
use crate::view::JourneyView;
use alloc::vec::Vec;
use moves::{Before, Moves};
use serde::Serialize;
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, CustomerId, EventId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;

/// Everything that follows from some facts of a customer as of an instant.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Where the customer stands.
    pub journey: JourneyView,
    /// What the rules conclude, in the order in which it became true. Cases go by their earliest contact.
    pub decisions: Vec<Decision>,
    /// The facts that had happened by then, in canonical order.
    pub facts: Vec<FactSeen>,
    /// Which events moved what.
    #[serde(skip)]
    moves: Moves,
    /// The newest events that gave signs of leaving.
    #[serde(skip)]
    signs: Evidence,
    /// Which case holds which contact.
    #[serde(skip)]
    cases: Judged,
}

/// A fact in an account: enough to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FactSeen {
    /// The event.
    pub event: EventId,
    /// When it happened.
    pub at: Micros,
    /// What kind of event it is.
    pub kind: &'static str,
    /// The contact that it is about, if it names one.
    pub contact: Option<ContactId>,
}

impl Account {
    /// Folds facts, which stand in canonical order, as far as `as_of`. What was announced names the cases.
    pub fn of(
        facts: &[Fact],
        as_of: Micros,
        customer: CustomerId,
        rules: &Rulebooks,
        names: &Interner,
        announced: &Announced,
    ) -> Self {
        let evaluator = Evaluator::new(rules);
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        let mut moves = Moves::default();
        let facts = &facts[..facts.partition_point(|fact| fact.at <= as_of)];
        for fact in facts {
            // What falls due before the fact is not the fact's doing.
            evaluator.advance(&mut journey, fact.at, &mut judged);
            let before = Before::of(&journey);
            evaluator.step(&mut journey, fact, &mut judged);
            moves.note(fact, &before, &journey);
        }
        evaluator.advance(&mut journey, as_of, &mut judged);
        let handles = judged.handles(announced);
        let view = JourneyView::of(&journey, customer, rules, names, as_of, &handles);
        let decisions = core::mem::take(&mut judged.decisions);
        let seen = |fact: &Fact| FactSeen {
            event: fact.id,
            at: fact.at,
            kind: fact.data.kind().as_str(),
            contact: fact.data.contact(),
        };
        Self {
            journey: view,
            decisions: decisions.iter().map(|(decision, _)| decision.named(names)).collect(),
            facts: facts.iter().map(seen).collect(),
            moves,
            signs: journey.churn.map(|churn| churn.evidence()).unwrap_or_default(),
            cases: judged,
        }
    }

    /// What changed from this account to a later one.
    pub fn difference(&self, later: &Self) -> Changes {
        Changes::between(self, later)
    }
}
