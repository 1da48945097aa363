//! From a document to a mapping: every word is looked up, every event is tried out once.

use super::cell::CellIx;
use super::document::{Because, Document, Fields, Parent as ParentTable};
use super::error::MappingError;
use super::nearest;
use super::row::{Column, Scope};
use super::time::Ground;
use super::words::name;
use super::{Contact, Customer, KeyPart, MappedFormat, Mapping, Parent, Started, Take, Unknown};
use crate::naming::Source;
use std::ops::Range;
use throughline_core::event::{Channel, Direction, EventKind};
use toml::{Spanned, Value};

pub(super) type Result<T> = std::result::Result<T, MappingError>;

/// Of how many contacts the last row is remembered, where the document does not say.
const REMEMBERED_CONTACTS: usize = 1_000_000;

/// How many rows are remembered for those that answer them, where the document does not say.
const REMEMBERED_PARENTS: usize = 4_000_000;

pub(super) fn mapping(text: &str) -> Result<Mapping> {
    let document: Document = toml::from_str(text).map_err(|error| in_toml(text, &error))?;
    let source = Source::new(name(text, &document.source)?);
    let ground = Ground { source, cells: Vec::new(), times: Vec::new() };
    Compiler { text, document: &document, ground, columns: Vec::new(), compared: Vec::new() }.mapping()
}

/// A mistake that the TOML reader found.
fn in_toml(text: &str, error: &toml::de::Error) -> MappingError {
    in_table(text, &error.span().unwrap_or_default(), error)
}

/// A mistake that serde found in a part of the document. It names unknown and known keys in backticks, in this
/// order.
pub(super) fn in_table(text: &str, part: &Range<usize>, error: &toml::de::Error) -> MappingError {
    let words: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    let instead = match words.split_first() {
        Some((unknown, known)) if error.message().starts_with("unknown field") => {
            nearest::instead(unknown, known)
        }
        Some((missing, _)) if error.message().starts_with("missing field") => {
            format!("`{missing} = …` there")
        }
        _ => "what the mapping's documentation shows there".to_owned(),
    };
    let what = error.message().split(", expected").next().unwrap_or_default().to_owned();
    MappingError::at(text, part, what, instead)
}

/// A document on its way to a mapping.
pub(super) struct Compiler<'a> {
    pub(super) text: &'a str,
    pub(super) document: &'a Document,
    pub(super) ground: Ground,
    pub(super) columns: Vec<Column>,
    pub(super) compared: Vec<CellIx>,
}

impl Compiler<'_> {
    fn mapping(mut self) -> Result<Mapping> {
        let document = self.document;
        if *document.version.as_ref() != 1 {
            return self.wrong(
                document.version.span(),
                "this is no version of the document",
                "`version = 1`",
            );
        }
        let formats = [
            ("xes", (MappedFormat::Xes, false)),
            ("csv", (MappedFormat::Delimited, false)),
            ("tsv", (MappedFormat::Delimited, true)),
            ("fixed", (MappedFormat::Fixed, false)),
        ];
        let (format, tabs) = self.word(&document.format, "format", &formats)?;
        let tenant = document.tenant.as_ref().map(|tenant| name(self.text, tenant)).transpose()?;
        let file = self.file(document, format, tabs)?;
        self.named_times()?;
        let customer = self.customer()?;
        let contact = self.contact()?;
        let time = self.time(&document.event.time)?;
        let id = document.event.id.as_ref().map(|id| self.inline(id)).transpose()?;
        let key = self.key(time, id)?;
        let parent = document.parent.as_ref().map(|parent| self.parent(parent)).transpose()?;
        if let (Some(_), MappedFormat::Xes) = (&parent, format) {
            let what = "a trace of XES is a contact already";
            return self.wrong(document.format.span(), what, "a mapping without `[parent]`");
        }
        let ignore =
            document.ignore.iter().map(|ignore| self.when_alone(&ignore.when)).collect::<Result<_>>()?;
        let refuse = document.refuse.iter().map(|refuse| self.because(refuse)).collect::<Result<_>>()?;
        let warn = document.warn.iter().map(|warn| self.because(warn)).collect::<Result<_>>()?;
        let rules = document.rules.iter().map(|rule| self.rule(rule)).collect::<Result<_>>()?;
        let otherwise = self.otherwise(&document.event.otherwise)?;
        self.check_defaults()?;
        self.check_columns(format)?;
        let remembered_contacts = match &document.changes {
            Some(changes) => self.at_least_one(&changes.remember)?,
            None => REMEMBERED_CONTACTS,
        };
        let Self { ground, columns, compared, .. } = self;
        Ok(Mapping {
            format,
            file,
            ground,
            tenant,
            columns,
            customer,
            contact,
            time,
            id,
            key,
            parent,
            ignore,
            refuse,
            warn,
            otherwise,
            rules,
            compared,
            remembered_contacts,
        })
    }

    fn customer(&mut self) -> Result<Customer> {
        let customer = &self.document.customer;
        let takes = [("first", Take::First), ("each", Take::Each)];
        let unknowns = [("refuse", Unknown::Refuse), ("ignore", Unknown::Ignore), ("own", Unknown::Own)];
        Ok(Customer {
            take: self.word(&customer.take, "choice", &takes)?,
            id: self.inline(&customer.id)?,
            unknown: match &customer.unknown {
                Some(word) => self.word(word, "choice", &unknowns)?,
                None => Unknown::Refuse,
            },
            when: match &customer.when {
                Some(when) => self.when_alone(when)?,
                None => Vec::new(),
            },
        })
    }

    fn contact(&mut self) -> Result<Contact> {
        let Some(contact) = &self.document.contact else {
            let id = self.inline(&self.document.customer.id)?;
            return Ok(Contact { id, started: Started::ByRule, template: None });
        };
        let channels: Vec<_> = Channel::ALL.iter().map(|c| (c.as_str(), *c)).collect();
        let directions: Vec<_> = Direction::ALL.iter().map(|d| (d.as_str(), *d)).collect();
        let starts = [("with-first-event", Started::WithFirstEvent), ("by-rule", Started::ByRule)];
        let id = self.inline(&contact.id)?;
        if let Value::String(word) = contact.channel.as_ref() {
            self.word(&Spanned::new(contact.channel.span(), word.clone()), "channel", &channels)?;
        }
        if let Value::String(word) = contact.direction.as_ref() {
            self.word(&Spanned::new(contact.direction.span(), word.clone()), "direction", &directions)?;
        }
        let started = self.word(&contact.started, "choice", &starts)?;
        let template = self.template(EventKind::ContactStarted, &Fields::new(), contact.channel.span())?;
        Ok(Contact { id, started, template: Some(template) })
    }

    fn key(&mut self, time: super::time::TimeIx, id: Option<CellIx>) -> Result<Vec<KeyPart>> {
        let event = &self.document.event;
        let key = match (&event.key, id) {
            (Some(key), Some(_)) => {
                let what = "a row with an id of its own needs no key";
                return self.wrong(key.span(), what, "`id` or `key`");
            }
            (None, Some(_)) => return Ok(Vec::new()),
            (Some(key), None) if !key.as_ref().is_empty() => key,
            (key, None) => {
                return self.wrong(
                    key.as_ref().map_or_else(|| event.time.span(), Spanned::span),
                    "without a key two rows of a contact cannot be told apart",
                    "the columns that tell rows apart, such as the time and the activity",
                );
            }
        };
        let mut parts = Vec::new();
        for word in key.as_ref() {
            let name = word.as_ref();
            if let Some(named) = self.is_time(name) {
                if named != time {
                    let what = format!("`{name}` is not the row's own time");
                    return self.wrong(word.span(), what, "the columns that it is made of");
                }
                parts.push(KeyPart::Time);
                continue;
            }
            let cell = self.named(name, Scope::Event)?;
            let of_time = &self.ground.cells[self.ground.times[time.0].cell.0].parts;
            let is_time = of_time.len() == 1 && *of_time == self.ground.cells[cell.0].parts;
            parts.push(if is_time { KeyPart::Time } else { KeyPart::Cell(cell) });
        }
        Ok(parts)
    }

    fn parent(&mut self, parent: &ParentTable) -> Result<Parent> {
        let remember = match &parent.remember {
            Some(remember) => self.at_least_one(remember)?,
            None => REMEMBERED_PARENTS,
        };
        Ok(Parent { id: self.inline(&parent.id)?, of: self.inline(&parent.of)?, remember })
    }

    fn because(&mut self, because: &Because) -> Result<(Vec<super::condition::Condition>, String)> {
        Ok((self.when_alone(&because.when)?, because.because.as_ref().clone()))
    }

    fn at_least_one(&self, number: &Spanned<usize>) -> Result<usize> {
        match *number.as_ref() {
            0 => self.wrong(number.span(), "nothing would be remembered", "a number above 0"),
            number => Ok(number),
        }
    }

    /// Whatever `[columns]` describes is used, and stands somewhere.
    fn check_columns(&self, format: MappedFormat) -> Result<()> {
        let document = self.document;
        if format == MappedFormat::Fixed {
            let described = |name: &str| document.columns.keys().any(|word| word.as_ref() == name);
            let is_number = |name: &str| name.strip_prefix('#').is_some_and(|n| n.parse::<u32>().is_ok());
            if let Some(column) = self.columns.iter().find(|c| !described(&c.name) || is_number(&c.name)) {
                let what = format!("nothing says where `{}` stands in a line", column.name);
                let instead = format!("`[columns]` with `{} = {{ at = 1, width = 5 }}`", column.name);
                return self.wrong(document.format.span(), what, instead);
            }
        }
        for (word, column) in &document.columns {
            let used = self.ground.cells.iter().any(|cell| cell.name == *word.as_ref());
            if !used && column.as_ref().at.is_none() {
                let what = format!("nothing uses the column `{}`", word.as_ref());
                return self.wrong(word.span(), what, "its name where it is meant, or leave it out");
            }
        }
        Ok(())
    }
}
