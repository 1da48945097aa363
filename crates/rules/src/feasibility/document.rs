//! The document of a capability as it is written.

use crate::disruption::Moment;
use crate::duration::Duration;
use alloc::{string::String, vec::Vec};
use serde::Deserialize;
use toml::Spanned;

/// What can be kept, as it is declared. A part that is left out stays as it was declared before.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CapabilityDocument {
    /// What is promised, as `promise.made` names it; `callback` for call backs.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub capability: Spanned<String>,
    /// How long it takes.
    #[cfg_attr(feature = "schema", schemars(with = "Option<LeadTimeDocument>"))]
    pub lead_time: Option<Spanned<LeadTimeDocument>>,
    /// When it can be done, and how often.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<SlotsDocument>>"))]
    pub slots: Option<Spanned<Vec<Spanned<SlotsDocument>>>>,
    /// Whether slots are no limit any more.
    #[cfg_attr(feature = "schema", schemars(with = "Option<bool>"))]
    pub unlimited: Option<Spanned<bool>>,
}

/// How long what was promised took.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LeadTimeDocument {
    /// Which share of the promises took no longer; 0.9, if not given.
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub quantile: Option<Spanned<f64>>,
    /// How long they took at most.
    #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
    pub within: Spanned<Duration>,
    /// How many promises that is from whose time has come.
    #[cfg_attr(feature = "schema", schemars(with = "u32"))]
    pub matured: Spanned<u32>,
}

/// A window in which something can be done a number of times more.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlotsDocument {
    /// From when on.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub from: Spanned<Moment>,
    /// Until when.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub until: Spanned<Moment>,
    /// How many are left.
    pub left: u32,
}
