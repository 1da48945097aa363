//! Parts of one plain file, for several threads to read at once.

use super::NativeReader;
use crate::input::{BUFFER_BYTES, Counted, Progress};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// A part of a file that begins at the start of a line and ends at the end of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// The first byte.
    pub start: u64,
    /// The byte behind the last one.
    pub end: u64,
}

/// Cuts a file into at most `parts` ranges of about equal size, at line ends. Looks at a few bytes only. Together
/// the ranges are the whole file; there are fewer where lines are longer than a part.
///
/// Only for files that are not compressed: a gzip stream can be read from its beginning only.
pub fn split_at_lines(path: impl AsRef<Path>, parts: usize) -> io::Result<Vec<ByteRange>> {
    let mut file = File::open(path)?;
    let total = file.metadata()?.len();
    let parts = parts.max(1) as u64;
    let mut ranges = Vec::new();
    let mut start = 0;
    for part in 1..=parts {
        let aim = u64::try_from(u128::from(total) * u128::from(part) / u128::from(parts)).unwrap_or(total);
        let end = if part == parts { total } else { line_end_from(&mut file, aim.max(start))?.min(total) };
        if end > start {
            ranges.push(ByteRange { start, end });
            start = end;
        }
    }
    Ok(ranges)
}

/// The start of the first line that begins at `from` or later.
fn line_end_from(file: &mut File, from: u64) -> io::Result<u64> {
    if from == 0 {
        return Ok(0);
    }
    // One byte back: if that one is a line end, `from` is a start already.
    file.seek(SeekFrom::Start(from - 1))?;
    Ok(from - 1 + BufReader::new(file).skip_until(b'\n')? as u64)
}

/// Reads one range of a file. Line numbers in rejects are those of the whole file.
pub fn open_range(path: impl AsRef<Path>, range: ByteRange) -> io::Result<NativeReader<impl BufRead>> {
    open_range_counted(path, range, Progress::default())
}

/// The same, and counts the bytes that are read into a progress that the readers of several ranges share.
pub fn open_range_counted(
    path: impl AsRef<Path>,
    range: ByteRange,
    progress: Progress,
) -> io::Result<NativeReader<impl BufRead>> {
    let path = path.as_ref();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(range.start))?;
    let part = Counted::new(file, progress).take(range.end.saturating_sub(range.start));
    let reader = NativeReader::new(BufReader::with_capacity(BUFFER_BYTES, part));
    if range.start == 0 {
        return Ok(reader);
    }
    let path = path.to_owned();
    // Counting the lines before a range means reading them. That is put off until a line is rejected.
    let counted = std::sync::OnceLock::new();
    Ok(reader.in_the_middle(move || {
        if let Some(&count) = counted.get() {
            return Ok(count);
        }
        let before = BufReader::with_capacity(BUFFER_BYTES, File::open(&path)?.take(range.start));
        let count = line_ends(before)?;
        Ok(*counted.get_or_init(|| count))
    }))
}

fn line_ends(mut input: impl BufRead) -> io::Result<u64> {
    let mut count = 0;
    loop {
        let buffered = input.fill_buf()?;
        if buffered.is_empty() {
            return Ok(count);
        }
        count += memchr::memchr_iter(b'\n', buffered).count() as u64;
        let used = buffered.len();
        input.consume(used);
    }
}
