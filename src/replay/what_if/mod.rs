//! What if our rules were different: the same facts by two rulebooks, and a list of what would differ.
//!
//! Every customer is folded twice, once by each rulebook, and the two lists of decisions are compared slot by slot;
//! then the customer is forgotten. What is kept are counts and a few examples of each kind, so memory depends on
//! the rulebooks and not on the history. Nothing is written anywhere.
//!
//! Decisions are compared by what they say and when; which rulebook said it makes no difference by itself. A rule
//! that has another name in the other rulebook is another rule.

mod sift;
mod tally;
mod words;

use super::{History, Replay};
use crate::core::ids::{ContactId, CustomerId, EventId};
use crate::core::time::Micros;
use crate::rules::rulebook::{RulebookError, Rulebooks};
use serde::Serialize;
use sift::Sift;
use std::collections::BTreeMap;
pub(crate) use tally::Tally;

/// How many examples are shown of each rule, and of each way to differ.
pub const EXAMPLES: usize = 3;

/// What would differ by another rulebook.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WhatIf {
    /// The version of this form. Fields may be added within a version.
    pub format: u32,
    /// The rulebooks, `id@version`.
    pub rulebook: Compared<String>,
    /// The instant that everything is as of.
    pub as_of: Micros,
    /// Facts folded, by each rulebook the same.
    pub facts: u64,
    /// Customers with at least one fact.
    pub customers: u64,
    /// Customers for whom at least one decision or the state of a case differs.
    pub affected: u64,
    /// Decisions in all.
    pub decisions: Compared<u64>,
    /// Cases by state.
    pub cases: BTreeMap<String, Compared<u64>>,
    /// What differs, by kind of decision, in the order of their numbers, and by rule. Rules without a difference are left out.
    pub by_rule: Vec<RuleDifference>,
}

/// Something by the rulebook as it is and by the other one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Compared<T> {
    /// By the rulebook as it is.
    pub as_is: T,
    /// By the other rulebook.
    pub what_if: T,
}

/// What differs of one rule's decisions of a kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleDifference {
    /// The kind of decision, as in a journey's decisions.
    pub kind: String,
    /// The rule.
    pub rule: String,
    /// How many such decisions there are.
    pub decisions: Compared<u64>,
    /// Customers for whom one of them differs.
    pub customers: u64,
    /// Decisions that only the other rulebook makes.
    pub new: u64,
    /// Decisions that only the rulebook as it is makes.
    pub gone: u64,
    /// Decisions about the same thing that would become true earlier.
    pub sooner: u64,
    /// Decisions about the same thing that would become true later.
    pub later: u64,
    /// Decisions about the same thing, at the same instant, that would say something else or rest on other events.
    pub reworded: u64,
    /// The earliest of each, a few.
    pub examples: Vec<Example>,
}

/// How a decision differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Differs {
    /// Only the other rulebook makes it.
    New,
    /// Only the rulebook as it is makes it.
    Gone,
    /// It would become true earlier.
    Sooner,
    /// It would become true later.
    Later,
    /// It would say something else at the same instant.
    Reworded,
}

/// One decision that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// How it differs.
    pub differs: Differs,
    /// The customer.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub customer: CustomerId,
    /// A handle of the case that it is about; none if it is about no case.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub case: Option<ContactId>,
    /// The event that leads to it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub trigger: EventId,
    /// When it becomes true; none where a rulebook does not make it.
    pub effective_at: Compared<Option<Micros>>,
    /// What it says, in words; none where a rulebook does not make it.
    pub says: Compared<Option<String>>,
}

impl WhatIf {
    /// The version of the form.
    pub const FORMAT: u32 = 1;

    /// Whether nothing would differ.
    pub fn is_empty(&self) -> bool {
        self.affected == 0
    }
}

/// The JSON Schema of a what-if.
#[cfg(feature = "schema")]
pub fn json_schema() -> serde_json::Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<WhatIf>().to_value()
}

impl Replay {
    /// Judges a history by this replay's rulebook, with those that were activated, and all of it by another one, and lists
    /// what would differ. As of the same
    /// instant as [`run`](Self::run), with as many threads; their number does not change the result.
    ///
    /// ```
    /// use throughline::rules::rulebook::DEFAULT;
    /// use throughline::{History, Replay};
    ///
    /// let stricter = DEFAULT.replace("within = \"24h\"", "within = \"8h\"");
    /// let found = Replay::new().what_if(&History::default(), &stricter)?;
    /// assert!(found.is_empty(), "nobody is affected where nothing happened");
    /// # Ok::<(), throughline::rules::rulebook::RulebookError>(())
    /// ```
    pub fn what_if(&self, history: &History, other: &str) -> Result<WhatIf, RulebookError> {
        let mut names = history.names().clone();
        let rules = [history.rulebooks(&self.document, &mut names)?, Rulebooks::parse(other, &mut names)?];
        let as_of = self.instant(history);
        let total = self.on_all_threads(history, || Sift::new(&rules, &names, as_of), Sift::fold, Sift::add);
        Ok(total.found())
    }
}
