//! What every mapped format is cut into, and what a mapping makes of it.

use super::cell::CellIx;
use super::condition::{Before, Condition, Past};
use super::template::{FieldFault, Template};
use super::time::TimeIx;
use super::{ColumnIx, Contact, KeyPart, Mapping, Otherwise, RowEvent, Started, Take};
use crate::reject::{Place, RejectReason};
use crate::shape::shape;
use std::borrow::Cow;
use std::sync::Arc;
use throughline_core::event::EventData;
use throughline_core::ids::{ContactId, EventId, ProfileId};
use throughline_core::time::Micros;

/// A column of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name there. In a table `#3` is the third column, `name#2` the second one of this name.
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

    /// Where it is.
    fn place(&self) -> Place;

    /// The number that a column has in the file, from 1, in a format that numbers them.
    fn number_of(&self, _column: ColumnIx) -> Option<u32> {
        None
    }

    /// The row as it stood, for the rejects file; `None` in a format in which it means nothing alone.
    fn raw(&self) -> Option<Cow<'_, [u8]>> {
        None
    }
}

/// Why a row gives no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowFault {
    pub(crate) reason: RejectReason,
    pub(crate) attribute: Option<String>,
    pub(crate) column: Option<u32>,
    /// The shape of what stood there.
    pub(crate) found: Option<String>,
    pub(crate) expected: String,
}

impl RowFault {
    pub(crate) fn new(reason: RejectReason, expected: impl Into<String>) -> Self {
        Self { reason, attribute: None, column: None, found: None, expected: expected.into() }
    }
}

/// One event that a row gives.
#[derive(Debug)]
pub(crate) struct Given {
    /// What tells its id from those of the row's other events; none: it is the row's only one.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) at: Micros,
    pub(crate) data: EventData,
}

impl Mapping {
    fn fault(&self, reason: RejectReason, row: &impl Row, cell: CellIx, expected: &str) -> RowFault {
        let cell = self.ground.cell(cell);
        let column = cell.parts.first().copied();
        RowFault {
            reason,
            attribute: Some(cell.name.clone()),
            column: column.and_then(|column| row.number_of(column)),
            found: cell.value(row).map(|text| shape(&text)),
            expected: expected.to_owned(),
        }
    }

    fn needed<'r>(&'r self, row: &'r impl Row, cell: CellIx, what: &str) -> Result<Cow<'r, str>, RowFault> {
        let value = self.ground.cell(cell).value(row);
        value.ok_or_else(|| self.fault(RejectReason::MissingAttribute, row, cell, what))
    }

    /// When a row happened.
    pub(crate) fn time_of(&self, row: &impl Row) -> Result<Micros, RowFault> {
        self.instant(row, self.time)?.ok_or_else(|| {
            let time = self.ground.time(self.time);
            self.fault(RejectReason::MissingAttribute, row, time.cell, &time.expected())
        })
    }

    /// A time of a row; `None` if it is missing.
    fn instant(&self, row: &impl Row, time: TimeIx) -> Result<Option<Micros>, RowFault> {
        self.ground.instant(row, time).map_err(|bad| {
            let time = self.ground.time(bad);
            self.fault(RejectReason::BadTime, row, time.cell, &time.expected())
        })
    }

    /// What names the customer in a row; `None` if it names none.
    pub(crate) fn customer_of<'r>(&'r self, row: &'r impl Row) -> Option<Cow<'r, str>> {
        let fits = self.customer.when.is_empty() || self.fit(&self.customer.when, row, None);
        if fits { self.ground.cell(self.customer.id).value(row) } else { None }
    }

    /// The profile of a customer's name.
    pub(crate) fn profile(&self, customer: &str) -> Option<ProfileId> {
        self.ground.source.profile(customer)
    }

    /// The profile of the customer whom nobody knows who made this contact.
    pub(crate) fn unknown_profile(&self, contact: &str) -> Option<ProfileId> {
        self.ground.source.profile(&format!("unknown customer of {contact}"))
    }

    /// Why a row of nobody is rejected.
    pub(crate) fn no_customer(&self, row: &impl Row) -> RowFault {
        const WHAT: &str = "what names the customer";
        let there = self.ground.cell(self.customer.id).value(row).is_some();
        let reason = if there { RejectReason::BadAttribute } else { RejectReason::MissingAttribute };
        self.fault(reason, row, self.customer.id, WHAT)
    }

    /// Whether the rows of a contact are all one customer's.
    pub(crate) fn one_customer(&self) -> bool {
        self.customer.take == Take::First
    }

    /// The id of the event that a row's parent is.
    pub(crate) fn parent_event(&self, parent: &str) -> Option<EventId> {
        // Rows are called by the ids of their events, or else what they are called names no event.
        let is_id = self.parent.is_some_and(|names| self.id == Some(names.id));
        if is_id { self.ground.source.event(parent) } else { None }
    }

    /// Which contact a row belongs to, in the source's own words.
    pub(crate) fn contact_of<'r>(&'r self, row: &'r impl Row) -> Result<Cow<'r, str>, RowFault> {
        self.needed(row, self.contact.id, Contact::WHAT)
    }

    /// The id of what the source calls a contact.
    pub(crate) fn contact(&self, contact: &str) -> Option<ContactId> {
        self.ground.source.contact(contact)
    }

    /// Why a row of no contact is rejected.
    pub(crate) fn no_contact(&self, row: &impl Row) -> RowFault {
        self.fault(RejectReason::BadAttribute, row, self.contact.id, Contact::WHAT)
    }

    /// The source's own id of a row; `None` if the mapping says of what it is made instead.
    pub(crate) fn own_id<'r>(&'r self, row: &'r impl Row) -> Result<Option<Cow<'r, str>>, RowFault> {
        self.id.map(|cell| self.needed(row, cell, "the row's own id")).transpose()
    }

    /// What tells a row from others of its source. Every part has its length before it, so that no two rows with
    /// different parts have one key.
    pub(crate) fn key_of(&self, contact: &str, row: &impl Row, time: Micros, key: &mut String) {
        key.clear();
        key.push_str("row ");
        push_with_length(key, contact);
        for part in &self.key {
            let value = match part {
                KeyPart::Time => {
                    key.push_str(if time.0 < 0 { " @-" } else { " @" });
                    push_number(key, time.0.unsigned_abs());
                    continue;
                }
                KeyPart::Cell(cell) => self.ground.cell(*cell).value(row),
            };
            match value {
                Some(part) => {
                    key.push(' ');
                    push_with_length(key, &part);
                }
                None => key.push_str(" -"),
            }
        }
    }

    /// The id of an event of the n-th row with this key, counted from 0.
    pub(crate) fn row_id(&self, key: &mut String, occurrence: u32, name: Option<&str>) -> EventId {
        let whole = key.len();
        key.push_str(" #");
        push_number(key, u64::from(occurrence));
        if let Some(name) = name {
            key.push(' ');
            key.push_str(name);
        }
        let id = self.ground.source.derived_event(key);
        key.truncate(whole);
        id
    }

    /// The id of an event of a row that has an id of its own.
    pub(crate) fn event_id(
        &self,
        own: &str,
        name: Option<&str>,
        row: &impl Row,
    ) -> Result<EventId, RowFault> {
        match (name, self.id) {
            (Some(name), _) => {
                Ok(self.ground.source.derived_event(&format!("of {}:{own} {name}", own.len())))
            }
            (None, id) => self.ground.source.event(own).ok_or_else(|| {
                let expected = "an id that is not nil";
                id.map_or_else(
                    || RowFault::new(RejectReason::BadAttribute, expected),
                    |cell| self.fault(RejectReason::BadAttribute, row, cell, expected),
                )
            }),
        }
    }

    /// The id of the event that says that a contact started.
    pub(crate) fn started_id(&self, contact: &str) -> EventId {
        self.ground.source.derived_event(&format!("started {}:{contact}", contact.len()))
    }

    /// The event that says that a contact started, from its first row; `None` if a rule says so, or there is none.
    pub(crate) fn started(&self, contact: ContactId, row: &impl Row) -> Result<Option<EventData>, RowFault> {
        let template =
            self.contact.template.as_ref().filter(|_| self.contact.started == Started::WithFirstEvent);
        template.map(|template| self.filled(template, contact, row)).transpose()
    }

    /// The first entry of `ignore` that is for this row.
    pub(crate) fn ignores(&self, row: &impl Row) -> Option<usize> {
        self.ignore.iter().position(|when| self.fit(when, row, None))
    }

    /// Why the mapping refuses this row, if it does.
    pub(crate) fn refuses(&self, row: &impl Row) -> Option<RowFault> {
        let (when, because) = self.refuse.iter().find(|(when, _)| self.fit(when, row, None))?;
        let expected = format!("no row of which the mapping says: {because}");
        let reason = RejectReason::Refused;
        Some(when.first().map_or_else(
            || RowFault::new(reason, expected.clone()),
            |condition| self.fault(reason, row, condition.cell, &expected),
        ))
    }

    /// What the mapping warns of in this row.
    pub(crate) fn warnings(&self, row: &impl Row) -> impl Iterator<Item = &str> {
        let fitting = self.warn.iter().filter(|(when, _)| self.fit(when, row, None));
        fitting.map(|(_, because)| because.as_str())
    }

    /// A rule as the person who wrote it may know it again.
    pub(crate) fn rule_in_words(&self, rule: usize) -> String {
        let Some(rule) = self.rules.get(rule) else { return String::new() };
        let mut words: Vec<String> = Vec::new();
        for condition in rule.when.iter().chain(rule.events.iter().flat_map(|event| &event.when)) {
            let name = format!("`{}`", self.ground.cell(condition.cell).name);
            if !words.contains(&name) {
                words.push(name);
            }
        }
        let looks = if words.is_empty() {
            "for every row".to_owned()
        } else {
            format!("looks at {}", words.join(", "))
        };
        format!("line {} of the mapping, {looks}", rule.line)
    }

    /// The cells of a row that conditions compare with the row before.
    pub(crate) fn compared_of(&self, row: &impl Row, into: &mut Vec<Option<Box<str>>>) {
        into.clear();
        into.extend(self.compared.iter().map(|&cell| self.ground.cell(cell).value(row).map(Into::into)));
    }

    fn fit(&self, when: &[Condition], row: &impl Row, before: Before<'_>) -> bool {
        when.iter().all(|condition| {
            let value = self.ground.cell(condition.cell).value(row);
            let before = before.map(|before| {
                let place = self.compared.iter().position(|cell| *cell == condition.cell);
                Past(place.and_then(|place| before[place].as_deref()))
            });
            condition.test.holds(value.as_ref(), before)
        })
    }

    /// What a row says, by the first rule that fits it; answers with that rule's number, from 0, if there is one.
    /// Puts its events, or why one could not be made, into `events`; if there are none, the row is to be ignored.
    pub(crate) fn said(
        &self,
        contact: ContactId,
        row: &impl Row,
        time: Micros,
        before: Before<'_>,
        events: &mut Vec<Result<Given, RowFault>>,
    ) -> Result<Option<usize>, RowFault> {
        for (index, rule) in self.rules.iter().enumerate() {
            if !self.fit(&rule.when, row, before) {
                continue;
            }
            let fitting = rule.events.iter().filter(|event| self.fit(&event.when, row, before));
            events.extend(fitting.filter_map(|event| self.given(event, contact, row, time).transpose()));
            if !events.is_empty() {
                return Ok(Some(index));
            }
        }
        match &self.otherwise {
            Otherwise::Note(note) => {
                events.push(self.filled(note, contact, row).map(|data| Given { name: None, at: time, data }));
                Ok(None)
            }
            Otherwise::Ignore => Ok(None),
            Otherwise::Refuse => Err(RowFault::new(
                RejectReason::NoRule,
                "a row that a rule fits; add a rule, or set `otherwise` to `note` or `ignore`",
            )),
        }
    }

    /// One event of a row; `None` if its own time is missing there.
    fn given(
        &self,
        event: &RowEvent,
        contact: ContactId,
        row: &impl Row,
        time: Micros,
    ) -> Result<Option<Given>, RowFault> {
        let mut at = event.times.is_empty().then_some(time);
        for &own in &event.times {
            at = at.map_or_else(|| self.instant(row, own), |at| Ok(Some(at)))?;
        }
        let Some(at) = at else { return Ok(None) };
        let data = self.filled(&event.give, contact, row)?;
        Ok(Some(Given { name: event.name.clone(), at, data }))
    }

    fn filled(&self, template: &Template, contact: ContactId, row: &impl Row) -> Result<EventData, RowFault> {
        template.fill(&self.ground, contact, row).map_err(|FieldFault { field, cell, .. }| {
            let field = field.as_deref().unwrap_or("?");
            let expected = format!("what the field `{field}` of `{}` can be", template.kind());
            match cell {
                None => RowFault::new(RejectReason::BadAttribute, expected),
                Some(cell) if self.ground.cell(cell).value(row).is_none() => {
                    self.fault(RejectReason::MissingAttribute, row, cell, &expected)
                }
                Some(cell) => self.fault(RejectReason::BadAttribute, row, cell, &expected),
            }
        })
    }
}

fn push_with_length(key: &mut String, text: &str) {
    push_number(key, text.len() as u64);
    key.push(':');
    key.push_str(text);
}

/// A key is made for every row, and `write!` is slow at numbers.
fn push_number(key: &mut String, number: u64) {
    let mut digits = [0_u8; 20];
    let (mut left, mut start) = (number, digits.len());
    loop {
        start -= 1;
        digits[start] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    key.push_str(std::str::from_utf8(&digits[start..]).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::push_number;

    #[test]
    fn numbers_are_written_as_always() {
        for number in [0, 7, 10, 1_349_794_217_000_000, u64::MAX] {
            let mut key = String::from("@");
            push_number(&mut key, number);
            assert_eq!(key, format!("@{number}"));
        }
    }
}
