//! The document's tables on contacts that we begin, and on bills that should not have come.

use super::Duration;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;
use serde::{Deserialize, Deserializer, de};
use toml::Spanned;

/// The contact guard: what forbids us to make contact.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactRules {
    /// The rule's name: a contact that was against the guard is announced under it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub rule: Spanned<String>,
    /// Whether a contact of ours that names no purpose is against the guard too, while an inquiry is unread.
    #[serde(default)]
    pub unread_first: bool,
    /// The purposes for which we make contact. One that is not named is not allowed.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, PurposeRules>"))]
    pub purposes: BTreeMap<Spanned<String>, PurposeRules>,
}

/// What forbids a purpose. Nothing, if nothing is given.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PurposeRules {
    /// The circumstances that forbid it.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    pub circumstances: Option<Spanned<Vec<Spanned<String>>>>,
    /// The open cases that forbid it: `"any"`, or those about one of these topics.
    #[cfg_attr(feature = "schema", schemars(with = "Option<OpenCase>"))]
    pub open_case: Option<Spanned<OpenCase>>,
    /// Whether an inquiry that nobody has read forbids it.
    #[serde(default)]
    pub unread_inquiry: bool,
    /// What must be true of her consent for this purpose.
    pub consent: Option<ConsentNeed>,
    /// How many contacts for it are allowed within a time.
    #[cfg_attr(feature = "schema", schemars(with = "Option<u16>"))]
    pub at_most: Option<Spanned<u16>>,
    /// Within which time.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Duration>"))]
    pub within: Option<Spanned<Duration>>,
}

/// Which open cases forbid a purpose.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(untagged))]
pub enum OpenCase {
    /// One word: `"any"`.
    Word(String),
    /// Those about one of these topics.
    About(#[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))] Vec<Spanned<String>>),
}

/// What must be true of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ConsentNeed {
    /// She gave it.
    Given,
    /// She did not take it back.
    NotWithdrawn,
}

/// A bill after a cancellation took effect opens a case by itself.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChargedAfterCancellation {
    /// What the case is about.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub topic: Spanned<String>,
    /// How long after the end a last bill may still come.
    pub final_bill_within: Option<Duration>,
}

impl ConsentNeed {
    /// Whether nothing stated is not enough.
    pub const fn must_be_given(self) -> bool {
        matches!(self, Self::Given)
    }
}

impl<'de> Deserialize<'de> for OpenCase {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> de::Visitor<'de> for Either {
            type Value = OpenCase;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"any\" or a list of topics")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<OpenCase, E> {
                Ok(OpenCase::Word(word.into()))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<OpenCase, A::Error> {
                let mut topics = Vec::new();
                while let Some(topic) = list.next_element()? {
                    topics.push(topic);
                }
                Ok(OpenCase::About(topics))
            }
        }

        from.deserialize_any(Either)
    }
}
