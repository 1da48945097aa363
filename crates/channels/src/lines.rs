//! Lines of bounded length from a stream of bytes, as a rule without copying them.

use std::io::{self, BufRead};

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// The line.
    Bytes(&'a [u8]),
    /// A line above the limit, which was skipped: only the limit's worth of it was ever held.
    TooLong,
}

/// Cuts a stream into lines at LF; a CR before it and a byte order mark at the very beginning are dropped.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    max_bytes: usize,
    number: u64,
    /// The line that was handed out last still lies in the input's buffer: this much of it.
    lent: usize,
    /// A line that crossed the end of the input's buffer.
    spill: Vec<u8>,
    /// Whether a byte order mark may stand here.
    at_start: bool,
}

const BOM: &[u8] = b"\xef\xbb\xbf";

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(input: R, max_bytes: usize) -> Self {
        Self { input, max_bytes, number: 0, lent: 0, spill: Vec::new(), at_start: true }
    }

    pub(crate) fn with_max_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }

    /// For a reader that begins in the middle of a file, where such a mark would be data.
    pub(crate) fn without_mark(self) -> Self {
        Self { at_start: false, ..self }
    }

    /// The number of the line that was handed out last, from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The next line and its number, from 1; `None` at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.input.consume(std::mem::take(&mut self.lent));
        let buffered = self.input.fill_buf()?;
        if buffered.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        // At the start the mark could be cut by the buffer's end; the slow way below sees the line whole.
        match memchr::memchr(b'\n', buffered) {
            Some(end) if end <= self.max_bytes && !self.at_start => {
                self.lent = end + 1;
                // Asked for again, because the borrow checker cannot yet see that the other way is not taken.
                let line = &self.input.fill_buf()?[..end];
                Ok(Some((self.number, Line::Bytes(without_cr(line)))))
            }
            _ => self.spilled_line(),
        }
    }

    fn spilled_line(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.spill.clear();
        let mut too_long = false;
        loop {
            let buffered = self.input.fill_buf()?;
            let end = memchr::memchr(b'\n', buffered);
            let part = &buffered[..end.unwrap_or(buffered.len())];
            too_long |= self.spill.len() + part.len() > self.max_bytes;
            if !too_long {
                self.spill.extend_from_slice(part);
            }
            let (used, ended) =
                (part.len() + usize::from(end.is_some()), end.is_some() || buffered.is_empty());
            self.input.consume(used);
            if ended {
                break;
            }
        }
        let at_start = std::mem::take(&mut self.at_start);
        if too_long {
            self.spill = Vec::new();
            return Ok(Some((self.number, Line::TooLong)));
        }
        let line = if at_start { self.spill.strip_prefix(BOM).unwrap_or(&self.spill) } else { &self.spill };
        Ok(Some((self.number, Line::Bytes(without_cr(line)))))
    }
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::BufReader;

    fn all(bytes: &[u8], buffer: usize, max: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, bytes), max);
        let mut out = Vec::new();
        while let Some((_, line)) = lines.next_line().unwrap() {
            out.push(match line {
                Line::Bytes(line) => Some(line.to_vec()),
                Line::TooLong => None,
            });
        }
        assert_eq!(lines.number(), out.len() as u64);
        out
    }

    #[test]
    fn lines_are_the_same_whatever_the_buffer() {
        let bytes = b"\xef\xbb\xbfone\r\ntwo\n\nfour is long\n\xef\xbb\xbffive";
        let want: Vec<_> = [&b"one"[..], b"two", b"", b"four is long", b"\xef\xbb\xbffive"]
            .iter()
            .map(|l| Some(l.to_vec()))
            .collect();
        for buffer in 1..40 {
            assert_eq!(all(bytes, buffer, 100), want, "buffer of {buffer}");
        }
    }

    #[test]
    fn a_line_above_the_limit_is_skipped_and_the_next_one_read() {
        for buffer in 1..40 {
            let lines = all(b"12345\n123456\n12345", buffer, 5);
            assert_eq!(lines, [Some(b"12345".to_vec()), None, Some(b"12345".to_vec())], "buffer of {buffer}");
        }
    }

    #[test]
    fn an_empty_input_has_no_line() {
        assert!(all(b"", 8, 5).is_empty());
        assert_eq!(all(b"\n", 8, 5), [Some(vec![])]);
    }
}
