//! The shape of the document, as serde reads it. What its words mean is looked up afterwards, so that a wrong one
//! can be answered with the right ones.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Spanned, Value};

pub(super) type Word = Spanned<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) version: Spanned<u32>,
    pub(super) format: Word,
    pub(super) source: Word,
    pub(super) tenant: Option<Word>,
    pub(super) customer: Customer,
    pub(super) contact: Contact,
    pub(super) event: Event,
    #[serde(default)]
    pub(super) fields: BTreeMap<Word, Spanned<Value>>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnRef {
    pub(super) from: Word,
    pub(super) of: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Customer {
    pub(super) id: ColumnRef,
    pub(super) take: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contact {
    pub(super) id: ColumnRef,
    pub(super) channel: Word,
    pub(super) direction: Word,
    pub(super) started: Word,
    pub(super) topic: Option<ColumnRef>,
    pub(super) issue: Option<ColumnRef>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) time: Time,
    pub(super) key: Spanned<Vec<Word>>,
    pub(super) otherwise: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    pub(super) from: Word,
    pub(super) zone: Option<Word>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) when: Spanned<BTreeMap<Word, Spanned<Value>>>,
    pub(super) give: Word,
    #[serde(default)]
    pub(super) set: BTreeMap<Word, Spanned<Value>>,
}
