//! How each type of field is written and read.

use super::{DecodeError, Reader, Writer};
use crate::ids::{ContactId, EventId, IssueRef, LinkId, ProfileId, PromiseId};
use crate::name::Name;
use crate::text::{IdentifierHash, Text};
use crate::time::{Micros, Span};
use alloc::string::String;
use uuid::Uuid;

/// A value that can be stored.
pub trait Encode {
    /// Appends the value.
    fn encode(&self, out: &mut Writer);
}

/// Who reads, and so what a name and a text become: owned strings for the API, symbols and nothing for the fold.
pub trait Reading {
    /// What a name becomes.
    type Name;
    /// What a text becomes.
    type Text;
    /// Takes a name.
    fn name(&mut self, name: &str) -> Result<Self::Name, DecodeError>;
    /// Takes a text; `None` when it was erased.
    fn text(&mut self, text: Option<&str>) -> Self::Text;
}

/// A value that can be read back.
pub trait Decode<C: Reading>: Sized {
    /// Reads the value.
    fn decode(from: &mut Reader<'_>, context: &mut C) -> Result<Self, DecodeError>;
}

/// Reads names and texts as owned strings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Owned;

impl Reading for Owned {
    type Name = Name;
    type Text = Text;

    fn name(&mut self, name: &str) -> Result<Name, DecodeError> {
        // Names were checked when they were written; one that is none now was damaged since.
        Name::new(name).map_err(|_| DecodeError::NotUtf8 { at: 0 })
    }

    fn text(&mut self, text: Option<&str>) -> Text {
        text.map_or_else(Text::erased, Text::new)
    }
}

impl Encode for Name {
    fn encode(&self, out: &mut Writer) {
        out.text(self.as_str());
    }
}

impl Decode<Owned> for Name {
    fn decode(from: &mut Reader<'_>, context: &mut Owned) -> Result<Self, DecodeError> {
        context.name(from.text()?)
    }
}

impl Encode for Text {
    fn encode(&self, out: &mut Writer) {
        out.personal_text(self.as_str());
    }
}

impl Decode<Owned> for Text {
    fn decode(from: &mut Reader<'_>, context: &mut Owned) -> Result<Self, DecodeError> {
        let text = from.personal_text()?;
        Ok(context.text(text))
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self, out: &mut Writer) {
        match self {
            None => out.plain.push(0),
            Some(value) => {
                out.plain.push(1);
                value.encode(out);
            }
        }
    }
}

impl<C: Reading, T: Decode<C>> Decode<C> for Option<T> {
    #[inline]
    fn decode(from: &mut Reader<'_>, context: &mut C) -> Result<Self, DecodeError> {
        match from.byte()? {
            0 => Ok(None),
            1 => T::decode(from, context).map(Some),
            n => Err(DecodeError::UnknownVariant {
                what: "an optional field",
                found: n.into(),
                at: from.offset(),
            }),
        }
    }
}

macro_rules! unsigned {
    ($($t:ty),*) => {$(
        impl Encode for $t {
            fn encode(&self, out: &mut Writer) { out.varint(u64::from(*self)); }
        }
        impl<C: Reading> Decode<C> for $t {
            #[inline]
            fn decode(from: &mut Reader<'_>, _: &mut C) -> Result<Self, DecodeError> {
                Self::try_from(from.varint()?).map_err(|_| DecodeError::NumberTooLarge { at: from.offset() })
            }
        }
    )*};
}
unsigned!(u8, u16, u32, u64);

macro_rules! sixteen_bytes {
    ($($t:ty),*) => {$(
        impl Encode for $t {
            fn encode(&self, out: &mut Writer) { out.bytes(self.as_bytes()); }
        }
        impl<C: Reading> Decode<C> for $t {
            #[inline]
            fn decode(from: &mut Reader<'_>, _: &mut C) -> Result<Self, DecodeError> {
                let mut bytes = [0; 16];
                bytes.copy_from_slice(from.take(16)?);
                Ok(Self::from_bytes(bytes))
            }
        }
    )*};
}
sixteen_bytes!(EventId, ProfileId, ContactId, LinkId, PromiseId, IssueRef, IdentifierHash, Uuid);

impl Encode for Micros {
    fn encode(&self, out: &mut Writer) {
        out.zigzag(self.0);
    }
}

impl<C: Reading> Decode<C> for Micros {
    #[inline]
    fn decode(from: &mut Reader<'_>, _: &mut C) -> Result<Self, DecodeError> {
        from.zigzag().map(Self)
    }
}

impl Encode for Span {
    fn encode(&self, out: &mut Writer) {
        out.zigzag(self.0);
    }
}

impl<C: Reading> Decode<C> for Span {
    fn decode(from: &mut Reader<'_>, _: &mut C) -> Result<Self, DecodeError> {
        from.zigzag().map(Self)
    }
}

impl Encode for String {
    fn encode(&self, out: &mut Writer) {
        out.text(self);
    }
}

impl<C: Reading> Decode<C> for String {
    fn decode(from: &mut Reader<'_>, _: &mut C) -> Result<Self, DecodeError> {
        from.text().map(Self::from)
    }
}
