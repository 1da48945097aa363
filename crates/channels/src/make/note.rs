//! What became of a row and why, for whoever writes a mapping.

use crate::item::LogItem;
use crate::mapping::{ColumnIx, Mapping, Row};
use crate::reject::{Place, Reject};
use crate::shape::shape;
use std::collections::VecDeque;
use throughline_core::event::EventKind;
use throughline_core::ids::EventId;
use throughline_core::time::Micros;

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) place: Place,
    /// What stands in the columns that the mapping names, in its order; without a mapping in the fields that there are.
    pub(crate) values: Vec<(String, Option<Seen>)>,
    pub(crate) became: Vec<Became>,
}

/// A value, and what it looks like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) shape: String,
}

/// One thing that became of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Became {
    /// An entry of `ignore`, from 0, is for it; none: nothing is for it, or nobody's it is.
    Ignored(Option<usize>),
    /// The rule that is for it, from 0.
    Ruled(usize),
    Event {
        kind: EventKind,
        id: EventId,
        at: Micros,
    },
    Rejected(Box<Reject>),
    /// It was read, and says nothing that is kept.
    Nothing,
}

impl Seen {
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), shape: shape(text) }
    }
}

impl Became {
    /// What became of a line that could be read.
    pub(crate) fn of_items(items: &[LogItem]) -> Vec<Self> {
        let event = |item: &LogItem| Self::Event {
            kind: item.event.kind(),
            id: item.event.id,
            at: item.event.occurred_at,
        };
        if items.is_empty() { vec![Self::Nothing] } else { items.iter().map(event).collect() }
    }
}

impl Note {
    pub(super) fn begun(mapping: &Mapping, row: &impl Row) -> Self {
        let columns = mapping.columns().iter().enumerate();
        let value = |column| row.value(ColumnIx(column)).map(Seen::of);
        let values = columns.map(|(place, column)| (column.name.clone(), value(place))).collect();
        Self { place: row.place(), values, became: Vec::new() }
    }

    /// Adds what became of a row to its note. A row may have waited, so its note need not be the last.
    pub(super) fn add(notes: &mut VecDeque<Self>, place: Place, became: Became) {
        let same = |note: &&mut Self| {
            (note.place.line, note.place.trace, note.place.event) == (place.line, place.trace, place.event)
        };
        if let Some(note) = notes.iter_mut().rev().find(same) {
            note.became.push(became);
        } else {
            notes.push_back(Self { place, values: Vec::new(), became: vec![became] });
        }
    }

    pub(super) fn of_reject(notes: &mut VecDeque<Self>, reject: &Reject) {
        Self::add(notes, reject.place, Became::Rejected(Box::new(reject.clone())));
    }
}
