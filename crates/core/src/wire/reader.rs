//! Reads the binary form. Never panics and never allocates for a length that the input does not have.

use thiserror::Error;

/// What was wrong with stored bytes. Carries places and sizes, never content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes end in the middle of a value.
    #[error("the stored bytes end {missing} bytes too early, at byte {at}; the record is truncated")]
    Truncated {
        /// Offset at which more was wanted.
        at: usize,
        /// How many bytes more.
        missing: usize,
    },
    /// A number that stands for a choice has no such choice.
    #[error(
        "{what} has no variant {found} at byte {at}; the record was written by a newer version or is damaged"
    )]
    UnknownVariant {
        /// The type that was read.
        what: &'static str,
        /// The number found.
        found: u64,
        /// Offset after the number.
        at: usize,
    },
    /// Text that is not UTF-8.
    #[error("a text field is not valid UTF-8 at byte {at}; the record is damaged")]
    NotUtf8 {
        /// Offset of the field.
        at: usize,
    },
    /// An integer of more than 64 bits, or of more than its field can hold.
    #[error("a number is too large for its field at byte {at}; the record is damaged")]
    NumberTooLarge {
        /// Offset of the number.
        at: usize,
    },
    /// Bytes are left after the last field.
    #[error(
        "{extra} bytes are left after the last field; the record was written by a newer version or is damaged"
    )]
    TrailingBytes {
        /// How many.
        extra: usize,
    },
    /// A kind of event that this version does not know.
    #[error("event kind {kind} is unknown; it was written by a newer version")]
    UnknownKind {
        /// The kind's number.
        kind: u16,
    },
    /// A schema version of a known kind that this version does not know.
    #[error("schema {schema} of event kind {kind} is unknown; it was written by a newer version")]
    UnknownSchema {
        /// The kind's number.
        kind: u16,
        /// The schema version found.
        schema: u8,
    },
}

/// A cursor over the two sections of a body.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    personal: &'a [u8],
    personal_at: usize,
}

impl<'a> Reader<'a> {
    /// Reads `plain`, with no personal section.
    pub const fn new(plain: &'a [u8]) -> Self {
        Self::with_personal(plain, &[])
    }

    /// Reads both sections of a body. An erased body has an empty personal section: its texts read as empty.
    pub const fn with_personal(plain: &'a [u8], personal: &'a [u8]) -> Self {
        Self { bytes: plain, at: 0, personal, personal_at: 0 }
    }

    /// How many bytes of the plain section were read.
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// How many bytes of the plain section are left.
    pub const fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `n` bytes.
    #[inline]
    pub fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        match self.bytes.get(self.at..self.at.saturating_add(n)) {
            Some(slice) => {
                self.at += n;
                Ok(slice)
            }
            None => Err(DecodeError::Truncated { at: self.at, missing: n - self.remaining() }),
        }
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        match self.bytes.get(self.at) {
            Some(&b) => {
                self.at += 1;
                Ok(b)
            }
            None => Err(DecodeError::Truncated { at: self.at, missing: 1 }),
        }
    }

    /// A LEB128 integer of at most 64 bits.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, DecodeError> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        for shift in (7..64).step_by(7) {
            let b = self.byte()?;
            if shift == 63 && b > 1 {
                break;
            }
            value |= u64::from(b & 0x7f) << shift;
            if b < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::NumberTooLarge { at: self.at })
    }

    /// A signed integer in zigzag form.
    #[inline]
    pub fn zigzag(&mut self) -> Result<i64, DecodeError> {
        self.varint().map(|n| (n >> 1) as i64 ^ -((n & 1) as i64))
    }

    /// Length-prefixed text.
    #[inline]
    pub fn text(&mut self) -> Result<&'a str, DecodeError> {
        let at = self.at;
        let len = usize::try_from(self.varint()?).map_err(|_| DecodeError::NumberTooLarge { at })?;
        core::str::from_utf8(self.take(len)?).map_err(|_| DecodeError::NotUtf8 { at })
    }

    /// Length-prefixed text of the personal section; `None` when that section is empty because it was erased.
    pub fn personal_text(&mut self) -> Result<Option<&'a str>, DecodeError> {
        if self.personal.is_empty() {
            return Ok(None);
        }
        let mut section = Reader { at: self.personal_at, ..Reader::new(self.personal) };
        let text = section.text()?;
        self.personal_at = section.at;
        Ok(Some(text))
    }

    /// Says that everything was read, or how much was not.
    pub const fn finish(&self) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            extra => Err(DecodeError::TrailingBytes { extra }),
        }
    }
}
