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
        as_it_is(key).map_or_else(|| Some(self.derived_event(key)), |id| id.map(EventId))
    }

    /// The id of a key that is made of several parts and so is never one itself.
    pub(crate) fn derived_event(&self, key: &str) -> EventId {
        EventId::in_namespace(&self.events, key)
    }

    pub(crate) fn profile(&self, key: &str) -> Option<ProfileId> {
        as_it_is(key)
            .map_or_else(|| Some(ProfileId::in_namespace(&self.profiles, key)), |id| id.map(ProfileId))
    }

    pub(crate) fn contact(&self, key: &str) -> Option<ContactId> {
        as_it_is(key)
            .map_or_else(|| Some(ContactId::in_namespace(&self.contacts, key)), |id| id.map(ContactId))
    }

    pub(crate) fn issue(&self, key: &str) -> Option<IssueRef> {
        as_it_is(key).map_or_else(|| Some(IssueRef::in_namespace(&self.issues, key)), |id| id.map(IssueRef))
    }

    pub(crate) fn promise(&self, key: &str) -> Option<PromiseId> {
        as_it_is(key)
            .map_or_else(|| Some(PromiseId::in_namespace(&self.promises, key)), |id| id.map(PromiseId))
    }
}

/// `None` if the key is no UUID, `Some(None)` if it is the nil one.
fn as_it_is(key: &str) -> Option<Option<Uuid>> {
    let id = (key.len() == 36).then(|| Uuid::try_parse_ascii(key.as_bytes()).ok())??;
    Some((!id.is_nil()).then_some(id))
}
