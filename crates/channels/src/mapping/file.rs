//! How a table's file is written: what stands between columns, what the header is, in which order the rows are.

use super::compile::{Compiler, Result};
use super::document::{Document, Word};
use super::{ColumnIx, MappedFormat, nearest};

/// How the file of a table is written.
#[derive(Clone, Debug)]
pub(crate) struct FileShape {
    pub(crate) delimiter: Delimiter,
    pub(crate) quote: Option<u8>,
    pub(crate) comment: Option<u8>,
    pub(crate) header: bool,
    pub(crate) skip_lines: u32,
    pub(crate) encoding: Encoding,
    pub(crate) trim: bool,
    /// Whether a row with too few columns is read as if the last ones were empty.
    pub(crate) fill_short_rows: bool,
    pub(crate) rows: RowOrder,
    /// Where columns of fixed width stand.
    pub(crate) spans: Vec<(ColumnIx, Span)>,
}

/// What stands between two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// This byte.
    Byte(u8),
    /// Any number of blanks and tabs.
    Blanks,
}

/// How characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// ISO 8859-1: each byte is the character of its number.
    Latin1,
}

/// How the rows of one contact lie in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowOrder {
    /// Anywhere, but the earlier before the later.
    InTimeOrder,
    /// All behind each other, in any order.
    Together,
    /// Anywhere. All rows are held to the end of the file.
    InAnyOrder,
}

/// A place in a line of fixed width, in characters from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) width: usize,
}

impl Compiler<'_> {
    pub(super) fn file(
        &mut self,
        document: &Document,
        format: MappedFormat,
        tabs: bool,
    ) -> Result<FileShape> {
        let file = &document.file;
        let delimiter = match &file.delimiter {
            None => Delimiter::Byte(if tabs { b'\t' } else { b',' }),
            Some(word) => self.delimiter(word)?,
        };
        let quote = match &file.quote {
            None => Some(b'"'),
            Some(word) if word.as_ref().is_empty() => None,
            Some(word) => Some(self.byte(word, "`\"` or, for none, an empty text")?),
        };
        let comment =
            file.comment.as_ref().map(|word| self.byte(word, "one sign, such as `#`")).transpose()?;
        let encodings = [("utf-8", Encoding::Utf8), ("latin-1", Encoding::Latin1)];
        let encoding = match &file.encoding {
            Some(word) => self.word(word, "encoding that is read here", &encodings)?,
            None => Encoding::Utf8,
        };
        let fills = [("refuse", false), ("fill", true)];
        let orders = [
            ("in-time-order", RowOrder::InTimeOrder),
            ("together", RowOrder::Together),
            ("in-any-order", RowOrder::InAnyOrder),
        ];
        let rows = match &file.rows {
            Some(word) => self.word(word, "order of rows", &orders)?,
            None => RowOrder::InTimeOrder,
        };
        if let (Some(word), true, MappedFormat::Delimited | MappedFormat::Fixed) =
            (&file.rows, document.parent.is_some() && rows != RowOrder::InTimeOrder, format)
        {
            let what = "rows that answer others come out in the order of their threads";
            return self.wrong(word.span(), what, "no `rows` beside `[parent]`");
        }
        if let (Some(header), MappedFormat::Fixed) = (&file.header, format)
            && *header.as_ref()
        {
            let what = "columns of fixed width are named by the mapping";
            return self.wrong(header.span(), what, "`skip-lines = 1` to leave a header out");
        }
        Ok(FileShape {
            delimiter,
            quote,
            comment,
            header: file.header.as_ref().is_none_or(|header| *header.as_ref()),
            skip_lines: file.skip_lines.unwrap_or(0),
            encoding,
            trim: file.trim.unwrap_or(format == MappedFormat::Fixed),
            fill_short_rows: match &file.short_rows {
                Some(word) => self.word(word, "choice", &fills)?,
                None => false,
            },
            rows,
            spans: self.spans(document, format)?,
        })
    }

    fn delimiter(&self, word: &Word) -> Result<Delimiter> {
        let names = [
            ("comma", Delimiter::Byte(b',')),
            ("semicolon", Delimiter::Byte(b';')),
            ("tab", Delimiter::Byte(b'\t')),
            ("pipe", Delimiter::Byte(b'|')),
            ("blanks", Delimiter::Blanks),
        ];
        match word.as_ref().as_bytes() {
            [byte] if byte.is_ascii_punctuation() || *byte == b'\t' || *byte == b' ' => {
                Ok(Delimiter::Byte(*byte))
            }
            _ => self.word(word, "sign that stands between columns", &names),
        }
    }

    fn byte(&self, word: &Word, instead: &str) -> Result<u8> {
        match word.as_ref().as_bytes() {
            [byte] if byte.is_ascii() => Ok(*byte),
            _ => self.wrong(word.span(), "this is not one sign of ASCII", instead),
        }
    }

    /// The places of the columns of fixed width. No two may overlap.
    fn spans(&mut self, document: &Document, format: MappedFormat) -> Result<Vec<(ColumnIx, Span)>> {
        let mut spans: Vec<(ColumnIx, Span)> = Vec::new();
        for (name, column) in &document.columns {
            let place = match (column.as_ref().at, column.as_ref().width) {
                (None, None) => continue,
                (Some(at), Some(width)) if at > 0 && width > 0 && format == MappedFormat::Fixed => {
                    Span { start: at as usize - 1, width: width as usize }
                }
                _ if format != MappedFormat::Fixed => {
                    let what = "`at` and `width` are for `format = \"fixed\"`";
                    return self.wrong(name.span(), what, nearest::instead("from", &["from"]));
                }
                _ => {
                    let what = "this does not say where the column stands";
                    return self.wrong(name.span(), what, "`at` and `width`, both from 1");
                }
            };
            let overlaps = |(_, s): &(ColumnIx, Span)| {
                place.start < s.start + s.width && s.start < place.start + place.width
            };
            if let Some((other, _)) = spans.iter().find(|span| overlaps(span)) {
                let what = format!(
                    "`{}` and `{}` stand in the same place",
                    name.as_ref(),
                    self.columns[other.0].name
                );
                return self.wrong(name.span(), what, "places that do not overlap");
            }
            spans.push((self.event_column(name.as_ref()), place));
        }
        Ok(spans)
    }
}
