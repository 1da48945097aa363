//! Reads what [`write`](super::write) wrote. Never panics, and makes room for nothing that the bytes do not hold.

use super::Unfit;
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};
use throughline_core::name::{Interner, SYM, Sym};
use throughline_core::wire::Reader;

/// A state's bytes while they are read.
pub(super) struct Decoder<'de> {
    from: Reader<'de>,
    /// This process's symbols of the names in the table.
    symbols: Vec<Sym>,
    /// The number that comes next is the index of a name.
    is_symbol: bool,
}

impl<'de> Decoder<'de> {
    /// Reads the table of names, and gives each its symbol here.
    pub(super) fn new(mut from: Reader<'de>, names: &mut Interner) -> Result<Self, Unfit> {
        let count = from.varint()?;
        let mut symbols = vec![Sym::NONE];
        for _ in 0..count {
            symbols.push(names.intern(from.text()?));
        }
        Ok(Self { from, symbols, is_symbol: false })
    }

    /// Fails if bytes are left.
    pub(super) fn finish(self) -> Result<(), Unfit> {
        if self.from.remaining() == 0 { Ok(()) } else { Err(Unfit("bytes are left after the state")) }
    }

    fn number<T: TryFrom<u64>>(&mut self) -> Result<T, Unfit> {
        T::try_from(self.from.varint()?).map_err(|_| Unfit("a number is too large for its field"))
    }

    fn signed<T: TryFrom<i64>>(&mut self) -> Result<T, Unfit> {
        T::try_from(self.from.zigzag()?).map_err(|_| Unfit("a number is too large for its field"))
    }

    fn is(&mut self) -> Result<bool, Unfit> {
        match self.from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Unfit("neither no nor yes")),
        }
    }

    fn list(&mut self) -> Result<List<'_, 'de>, Unfit> {
        let left = self.number()?;
        // Nothing takes less than a byte, so no list is longer than what is left to read.
        if left > self.from.remaining() {
            return Err(Unfit("a list is longer than the bytes"));
        }
        Ok(List { of: self, left })
    }
}

/// The rest of a list, a tuple, a struct or a map.
struct List<'a, 'de> {
    of: &'a mut Decoder<'de>,
    left: usize,
}

impl<'de> de::SeqAccess<'de> for List<'_, 'de> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        seed.deserialize(&mut *self.of).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for List<'_, 'de> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        de::SeqAccess::next_element_seed(self, seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(&mut *self.of)
    }
}

macro_rules! numbers {
    ($($name:ident $visit:ident $how:ident,)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            visitor.$visit(self.$how()?)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Decoder<'de> {
    type Error = Unfit;

    numbers! {
        deserialize_bool visit_bool is,
        deserialize_u8 visit_u8 number,
        deserialize_u16 visit_u16 number,
        deserialize_u64 visit_u64 number,
        deserialize_i8 visit_i8 signed,
        deserialize_i16 visit_i16 signed,
        deserialize_i32 visit_i32 signed,
        deserialize_i64 visit_i64 signed,
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit("the bytes do not say what they are"))
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let number: u32 = self.number()?;
        if !std::mem::take(&mut self.is_symbol) {
            return visitor.visit_u32(number);
        }
        let symbol = self.symbols.get(number as usize).ok_or(Unfit("a name that is not in the table"))?;
        visitor.visit_u32(symbol.index() as u32)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(self.from.take(4)?);
        visitor.visit_f32(f32::from_bits(u32::from_le_bytes(bytes)))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.from.take(8)?);
        visitor.visit_f64(f64::from_bits(u64::from_le_bytes(bytes)))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_char(char::from_u32(self.number()?).ok_or(Unfit("not a character"))?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_borrowed_str(self.from.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let length = self.number()?;
        visitor.visit_borrowed_bytes(self.from.take(length)?)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.is()? { visitor.visit_some(self) } else { visitor.visit_none() }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.is_symbol = name == SYM;
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(List { of: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(List { of: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_map(self.list()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(List { of: self, left: fields.len() })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_enum(self)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit("the bytes hold no names of fields"))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit("the bytes do not say what they are"))
    }
}

impl<'de> de::EnumAccess<'de> for &mut Decoder<'de> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Unfit> {
        let index: u32 = self.number()?;
        let variant = seed.deserialize(IntoDeserializer::<Unfit>::into_deserializer(index))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for &mut Decoder<'de> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_seq(List { of: self, left })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_seq(List { of: self, left: fields.len() })
    }
}
