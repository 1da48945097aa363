//! Who is who in a scenario: names become ids on the way in and are names again on the way out.

use super::moment::{moment, rfc3339};
use std::collections::BTreeMap;
use throughline_core::ids::{ContactId, EventId, LinkId, ProfileId, PromiseId};
use throughline_core::time::Micros;
use uuid::Uuid;

/// The scope under which a scenario's ids are derived.
const SCOPE: &str = "scenario";

/// The names of one scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub(super) customers: BTreeMap<String, ProfileId>,
    /// With the customer whose contact it is.
    pub(super) contacts: BTreeMap<String, (ContactId, ProfileId)>,
    pub(super) promises: BTreeMap<String, (PromiseId, ProfileId)>,
    pub(super) links: BTreeMap<String, (LinkId, ProfileId, ProfileId)>,
    pub(super) events: BTreeMap<String, (EventId, ProfileId)>,
    /// The slots that were stated so far of each thing that is promised.
    pub(super) slots: BTreeMap<String, BTreeMap<(Micros, Micros), u16>>,
    /// Their documents.
    pub(super) disruptions: BTreeMap<String, String>,
    spelled: BTreeMap<Uuid, String>,
}

impl Names {
    /// The profile of a customer.
    pub fn profile(&self, customer: &str) -> Option<ProfileId> {
        self.customers.get(customer).copied()
    }

    /// The customers, by name.
    pub fn customers(&self) -> impl Iterator<Item = (&str, ProfileId)> {
        self.customers.iter().map(|(name, profile)| (name.as_str(), *profile))
    }

    /// What an id is called in the scenario.
    pub fn name_of(&self, id: Uuid) -> Option<&str> {
        self.spelled.get(&id).map(String::as_str)
    }

    /// The same text with every id that the scenario knows as its name, and every instant as its day and time.
    pub fn spell(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let after_word = out.chars().next_back().is_some_and(char::is_alphanumeric);
            let found = if after_word { None } else { self.at_start(rest) };
            let (word, taken) = found.unwrap_or_else(|| (first.to_string(), first.len_utf8()));
            out += &word;
            rest = &rest[taken..];
        }
        out
    }

    fn at_start(&self, text: &str) -> Option<(String, usize)> {
        const UUID: usize = 36;
        if let Some(id) = text.get(..UUID).filter(|id| id.as_bytes()[8] == b'-') {
            let name = id.parse().ok().and_then(|id: Uuid| self.name_of(id));
            return name.map(|name| (name.to_owned(), UUID));
        }
        rfc3339(text).map(|(at, taken)| (moment(at), taken))
    }

    pub(super) fn add_customer(&mut self, name: &str) {
        let id = ProfileId::derived(SCOPE, name);
        self.customers.insert(name.to_owned(), id);
        self.spelled.insert(id.0, name.to_owned());
    }

    pub(super) fn add_contact(&mut self, name: &str, owner: ProfileId) -> ContactId {
        let id = ContactId::derived(SCOPE, name);
        self.contacts.insert(name.to_owned(), (id, owner));
        self.spelled.insert(id.0, format!("\"{name}\""));
        id
    }

    pub(super) fn add_promise(&mut self, name: &str, owner: ProfileId) -> PromiseId {
        let id = PromiseId::derived(SCOPE, name);
        self.promises.insert(name.to_owned(), (id, owner));
        self.spelled.insert(id.0, format!("\"{name}\""));
        id
    }

    pub(super) fn add_link(&mut self, name: &str, a: ProfileId, b: ProfileId) -> LinkId {
        let id = LinkId::derived(SCOPE, name);
        self.links.insert(name.to_owned(), (id, a, b));
        self.spelled.insert(id.0, format!("\"{name}\""));
        id
    }

    /// An event is named by what its line says: the same line twice is the same fact, delivered twice.
    pub(super) fn add_event(&mut self, sentence: &str) -> EventId {
        let id = EventId::derived(SCOPE, sentence);
        self.spelled.insert(id.0, format!("‹{sentence}›"));
        id
    }
}
