//! Bounds how many of something are kept for all customers together: the oldest go first.

use std::collections::VecDeque;
use throughline_core::ids::ProfileId;

/// Customers of whom something was lately, as many as matter.
#[derive(Debug)]
pub(super) struct Lately {
    limit: usize,
    customers: VecDeque<ProfileId>,
}

impl Lately {
    /// The last so many are known.
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, customers: VecDeque::new() }
    }

    /// It is of this customer now. Says whether it was of her lately.
    pub(super) fn note(&mut self, customer: ProfileId) -> bool {
        let was_hers = self.customers.contains(&customer);
        if self.customers.len() == self.limit {
            self.customers.pop_front();
        }
        self.customers.push_back(customer);
        was_hers
    }
}

/// Numbers what is kept, and says what has to go. What went by itself meanwhile is not known here, so a number may be
/// named that nothing has any more.
#[derive(Debug)]
pub(super) struct Oldest {
    limit: usize,
    given: u64,
    kept: VecDeque<(u64, ProfileId)>,
}

impl Oldest {
    /// At most so many are kept.
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, given: 0, kept: VecDeque::new() }
    }

    /// How many are kept at most.
    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// The number of the next one, which a customer gets, and the one that has to go for it.
    pub(super) fn add(&mut self, customer: ProfileId) -> (u64, Option<(u64, ProfileId)>) {
        self.given += 1;
        self.kept.push_back((self.given, customer));
        let gone = if self.kept.len() > self.limit { self.kept.pop_front() } else { None };
        (self.given, gone)
    }
}
