//! An event with holes that a row fills.
//!
//! The event is made by the vocabulary's own `Deserialize`, from fields that are fixed in the mapping or stand in
//! a column. So a mapping can give every kind of event, and a new kind needs no code here.

use super::ColumnIx;
use super::row::Row;
use crate::naming::Source;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use throughline_core::event::{EventData, EventKind};
use throughline_core::ids::ContactId;
use uuid::Uuid;

/// A kind of event and where its fields come from.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    kind: EventKind,
    fields: Vec<(&'static str, FieldSource)>,
}

/// Where a field comes from.
#[derive(Clone, Debug)]
pub(crate) enum FieldSource {
    Text(String),
    Number(u64),
    Column(ColumnIx),
    /// The contact that the row belongs to.
    Contact,
}

/// Why no event could be made.
#[derive(Debug)]
pub(super) struct FieldFault {
    /// The field, if it is one field's fault.
    pub(super) field: Option<&'static str>,
    /// The column that fills it.
    pub(super) column: Option<ColumnIx>,
    /// Serde's words. They may quote the row: only for mistakes of the mapping itself.
    pub(super) message: String,
}

impl Template {
    pub(super) const fn new(kind: EventKind, fields: Vec<(&'static str, FieldSource)>) -> Self {
        Self { kind, fields }
    }

    pub(super) const fn kind(&self) -> EventKind {
        self.kind
    }

    /// The column that fills a field.
    pub(super) fn column_of(&self, field: &str) -> Option<ColumnIx> {
        self.fields.iter().find_map(|(name, source)| match source {
            FieldSource::Column(column) if *name == field => Some(*column),
            _ => None,
        })
    }

    pub(super) fn fill(
        &self,
        source: &Source,
        contact: ContactId,
        row: &impl Row,
    ) -> Result<EventData, FieldFault> {
        let fields = self.fields.iter();
        EventData::deserialize_kind(self.kind, Filling { source, contact, row, fields, current: None })
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FieldFault {}

impl de::Error for FieldFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { field: None, column: None, message: message.to_string() }
    }
}

struct Filling<'a, R> {
    source: &'a Source,
    contact: ContactId,
    row: &'a R,
    fields: std::slice::Iter<'a, (&'static str, FieldSource)>,
    current: Option<(&'static str, Option<ColumnIx>, Value<'a>)>,
}

impl<'de, R: Row> Deserializer<'de> for Filling<'_, R> {
    type Error = FieldFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, R: Row> MapAccess<'de> for Filling<'_, R> {
    type Error = FieldFault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldFault> {
        for (field, source) in self.fields.by_ref() {
            let column = match source {
                FieldSource::Column(column) => Some(*column),
                _ => None,
            };
            let value = match source {
                FieldSource::Text(text) => Some(Value::Text(Cow::Borrowed(text.as_str()))),
                FieldSource::Number(number) => Some(Value::Number(*number)),
                FieldSource::Contact => Some(Value::Id(self.contact.0)),
                // A field whose column is empty is left out: then it is none, or serde says that it is missing.
                FieldSource::Column(column) => {
                    self.row.value(*column).map(|text| value_of(field, text, self.source))
                }
            };
            if let Some(value) = value {
                self.current = Some((field, column, value));
                let name: StrDeserializer<'_, FieldFault> = field.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, FieldFault> {
        let Some((field, column, value)) = self.current.take() else {
            return Err(de::Error::custom("a value without a field"));
        };
        seed.deserialize(value).map_err(|fault| FieldFault { field: Some(field), column, ..fault })
    }
}

/// A column's text as the value of a field. Fields that hold ids take another system's keys, which become ids in
/// the same way as everywhere.
fn value_of<'a>(field: &str, text: &'a str, source: &Source) -> Value<'a> {
    let id = match field {
        "contact" => source.contact(text).map(|id| id.0),
        "issue" => source.issue(text).map(|id| id.0),
        "promise" => source.promise(text).map(|id| id.0),
        "message" => source.event(text).map(|id| id.0),
        _ => None,
    };
    id.map_or(Value::Text(Cow::Borrowed(text)), Value::Id)
}

/// The value of one field.
enum Value<'a> {
    Text(Cow<'a, str>),
    Number(u64),
    Id(Uuid),
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = FieldFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        match self {
            Self::Text(text) => visitor.visit_str(&text),
            Self::Number(number) => visitor.visit_u64(number),
            Self::Id(id) => visitor.visit_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        match &self {
            Self::Text(text) => {
                let word: StrDeserializer<'_, FieldFault> = text.as_ref().into_deserializer();
                visitor.visit_enum(word)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        // Columns hold numbers as text.
        match &self {
            Self::Text(text) => match text.trim().parse() {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => Err(de::Error::custom("not a whole number")),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        self.deserialize_u64(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
