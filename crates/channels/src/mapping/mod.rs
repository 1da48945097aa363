//! The mapping document: what the columns of a source mean, as TOML that whoever knows the source can write.
//!
//! ```toml
//! version = 1
//! format = "xes"
//! source = "helpdesk"              # who says so; ids are derived under this name
//!
//! [customer]
//! id = { from = "customer" }       # the column that names the customer
//! take = "first"                   # of each contact's first event; "each": of every event by itself
//!
//! [contact]
//! id = { from = "concept:name", of = "trace" }
//! channel = "ticket"
//! direction = "inbound"
//! started = "with-first-event"     # or "by-rule": a rule gives contact.started
//!
//! [event]
//! time = { from = "time:timestamp" }   # zone = "UTC" or "+02:00" for times that name none
//! key = ["time:timestamp", "concept:name", "org:resource"]
//! otherwise = "note"               # what no rule is for: "note", "ignore", "refuse"
//!
//! [fields]                         # filled into every event that has such a field
//! agent = { from = "org:resource" }
//! activity = { from = "concept:name" }
//!
//! [[rules]]                        # the first rule that fits a row decides
//! when = { "concept:name" = ["Take in charge ticket", "Assign seriousness"] }
//! give = "work.done"
//! set = { effect = "works" }
//! ```
//!
//! `key` lists the columns that tell a source's rows apart. An event's id is made of the source, the contact,
//! these columns and how often the same row stood there before; never of the line, so that reading a file again,
//! or a longer export of the same system, names every event as it was named before. What a row is mapped *to* is
//! no part of its id: after a change of the mapping the store refuses the other content and lists it, rather than
//! holding two accounts of one row. The time counts in a key as the instant that it is, however it was written:
//! the same log as XES and in another form gives the same ids if their mappings name the same source and key.
//!
//! A column that is empty counts as not there. `set` and `fields` take a value or `{ from = "column" }`; `contact`
//! is filled in.

mod compile;
mod document;
mod error;
mod nearest;
mod row;
mod template;
mod words;

pub use error::MappingError;
pub use row::{Column, Scope};
pub(crate) use row::{Row, RowFault};

use crate::naming::Source;
use chrono::FixedOffset;
use std::path::Path;
use template::Template;
use throughline_core::event::{Channel, Direction};
use throughline_core::name::Name;

/// A mapping document that was found to be sound.
#[derive(Clone, Debug)]
pub struct Mapping {
    format: MappedFormat,
    source: Source,
    tenant: Option<Name>,
    columns: Vec<Column>,
    customer: ColumnIx,
    take: Take,
    contact: Contact,
    time: ColumnIx,
    zone: Option<FixedOffset>,
    key: Vec<ColumnIx>,
    otherwise: Otherwise,
    rules: Vec<Rule>,
}

/// A format that is read through a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappedFormat {
    /// XES, IEEE 1849.
    Xes,
}

/// A column, by its place in [`Mapping::columns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ColumnIx(pub(crate) usize);

/// Which of a contact's rows says who the customer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// The first one that names a customer says it for all.
    First,
    /// Each one for itself.
    Each,
}

/// What gives `contact.started`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    WithFirstEvent,
    ByRule,
}

#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) id: ColumnIx,
    pub(crate) channel: Channel,
    pub(crate) direction: Direction,
    pub(crate) started: Started,
    pub(crate) topic: Option<ColumnIx>,
    pub(crate) issue: Option<ColumnIx>,
}

/// What becomes of a row that no rule is for.
#[derive(Clone, Debug)]
pub(crate) enum Otherwise {
    Note(Template),
    Ignore,
    Refuse,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// For each column the values that fit; every column must.
    pub(crate) when: Vec<(ColumnIx, Vec<String>)>,
    pub(crate) give: Template,
}

impl Mapping {
    /// Reads a mapping document.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        compile::mapping(text)
    }

    /// Reads a mapping document from a file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, MappingError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| MappingError::unreadable(&error))
            .and_then(|text| Self::from_toml(&text));
        text.map_err(|error| error.in_file(path))
    }

    /// The format that it is for.
    pub const fn format(&self) -> MappedFormat {
        self.format
    }

    /// The name of the system that says what is in the log.
    pub const fn source(&self) -> &Name {
        self.source.name()
    }

    /// The tenant whose log it is; none: whoever imports says.
    pub const fn tenant(&self) -> Option<&Name> {
        self.tenant.as_ref()
    }

    /// The columns that are needed. A reader skips all others.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The name of a column.
    pub(crate) fn name_of(&self, column: ColumnIx) -> &str {
        &self.columns[column.0].name
    }
}
