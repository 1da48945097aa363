//! Shows what becomes of the first rows of a log, and why: the tool of a person who writes a mapping, or who sends a
//! log that needs none.
//!
//! ```no_run
//! use throughline_channels::check::{CheckOptions, check};
//! use throughline_channels::mapping::Mapping;
//! use std::sync::Arc;
//!
//! let mapping = Mapping::read("bank.toml")?;
//! println!("{}", check("calls.csv", Arc::new(mapping), CheckOptions::default())?);
//! println!("{}", check("native.ndjson", None, CheckOptions::default())?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Values are shown as shapes (`8 characters: digits and slashes`) unless whoever asks wants to see them.

use crate::make::{Became, Note};
use crate::mapping::Mapping;
use crate::open::{Format, Log, OpenError, OpenOptions, open_log_with};
use crate::reject::ReadCounts;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// What to show.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CheckOptions {
    /// How many rows are shown.
    pub rows: usize,
    /// Whether their values are.
    pub show_values: bool,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self { rows: 20, show_values: false }
    }
}

/// What became of the first rows of a log.
#[derive(Debug)]
pub struct Check {
    rows: Vec<Note>,
    /// None for a log that is read without one.
    mapping: Option<Arc<Mapping>>,
    show_values: bool,
    /// The columns, or fields, that are there and that nothing uses.
    unused: Vec<String>,
    counts: ReadCounts,
}

/// Reads the first rows of a log: by a mapping, or without one what needs none.
pub fn check(
    path: impl AsRef<Path>,
    mapping: impl Into<Option<Arc<Mapping>>>,
    options: CheckOptions,
) -> Result<Check, OpenError> {
    let mapping = mapping.into();
    let reading = OpenOptions { mapping: mapping.clone(), ..OpenOptions::default() };
    let mut log = open_log_with(path, reading)?.with_notes();
    let mut rows = Vec::new();
    while rows.len() < options.rows {
        let more = log.next().is_some();
        rows.extend(log.take_notes());
        if !more {
            break;
        }
    }
    rows.truncate(options.rows);
    let mapping = mapping.filter(|_| matches!(log.format(), Format::Xes | Format::Table));
    let unused = mapping.as_ref().map_or_else(|| log.unused_fields(), |mapping| unused(&log, mapping));
    Ok(Check { rows, mapping, show_values: options.show_values, unused, counts: log.counts().clone() })
}

fn unused(log: &Log, mapping: &Mapping) -> Vec<String> {
    let (seen, used) = log.columns_seen();
    let names: BTreeSet<&str> = mapping.columns().iter().map(|column| column.name.as_str()).collect();
    let is_used = |number: usize, name: &str| match used {
        Some(used) => used.contains(&number),
        None => names.contains(name),
    };
    let unused = seen.into_iter().enumerate().filter(|(number, name)| !is_used(*number, name));
    unused.map(|(number, name)| if name.is_empty() { format!("#{}", number + 1) } else { name }).collect()
}

impl Check {
    /// How many of the rows that were looked at gave at least one event.
    pub fn rows_with_events(&self) -> usize {
        let gave = |note: &&Note| note.became.iter().any(|became| matches!(became, Became::Event { .. }));
        self.rows.iter().filter(gave).count()
    }

    /// The columns, or the fields of lines, that are there and that nothing uses.
    pub fn unused_columns(&self) -> &[String] {
        &self.unused
    }

    /// What was read up to the last of these rows.
    pub const fn counts(&self) -> &ReadCounts {
        &self.counts
    }

    fn row(&self, f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
        write!(f, "line {}", note.place.line)?;
        if let (Some(trace), Some(event)) = (note.place.trace, note.place.event) {
            write!(f, ", trace {trace}, event {event}")?;
        }
        writeln!(f)?;
        for (name, value) in &note.values {
            match value {
                None => writeln!(f, "    {name}: missing")?,
                Some(value) if self.show_values => writeln!(f, "    {name}: {:?}", value.text)?,
                Some(value) => writeln!(f, "    {name}: {}", value.shape)?,
            }
        }
        for became in &note.became {
            match became {
                Became::Ignored(Some(entry)) => {
                    writeln!(f, "  -> ignored, by number {} of `ignore`", entry + 1)?;
                }
                Became::Ignored(None) => {
                    writeln!(f, "  -> ignored: no rule is for it, or its customer is unknown")?;
                }
                Became::Ruled(rule) => {
                    let what = self.mapping.as_ref().map(|mapping| mapping.rule_in_words(*rule));
                    writeln!(f, "  by rule {}: {}", rule + 1, what.unwrap_or_default())?;
                }
                Became::Event { kind, id, at } => {
                    let id = id.to_string();
                    writeln!(f, "  -> {kind} at {at}, id {}…", id.get(..8).unwrap_or_default())?;
                }
                Became::Rejected(reject) => writeln!(f, "  -> rejected: {reject}")?,
                Became::Nothing => writeln!(f, "  -> ignored: it says nothing that is kept")?,
            }
        }
        if note.became.is_empty() {
            writeln!(f, "  -> waits for rows behind these")?;
        }
        Ok(())
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.rows {
            self.row(f, note)?;
        }
        let (rows, events) = (self.rows.len(), self.rows_with_events());
        let (row, column) = if self.mapping.is_some() { ("row", "column") } else { ("line", "field") };
        writeln!(f, "{rows} {row}s: {events} gave events, {} did not", rows - events)?;
        for (warning, count) in self.counts.warnings() {
            writeln!(f, "warning, {count} times: {warning}")?;
        }
        match self.unused.as_slice() {
            [] => write!(f, "every {column} is used"),
            unused => write!(f, "{column}s that nothing uses: `{}`", unused.join("`, `")),
        }
    }
}
