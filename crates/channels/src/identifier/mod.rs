//! Brings identifiers into normal form, so that two ways to write one are found to be one.
//!
//! | Form | Normal form | What is no such identifier |
//! |---|---|---|
//! | e-mail | in small letters; the domain in its ASCII form | without `@`, with blanks, with a display name |
//! | phone | E.164: `+` and digits. A national number by the default region | too short or long, letters, a number that no country has |
//! | account | without blanks, in capital letters | nothing left |
//! | card | its 12 to 19 digits | a check digit that is wrong |
//! | device, cookie | without blanks around it | blanks inside it |
//! | handle | `network/name` in small letters, without `@` | without a network |
//! | text | without blanks around it, runs of blanks inside as one | nothing left |
//!
//! Providers' habits (dots or `+tags` that one provider drops) are not followed: whether two such addresses are one
//! person is a guess, and a wrong one joins two people.
//!
//! Without the feature `identifiers` only what needs no tables is read: domains in ASCII, phone numbers that begin with
//! `+` and the country's code. What is read has the same normal form either way.

mod email;
mod handle;
mod number;
mod phone;

use crate::shape::shape;
use std::fmt;
use thiserror::Error;
use throughline_core::event::IdentifierHash;
use throughline_core::identifier::{Form, IdentifierKey, Normal};

/// A value that is no identifier of its form. Says what it looks like and never what it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("this is no identifier of the form `{form}`: found {found}, expected {expected}", form = form.as_str())]
pub struct NotNormal {
    /// The form that it was to have.
    pub form: Form,
    /// What it looks like: its length and the kinds of character in it.
    pub found: String,
    /// What was expected.
    pub expected: &'static str,
}

/// A region that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "a region is the two capital letters of ISO 3166-1 for a country that has phone numbers, for instance `DE`"
)]
pub struct NotARegion;

/// Normalises identifiers. The default region is the country whose numbers are written without a code.
#[derive(Clone, Copy, Debug, Default)]
pub struct Normaliser {
    region: Option<phone::Region>,
}

/// Normalises identifiers and hashes them under a key: what a reader needs to keep them.
#[derive(Clone, Copy)]
pub struct Hasher {
    key: IdentifierKey,
    normaliser: Normaliser,
}

impl Normaliser {
    /// A normaliser that knows no default region: phone numbers must have their country's code.
    pub const fn new() -> Self {
        Self { region: None }
    }

    /// A normaliser that reads phone numbers as they are dialled in a country, by its ISO 3166-1 code.
    pub fn in_region(code: &str) -> Result<Self, NotARegion> {
        Ok(Self { region: Some(phone::Region::new(code).ok_or(NotARegion)?) })
    }

    /// A value in normal form.
    pub fn normal(&self, form: Form, value: &str) -> Result<Normal, NotNormal> {
        let trimmed = value.trim();
        let read = match form {
            Form::Email => email::normal(trimmed),
            Form::Phone => phone::normal(trimmed, self.region),
            Form::Account => number::account(trimmed),
            Form::Card => number::card(trimmed),
            Form::Device => number::device(trimmed),
            Form::Handle => handle::normal(trimmed),
            Form::Text => number::text(trimmed),
        };
        read.map(Normal::new).map_err(|expected| NotNormal { form, found: shape(value), expected })
    }
}

impl Hasher {
    /// Hashes under a key what a normaliser leaves.
    pub const fn new(key: IdentifierKey, normaliser: Normaliser) -> Self {
        Self { key, normaliser }
    }

    /// The hash of an identifier of a kind and form.
    pub fn hash(&self, kind: &str, form: Form, value: &str) -> Result<IdentifierHash, NotNormal> {
        Ok(self.key.hash(kind, &self.normaliser.normal(form, value)?))
    }
}

impl From<IdentifierKey> for Hasher {
    fn from(key: IdentifierKey) -> Self {
        Self::new(key, Normaliser::new())
    }
}

/// Never shows the key.
impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").field("normaliser", &self.normaliser).finish_non_exhaustive()
    }
}

/// What was expected, if a value is not of its form.
type Read = Result<String, &'static str>;
