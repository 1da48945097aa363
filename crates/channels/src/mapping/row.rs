//! What every mapped format is cut into, and what a mapping makes of it.

use super::template::{FieldFault, Template};
use super::{ColumnIx, Mapping, Otherwise, Started, Take};
use crate::reject::RejectReason;
use crate::timestamp;
use std::fmt::Write;
use throughline_core::event::EventData;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::ids::{ContactId, EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// A column of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name there.
    pub name: String,
    /// What it belongs to.
    pub scope: Scope,
}

/// What a column belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The row itself; in XES the event.
    Event,
    /// What the row stands in; in XES the trace.
    Trace,
}

/// One row, whatever the format.
pub(crate) trait Row {
    /// What stands in a column; `None` if nothing does.
    fn value(&self, column: ColumnIx) -> Option<&str>;
}

/// Why a row gives no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowFault {
    pub(crate) reason: RejectReason,
    pub(crate) attribute: Option<String>,
    pub(crate) expected: String,
}

impl Mapping {
    fn fault(&self, reason: RejectReason, column: ColumnIx, expected: &str) -> RowFault {
        let attribute = Some(self.name_of(column).to_owned());
        RowFault { reason, attribute, expected: expected.to_owned() }
    }

    fn needed<'r>(&self, row: &'r impl Row, column: ColumnIx, what: &str) -> Result<&'r str, RowFault> {
        row.value(column).ok_or_else(|| self.fault(RejectReason::MissingAttribute, column, what))
    }

    /// When a row happened.
    pub(crate) fn time_of(&self, row: &impl Row) -> Result<Micros, RowFault> {
        let text = self.needed(row, self.time, timestamp::EXPECTED)?;
        let local = || self.zone.and_then(|zone| timestamp::parse_local(text, zone));
        timestamp::parse(text).or_else(local).ok_or_else(|| {
            let expected = match self.zone {
                Some(_) => "a time such as 2024-05-01T09:30:00, with or without an offset",
                None => "a time with an offset, such as 2024-05-01T09:30:00Z, or `zone` in the mapping",
            };
            self.fault(RejectReason::BadTime, self.time, expected)
        })
    }

    /// Whose a row is.
    pub(crate) fn profile_of(&self, row: &impl Row) -> Result<ProfileId, RowFault> {
        const WHAT: &str = "what names the customer";
        let text = self.needed(row, self.customer, WHAT)?;
        self.source.profile(text).ok_or_else(|| self.fault(RejectReason::BadAttribute, self.customer, WHAT))
    }

    /// Whether the rows of a contact are all one customer's.
    pub(crate) fn one_customer(&self) -> bool {
        self.take == Take::First
    }

    /// Whether a contact's first row also says that it started.
    pub(crate) fn starts_with_first_event(&self) -> bool {
        self.contact.started == Started::WithFirstEvent
    }

    /// Which contact a row belongs to, in the source's own words.
    pub(crate) fn contact_of<'r>(&self, row: &'r impl Row) -> Result<(&'r str, ContactId), RowFault> {
        const WHAT: &str = "what names the contact";
        let text = self.needed(row, self.contact.id, WHAT)?;
        self.source
            .contact(text)
            .map(|id| (text, id))
            .ok_or_else(|| self.fault(RejectReason::BadAttribute, self.contact.id, WHAT))
    }

    /// What tells a row from others of its source. Every part has its length before it, so that no two rows with
    /// different parts have one key.
    pub(crate) fn key_of(&self, contact: &str, row: &impl Row, time: Micros) -> String {
        let mut key = format!("row {}:{contact}", contact.len());
        for &column in &self.key {
            // Writing to a string does not fail.
            _ = match row.value(column) {
                Some(_) if column == self.time => write!(key, " @{}", time.0),
                Some(part) => write!(key, " {}:{part}", part.len()),
                None => write!(key, " -"),
            };
        }
        key
    }

    /// The id of the n-th row with this key, counted from 0.
    pub(crate) fn row_id(&self, key: &str, occurrence: u32) -> EventId {
        self.source.derived_event(&format!("{key} #{occurrence}"))
    }

    /// The id of the event that says that a contact started.
    pub(crate) fn started_id(&self, contact: &str) -> EventId {
        self.source.derived_event(&format!("started {}:{contact}", contact.len()))
    }

    /// The event that says that a contact started, from its first row.
    pub(crate) fn started(&self, contact: ContactId, row: &impl Row) -> Result<EventData, RowFault> {
        let topic = self.contact.topic.and_then(|column| Some((column, row.value(column)?)));
        let topic = topic.map(|(column, text)| {
            Name::new(text).map_err(|e| self.fault(RejectReason::BadAttribute, column, &e.to_string()))
        });
        let issue = self.contact.issue.and_then(|column| row.value(column));
        let issue = issue.and_then(|key| self.source.issue(key));
        let (channel, direction) = (self.contact.channel, self.contact.direction);
        let topic = topic.transpose()?;
        Ok(ContactStarted { contact, channel, direction, topic, issue }.into())
    }

    /// What a row says, by the first rule that fits it; `None` if it is to be ignored.
    pub(crate) fn data_of(&self, contact: ContactId, row: &impl Row) -> Result<Option<EventData>, RowFault> {
        let fits = |&(column, ref values): &(ColumnIx, Vec<String>)| {
            row.value(column).is_some_and(|value| values.iter().any(|v| v == value))
        };
        let rule = self.rules.iter().find(|rule| rule.when.iter().all(fits));
        match (rule, &self.otherwise) {
            (Some(rule), _) => self.filled(&rule.give, contact, row).map(Some),
            (None, Otherwise::Note(note)) => self.filled(note, contact, row).map(Some),
            (None, Otherwise::Ignore) => Ok(None),
            (None, Otherwise::Refuse) => Err(RowFault {
                reason: RejectReason::NoRule,
                attribute: None,
                expected: "a row that a rule fits; add a rule, or set `otherwise` to `note` or `ignore`"
                    .into(),
            }),
        }
    }

    fn filled(&self, template: &Template, contact: ContactId, row: &impl Row) -> Result<EventData, RowFault> {
        template.fill(&self.source, contact, row).map_err(|FieldFault { field, column, .. }| RowFault {
            reason: if column.is_some_and(|c| row.value(c).is_none()) {
                RejectReason::MissingAttribute
            } else {
                RejectReason::BadAttribute
            },
            attribute: column.map(|c| self.name_of(c).to_owned()),
            expected: format!("what the field `{}` of `{}` can be", field.unwrap_or("?"), template.kind()),
        })
    }
}
