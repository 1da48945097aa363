//! Bytes for the XML reader: numbered lines, and an end to what one piece of markup may need.

use std::io::{self, BufRead, Read};

/// The most bytes that one tag or one stretch of text may have. The XML reader holds such a piece in memory.
pub(super) const MAX_MARKUP_BYTES: usize = 16 << 20;

#[derive(Debug)]
pub(super) struct NumberedInput<R> {
    input: R,
    line: u64,
    left: usize,
}

impl<R: BufRead> NumberedInput<R> {
    pub(super) const fn new(input: R) -> Self {
        Self { input, line: 1, left: MAX_MARKUP_BYTES }
    }

    /// The line, from 1, up to which bytes were taken.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Allows the next piece its full size.
    pub(super) const fn next_piece(&mut self) {
        self.left = MAX_MARKUP_BYTES;
    }

    pub(super) const fn too_large(&self) -> bool {
        self.left == 0
    }
}

impl<R: BufRead> BufRead for NumberedInput<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other("one piece of markup is too large"));
        }
        let buffered = self.input.fill_buf()?;
        Ok(&buffered[..buffered.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        if amount > 0
            && let Ok(buffered) = self.input.fill_buf()
        {
            let taken = &buffered[..amount.min(buffered.len())];
            self.line += memchr::memchr_iter(b'\n', taken).count() as u64;
        }
        self.left = self.left.saturating_sub(amount);
        self.input.consume(amount);
    }
}

impl<R: BufRead> Read for NumberedInput<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}
