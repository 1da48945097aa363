//! The shape of the document, as serde reads it. What its words mean is looked up afterwards, so that a wrong one
//! can be answered with the right ones.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Spanned, Value};

pub(super) type Word = Spanned<String>;

/// Columns and what they are compared with.
pub(super) type When = Spanned<BTreeMap<Word, Spanned<Value>>>;

/// Fields and where they come from.
pub(super) type Fields = BTreeMap<Word, Spanned<Value>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Document {
    pub(super) version: Spanned<u32>,
    pub(super) format: Word,
    pub(super) source: Word,
    pub(super) tenant: Option<Word>,
    /// The zone of times that name none, unless they say another.
    pub(super) zone: Option<Word>,
    /// How times are written, unless they say so themselves.
    pub(super) time_format: Option<Spanned<Value>>,
    #[serde(default)]
    pub(super) file: FileShape,
    #[serde(default)]
    pub(super) columns: BTreeMap<Word, Spanned<ColumnRef>>,
    #[serde(default)]
    pub(super) times: BTreeMap<Word, Spanned<Time>>,
    pub(super) customer: Customer,
    pub(super) contact: Option<Contact>,
    pub(super) event: Event,
    pub(super) parent: Option<Parent>,
    pub(super) changes: Option<Changes>,
    #[serde(default)]
    pub(super) fields: Fields,
    #[serde(default)]
    pub(super) ignore: Vec<Ignore>,
    #[serde(default)]
    pub(super) refuse: Vec<Because>,
    #[serde(default)]
    pub(super) warn: Vec<Because>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}

/// How the file is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileShape {
    pub(super) delimiter: Option<Word>,
    pub(super) quote: Option<Word>,
    pub(super) comment: Option<Word>,
    pub(super) header: Option<Spanned<bool>>,
    pub(super) skip_lines: Option<u32>,
    pub(super) encoding: Option<Word>,
    pub(super) trim: Option<bool>,
    #[serde(default)]
    pub(super) missing: Vec<String>,
    pub(super) short_rows: Option<Word>,
    pub(super) rows: Option<Word>,
}

/// A column, or what is made of several.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ColumnRef {
    /// One column's name, or those of several.
    pub(super) from: Option<Value>,
    pub(super) of: Option<String>,
    pub(super) join: Option<String>,
    pub(super) value: Option<String>,
    #[serde(default)]
    pub(super) missing: Vec<String>,
    pub(super) values: Option<BTreeMap<String, String>>,
    pub(super) otherwise: Option<String>,
    pub(super) whole: Option<bool>,
    pub(super) decimals: Option<u8>,
    /// The place in a line of fixed width, from 1.
    pub(super) at: Option<u32>,
    pub(super) width: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    pub(super) from: Value,
    pub(super) of: Option<String>,
    pub(super) format: Option<Value>,
    pub(super) zone: Option<String>,
    /// Another time of the row, to which this one is nearest.
    pub(super) near: Option<String>,
    #[serde(default)]
    pub(super) missing: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Customer {
    pub(super) id: Spanned<ColumnRef>,
    pub(super) take: Word,
    pub(super) unknown: Option<Word>,
    pub(super) when: Option<When>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contact {
    pub(super) id: Spanned<ColumnRef>,
    pub(super) channel: Spanned<Value>,
    pub(super) direction: Spanned<Value>,
    pub(super) started: Word,
    pub(super) topic: Option<Spanned<Value>>,
    pub(super) issue: Option<Spanned<Value>>,
    pub(super) purpose: Option<Spanned<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    /// A time's name, or the time itself.
    pub(super) time: Spanned<Value>,
    pub(super) id: Option<Spanned<ColumnRef>>,
    pub(super) key: Option<Spanned<Vec<Word>>>,
    pub(super) otherwise: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parent {
    pub(super) id: Spanned<ColumnRef>,
    pub(super) of: Spanned<ColumnRef>,
    pub(super) remember: Option<Spanned<usize>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changes {
    pub(super) remember: Spanned<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ignore {
    pub(super) when: When,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Because {
    pub(super) when: When,
    pub(super) because: Word,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) when: Option<When>,
    pub(super) give: Option<Word>,
    pub(super) time: Option<Spanned<Value>>,
    #[serde(default)]
    pub(super) set: Fields,
    pub(super) events: Option<Spanned<Vec<RowEvent>>>,
}

/// One of several events that a row gives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowEvent {
    pub(super) give: Word,
    /// What tells its id from those of the row's other events; unless said, the kind.
    pub(super) name: Option<Word>,
    pub(super) when: Option<When>,
    pub(super) time: Option<Spanned<Value>>,
    #[serde(default)]
    pub(super) set: Fields,
}
