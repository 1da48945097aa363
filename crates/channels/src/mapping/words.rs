//! Looks up the words of a document: choices, names, fields.

use super::compile::{Compiler, Result};
use super::document::Word;
use super::error::MappingError;
use super::nearest;
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

    pub(super) fn word<T: Copy>(&self, word: &Word, what: &str, known: &[(&str, T)]) -> Result<T> {
        if let Some((_, meaning)) = known.iter().find(|(k, _)| k == word.as_ref()) {
            return Ok(*meaning);
        }
        let words: Vec<&str> = known.iter().map(|(k, _)| *k).collect();
        let what = format!("`{}` is no {what}", word.as_ref());
        self.wrong(word.span(), what, nearest::instead(word.as_ref(), &words))
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
