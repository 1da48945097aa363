//! Identifiers: the form that each has, and the keyed hash under which a log may hold one.
//!
//! How a value is brought into normal form is the business of `throughline-channels`, which has the libraries for it;
//! what an identifier means for who is who is that of `throughline-rules`.

use crate::event::{IdentifierHash, Text};
use crate::name::{Name, NameError};
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an identifier looks like, and so how two ways to write it are found to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A number or name that a company gave: account, contract, loyalty card.
    Account,
    /// The number of a payment card.
    Card,
    /// What a machine was given: a device, a cookie, an advertising id.
    Device,
    /// A name on a social network, behind the name of the network.
    Handle,
    /// Anything else, as it is written.
    Text,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 7] =
        [Self::Email, Self::Phone, Self::Account, Self::Card, Self::Device, Self::Handle, Self::Text];

    /// The form that a kind of identifier has by its name: `cookie` is a [`Form::Device`], a name that says nothing is
    /// [`Form::Text`].
    pub fn of_kind(kind: &str) -> Self {
        match kind {
            "cookie" => Self::Device,
            kind => Self::ALL.into_iter().find(|form| form.as_str() == kind).unwrap_or(Self::Text),
        }
    }

    /// The word for it in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Account => "account",
            Self::Card => "card",
            Self::Device => "device",
            Self::Handle => "handle",
            Self::Text => "text",
        }
    }
}

/// An identifier as somebody gave it. `Debug` never shows the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// What kind it is, by the name that the rulebook knows it by: `email`, `phone`, `account`.
    pub kind: Name,
    /// The value, as it is written.
    pub value: Text,
}

impl Identifier {
    /// An identifier of a kind.
    pub fn new(kind: impl AsRef<str>, value: impl Into<String>) -> Result<Self, NameError> {
        Ok(Self { kind: Name::new(kind)?, value: Text::new(value) })
    }
}

/// An identifier's value in the one form that all ways to write it have. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Normal(String);

impl Normal {
    /// Takes a value that is in normal form already. Whoever calls this has normalised it.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value. Whoever calls this is reading personal data.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Normal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Normal(..)")
    }
}

/// The secret under which identifiers are hashed. One key for all sources of a tenant, or the same address gets
/// two hashes; kept apart from the log, or the hash of every phone number can be found by trying all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdentifierKey(Uuid);

impl IdentifierKey {
    /// A key of sixteen bytes, which should be random.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The hash of an identifier of a kind: UUIDv5 under the key, over its normalised value. The same value of another
    /// kind has another hash.
    pub fn hash(&self, kind: &str, value: &Normal) -> IdentifierHash {
        let space = Uuid::new_v5(&self.0, kind.as_bytes());
        IdentifierHash(Uuid::new_v5(&space, value.0.as_bytes()))
    }
}

/// Never shows the key.
impl fmt::Debug for IdentifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentifierKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_hash_belongs_to_key_kind_and_value() {
        let (key, seven) = (IdentifierKey::new([7; 16]), Normal::new("7"));
        assert_eq!(key.hash("account", &seven), key.hash("account", &seven));
        assert_ne!(key.hash("account", &seven), key.hash("email", &seven));
        assert_ne!(key.hash("account", &seven), key.hash("account", &Normal::new("8")));
        assert_ne!(key.hash("account", &seven), IdentifierKey::new([8; 16]).hash("account", &seven));
        // On disk for ever: what was hashed under a key must be found again.
        let hash = key.hash("email", &Normal::new("ann@example.org"));
        assert_eq!(format!("{}", hash.0), "ade80750-c823-58f7-b9c9-e0213f67fc9d");
    }

    #[test]
    fn neither_key_nor_value_shows_in_debug() {
        assert_eq!(format!("{:?}", IdentifierKey::new([7; 16])), "IdentifierKey(..)");
        assert_eq!(format!("{:?}", Normal::new("ann@example.org")), "Normal(..)");
        let shown = Identifier::new("email", "ann@example.org").map(|identifier| format!("{identifier:?}"));
        assert_eq!(shown.as_deref(), Ok("Identifier { kind: \"email\", value: Text(15 bytes) }"));
    }

    #[test]
    fn a_kind_has_the_form_of_its_name() {
        assert_eq!(Form::of_kind("phone"), Form::Phone);
        assert_eq!(Form::of_kind("cookie"), Form::Device);
        assert_eq!(Form::of_kind("crm"), Form::Text);
    }
}
