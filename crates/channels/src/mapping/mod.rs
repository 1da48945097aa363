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
//! is filled in. Every key, and what tables of delimited or fixed width add, is in `docs/MAPPING.md`.

mod cell;
mod clock;
mod columns;
mod compile;
mod condition;
mod document;
mod error;
mod events;
mod file;
mod nearest;
mod row;
mod template;
mod time;
mod times;
mod words;

pub use error::MappingError;
pub(crate) use file::{Delimiter, Encoding, FileShape, RowOrder, Span};
pub use row::{Column, Scope};
pub(crate) use row::{Given, Row, RowFault};

use cell::CellIx;
use condition::Condition;
use std::path::Path;
use std::sync::Arc;
use template::Template;
use throughline_core::name::Name;
use time::{Ground, TimeIx};

/// A mapping document that was found to be sound.
#[derive(Clone, Debug)]
pub struct Mapping {
    format: MappedFormat,
    file: FileShape,
    ground: Ground,
    tenant: Option<Name>,
    columns: Vec<Column>,
    customer: Customer,
    contact: Contact,
    time: TimeIx,
    id: Option<CellIx>,
    key: Vec<KeyPart>,
    parent: Option<Parent>,
    ignore: Vec<Vec<Condition>>,
    refuse: Vec<(Vec<Condition>, String)>,
    warn: Vec<(Vec<Condition>, String)>,
    otherwise: Otherwise,
    rules: Vec<Rule>,
    /// The cells that conditions compare with the contact's row before.
    compared: Vec<CellIx>,
    remembered_contacts: usize,
}

/// A format that is read through a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappedFormat {
    /// XES, IEEE 1849.
    Xes,
    /// Columns with a sign between them: CSV, TSV and their kind.
    Delimited,
    /// Columns at fixed places of a line.
    Fixed,
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

/// What becomes of a row whose customer nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    Refuse,
    Ignore,
    /// Each contact is a customer's of its own.
    Own,
}

#[derive(Clone, Debug)]
pub(crate) struct Customer {
    id: CellIx,
    take: Take,
    unknown: Unknown,
    /// Which rows name the customer; empty: all that name one.
    when: Vec<Condition>,
}

/// What gives `contact.started`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Started {
    WithFirstEvent,
    ByRule,
}

#[derive(Clone, Debug)]
pub(crate) struct Contact {
    id: CellIx,
    started: Started,
    /// The event that says that it started; none if rows belong to no contact, and then the customer's name stands
    /// for the contact's.
    template: Option<Template>,
}

impl Contact {
    const WHAT: &str = "what names the contact";
}

/// A part of what tells rows apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyPart {
    /// The row's instant.
    Time,
    Cell(CellIx),
}

/// How rows name the rows that they answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent {
    id: CellIx,
    of: CellIx,
    /// How many rows are remembered for rows that answer them later, and as many may wait for one that comes later.
    pub(crate) remember: usize,
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
    /// Where it stands in the document.
    line: usize,
    /// All must hold.
    when: Vec<Condition>,
    events: Vec<RowEvent>,
}

#[derive(Clone, Debug)]
pub(crate) struct RowEvent {
    /// What tells its id from those of the row's other events; none: it is the row's only one.
    name: Option<Arc<str>>,
    when: Vec<Condition>,
    /// Its own times, of which the first that is there counts; empty: the row's.
    times: Vec<TimeIx>,
    give: Template,
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
        self.ground.source.name()
    }

    /// The tenant whose log it is; none: whoever imports says.
    pub const fn tenant(&self) -> Option<&Name> {
        self.tenant.as_ref()
    }

    /// The columns that are needed. A reader skips all others.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How the file is written.
    pub(crate) const fn file(&self) -> &FileShape {
        &self.file
    }

    /// How rows name the rows that they answer, if they do.
    pub(crate) const fn parent(&self) -> Option<&Parent> {
        self.parent.as_ref()
    }

    /// What other rows call a row, and what it calls the row that it answers.
    pub(crate) fn names_in_thread(
        &self,
        parent: &Parent,
        row: &impl Row,
    ) -> (Option<String>, Option<String>) {
        let text = |cell| self.ground.cell(cell).value(row).map(std::borrow::Cow::into_owned);
        (text(parent.id), text(parent.of))
    }

    /// Whether the rows of a contact can be read without those of all others.
    pub(crate) const fn can_be_shared(&self) -> bool {
        self.parent.is_none() && !matches!(self.format, MappedFormat::Xes)
    }

    /// Whether conditions compare rows with the contact's row before.
    pub(crate) fn looks_back(&self) -> bool {
        !self.compared.is_empty()
    }

    /// Of how many contacts the last row is remembered.
    pub(crate) const fn remembered_contacts(&self) -> usize {
        self.remembered_contacts
    }

    /// What becomes of rows whose customer nobody knows.
    pub(crate) const fn unknown_customers(&self) -> Unknown {
        self.customer.unknown
    }
}
