//! Identifiers. Each is a type of its own, so that a contact can never be handed over as a profile.
//!
//! All of them are UUIDs: 16 bytes, `Copy`, and derivable from another system's own key with [`Uuid::new_v5`],
//! so that importing the same thing twice names it the same.

use core::fmt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident, $space:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The id that another system's own key has with us: UUIDv5 over the kind of id, `scope` and `key`.
            ///
            /// `scope` is whatever makes `key` unique, as a rule the name of the system it comes from.
            /// ```
            #[doc = concat!("use throughline_core::ids::", stringify!($name), ";")]
            #[doc = concat!("assert_eq!(", stringify!($name), "::derived(\"desk\", \"4711\"), ",
                stringify!($name), "::derived(\"desk\", \"4711\"));")]
            #[doc = concat!("assert_ne!(", stringify!($name), "::derived(\"desk\", \"4711\"), ",
                stringify!($name), "::derived(\"shop\", \"4711\"));")]
            /// ```
            pub fn derived(scope: &str, key: &str) -> Self {
                Self::in_namespace(&Self::namespace(scope), key)
            }

            /// The namespace in which a scope's keys are. [`Self::derived`] works it out each time, which is two
            /// thirds of its cost; for many keys of one scope, keep it and call [`Self::in_namespace`].
            pub fn namespace(scope: &str) -> Uuid {
                Uuid::new_v5(&Uuid::new_v5(&NAMESPACE, $space), scope.as_bytes())
            }

            /// The id of a key in a namespace of [`Self::namespace`].
            pub fn in_namespace(namespace: &Uuid, key: &str) -> Self {
                Self(Uuid::new_v5(namespace, key.as_bytes()))
            }

            /// The sixteen bytes, most significant first.
            pub const fn as_bytes(&self) -> &[u8; 16] { self.0.as_bytes() }

            /// The id made of these sixteen bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self { Self(Uuid::from_bytes(bytes)) }

            /// Whether this is the nil id, which names nothing.
            pub const fn is_nil(&self) -> bool { self.0.is_nil() }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> alloc::borrow::Cow<'static, str> { stringify!($name).into() }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid", "description": "An id." })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl core::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, uuid::Error> { s.parse().map(Self) }
        }
    )*};
}

/// The namespace under which all of Throughline's derived ids live.
pub const NAMESPACE: Uuid = Uuid::from_bytes(*b"throughline-ids\x01");

uuid_id! {
    /// One event, wherever it is stored. The same id with the same content is the same fact.
    EventId, b"event";
    /// One set of facts that are known to belong together, as one source knows a customer.
    ProfileId, b"profile";
    /// A customer: the set of profiles that links join. Named by the smallest of its profiles.
    CustomerId, b"customer";
    /// One exchange on one channel. Any contact's id also names the case that holds it: it is a *handle*.
    ContactId, b"contact";
    /// One link between two profiles. An unlink names the link that it takes back.
    LinkId, b"link";
    /// One promise that a customer was given.
    PromiseId, b"promise";
    /// What a contact says it is about: a ticket, a mail thread, an order together with a topic.
    IssueRef, b"issue";
}

impl CustomerId {
    /// The customer that a set of profiles makes, or `None` for an empty set: its smallest profile.
    pub fn of(profiles: impl IntoIterator<Item = ProfileId>) -> Option<Self> {
        profiles.into_iter().min().map(|p| Self(p.0))
    }
}
