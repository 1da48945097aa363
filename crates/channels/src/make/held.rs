//! A row that outlives the buffer that it was read into.

use crate::mapping::{ColumnIx, Mapping, Row};
use crate::reject::Place;
use std::borrow::Cow;

/// The columns of a row that its mapping uses, in memory of its own.
pub(super) struct HeldRow {
    text: Box<str>,
    /// Where each column's text ends; that of one that is not there ends where it starts.
    ends: Box<[u32]>,
    place: Place,
    raw: Option<Box<[u8]>>,
}

impl HeldRow {
    pub(super) fn of(row: &impl Row, mapping: &Mapping, keeps_raw: bool) -> Self {
        let mut text = String::new();
        let ends = (0..mapping.columns().len()).map(|column| {
            text.push_str(row.value(ColumnIx(column)).unwrap_or_default());
            text.len() as u32
        });
        let ends = ends.collect();
        let raw = keeps_raw.then(|| row.raw().map(|raw| raw.into_owned().into_boxed_slice())).flatten();
        Self { text: text.into(), ends, place: row.place(), raw }
    }
}

impl Row for HeldRow {
    fn value(&self, column: ColumnIx) -> Option<&str> {
        let start = column.0.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start as usize..self.ends[column.0] as usize]).filter(|text| !text.is_empty())
    }

    fn place(&self) -> Place {
        self.place
    }

    fn raw(&self) -> Option<Cow<'_, [u8]>> {
        self.raw.as_deref().map(Cow::Borrowed)
    }
}
