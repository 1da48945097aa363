//! From a document to a mapping: every word is looked up, every event is tried out once.

use super::document::{ColumnRef, Document, Word};
use super::error::MappingError;
use super::nearest;
use super::row::{Column, Row};
use super::template::{FieldSource, Template};
use super::words::name;
use super::{ColumnIx, Contact, MappedFormat, Mapping, Otherwise, Rule, Started, Take};
use crate::fields::fields_of;
use crate::naming::Source;
use std::collections::BTreeMap;
use std::ops::Range;
use throughline_core::event::{Channel, Direction, EventKind};
use throughline_core::ids::ContactId;
use toml::{Spanned, Value};
use uuid::Uuid;

pub(super) type Result<T> = std::result::Result<T, MappingError>;

pub(super) fn mapping(text: &str) -> Result<Mapping> {
    let document: Document = toml::from_str(text).map_err(|error| in_toml(text, &error))?;
    let source = Source::new(name(text, &document.source)?);
    Compiler { text, source, columns: Vec::new() }.mapping(&document)
}

/// A mistake that the TOML reader found. It names unknown and known keys in backticks, in this order.
fn in_toml(text: &str, error: &toml::de::Error) -> MappingError {
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
    MappingError::at(text, &error.span().unwrap_or_default(), what, instead)
}

/// A document on its way to a mapping.
pub(super) struct Compiler<'a> {
    pub(super) text: &'a str,
    source: Source,
    pub(super) columns: Vec<Column>,
}

type Fields = BTreeMap<Word, Spanned<Value>>;

impl Compiler<'_> {
    fn mapping(mut self, document: &Document) -> Result<Mapping> {
        if *document.version.as_ref() != 1 {
            return self.wrong(
                document.version.span(),
                "this is no version of the document",
                "`version = 1`",
            );
        }
        let format = self.word(&document.format, "format", &[("xes", MappedFormat::Xes)])?;
        let tenant = document.tenant.as_ref().map(|tenant| name(self.text, tenant)).transpose()?;
        let takes = [("first", Take::First), ("each", Take::Each)];
        let take = self.word(&document.customer.take, "choice", &takes)?;
        let customer = self.column(&document.customer.id)?;
        let contact = self.contact(&document.contact)?;
        let time = self.event_column(document.event.time.from.as_ref());
        let zone = document.event.time.zone.as_ref().map(|zone| self.zone(zone)).transpose()?;
        if document.event.key.as_ref().is_empty() {
            return self.wrong(
                document.event.key.span(),
                "without a key two rows of a contact cannot be told apart",
                "the columns that tell rows apart, such as the time and the activity",
            );
        }
        let key = document.event.key.as_ref().iter().map(|name| self.event_column(name.as_ref())).collect();
        let rules =
            document.rules.iter().map(|rule| self.rule(rule, &document.fields)).collect::<Result<_>>()?;
        let otherwise = self.otherwise(&document.event.otherwise, &document.fields)?;
        for field in document.fields.keys() {
            let known: Vec<&str> = EventKind::ALL.iter().flat_map(|&kind| fields_of(kind)).copied().collect();
            self.check_field(field, &known, "any kind of event")?;
        }
        let (source, columns) = (self.source, self.columns);
        Ok(Mapping {
            format,
            source,
            tenant,
            columns,
            customer,
            take,
            contact,
            time,
            zone,
            key,
            otherwise,
            rules,
        })
    }

    fn contact(&mut self, contact: &super::document::Contact) -> Result<Contact> {
        let channels: Vec<_> = Channel::ALL.iter().map(|c| (c.as_str(), *c)).collect();
        let directions: Vec<_> = Direction::ALL.iter().map(|d| (d.as_str(), *d)).collect();
        let starts = [("with-first-event", Started::WithFirstEvent), ("by-rule", Started::ByRule)];
        Ok(Contact {
            id: self.column(&contact.id)?,
            channel: self.word(&contact.channel, "channel", &channels)?,
            direction: self.word(&contact.direction, "direction", &directions)?,
            started: self.word(&contact.started, "choice", &starts)?,
            topic: contact.topic.as_ref().map(|topic| self.column(topic)).transpose()?,
            issue: contact.issue.as_ref().map(|issue| self.column(issue)).transpose()?,
        })
    }

    fn rule(&mut self, rule: &super::document::Rule, defaults: &Fields) -> Result<Rule> {
        let kinds: Vec<_> = EventKind::ALL.iter().map(|kind| (kind.as_str(), *kind)).collect();
        let kind = self.word(&rule.give, "kind of event", &kinds)?;
        if rule.when.as_ref().is_empty() {
            let instead = "the columns and values it is for, or leave it out and use `otherwise`";
            return self.wrong(rule.when.span(), "this rule fits every row", instead);
        }
        let mut when = Vec::new();
        for (column, values) in rule.when.as_ref() {
            let values = match values.as_ref() {
                Value::String(value) => Some(vec![value.clone()]),
                Value::Array(values) => values.iter().map(|v| v.as_str().map(str::to_owned)).collect(),
                _ => None,
            };
            let Some(values) = values.filter(|values| !values.is_empty()) else {
                let span = rule.when.span();
                return self.wrong(
                    span,
                    "a column's values are texts",
                    "`\"value\"` or `[\"one\", \"other\"]`",
                );
            };
            when.push((self.event_column(column.as_ref()), values));
        }
        let give = self.template(kind, &rule.set, defaults, rule.give.span())?;
        Ok(Rule { when, give })
    }

    fn otherwise(&mut self, word: &Word, defaults: &Fields) -> Result<Otherwise> {
        Ok(match self.word(word, "choice", &[("note", 0), ("ignore", 1), ("refuse", 2)])? {
            0 => {
                let notes = Spanned::new(word.span(), Value::from("notes"));
                let set = Fields::from([(Spanned::new(word.span(), "effect".to_owned()), notes)]);
                Otherwise::Note(self.template(EventKind::WorkDone, &set, defaults, word.span())?)
            }
            1 => Otherwise::Ignore,
            _ => Otherwise::Refuse,
        })
    }

    fn template(
        &mut self,
        kind: EventKind,
        set: &Fields,
        defaults: &Fields,
        place: Range<usize>,
    ) -> Result<Template> {
        let known = fields_of(kind);
        for field in set.keys() {
            self.check_field(field, known, kind.as_str())?;
        }
        let mut fields = Vec::new();
        for &name in known {
            let given =
                |fields: &Fields| fields.iter().find(|(k, _)| k.as_ref() == name).map(|(_, v)| v.clone());
            match given(set).or_else(|| given(defaults)) {
                Some(value) => fields.push((name, self.field_source(&value)?)),
                None if name == "contact" => fields.push((name, FieldSource::Contact)),
                None => {}
            }
        }
        let template = Template::new(kind, fields);
        // Tried with a stand-in for what the columns hold, so that a mistake shows now and not in row 3,000,000.
        match template.fill(
            &self.source,
            ContactId(Uuid::from_u128(1)),
            &StandIn { due: template.column_of("due") },
        ) {
            Ok(_) => Ok(template),
            Err(fault) => {
                let what = match fault.field {
                    Some(field) => {
                        format!("the field `{field}` of `{kind}` cannot be this: {}", fault.message)
                    }
                    None => format!("`{kind}` cannot be made of this: {}", fault.message),
                };
                let at = set.iter().find(|(k, _)| Some(k.as_ref().as_str()) == fault.field);
                let place = at.map_or(place, |(_, value)| value.span());
                self.wrong(
                    place,
                    what,
                    format!("`set` with the fields that it needs, of {}", known.join(", ")),
                )
            }
        }
    }

    fn field_source(&mut self, value: &Spanned<Value>) -> Result<FieldSource> {
        match value.as_ref() {
            Value::String(text) => Ok(FieldSource::Text(text.clone())),
            Value::Integer(number) if *number >= 0 => Ok(FieldSource::Number(number.unsigned_abs())),
            Value::Table(table) => {
                let from = table.get("from").and_then(Value::as_str);
                let of = table.get("of").map(|of| of.as_str().unwrap_or_default());
                if let (Some(from), true) = (from, table.keys().all(|key| key == "from" || key == "of")) {
                    let of = of.map(|of| Spanned::new(value.span(), of.to_owned()));
                    let from = Spanned::new(value.span(), from.to_owned());
                    return self.column(&ColumnRef { from, of }).map(FieldSource::Column);
                }
                self.wrong(value.span(), "this names no column", "`{ from = \"column\" }`")
            }
            _ => self.wrong(
                value.span(),
                "this is no field's value",
                "a text, a whole number or `{ from = … }`",
            ),
        }
    }
}

/// Holds in every column what most fields can be made of, and a time in the one for a time.
struct StandIn {
    due: Option<ColumnIx>,
}

impl Row for StandIn {
    fn value(&self, column: ColumnIx) -> Option<&str> {
        Some(if self.due == Some(column) { "2024-05-01T09:30:00Z" } else { "1" })
    }
}
