//! The names of streams.

use core::fmt;
use throughline_core::event::IdentifierHash;
use throughline_core::ids::ProfileId;
use throughline_core::name::{Name, NameError};
use uuid::Uuid;

/// Whose data it is. Nothing of one tenant is ever read, compared or counted with another's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TenantId(Name);

impl TenantId {
    /// A tenant by its name.
    pub fn new(name: impl AsRef<str>) -> Result<Self, NameError> {
        Name::new(name).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Default for TenantId {
    /// The tenant of those who have only one: `default`.
    fn default() -> Self {
        Self(Name::new("default").unwrap_or_else(|_| unreachable!("a constant name")))
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a stream is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StreamKey {
    /// The facts of one profile, and what was announced because of them.
    Profile(ProfileId),
    /// The claims of one identifier, by its keyed hash.
    Identifier(IdentifierHash),
    /// What is shared by all customers of the tenant.
    Context,
}

/// The name of a stream.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StreamId {
    /// Whose.
    pub tenant: TenantId,
    /// About what.
    pub key: StreamKey,
}

impl StreamId {
    /// The stream of a profile.
    pub const fn profile(tenant: TenantId, profile: ProfileId) -> Self {
        Self { tenant, key: StreamKey::Profile(profile) }
    }

    /// The key as a number and sixteen bytes, for backends that store it so.
    pub fn key_bytes(&self) -> (u8, Uuid) {
        match self.key {
            StreamKey::Profile(ProfileId(id)) => (0, id),
            StreamKey::Identifier(IdentifierHash(id)) => (1, id),
            StreamKey::Context => (2, Uuid::nil()),
        }
    }
}

impl StreamKey {
    /// The key that [`StreamId::key_bytes`] took apart; `None` for a number that no key has.
    pub const fn from_bytes(kind: u8, id: Uuid) -> Option<Self> {
        match kind {
            0 => Some(Self::Profile(ProfileId(id))),
            1 => Some(Self::Identifier(IdentifierHash(id))),
            2 => Some(Self::Context),
            _ => None,
        }
    }
}

impl fmt::Display for StreamId {
    /// Names the kind of stream and not the customer: this is what error messages and logs may show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.key {
            StreamKey::Profile(_) => "a profile's stream",
            StreamKey::Identifier(_) => "an identifier's stream",
            StreamKey::Context => "the context stream",
        })
    }
}
