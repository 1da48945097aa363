//! What a mapping takes from a row: a column, or several together, and what their texts stand for.

use super::ColumnIx;
use super::row::Row;
use std::borrow::Cow;

/// A cell, by its place in the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellIx(pub(super) usize);

/// Where a text comes from and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    /// What the mapping calls it.
    pub(super) name: String,
    /// Empty for a constant.
    pub(super) parts: Vec<ColumnIx>,
    pub(super) join: String,
    pub(super) constant: Option<String>,
    /// What counts as not there, beside nothing at all.
    pub(super) missing: Vec<String>,
    pub(super) conversion: Option<Conversion>,
    /// What texts stand for, in their order.
    pub(super) values: Vec<(String, String)>,
    /// What all others stand for; none: for themselves.
    pub(super) otherwise: Option<String>,
}

/// How the text of a number is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conversion {
    /// `3.0` is `3`.
    Whole,
    /// `29.33` with two decimals is `2933`.
    Decimals(u8),
}

impl Cell {
    pub(super) fn plain(name: &str, column: ColumnIx, missing: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            parts: vec![column],
            join: String::new(),
            constant: None,
            missing: missing.to_vec(),
            conversion: None,
            values: Vec::new(),
            otherwise: None,
        }
    }

    /// What it holds in a row; `None` if nothing.
    #[inline]
    pub(crate) fn value<'r>(&'r self, row: &'r impl Row) -> Option<Cow<'r, str>> {
        let text = match self.parts.as_slice() {
            [column] => Cow::Borrowed(self.there(row, *column)?),
            [] => Cow::Borrowed(self.constant.as_deref()?),
            several => Cow::Owned(self.joined(row, several)?),
        };
        if self.conversion.is_none() && self.values.is_empty() && self.otherwise.is_none() {
            return Some(text);
        }
        Some(self.meant(text))
    }

    /// A part that counts as there.
    #[inline]
    fn there<'r>(&self, row: &'r impl Row, column: ColumnIx) -> Option<&'r str> {
        row.value(column).filter(|text| !text.is_empty() && !self.missing.iter().any(|m| m == text))
    }

    /// All parts; where one is missing, the whole is.
    fn joined(&self, row: &impl Row, columns: &[ColumnIx]) -> Option<String> {
        let mut text = String::new();
        for (n, &column) in columns.iter().enumerate() {
            if n > 0 {
                text.push_str(&self.join);
            }
            text.push_str(self.there(row, column)?);
        }
        Some(text)
    }

    fn meant<'r>(&'r self, text: Cow<'r, str>) -> Cow<'r, str> {
        let text = match self.conversion {
            Some(conversion) => conversion.of(&text).map_or(text, Cow::Owned),
            None => text,
        };
        let meaning = self.values.binary_search_by(|(value, _)| value.as_str().cmp(&text));
        match (meaning, &self.otherwise) {
            (Ok(found), _) => Cow::Borrowed(&self.values[found].1),
            (Err(_), Some(otherwise)) => Cow::Borrowed(otherwise),
            (Err(_), None) => text,
        }
    }

    /// Every text that it can be turned into, where that is known.
    pub(super) fn meanings(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(_, meaning)| meaning.as_str()).chain(self.otherwise.as_deref())
    }
}

impl Conversion {
    /// The number written anew; `None` if it is none of this kind, and then what it fills says what it expected.
    fn of(self, text: &str) -> Option<String> {
        let text = text.trim();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = whole.strip_prefix('-').unwrap_or(whole);
        if unsigned.is_empty() || !digits(unsigned) || !digits(fraction) {
            return None;
        }
        match self {
            Self::Whole => fraction.bytes().all(|byte| byte == b'0').then(|| whole.to_owned()),
            Self::Decimals(count) => {
                let count = usize::from(count);
                let (kept, lost) = fraction.split_at(count.min(fraction.len()));
                if lost.bytes().any(|byte| byte != b'0') {
                    return None;
                }
                let sign = &whole[..whole.len() - unsigned.len()];
                let number = format!("{unsigned}{kept:0<count$}");
                let number = number.trim_start_matches('0');
                Some(if number.is_empty() { "0".to_owned() } else { format!("{sign}{number}") })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Conversion;

    #[test]
    fn numbers_are_written_anew_without_rounding() {
        let cents = |text| Conversion::Decimals(2).of(text);
        for (text, number) in
            [("29.33", "2933"), ("7", "700"), ("0.5", "50"), (" -1.10", "-110"), ("0.00", "0")]
        {
            assert_eq!(cents(text).as_deref(), Some(number), "{text}");
        }
        for text in ["", "1.234", "1,50", "$3", "1e3", "-", "1.2.3"] {
            assert_eq!(cents(text), None, "{text}");
        }
        assert_eq!(Conversion::Whole.of("3.0").as_deref(), Some("3"));
        assert_eq!(Conversion::Whole.of("3.5"), None);
    }
}
