//! How another system's own keys become ids: the same in every format, so that one customer, read from a native
//! log and through a mapping, is one profile.

use throughline_core::ids::{ContactId, EventId, IssueRef, ProfileId, PromiseId};
use throughline_core::name::Name;
use uuid::Uuid;

/// A source, with the namespaces of its keys worked out once.
///
/// A key that is a UUID, in the form with four hyphens, is taken as it is. Other ways to write a UUID are not taken
/// for one: 32 hexadecimal digits may as well be somebody's hash. The nil UUID names nothing and gives `None`.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    name: Name,
    events: Uuid,
    profiles: Uuid,
    contacts: Uuid,
    issues: Uuid,
    promises: Uuid,
}

impl Source {
    pub(crate) fn new(name: Name) -> Self {
        let scope = name.as_str();
        Self {
            events: EventId::namespace(scope),
            profiles: ProfileId::namespace(scope),
            contacts: ContactId::namespace(scope),
            issues: IssueRef::namespace(scope),
            promises: PromiseId::namespace(scope),
            name,
        }
    }

    pub(crate) const fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn event(&self, key: &str) -> Option<EventId> {
        id_of(key, || self.derived_event(key).0).map(EventId)
    }

    /// The id of a key that is made of several parts and so is never one itself.
    pub(crate) fn derived_event(&self, key: &str) -> EventId {
        EventId::in_namespace(&self.events, key)
    }

    pub(crate) fn profile(&self, key: &str) -> Option<ProfileId> {
        id_of(key, || ProfileId::in_namespace(&self.profiles, key).0).map(ProfileId)
    }

    pub(crate) fn contact(&self, key: &str) -> Option<ContactId> {
        id_of(key, || ContactId::in_namespace(&self.contacts, key).0).map(ContactId)
    }

    pub(crate) fn issue(&self, key: &str) -> Option<IssueRef> {
        id_of(key, || IssueRef::in_namespace(&self.issues, key).0).map(IssueRef)
    }

    pub(crate) fn promise(&self, key: &str) -> Option<PromiseId> {
        id_of(key, || PromiseId::in_namespace(&self.promises, key).0).map(PromiseId)
    }
}

/// A key that is a UUID, or what is derived from one that is not; `None` for the nil UUID.
fn id_of(key: &str, derived: impl FnOnce() -> Uuid) -> Option<Uuid> {
    match (key.len() == 36).then(|| Uuid::try_parse_ascii(key.as_bytes())) {
        Some(Ok(id)) => (!id.is_nil()).then_some(id),
        _ => Some(derived()),
    }
}
