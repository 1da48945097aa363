//! The times of a row.

use super::cell::{Cell, CellIx};
use super::clock::{Format, Zone, nearest_day};
use super::row::Row;
use crate::naming::Source;
use throughline_core::time::Micros;

/// A time, by its place in the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeIx(pub(super) usize);

/// Where a time stands and how it is written there.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    pub(super) cell: CellIx,
    /// The formats, of which the first that fits counts, as they are and as the mapping writes them.
    pub(super) formats: Vec<Format>,
    pub(super) written: Vec<String>,
    pub(super) zone: Option<Zone>,
    /// The time of the row to whose day it belongs.
    pub(super) near: Option<TimeIx>,
}

impl Time {
    /// What is expected where it should stand.
    pub(super) fn expected(&self) -> String {
        match (self.written.as_slice(), self.zone) {
            ([], Some(_)) => "a time such as 2024-05-01T09:30:00, with or without an offset".to_owned(),
            ([], None) => {
                "a time with an offset, such as 2024-05-01T09:30:00Z, or `zone` in the mapping".to_owned()
            }
            (formats, _) => format!("a time of the form `{}`", formats.join("` or `")),
        }
    }

    fn read(&self, text: &str) -> Option<Micros> {
        self.formats.iter().find_map(|format| format.read(text, self.zone))
    }
}

/// What all parts of a mapping stand on: the source, and where its texts and times are.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(super) source: Source,
    pub(super) cells: Vec<Cell>,
    pub(super) times: Vec<Time>,
}

impl Ground {
    #[inline]
    pub(super) fn cell(&self, cell: CellIx) -> &Cell {
        &self.cells[cell.0]
    }

    pub(super) fn time(&self, time: TimeIx) -> &Time {
        &self.times[time.0]
    }

    /// A time of a row; `None` if it is missing, an error with the time that cannot be read.
    pub(super) fn instant(&self, row: &impl Row, which: TimeIx) -> Result<Option<Micros>, TimeIx> {
        let time = self.time(which);
        let Some(text) = self.cell(time.cell).value(row) else { return Ok(None) };
        let at = time.read(&text).ok_or(which)?;
        // The compiler refuses circles, so this ends.
        let near = time.near.map(|near| self.instant(row, near)).transpose()?.flatten();
        Ok(Some(near.map_or(at, |near| nearest_day(at, near))))
    }
}
