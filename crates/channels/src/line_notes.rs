//! What became of the lines of a log that is read without a mapping, for whoever has to send it.

use crate::item::LogItem;
use crate::make::{Became, Note, Seen};
use crate::reject::{Place, Reject};
use crate::shape::shape;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};

/// The most fields of a line that are noted.
const MOST_FIELDS: usize = 100;
/// The most characters of a field's name that are.
const MOST_NAME: usize = 60;

/// How a format's lines are looked at.
pub(crate) struct Layout {
    /// The fields that every line is asked for, there or not, in the order in which they are shown.
    pub(crate) asked: &'static [&'static str],
    /// The fields whose objects are shown field by field.
    pub(crate) opened: &'static [&'static str],
}

/// The notes of a reader of lines. None are taken before [`Self::begin`].
pub(crate) struct LineNotes {
    layout: Layout,
    taken: bool,
    notes: VecDeque<Note>,
    /// Every field that was there, and whether any line had a use for it.
    fields: BTreeMap<String, bool>,
}

impl LineNotes {
    pub(crate) const fn new(layout: Layout) -> Self {
        Self { layout, taken: false, notes: VecDeque::new(), fields: BTreeMap::new() }
    }

    pub(crate) const fn begin(&mut self) {
        self.taken = true;
    }

    /// Notes a line that was read, and what it gave. `uses` says whether a field is looked at, or one in the object of
    /// a field.
    pub(crate) fn read(
        &mut self,
        line: u64,
        text: &[u8],
        items: &[LogItem],
        uses: impl Fn(&str, Option<&str>) -> bool,
    ) {
        if self.taken {
            self.line(line, text, Became::of_items(items), uses);
        }
    }

    /// Notes a line that was rejected. What it would have used nobody knows.
    pub(crate) fn rejected(&mut self, line: u64, text: &[u8], reject: &Reject) {
        if self.taken {
            self.line(line, text, vec![Became::Rejected(Box::new(reject.clone()))], |_, _| false);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<Note> {
        self.notes.drain(..).collect()
    }

    /// The fields that were there and of no use.
    pub(crate) fn unused(&self) -> Vec<String> {
        self.fields.iter().filter(|(_, used)| !**used).map(|(name, _)| name.clone()).collect()
    }

    fn line(
        &mut self,
        line: u64,
        text: &[u8],
        became: Vec<Became>,
        uses: impl Fn(&str, Option<&str>) -> bool,
    ) {
        // What is no JSON has no fields to show; the reject says what it is.
        let object: Map<String, Value> = serde_json::from_slice(text).unwrap_or_default();
        let read = !object.is_empty() && !became.iter().any(|it| matches!(it, Became::Rejected(_)));
        let mut values = Vec::new();
        if !object.is_empty() {
            let asked = self.layout.asked.iter();
            values.extend(asked.map(|name| ((*name).to_owned(), object.get(*name).and_then(seen))));
        }
        let mut note = |field: &str, inner: Option<&str>, value: &Value| {
            let name = inner.map_or_else(|| shown(field), |inner| shown(&format!("{field}.{inner}")));
            if read && !value.is_null() {
                let used = self.fields.entry(name.clone()).or_default();
                *used |= uses(field, inner);
            }
            if inner.is_some() || !self.layout.asked.contains(&field) {
                values.push((name, seen(value)));
            }
        };
        let mut left = MOST_FIELDS;
        for (field, value) in &object {
            match value {
                Value::Object(parts) if self.layout.opened.contains(&field.as_str()) => {
                    for (inner, value) in parts.iter().take(left) {
                        note(field, Some(inner), value);
                    }
                    left = left.saturating_sub(parts.len());
                }
                value if left > 0 => {
                    note(field, None, value);
                    left -= 1;
                }
                _ => {}
            }
        }
        self.notes.push_back(Note { place: Place { line, ..Place::default() }, values, became });
    }
}

/// A name as it can be printed: a log may be hostile.
fn shown(name: &str) -> String {
    name.escape_debug().take(MOST_NAME).collect()
}

/// What stands in a field: none if nothing does.
fn seen(value: &Value) -> Option<Seen> {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let shape = match value {
        Value::Null => return None,
        Value::String(text) => return Some(Seen::of(text)),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) => format!("a number, {}", shape(&number.to_string())),
        Value::Array(items) => format!("a list of {} item{}", items.len(), plural(items.len())),
        Value::Object(parts) => format!("an object of {} field{}", parts.len(), plural(parts.len())),
    };
    Some(Seen { text: value.to_string(), shape })
}
