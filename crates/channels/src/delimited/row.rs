//! A row of a table, and which of its columns is which.

use crate::mapping::{ColumnIx, Mapping, Row};
use crate::reject::Place;
use std::borrow::Cow;
use std::fmt::Write;

/// Where the columns that a mapping names stand in a table's rows, from 0, in the mapping's order.
pub(crate) type Numbers = Vec<usize>;

/// A table's header.
#[derive(Clone, Debug, Default)]
pub(crate) struct Header {
    pub(crate) names: Vec<String>,
}

impl Header {
    /// Finds the columns of a mapping. `#3` is the third one, `name#2` the second of that name, unless a column is
    /// called just so. What is wrong is said in words, with the columns that are there.
    pub(crate) fn find(&self, mapping: &Mapping) -> Result<Numbers, String> {
        let mut wrong = String::new();
        let numbers = mapping.columns().iter().map(|column| {
            self.find_one(&column.name).unwrap_or_else(|fault| {
                if !wrong.is_empty() {
                    wrong.push_str(", ");
                }
                wrong.push_str(&fault);
                0
            })
        });
        let numbers = numbers.collect();
        match wrong.is_empty() {
            true => Ok(numbers),
            false if self.looks_like_data() => Err(format!(
                "{wrong}; `header = false` under `[file]` and columns by number, if this is a row"
            )),
            false => Err(format!("{wrong}; there are {}", self.list())),
        }
    }

    fn find_one(&self, name: &str) -> Result<usize, String> {
        let places = |name: &str| -> Vec<usize> {
            self.names.iter().enumerate().filter(|(_, n)| *n == name).map(|(place, _)| place).collect()
        };
        match places(name).as_slice() {
            [place] => return Ok(*place),
            [_, _, ..] => return Err(format!("`{name}#1` or `{name}#2` where only `{name}` is written")),
            [] => {}
        }
        let (of, number) = name.rsplit_once('#').unwrap_or((name, ""));
        let number = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let place = match (of, number) {
            (_, None) => None,
            ("", Some(number)) => (number < self.names.len()).then_some(number),
            (of, Some(number)) => places(of).get(number).copied(),
        };
        place.ok_or_else(|| format!("a column `{name}`"))
    }

    /// Whether this is a row of a table that has no header. Then its texts are not told to anybody.
    fn looks_like_data(&self) -> bool {
        let is_value = |name: &String| {
            name.contains('@')
                || name.len() > 60
                || name.trim_start().starts_with(|c: char| c.is_ascii_digit())
        };
        self.names.iter().any(is_value)
    }

    /// The columns by name. A header is the format's, no customer's.
    fn list(&self) -> String {
        let mut list = String::new();
        for (number, name) in self.names.iter().enumerate().take(60) {
            // Writing to a string does not fail.
            let comma = if number > 0 { ", " } else { "" };
            _ = if name.is_empty() {
                write!(list, "{comma}`#{}`", number + 1)
            } else {
                write!(list, "{comma}`{name}`")
            };
        }
        if self.names.len() > 60 {
            list.push_str(", …");
        }
        list
    }
}

/// Names for columns that have none.
pub(crate) fn numbered(count: usize) -> Header {
    Header { names: (1..=count).map(|number| format!("#{number}")).collect() }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableRow<'a> {
    pub(crate) text: &'a str,
    pub(crate) spans: &'a [(u32, u32)],
    pub(crate) numbers: &'a [usize],
    pub(crate) line: u64,
    pub(crate) raw: &'a [u8],
    pub(crate) trim: bool,
}

impl Row for TableRow<'_> {
    #[inline]
    fn value(&self, column: ColumnIx) -> Option<&str> {
        let (start, end) = *self.spans.get(*self.numbers.get(column.0)?)?;
        let text = self.text.get(start as usize..end as usize)?;
        let text = if self.trim { text.trim() } else { text };
        Some(text).filter(|text| !text.is_empty())
    }

    fn place(&self) -> Place {
        Place { line: self.line, ..Place::default() }
    }

    fn number_of(&self, column: ColumnIx) -> Option<u32> {
        self.numbers.get(column.0).map(|number| *number as u32 + 1)
    }

    fn raw(&self) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(self.raw))
    }
}
