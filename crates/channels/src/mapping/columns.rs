//! Looks up what a document calls a column: one of the file, or one that `[columns]` describes.

use super::ColumnIx;
use super::cell::{Cell, CellIx, Conversion};
use super::compile::{Compiler, Result};
use super::document::ColumnRef;
use super::row::{Column, Scope};
use std::ops::Range;
use toml::{Spanned, Value};

impl Compiler<'_> {
    /// The cell of what a document calls so.
    pub(super) fn named(&mut self, name: &str, scope: Scope) -> Result<CellIx> {
        if let Some((word, column)) = self.document.columns.iter().find(|(word, _)| word.as_ref() == name) {
            return self.described(name, column.as_ref(), &word.span());
        }
        let column = self.numbered(name, scope);
        let cell = Cell::plain(name, column, &self.document.file.missing);
        Ok(self.cell(cell))
    }

    /// The cell of a description that stands where a column is meant.
    pub(super) fn inline(&mut self, column: &Spanned<ColumnRef>) -> Result<CellIx> {
        self.described("", column.as_ref(), &column.span())
    }

    /// A description, by the name that `[columns]` gives it; without one it stands where a column is meant.
    fn described(&mut self, own: &str, column: &ColumnRef, place: &Range<usize>) -> Result<CellIx> {
        let scope = match column.of.as_deref() {
            None | Some("event") => Scope::Event,
            Some("trace") => Scope::Trace,
            Some(_) => {
                let word = Spanned::new(place.clone(), column.of.clone().unwrap_or_default());
                self.word(&word, "part of a log", &[("event", Scope::Event), ("trace", Scope::Trace)])?
            }
        };
        let (parts, name, described) = match (&column.from, &column.value) {
            (Some(_), Some(_)) => {
                return self.wrong(place.clone(), "`from` and `value` exclude each other", "one of them");
            }
            (None, Some(_)) => (Vec::new(), "a constant".to_owned(), None),
            (None, None) if own.is_empty() => {
                return self.wrong(place.clone(), "this names no column", "`{ from = \"column\" }`");
            }
            (None, None) => (vec![self.numbered(own, scope)], own.to_owned(), None),
            (Some(from), None) => {
                let names = self.names(from, place)?;
                // Where it is only called by its name, it is what `[columns]` says of it.
                let known = match names.as_slice() {
                    [only] if only != own && self.is_described(only) => Some(self.named(only, scope)?),
                    _ => None,
                };
                let mut parts = Vec::new();
                let mut missing = Vec::new();
                for name in &names {
                    match known {
                        Some(_) => {}
                        None if name != own && self.is_described(name) => {
                            let cell = self.named(name, scope)?;
                            let cell = self.ground.cells[cell.0].clone();
                            if cell.parts.len() != 1 || cell.conversion.is_some() || !cell.values.is_empty() {
                                let what =
                                    format!("`{name}` is made of others and cannot be part of one more");
                                return self.wrong(place.clone(), what, "the file's own columns");
                            }
                            parts.extend(cell.parts);
                            missing.extend(cell.missing);
                        }
                        None => parts.push(self.numbered(name, scope)),
                    }
                }
                (parts, names.join(" + "), Some((known, missing)))
            }
        };
        let (known, inherited) = described.unwrap_or_default();
        let mut cell = match known {
            Some(known) => self.ground.cells[known.0].clone(),
            None => Cell {
                name: if own.is_empty() { name } else { own.to_owned() },
                parts,
                join: " ".to_owned(),
                constant: column.value.clone(),
                missing: self.document.file.missing.clone(),
                conversion: None,
                values: Vec::new(),
                otherwise: None,
            },
        };
        cell.missing.extend(inherited);
        cell.missing.extend(column.missing.iter().cloned());
        if let Some(join) = &column.join {
            cell.join.clone_from(join);
        }
        match (column.whole, column.decimals) {
            (Some(true), Some(_)) => {
                return self.wrong(place.clone(), "a number is either whole or has decimals", "one of them");
            }
            (_, Some(decimals)) if decimals > 9 => {
                return self.wrong(place.clone(), "more than nine decimals", "`decimals = 2` for cents");
            }
            (_, Some(decimals)) => cell.conversion = Some(Conversion::Decimals(decimals)),
            (Some(true), None) => cell.conversion = Some(Conversion::Whole),
            _ => {}
        }
        if let Some(values) = &column.values {
            cell.values = values.iter().map(|(value, meaning)| (value.clone(), meaning.clone())).collect();
        }
        if column.otherwise.is_some() {
            cell.otherwise.clone_from(&column.otherwise);
        }
        Ok(self.cell(cell))
    }

    fn is_described(&self, name: &str) -> bool {
        self.document.columns.keys().any(|word| word.as_ref() == name)
    }

    /// One name, or several.
    pub(super) fn names(&self, from: &Value, place: &Range<usize>) -> Result<Vec<String>> {
        let names: Option<Vec<String>> = match from {
            Value::String(name) => Some(vec![name.clone()]),
            Value::Integer(number) if *number > 0 => Some(vec![format!("#{number}")]),
            Value::Array(names) => names.iter().map(|name| name.as_str().map(str::to_owned)).collect(),
            _ => None,
        };
        match names.filter(|names| !names.is_empty()) {
            Some(names) => Ok(names),
            None => self.wrong(
                place.clone(),
                "this names no column",
                "`from = \"column\"`, a column's number, or `from = [\"one\", \"other\"]`",
            ),
        }
    }

    pub(super) fn event_column(&mut self, name: &str) -> ColumnIx {
        self.numbered(name, Scope::Event)
    }

    pub(super) fn numbered(&mut self, name: &str, scope: Scope) -> ColumnIx {
        let column = Column { name: name.to_owned(), scope };
        let known = self.columns.iter().position(|c| *c == column);
        ColumnIx(known.unwrap_or_else(|| {
            self.columns.push(column);
            self.columns.len() - 1
        }))
    }

    pub(super) fn cell(&mut self, cell: Cell) -> CellIx {
        let known = self.ground.cells.iter().position(|c| *c == cell);
        CellIx(known.unwrap_or_else(|| {
            self.ground.cells.push(cell);
            self.ground.cells.len() - 1
        }))
    }
}
