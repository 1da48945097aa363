//! A history: every customer's facts in canonical order, ready to be folded again and again.

use crate::activated::Activated;
use crate::rules::activation::Activation;
use crate::rules::rulebook::{RulebookError, Rulebooks};
use serde::Serialize;
use std::collections::BTreeMap;
use throughline_core::fact::Fact;
use throughline_core::ids::CustomerId;
use throughline_core::name::Interner;
use throughline_core::time::Micros;

/// What was read, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadReport {
    /// Events read.
    pub events: u64,
    /// Events that had been read before, with the same content.
    pub duplicates: u64,
    /// Events refused because their id stands for other content.
    pub reused_ids: u64,
    /// Records of the ledger, which are no facts.
    pub ledger_records: u64,
    /// What could not be read, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// What was read all the same, but should be looked at: each warning of the mapping or the reader, with how many
    /// rows it was true of.
    pub warned: BTreeMap<String, u64>,
    /// What the mapping said to ignore.
    pub ignored: u64,
    /// Links between profiles that stand.
    pub links: u64,
    /// Links that were taken back.
    pub unlinked: u64,
}

impl ReadReport {
    /// Events that count: neither repeated nor refused.
    pub const fn accepted(&self) -> u64 {
        self.events - self.duplicates - self.reused_ids
    }
}

/// The facts of some customers, sorted.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    pub(super) facts: Vec<Fact>,
    /// Each customer, and where its facts end; they begin where the customer before ends.
    pub(super) customers: Vec<(CustomerId, usize)>,
}

/// Every customer's facts in canonical order.
#[derive(Debug, Default)]
pub struct History {
    pub(super) names: Interner,
    pub(super) buckets: Vec<Bucket>,
    pub(super) read: ReadReport,
    pub(super) activated: Vec<Activated>,
}

impl History {
    /// What was read.
    pub const fn read(&self) -> &ReadReport {
        &self.read
    }

    /// How many facts there are to fold.
    pub fn facts(&self) -> usize {
        self.buckets.iter().map(|b| b.facts.len()).sum()
    }

    /// How many customers.
    pub fn customers(&self) -> usize {
        self.buckets.iter().map(|b| b.customers.len()).sum()
    }

    /// When the last fact happened.
    pub fn last_occurred_at(&self) -> Option<Micros> {
        self.buckets.iter().flat_map(|b| &b.facts).map(|f| f.at).max()
    }

    /// The names that the facts use.
    pub const fn names(&self) -> &Interner {
        &self.names
    }

    /// Each customer with its facts in canonical order, for a fold of one's own.
    pub fn by_customer(&self) -> impl Iterator<Item = (CustomerId, &[Fact])> {
        self.buckets.iter().flat_map(Bucket::by_customer)
    }

    /// The facts of one customer, in canonical order; none if there is no such customer.
    pub fn of_customer(&self, customer: CustomerId) -> Option<&[Fact]> {
        let place = super::gather::bucket_of(customer.as_bytes());
        self.buckets.get(place)?.by_customer().find(|(found, _)| *found == customer).map(|(_, facts)| facts)
    }

    /// What was activated in the store that it is from, in the order of the log.
    pub fn activated(&self) -> &[Activated] {
        &self.activated
    }

    /// The rulebooks that judge it: one from the beginning, and what was activated.
    pub(crate) fn rulebooks(&self, first: &str, names: &mut Interner) -> Result<Rulebooks, RulebookError> {
        let mut rules = Rulebooks::parse(first, names)?;
        for activated in &self.activated {
            match &activated.what {
                Activation::Rulebook(document) => {
                    rules.activate(activated.effective_at, document, names)?;
                }
                // It was read with the log, so it has no mistake.
                Activation::Disruption(document) => {
                    drop(rules.declare(activated.effective_at, document, names));
                }
                Activation::Capability(document) => {
                    drop(rules.declare_capability(activated.effective_at, document, names));
                }
                Activation::Evaluator(_) => {}
            }
        }
        Ok(rules)
    }

    pub(super) fn bucket(&self, index: usize) -> Option<&Bucket> {
        self.buckets.get(index)
    }
}

impl Bucket {
    pub(super) fn by_customer(&self) -> impl Iterator<Item = (CustomerId, &[Fact])> {
        let mut from = 0;
        self.customers.iter().map(move |(customer, until)| {
            let facts = &self.facts[from..*until];
            from = *until;
            (*customer, facts)
        })
    }
}
