//! Apologies that we owe by the rulebook, and have not given.
//!
//! An apology is a fact of its own (`apology`): somebody says that one is owed, or that it was given. Beside what people
//! say, the rulebook names failures that call for one; those are kept here, by case, until an apology is given in a contact
//! of that case, of its parent or of one of its children, or in no contact at all.

use crate::rulebook::RuleIx;
use serde::{Deserialize, Serialize};
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Sym;
use throughline_core::time::Micros;

/// The most apologies that are owed to one customer at once. Past it no further one is noted: she is owed enough.
pub const MAX_APOLOGIES: usize = 32;

/// An apology that is owed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwedApology {
    /// The case that it is about, by its earliest contact; nil: none.
    pub case: ContactId,
    /// The rule by which it is owed.
    pub rule: RuleIx,
    /// What for.
    pub reason: Sym,
    /// Since when.
    pub since: Micros,
    /// The event that led to it.
    pub event: EventId,
}

impl Canonical for OwedApology {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.id(self.case.0);
        to.number(u64::from(self.rule.0));
        to.name(self.reason);
        to.time(self.since);
        to.id(self.event.0);
    }
}
