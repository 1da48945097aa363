//! Looks up the words of a document: columns, choices, names, zones.

use super::ColumnIx;
use super::compile::{Compiler, Result};
use super::document::{ColumnRef, Word};
use super::error::MappingError;
use super::nearest;
use super::row::{Column, Scope};
use chrono::FixedOffset;
use std::ops::Range;
use throughline_core::name::Name;

pub(super) fn name(text: &str, word: &Word) -> Result<Name> {
    Name::new(word.as_ref()).map_err(|error| {
        let instead = "a short name of the system, such as `helpdesk`".to_owned();
        MappingError::at(text, &word.span(), error.to_string(), instead)
    })
}

impl Compiler<'_> {
    pub(super) fn check_field(&self, field: &Word, known: &[&str], of: &str) -> Result<()> {
        if known.contains(&field.as_ref().as_str()) {
            return Ok(());
        }
        let what = format!("`{}` is no field of {of}", field.as_ref());
        self.wrong(field.span(), what, nearest::instead(field.as_ref(), known))
    }

    pub(super) fn column(&mut self, column: &ColumnRef) -> Result<ColumnIx> {
        let scopes = [("event", Scope::Event), ("trace", Scope::Trace)];
        let scope = match &column.of {
            Some(of) => self.word(of, "part of a log", &scopes)?,
            None => Scope::Event,
        };
        Ok(self.numbered(column.from.as_ref(), scope))
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

    pub(super) fn word<T: Copy>(&self, word: &Word, what: &str, known: &[(&str, T)]) -> Result<T> {
        if let Some((_, meaning)) = known.iter().find(|(k, _)| k == word.as_ref()) {
            return Ok(*meaning);
        }
        let words: Vec<&str> = known.iter().map(|(k, _)| *k).collect();
        let what = format!("`{}` is no {what}", word.as_ref());
        self.wrong(word.span(), what, nearest::instead(word.as_ref(), &words))
    }

    pub(super) fn zone(&self, word: &Word) -> Result<FixedOffset> {
        let text = if word.as_ref() == "UTC" { "+00:00" } else { word.as_ref() };
        text.parse().or_else(|_| {
            let what = format!("`{}` is no zone that is known here", word.as_ref());
            self.wrong(word.span(), what, "`UTC` or an offset such as `+02:00`")
        })
    }

    pub(super) fn wrong<T>(
        &self,
        place: Range<usize>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Result<T> {
        Err(MappingError::at(self.text, &place, what.into(), instead.into()))
    }
}
