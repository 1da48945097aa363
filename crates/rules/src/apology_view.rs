//! An apology that is owed by the rulebook, as people and programs read it: a part of
//! [`JourneyView`](crate::view::JourneyView).

use crate::apology::OwedApology;
use crate::ledger::handle_of;
use crate::rulebook::Rulebooks;
use alloc::{collections::BTreeMap, string::String};
use core::fmt;
use serde::Serialize;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;

/// An apology that is owed and was not given yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApologyView {
    /// What for.
    pub reason: String,
    /// The rule by which it is owed.
    pub rule: String,
    /// The handle of the case that it is about, if it is about one.
    pub case: Option<ContactId>,
    /// Since when.
    pub since: Micros,
    /// The event that led to it.
    pub event: EventId,
}

impl ApologyView {
    pub(crate) fn of(
        owed: &OwedApology,
        rules: &Rulebooks,
        names: &Interner,
        handles: &BTreeMap<ContactId, ContactId>,
    ) -> Self {
        let case = (!owed.case.is_nil()).then(|| handle_of(owed.case, handles));
        Self {
            reason: names.resolve(owed.reason).into(),
            rule: names.resolve(rules.rule_name(owed.rule)).into(),
            case,
            since: owed.since,
            event: owed.event,
        }
    }
}

impl fmt::Display for ApologyView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an apology is owed for {} since {}", self.reason, self.since)?;
        match self.case {
            Some(case) => write!(f, " (case {case})"),
            None => Ok(()),
        }
    }
}
