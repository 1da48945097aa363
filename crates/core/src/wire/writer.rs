//! Writes the binary form into two growing buffers: plain and personal.

use alloc::vec::Vec;

/// The two sections of a body while they are written.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// Fields that say nothing about who the customer is.
    pub plain: Vec<u8>,
    /// Texts that may: kept apart so that they can be erased by key.
    pub personal: Vec<u8>,
}

impl Writer {
    /// Two empty sections.
    pub const fn new() -> Self {
        Self { plain: Vec::new(), personal: Vec::new() }
    }

    /// Two empty sections with room for what nearly every event needs, so that none grows on the way.
    pub fn with_room() -> Self {
        Self { plain: Vec::with_capacity(96), personal: Vec::new() }
    }

    /// Appends bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.plain.extend_from_slice(bytes);
    }

    /// Appends a LEB128 integer.
    pub fn varint(&mut self, value: u64) {
        varint(&mut self.plain, value);
    }

    /// Appends a signed integer in zigzag form, so that small negative numbers stay short.
    pub fn zigzag(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    /// Appends length-prefixed text.
    pub fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    /// Appends length-prefixed text to the personal section.
    pub fn personal_text(&mut self, text: &str) {
        varint(&mut self.personal, text.len() as u64);
        self.personal.extend_from_slice(text.as_bytes());
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
