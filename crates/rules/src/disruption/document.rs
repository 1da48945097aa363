//! The document of a disruption as it is written.

use alloc::{string::String, vec::Vec};
use serde::Deserialize;
use throughline_core::time::Micros;
use toml::Spanned;

/// A disruption as it is declared.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DisruptionDocument {
    /// Its name, by which it is declared again with another end.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub disruption: Spanned<String>,
    /// From when on.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub from: Spanned<Moment>,
    /// Until when.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub until: Spanned<Moment>,
    /// What contacts about it are about.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub topics: Spanned<Vec<Spanned<String>>>,
    /// What everybody whom it hits has a right to.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub waiver: Option<Spanned<String>>,
    /// How many times its time every target of a case is allowed that begins in the window; once, if not given.
    #[cfg_attr(feature = "schema", schemars(with = "Option<f64>"))]
    pub longer: Option<Spanned<f64>>,
    /// Whom it hits: whoever any of these is true of.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<Who>"))]
    pub who: Spanned<Vec<Spanned<Who>>>,
}

/// Whom a disruption hits, by one of these keys.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// Everybody.
    #[serde(default)]
    pub everybody: bool,
    /// Whoever this fact was stated of (`fact.stated`) with one of the `values`.
    pub fact: Option<String>,
    /// The values of the fact.
    #[serde(default)]
    pub values: Vec<String>,
    /// Whoever has a part in one of these accounts.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Whoever has a subscription with one of these plans.
    #[serde(default)]
    pub plans: Vec<String>,
}

/// An instant, written as TOML or RFC 3339 has it: with the offset of its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Micros);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let read = chrono::DateTime::parse_from_rfc3339(&text);
        let at = read.map_err(|_| {
            serde::de::Error::custom("no instant; write for instance \"2026-02-03T06:00:00Z\"")
        })?;
        Ok(Self(Micros::from(at.to_utc())))
    }
}
