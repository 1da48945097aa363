//! Compiles rules: which rows they are for, and the events that they give.

use super::compile::{Compiler, Result, in_table};
use super::condition::{Condition, Test};
use super::document::{self, ColumnRef, Fields, When, Word};
use super::error::line_of;
use super::nearest;
use super::row::Scope;
use super::template::{FieldSource, Template};
use super::{Otherwise, RowEvent, Rule};
use crate::fields::fields_of;
use serde::Deserialize;
use std::ops::Range;
use throughline_core::event::EventKind;
use toml::{Spanned, Value};

/// What is tried, one after the other, for a column of which only a row will tell what it holds.
const STAND_INS: [&str; 4] = [
    "1",
    "2024-05-01T09:30:00Z",
    "67e55044-10b1-426f-9247-bb680e5fe0c8",
    "0000000000000000000000000000000000000000000000000000000000000000",
];

/// The words of a condition.
const TESTS: [&str; 14] = [
    "is",
    "not",
    "missing",
    "above",
    "below",
    "at-least",
    "at-most",
    "contains",
    "starts-with",
    "changed",
    "was",
    "rose",
    "fell",
    "first",
];

impl Compiler<'_> {
    pub(super) fn rule(&mut self, rule: &document::Rule) -> Result<Rule> {
        let when = match &rule.when {
            Some(when) => self.when(when)?,
            None => Vec::new(),
        };
        let place = rule.when.as_ref().map(Spanned::span);
        let events = match (&rule.give, &rule.events) {
            (Some(give), None) => {
                if when.is_empty() {
                    let place = place.unwrap_or_else(|| give.span());
                    let instead = "the columns and values it is for, or leave it out and use `otherwise`";
                    return self.wrong(place, "this rule fits every row", instead);
                }
                let times = self.times_of(rule.time.as_ref())?;
                let kind = self.kind(give)?;
                let give = self.template(kind, &rule.set, give.span())?;
                vec![RowEvent { name: None, when: Vec::new(), times, give }]
            }
            (None, Some(events)) => {
                if !rule.set.is_empty() || rule.time.is_some() {
                    let what = "`set` and `time` belong to each event of its own here";
                    return self.wrong(events.span(), what, "them into `[[rules.events]]`");
                }
                self.row_events(events)?
            }
            (Some(give), Some(_)) => {
                let what = "`give` and `events` exclude each other";
                return self.wrong(give.span(), what, "one event with `give`, or several with `events`");
            }
            (None, None) => {
                let what = "this rule gives nothing";
                let instead = "`give`, or `[[rules.events]]`, or an entry of `[[ignore]]` in its place";
                return self.wrong(place.unwrap_or_default(), what, instead);
            }
        };
        let place = rule.when.as_ref().map(Spanned::span).or_else(|| rule.events.as_ref().map(Spanned::span));
        let line = line_of(self.text, place.unwrap_or_default().start);
        Ok(Rule { line, when, events })
    }

    fn row_events(&mut self, events: &Spanned<Vec<document::RowEvent>>) -> Result<Vec<RowEvent>> {
        let mut made: Vec<RowEvent> = Vec::new();
        for event in events.as_ref() {
            let name = event.name.as_ref().unwrap_or(&event.give);
            if made.iter().any(|other| other.name.as_deref() == Some(name.as_ref().as_str())) {
                let what =
                    format!("two events of this rule are named `{}`, and would have one id", name.as_ref());
                return self.wrong(name.span(), what, "`name = …` with a name of its own");
            }
            let kind = self.kind(&event.give)?;
            made.push(RowEvent {
                name: Some(name.as_ref().as_str().into()),
                when: match &event.when {
                    Some(when) => self.when(when)?,
                    None => Vec::new(),
                },
                times: self.times_of(event.time.as_ref())?,
                give: self.template(kind, &event.set, event.give.span())?,
            });
        }
        if made.is_empty() {
            return self.wrong(events.span(), "this rule gives nothing", "at least one event");
        }
        Ok(made)
    }

    /// One time or several, of which the first that is there counts.
    fn times_of(&mut self, time: Option<&Spanned<Value>>) -> Result<Vec<super::time::TimeIx>> {
        match time.map(|time| (time, time.as_ref())) {
            None => Ok(Vec::new()),
            Some((time, Value::Array(times))) => {
                let place = time.span();
                times.iter().map(|time| self.time(&Spanned::new(place.clone(), time.clone()))).collect()
            }
            Some((time, _)) => self.time(time).map(|time| vec![time]),
        }
    }

    fn kind(&self, give: &Word) -> Result<EventKind> {
        let kinds: Vec<_> = EventKind::ALL.iter().map(|kind| (kind.as_str(), *kind)).collect();
        self.word(give, "kind of event", &kinds)
    }

    /// Conditions of rows by themselves, which look at no other row.
    pub(super) fn when_alone(&mut self, when: &When) -> Result<Vec<Condition>> {
        let conditions = self.when(when)?;
        if conditions.is_empty() {
            return self.wrong(when.span(), "this fits every row", "the columns and values it is for");
        }
        if conditions.iter().any(|condition| condition.test.looks_back()) {
            let what = "a row by itself has no row before it";
            return self.wrong(when.span(), what, "`changed`, `was` and their kind in `[[rules]]`");
        }
        Ok(conditions)
    }

    pub(super) fn when(&mut self, when: &When) -> Result<Vec<Condition>> {
        let mut conditions = Vec::new();
        for (column, value) in when.as_ref() {
            let cell = self.named(column.as_ref(), Scope::Event)?;
            let tests = match value.as_ref() {
                Value::Table(table) => {
                    let mut tests = Vec::new();
                    for (word, value) in table {
                        tests.push(self.test(word, value, &when.span())?);
                    }
                    tests
                }
                value => match texts(value) {
                    Some(values) => vec![Test::Is(values)],
                    None => {
                        let instead = "`\"value\"` or `[\"one\", \"other\"]`";
                        return self.wrong(when.span(), "a column's values are texts", instead);
                    }
                },
            };
            for test in tests {
                if test.looks_back() && !self.compared.contains(&cell) {
                    self.compared.push(cell);
                }
                conditions.push(Condition { cell, test });
            }
        }
        Ok(conditions)
    }

    fn test(&self, word: &str, value: &Value, place: &Range<usize>) -> Result<Test> {
        let flag = || match value.as_bool() {
            Some(flag) => Ok(flag),
            None => {
                self.wrong(place.clone(), format!("`{word}` is true or false"), format!("`{word} = true`"))
            }
        };
        let number = || match value {
            Value::Integer(number) => Ok(*number as f64),
            Value::Float(number) if !number.is_nan() => Ok(*number),
            _ => self.wrong(place.clone(), format!("`{word}` takes a number"), format!("`{word} = 0`")),
        };
        let list = || match texts(value) {
            Some(values) => Ok(values),
            None => {
                let instead = format!("`{word} = \"value\"` or `{word} = [\"one\", \"other\"]`");
                self.wrong(place.clone(), format!("`{word}` takes texts"), instead)
            }
        };
        Ok(match word {
            "is" => Test::Is(list()?),
            "not" => Test::Not(list()?),
            "missing" => Test::Missing(flag()?),
            "above" => Test::Above(number()?),
            "below" => Test::Below(number()?),
            "at-least" => Test::AtLeast(number()?),
            "at-most" => Test::AtMost(number()?),
            "contains" => Test::Contains(list()?),
            "starts-with" => Test::StartsWith(list()?),
            "changed" => Test::Changed(flag()?),
            "was" => Test::Was(list()?),
            "rose" => Test::Rose(flag()?),
            "fell" => Test::Fell(flag()?),
            "first" => Test::First(flag()?),
            _ => {
                let what = format!("`{word}` compares nothing");
                return self.wrong(place.clone(), what, nearest::instead(word, &TESTS));
            }
        })
    }

    pub(super) fn otherwise(&mut self, word: &Word) -> Result<Otherwise> {
        Ok(match self.word(word, "choice", &[("note", 0), ("ignore", 1), ("refuse", 2)])? {
            0 => {
                let notes = Spanned::new(word.span(), Value::from("notes"));
                let set = Fields::from([(Spanned::new(word.span(), "effect".to_owned()), notes)]);
                Otherwise::Note(self.template(EventKind::WorkDone, &set, word.span())?)
            }
            1 => Otherwise::Ignore,
            _ => Otherwise::Refuse,
        })
    }

    pub(super) fn template(
        &mut self,
        kind: EventKind,
        set: &Fields,
        place: Range<usize>,
    ) -> Result<Template> {
        let known = fields_of(kind);
        for field in set.keys() {
            self.check_field(field, known, kind.as_str())?;
        }
        let document = self.document;
        let mut fields = Vec::new();
        for &name in known {
            let given =
                |fields: &Fields| fields.iter().find(|(k, _)| k.as_ref() == name).map(|(_, v)| v.clone());
            let contact = || (kind == EventKind::ContactStarted).then(|| self.of_contact(name)).flatten();
            match given(set).or_else(contact).or_else(|| given(&document.fields)) {
                Some(value) => fields.push((name, self.field_source(&value)?)),
                None if name == "contact" && document.contact.is_some() => {
                    fields.push((name, FieldSource::Contact));
                }
                None => {}
            }
        }
        let template = Template::new(kind, fields);
        self.try_out(&template, set, place).map(|()| template)
    }

    /// What `[contact]` says of a field of `contact.started`.
    fn of_contact(&self, field: &str) -> Option<Spanned<Value>> {
        let contact = self.document.contact.as_ref()?;
        match field {
            "channel" => Some(contact.channel.clone()),
            "direction" => Some(contact.direction.clone()),
            "topic" => contact.topic.clone(),
            "issue" => contact.issue.clone(),
            "purpose" => contact.purpose.clone(),
            _ => None,
        }
    }

    /// Fills the template with what its columns can hold, so that a mistake shows now and not in row 3,000,000.
    fn try_out(&self, template: &Template, set: &Fields, place: Range<usize>) -> Result<()> {
        let cells = &self.ground.cells;
        // Which of its meanings, or of the stand-ins, each cell stands for now.
        let mut turn = vec![0_usize; cells.len()];
        let meanings: Vec<Vec<&str>> = cells.iter().map(|cell| cell.meanings().collect()).collect();
        let most = meanings.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for round in 0..most {
            for (cell, meanings) in meanings.iter().enumerate().filter(|(_, m)| !m.is_empty()) {
                turn[cell] = round % meanings.len();
            }
            loop {
                let stand_in = |cell: super::cell::CellIx| match meanings[cell.0].get(turn[cell.0]) {
                    Some(meaning) => *meaning,
                    None => STAND_INS[turn[cell.0] % STAND_INS.len()],
                };
                let Err(fault) = template.tried(&self.ground, &stand_in) else { break };
                // A column may hold what this field needs: only what is known to be wrong is refused.
                if let Some(cell) = fault.cell.filter(|cell| meanings[cell.0].is_empty())
                    && turn[cell.0] + 1 < STAND_INS.len()
                {
                    turn[cell.0] += 1;
                    continue;
                }
                return self.refuse_template(template.kind(), &fault, set, place);
            }
        }
        Ok(())
    }

    fn refuse_template(
        &self,
        kind: EventKind,
        fault: &super::template::FieldFault,
        set: &Fields,
        place: Range<usize>,
    ) -> Result<()> {
        let what = match &fault.field {
            Some(field) => format!("the field `{field}` of `{kind}` cannot be this: {}", fault.message),
            None => format!("`{kind}` cannot be made of this: {}", fault.message),
        };
        let at = set.iter().find(|(k, _)| Some(k.as_ref()) == fault.field.as_ref());
        let place = at.map_or(place, |(_, value)| value.span());
        self.wrong(
            place,
            what,
            format!("`set` with the fields that it needs, of {}", fields_of(kind).join(", ")),
        )
    }

    fn field_source(&mut self, value: &Spanned<Value>) -> Result<FieldSource> {
        match value.as_ref() {
            Value::String(text) => Ok(FieldSource::Text(text.clone())),
            Value::Integer(number) => Ok(FieldSource::Number(*number)),
            Value::Boolean(flag) => Ok(FieldSource::Flag(*flag)),
            Value::Table(table) if table.contains_key("time") && table.len() == 1 => {
                let time = Spanned::new(value.span(), table["time"].clone());
                self.time(&time).map(FieldSource::Time)
            }
            Value::Table(table) if table.contains_key("from") || table.contains_key("value") => {
                let column = ColumnRef::deserialize(value.as_ref().clone());
                let column = column.map_err(|error| in_table(self.text, &value.span(), &error))?;
                self.inline(&Spanned::new(value.span(), column)).map(FieldSource::Cell)
            }
            Value::Table(table) if table.values().all(Value::is_table) || table.len() > 1 => {
                let mut parts = Vec::new();
                for (name, part) in table {
                    let part = self.field_source(&Spanned::new(value.span(), part.clone()))?;
                    parts.push((name.clone(), part));
                }
                Ok(FieldSource::Parts(parts))
            }
            Value::Table(_) => self.wrong(value.span(), "this names no column", "`{ from = \"column\" }`"),
            _ => self.wrong(
                value.span(),
                "this is no field's value",
                "a text, a whole number or `{ from = … }`",
            ),
        }
    }

    /// Fields that no kind of event has.
    pub(super) fn check_defaults(&self) -> Result<()> {
        let known: Vec<&str> = EventKind::ALL.iter().flat_map(|&kind| fields_of(kind)).copied().collect();
        self.document.fields.keys().try_for_each(|field| self.check_field(field, &known, "any kind of event"))
    }
}

/// One text or several.
fn texts(value: &Value) -> Option<Vec<String>> {
    let texts: Option<Vec<String>> = match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(texts) => texts.iter().map(|text| text.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    texts.filter(|texts| !texts.is_empty())
}
