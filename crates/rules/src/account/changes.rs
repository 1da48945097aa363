//! What changed between two accounts: plain values, each with the events that it is because of.

use super::FactSeen;
use crate::apology_view::ApologyView;
use crate::decision::{Clock, Decision};
use crate::partner_view::PartnerView;
use crate::promise::PromiseCount;
use crate::view::PromiseView;
use alloc::{string::String, vec::Vec};
use serde::Serialize;
use throughline_core::ids::{ContactId, CustomerId, EventId, PromiseId};
use throughline_core::time::{Micros, Span};

/// What changed between two accounts of a customer. The JSON form is documented in `docs/TIME_TRAVEL.md`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changes {
    /// The version of this form.
    pub format: u32,
    /// What the earlier account is of.
    pub earlier: Side,
    /// What the later one is of.
    pub later: Side,
    /// Facts that only the later one has, in canonical order.
    pub facts_come: Vec<FactSeen>,
    /// Facts that only the earlier one has.
    pub facts_gone: Vec<FactSeen>,
    /// Cases that are not where they were, in the order of the later account; those that are gone last.
    pub cases: Vec<CaseChange>,
    /// Promises that are not what they were.
    pub promises: Vec<PromiseChange>,
    /// How promises went, if that differs.
    pub promise_count: Option<Both<PromiseCount>>,
    /// Things that partners tell about of which they told something else.
    pub partners: Vec<PartnerChange>,
    /// Apologies that are owed by the rulebook in one account alone, or since another time.
    pub apologies: Vec<ApologyChange>,
    /// Counts of the effort account that differ.
    pub effort: Vec<EffortChange>,
    /// Signs of leaving, if they differ. A score that only faded with time is a difference, too.
    pub churn: Option<ChurnChange>,
    /// Decisions that are new, gone or changed, by the instant at which they became true.
    pub decisions: Vec<DecisionChange>,
}

/// What an account is of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The customer.
    pub customer: CustomerId,
    /// The instant.
    pub as_of: Micros,
    /// The rulebook, `id@version`.
    pub rulebook: String,
    /// How many facts it rests on.
    pub facts: u64,
}

/// Something in both accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Both<T> {
    /// In the earlier account.
    pub earlier: T,
    /// In the later one.
    pub later: T,
}

impl<T: PartialEq> Both<T> {
    /// Whether it is the same in both.
    pub fn is_same(&self) -> bool {
        self.earlier == self.later
    }
}

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CaseMove {
    /// Only the later account has it.
    Opened,
    /// Only the earlier one has it: it never was, or it is part of another case.
    Gone,
    /// It was settled long ago by the later account, which only counts it.
    Retired,
    /// It is answered now.
    Answered,
    /// Somebody on our side says that it is resolved.
    ClaimedResolved,
    /// It is closed now.
    Closed,
    /// It has lapsed.
    Lapsed,
    /// It is open again, and counted as reopened.
    Reopened,
    /// It is open, and was not: what had counted as its answer or its end is none.
    OpenAgain,
    /// It stands where it stood, and something else about it differs.
    Changed,
}

/// A case that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseChange {
    /// The case, by its handle in the later account; in the earlier one if it is gone.
    pub case: ContactId,
    /// What it is about.
    pub topic: Option<String>,
    /// What became of it.
    pub change: CaseMove,
    /// Where it stands; none where an account does not have it.
    pub state: Both<Option<&'static str>>,
    /// Since when.
    pub since: Both<Option<Micros>>,
    /// How often it was reopened.
    pub reopens: Both<u16>,
    /// Its priority.
    pub priority: Both<u16>,
    /// How many targets were missed.
    pub missed: Both<u16>,
    /// Contacts that it holds now and did not.
    pub contacts_joined: Vec<ContactId>,
    /// Contacts that it held and does not.
    pub contacts_left: Vec<ContactId>,
    /// Clocks that differ.
    pub clocks: Vec<ClockChange>,
    /// The events that it is because of.
    pub because: Vec<EventId>,
}

/// A clock that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClockChange {
    /// The clock.
    pub clock: Clock,
    /// After how long it stopped, in microseconds; none while it runs, or where there is no such case.
    pub took: Both<Option<Span>>,
}

/// A promise that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PromiseChange {
    /// The promise.
    pub promise: PromiseId,
    /// What was owed; none where an account owes nothing by it: not made yet, or kept.
    pub owed: Both<Option<PromiseView>>,
    /// The events that it is because of.
    pub because: Vec<EventId>,
}

/// A thing that a partner tells about, and told otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartnerChange {
    /// What it told last; none where an account knows of nothing.
    pub told: Both<Option<PartnerView>>,
    /// The events that told it.
    pub because: Vec<EventId>,
}

/// An apology that is owed otherwise.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApologyChange {
    /// What is owed; none where an account owes none: nothing called for it, or it was given.
    pub owed: Both<Option<ApologyView>>,
    /// The events that it is because of.
    pub because: Vec<EventId>,
}

/// A count of the effort account that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EffortChange {
    /// The count, as it is called in a journey.
    pub count: &'static str,
    /// How many, or how long in microseconds.
    pub value: Both<i64>,
    /// The events that count in one account and not in the other.
    pub because: Vec<EventId>,
}

/// Signs of leaving that differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChurnChange {
    /// The score; none before the first sign.
    pub score: Both<Option<f64>>,
    /// Since when the customer is flagged, if so.
    pub flagged_since: Both<Option<Micros>>,
    /// The newest events that gave signs in one account and not in the other. Empty if the score only faded.
    pub because: Vec<EventId>,
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionMove {
    /// Only the earlier account has it.
    Gone,
    /// Both have it, and it became true at another instant or says something else.
    Changed,
    /// Only the later account has it.
    New,
}

/// A decision that differs. Each brings its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionChange {
    /// What became of it.
    pub change: DecisionMove,
    /// What it was, and what it is.
    pub decision: Both<Option<Decision>>,
}

impl Changes {
    /// The version of the form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 1;

    /// Whether nothing differs but, perhaps, what the accounts are of.
    pub fn is_empty(&self) -> bool {
        self.facts_come.is_empty()
            && self.facts_gone.is_empty()
            && self.cases.is_empty()
            && self.promises.is_empty()
            && self.promise_count.is_none()
            && self.partners.is_empty()
            && self.apologies.is_empty()
            && self.effort.is_empty()
            && self.churn.is_none()
            && self.decisions.is_empty()
    }
}

impl DecisionChange {
    /// The decision as it is, or as it was if it is gone.
    pub fn latest(&self) -> Option<&Decision> {
        self.decision.later.as_ref().or(self.decision.earlier.as_ref())
    }
}
