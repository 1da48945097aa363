//! Columns with a sign between them: CSV, TSV and their kind, read through a [`Mapping`](crate::mapping::Mapping).
//!
//! Lines end with LF, CR LF or CR, also mixed. A line without quotes, which nearly all are, is cut at the signs;
//! quotes are left to `csv-core`. A row may have quoted line ends, up to [`MAX_ROW_LINES`] lines and the reader's
//! limit of bytes; where a quote is not closed within that, the line is rejected and reading goes on with the next.

mod row;
mod split;

pub(crate) use row::{Header, Numbers, TableRow, numbered};
pub(crate) use split::{MAX_ROW_LINES, Splitter, Taken};
