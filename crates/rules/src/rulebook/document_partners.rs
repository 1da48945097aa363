//! What a document says of third parties, and of apologies.

use super::Duration;
use super::document::PrescribeOn;
use super::shape::document;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use toml::Spanned;

document! {
    /// Third parties who tell us where a thing stands.
    pub struct Partners {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// How long after its last word a partner is silent that promised no time. Never, if not given.
        #[cfg_attr(feature = "schema", schemars(with = "Option<Duration>"))]
        pub expected: Option<Spanned<Duration>>,
        /// The same for single partners.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Duration>"))]
        pub expected_of: BTreeMap<Spanned<String>, Spanned<Duration>>,
        /// Where a thing stands when no further word is expected, in the partners' own words.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub last: Vec<Spanned<String>>,
        /// How long a silence waits before it is announced, for updates that are still on their way.
        pub settle: Option<Duration>,
    }

    /// What we owe an apology for.
    pub struct Apology {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// What calls for it: `target-missed`, `promise-broken`, `limit-passed`, `case-reopened` or `partner-silent`.
        pub on: PrescribeOn,
        /// Only when this rule found it.
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        pub of: Option<Spanned<String>>,
        /// For `case-reopened`: only from this many reopenings of the case on.
        #[cfg_attr(feature = "schema", schemars(with = "Option<u16>"))]
        pub reopened: Option<Spanned<u16>>,
        /// What it is for, in a word.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub reason: Spanned<String>,
    }
}
