//! Whom a brief is about: what follows from her facts, and the facts themselves.

use std::collections::BTreeMap;
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, CustomerId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::case::Case;
use throughline_rules::decision::Decision;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::handle_of;
use throughline_rules::rulebook::Rulebooks;

/// A customer, read for a brief.
pub(crate) struct Subject<'a> {
    pub(crate) customer: CustomerId,
    pub(crate) journey: &'a Journey,
    /// What happened, as far as the instant, in canonical order.
    pub(crate) facts: &'a [Fact],
    /// What follows from it.
    pub(crate) decisions: Vec<&'a Decision<Sym>>,
    /// The handles of cases that are announced under another one than their inside key.
    pub(crate) handles: &'a BTreeMap<ContactId, ContactId>,
    pub(crate) rules: &'a Rulebooks,
    pub(crate) names: &'a Interner,
    pub(crate) as_of: Micros,
}

impl Subject<'_> {
    /// The handle of a case.
    pub(super) fn handle(&self, case: ContactId) -> ContactId {
        handle_of(case, self.handles)
    }

    /// The contacts that a case holds.
    pub(super) fn contacts_of(&self, case: &Case) -> Vec<ContactId> {
        let members = self.journey.cases.members().filter(|(_, of)| of.key == case.key);
        members.map(|(contact, _)| contact).collect()
    }

    /// A name spelled out; none where there is none.
    pub(super) fn maybe(&self, name: Sym) -> Option<String> {
        (!name.is_none()).then(|| self.names.resolve(name).to_owned())
    }

    /// The same of a name that may be left out.
    pub(super) fn spelled(&self, name: Option<Sym>) -> Option<String> {
        name.and_then(|name| self.maybe(name))
    }
}
