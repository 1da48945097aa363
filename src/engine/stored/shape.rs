//! The shape of a state, from its types themselves: names of structs, fields and choices, and what kind of value each
//! holds. A field that is added, renamed, moved or retyped makes another shape, and nobody has to think of it.
//!
//! The types are asked for it through the `Deserialize` that they derive: it is run on an input that notes what it is
//! asked for, and gives the least that goes. Of an enum each run gets the next variant, until there is none left.

use super::Unfit;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::Xxh3;

/// More runs than any state has variants of one enum: what takes more is not of a shape that ends.
const MOST_RUNS: usize = 1_024;

/// A hash of the shape of a type.
pub(super) fn shape_of<T: DeserializeOwned>() -> Result<u64, Unfit> {
    let mut tracer = Tracer { seen: Xxh3::new(), variants: BTreeMap::new() };
    for _ in 0..MOST_RUNS {
        T::deserialize(&mut tracer)?;
        if tracer.variants.values().all(|variants| variants.next >= variants.count) {
            return Ok(tracer.seen.digest());
        }
    }
    Err(Unfit("a type of too many variants"))
}

/// An input that notes what it is asked for.
struct Tracer {
    seen: Xxh3,
    /// Which variants of each enum were given.
    variants: BTreeMap<(&'static str, &'static [&'static str]), Variants>,
}

#[derive(Default)]
struct Variants {
    next: usize,
    count: usize,
}

impl Tracer {
    fn note(&mut self, word: &str) {
        self.seen.update(word.as_bytes());
        self.seen.update(b"\n");
    }

    fn note_fields(&mut self, what: &str, name: &str, fields: &[&str]) {
        self.note(what);
        self.note(name);
        for field in fields {
            self.note(field);
        }
        self.note(".");
    }
}

/// As many values as are asked for: all fields of a struct, and one of a list.
struct Given<'a>(&'a mut Tracer, usize);

impl<'de> de::SeqAccess<'de> for Given<'_> {
    type Error = Unfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unfit> {
        let Some(left) = self.1.checked_sub(1) else { return Ok(None) };
        self.1 = left;
        seed.deserialize(&mut *self.0).map(Some)
    }
}

impl<'de> de::MapAccess<'de> for Given<'_> {
    type Error = Unfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unfit> {
        de::SeqAccess::next_element_seed(self, seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unfit> {
        seed.deserialize(&mut *self.0)
    }
}

macro_rules! least {
    ($($name:ident $visit:ident $word:literal $value:expr;)*) => {$(
        fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
            self.note($word);
            visitor.$visit($value)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Tracer {
    type Error = Unfit;

    least! {
        deserialize_bool visit_bool "bool" false;
        deserialize_u8 visit_u8 "u8" 0;
        deserialize_u16 visit_u16 "u16" 0;
        deserialize_u32 visit_u32 "u32" 0;
        deserialize_u64 visit_u64 "u64" 0;
        deserialize_i8 visit_i8 "i8" 0;
        deserialize_i16 visit_i16 "i16" 0;
        deserialize_i32 visit_i32 "i32" 0;
        deserialize_i64 visit_i64 "i64" 0;
        deserialize_f32 visit_f32 "f32" 0.0;
        deserialize_f64 visit_f64 "f64" 0.0;
        deserialize_char visit_char "char" 'a';
        deserialize_str visit_str "text" "a";
        deserialize_string visit_str "text" "a";
        // The bytes that a state holds are ids.
        deserialize_bytes visit_bytes "bytes" &[0; 16];
        deserialize_byte_buf visit_bytes "bytes" &[0; 16];
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit("a type that asks its input what it is"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.note("perhaps");
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.note("nothing");
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.note(name);
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.note(name);
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.note("list");
        visitor.visit_seq(Given(self, 1))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unfit> {
        self.note(&format!("{length} of"));
        visitor.visit_seq(Given(self, length))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.note(name);
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        self.note("map");
        visitor.visit_map(Given(self, 1))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.note_fields("struct", name, fields);
        visitor.visit_seq(Given(self, fields.len()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.note_fields("enum", name, variants);
        let given = self.variants.entry((name, variants)).or_default();
        given.count = variants.len();
        // Round and round, since another enum may be in one of them and have variants left.
        let index = given.next % given.count.max(1);
        given.next += 1;
        visitor.visit_enum(Choice(self, index as u32))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit("a type that asks for names of fields"))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unfit> {
        Err(Unfit("a type that skips what it does not know"))
    }
}

/// One variant of an enum.
struct Choice<'a>(&'a mut Tracer, u32);

impl<'de> de::EnumAccess<'de> for Choice<'_> {
    type Error = Unfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Unfit> {
        let variant = seed.deserialize(IntoDeserializer::<Unfit>::into_deserializer(self.1))?;
        Ok((variant, self))
    }
}

impl<'de> de::VariantAccess<'de> for Choice<'_> {
    type Error = Unfit;

    fn unit_variant(self) -> Result<(), Unfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unfit> {
        self.0.note("of one");
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unfit> {
        de::Deserializer::deserialize_tuple(self.0, length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        self.0.note_fields("of", "", fields);
        visitor.visit_seq(Given(self.0, fields.len()))
    }
}
