//! Which rows something is for: every condition compares one cell, with fixed values or with the contact's row before.

use super::cell::CellIx;
use std::borrow::Cow;

/// One comparison. All of a rule's must hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) cell: CellIx,
    pub(super) test: Test,
}

/// How a cell is compared. A number that cannot be read is neither above nor below anything.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Is(Vec<String>),
    Not(Vec<String>),
    Missing(bool),
    Above(f64),
    Below(f64),
    AtLeast(f64),
    AtMost(f64),
    Contains(Vec<String>),
    StartsWith(Vec<String>),
    /// Differs from the row before, which there must be.
    Changed(bool),
    /// What the row before held.
    Was(Vec<String>),
    Rose(bool),
    Fell(bool),
    /// Whether there is no row before.
    First(bool),
}

/// What the cells of the row before held, in the order of [`super::Mapping::compared`]; none for a first row.
pub(crate) type Before<'a> = Option<&'a [Option<Box<str>>]>;

/// What a cell held in the row before; it may have been missing there.
pub(super) struct Past<'a>(pub(super) Option<&'a str>);

impl Test {
    /// Whether it looks at the row before.
    pub(super) const fn looks_back(&self) -> bool {
        matches!(self, Self::Changed(_) | Self::Was(_) | Self::Rose(_) | Self::Fell(_) | Self::First(_))
    }

    /// Whether it holds for what a cell holds now and, in the row before, held.
    pub(super) fn holds(&self, now: Option<&Cow<'_, str>>, before: Option<Past<'_>>) -> bool {
        let before = before.map(|past| past.0);
        let number = || now.and_then(|text| text.trim().parse::<f64>().ok());
        let past = || before.flatten().and_then(|text| text.trim().parse::<f64>().ok());
        let text = now.map(AsRef::as_ref);
        match self {
            Self::Is(values) => text.is_some_and(|text| values.iter().any(|v| v == text)),
            Self::Not(values) => text.is_none_or(|text| values.iter().all(|v| v != text)),
            Self::Missing(missing) => text.is_none() == *missing,
            Self::Above(limit) => number().is_some_and(|n| n > *limit),
            Self::Below(limit) => number().is_some_and(|n| n < *limit),
            Self::AtLeast(limit) => number().is_some_and(|n| n >= *limit),
            Self::AtMost(limit) => number().is_some_and(|n| n <= *limit),
            Self::Contains(parts) => text.is_some_and(|text| parts.iter().any(|p| text.contains(p.as_str()))),
            Self::StartsWith(parts) => {
                text.is_some_and(|text| parts.iter().any(|p| text.starts_with(p.as_str())))
            }
            Self::Changed(changed) => before.is_some_and(|before| (before != text) == *changed),
            Self::Was(values) => before.flatten().is_some_and(|text| values.iter().any(|v| v == text)),
            Self::Rose(rose) => matches!((past(), number()), (Some(p), Some(n)) if (n > p) == *rose),
            Self::Fell(fell) => matches!((past(), number()), (Some(p), Some(n)) if (n < p) == *fell),
            Self::First(first) => before.is_none() == *first,
        }
    }
}
