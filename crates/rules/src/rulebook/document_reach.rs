//! What a document says of complaints in public, and of what a topic is about besides.

use alloc::vec::Vec;
use serde::Deserialize;
use toml::Spanned;

/// What it means how many people can see a complaint: we are quicker, and never more generous.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// From how many people on the priority of a case is one higher, and then another one.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<u64>"))]
    pub raises_priority_at: Spanned<Vec<u64>>,
}

/// What a case on a topic is about besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The offer that was made or answered last before it.
    Offer,
}
