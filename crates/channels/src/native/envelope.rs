//! The attributes of one CloudEvent, borrowed from its line.

use crate::attribute::Attribute;
use serde_json::value::RawValue;

/// The object on one line. Takes anything in every place, so that what is wrong can be said by name afterwards.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow, default)]
    pub(super) specversion: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) id: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) source: Attribute<'a>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) subject: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) time: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) recordedtime: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) sequence: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) correlationid: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) causationid: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) dataschema: Attribute<'a>,
    #[serde(borrow, default)]
    pub(super) data: Option<&'a RawValue>,
}
