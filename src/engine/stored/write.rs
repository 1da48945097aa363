//! Writes a state in few bytes: numbers of variable length, no names of fields, and each name of the domain once.
//!
//! It is a `serde::Serializer`, so that no list of fields is kept here: whatever a state derives is written. A symbol
//! is told from other numbers by the name of its type and becomes an index into the table of names, so that a field
//! of symbols that somebody adds cannot be forgotten.

use super::Unfit;
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use serde::ser::{self, Serialize};
use throughline_core::name::{Interner, SYM};
use throughline_core::wire::Writer;

/// A state's bytes while they are written.
pub(super) struct Encoder<'a> {
    names: &'a Interner,
    body: Writer,
    /// The names used so far, in the order of their indices.
    table: Writer,
    indices: HashMap<u32, u32, FxBuildHasher>,
    /// The number that comes next is that of a symbol.
    is_symbol: bool,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(names: &'a Interner) -> Self {
        let (body, table) = (Writer::new(), Writer::new());
        Self { names, body, table, indices: HashMap::default(), is_symbol: false }
    }

    /// Appends the table of names and the state to what stands before them.
    pub(super) fn finish(self, to: &mut Writer) {
        to.varint(self.indices.len() as u64);
        to.bytes(&self.table.plain);
        to.bytes(&self.body.plain);
    }

    /// The index of a symbol's name, from 1; 0 is no name.
    fn index_of(&mut self, number: u32) -> Result<u32, Unfit> {
        if number == 0 {
            return Ok(0);
        }
        let next = self.indices.len() as u32 + 1;
        if let Some(index) = self.indices.get(&number) {
            return Ok(*index);
        }
        let name = self.names.nth(number as usize).ok_or(Unfit("a symbol of another interner"))?;
        self.table.text(name);
        self.indices.insert(number, next);
        Ok(next)
    }

    fn length(&mut self, length: Option<usize>) -> Result<(), Unfit> {
        self.body.varint(length.ok_or(Unfit("a list whose length is not known"))? as u64);
        Ok(())
    }
}

macro_rules! numbers {
    ($($name:ident $t:ty => $how:ident,)*) => {$(
        fn $name(self, value: $t) -> Result<(), Unfit> {
            self.body.$how(value.into());
            Ok(())
        }
    )*};
}

impl ser::Serializer for &mut Encoder<'_> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_bool bool => varint,
        serialize_u8 u8 => varint,
        serialize_u16 u16 => varint,
        serialize_u64 u64 => varint,
        serialize_i8 i8 => zigzag,
        serialize_i16 i16 => zigzag,
        serialize_i32 i32 => zigzag,
        serialize_i64 i64 => zigzag,
        serialize_char char => varint,
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unfit> {
        let value = if std::mem::take(&mut self.is_symbol) { self.index_of(value)? } else { value };
        self.body.varint(value.into());
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Unfit> {
        self.body.bytes(&value.to_bits().to_le_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unfit> {
        self.body.bytes(&value.to_bits().to_le_bytes());
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Unfit> {
        self.body.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unfit> {
        self.body.varint(value.len() as u64);
        self.body.bytes(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unfit> {
        self.body.varint(0);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unfit> {
        self.body.varint(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unfit> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Unfit> {
        self.body.varint(index.into());
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        self.is_symbol = name == SYM;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unfit> {
        self.body.varint(index.into());
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unfit> {
        self.length(length)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unfit> {
        self.body.varint(index.into());
        Ok(self)
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self, Unfit> {
        self.length(length)?;
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unfit> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unfit> {
        self.body.varint(index.into());
        Ok(self)
    }
}

macro_rules! parts {
    ($($of:ident :: $part:ident ( $($key:ty)? );)*) => {$(
        impl ser::$of for &mut Encoder<'_> {
            type Ok = ();
            type Error = Unfit;
            fn $part<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Result<(), Unfit> {
                value.serialize(&mut **self)
            }
            fn end(self) -> Result<(), Unfit> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}

impl ser::SerializeMap for &mut Encoder<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unfit> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unfit> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Unfit> {
        Ok(())
    }
}
