//! An event with holes that a row fills.
//!
//! The event is made by the vocabulary's own `Deserialize`, from fields that are fixed in the mapping or stand in
//! a column. So a mapping can give every kind of event, and a new kind needs no code here.

use super::cell::CellIx;
use super::row::Row;
use super::time::{Ground, TimeIx};
use crate::naming::Source;
use serde::de::value::{MapDeserializer, StrDeserializer};
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
    Number(i64),
    Flag(bool),
    Cell(CellIx),
    Time(TimeIx),
    /// The contact that the row belongs to.
    Contact,
    /// A value of several parts.
    Parts(Vec<(String, FieldSource)>),
}

/// Why no event could be made.
#[derive(Debug)]
pub(super) struct FieldFault {
    /// The field, if it is one field's fault.
    pub(super) field: Option<String>,
    /// The cell that fills it.
    pub(super) cell: Option<CellIx>,
    /// Serde's words. They may quote the row: only for mistakes of the mapping itself.
    pub(super) message: String,
}

/// Texts that stand in for what a row will hold, when a mapping is tried out.
pub(super) type StandIns<'a> = &'a dyn Fn(CellIx) -> &'a str;

impl Template {
    pub(super) const fn new(kind: EventKind, fields: Vec<(&'static str, FieldSource)>) -> Self {
        Self { kind, fields }
    }

    pub(super) const fn kind(&self) -> EventKind {
        self.kind
    }

    pub(super) fn fill<'a>(
        &'a self,
        ground: &'a Ground,
        contact: ContactId,
        row: &'a impl Row,
    ) -> Result<EventData, FieldFault> {
        self.filled(Filling { ground, contact, row, stand_ins: None })
    }

    /// Fills it with stand-ins; says where that fails.
    pub(super) fn tried<'a>(
        &'a self,
        ground: &'a Ground,
        stand_ins: StandIns<'a>,
    ) -> Result<EventData, FieldFault> {
        let contact = ContactId(Uuid::from_u128(1));
        self.filled(Filling { ground, contact, row: &NoRow, stand_ins: Some(stand_ins) })
    }

    fn filled<'a, R: Row>(&'a self, filling: Filling<'a, R>) -> Result<EventData, FieldFault> {
        let fields = Fields { filling, left: self.fields.iter(), current: None };
        EventData::deserialize_kind(self.kind, fields)
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
        Self { field: None, cell: None, message: message.to_string() }
    }
}

/// A row with nothing in it.
struct NoRow;

impl Row for NoRow {
    fn value(&self, _: super::ColumnIx) -> Option<&str> {
        None
    }

    fn place(&self) -> crate::reject::Place {
        crate::reject::Place::default()
    }
}

/// What an event is filled from.
struct Filling<'a, R> {
    ground: &'a Ground,
    contact: ContactId,
    row: &'a R,
    stand_ins: Option<StandIns<'a>>,
}

impl<R> Clone for Filling<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Filling<'_, R> {}

impl<'a, R: Row> Filling<'a, R> {
    /// The value of a field; `None` if it is left out, because nothing stands there.
    fn value(self, field: &str, source: &'a FieldSource) -> Result<Option<Value<'a>>, FieldFault> {
        Ok(Some(match source {
            FieldSource::Text(text) => Value::Text(Cow::Borrowed(text.as_str())),
            FieldSource::Number(number) => Value::Number(*number),
            FieldSource::Flag(flag) => Value::Flag(*flag),
            FieldSource::Contact => Value::Id(self.contact.0),
            FieldSource::Time(time) => match (self.stand_ins, self.ground.instant(self.row, *time)) {
                (Some(_), _) => Value::Text(Cow::Borrowed("2024-05-01T09:30:00Z")),
                (None, Ok(at)) => return Ok(at.map(|at| Value::Text(Cow::Owned(at.to_string())))),
                (None, Err(_)) => return Err(de::Error::custom("not a time")),
            },
            FieldSource::Cell(cell) => match self.stand_ins {
                Some(stand_ins) if self.ground.cell(*cell).meanings().next().is_none() => {
                    Value::Any(stand_ins(*cell))
                }
                Some(stand_ins) => value_of(field, Cow::Borrowed(stand_ins(*cell)), &self.ground.source),
                None => {
                    let text = self.ground.cell(*cell).value(self.row);
                    return Ok(text.map(|text| value_of(field, text, &self.ground.source)));
                }
            },
            FieldSource::Parts(parts) => {
                let mut values = Vec::new();
                for (name, source) in parts {
                    // Where a part is missing, there is no whole.
                    let Some(value) = self.value(name, source)? else { return Ok(None) };
                    values.push((name.as_str(), value));
                }
                Value::Parts(values)
            }
        }))
    }
}

/// The cell whose text is at fault if this cannot be read.
fn cell_of(source: &FieldSource, ground: &Ground) -> Option<CellIx> {
    match source {
        FieldSource::Cell(cell) => Some(*cell),
        FieldSource::Time(time) => Some(ground.time(*time).cell),
        FieldSource::Parts(parts) => parts.iter().find_map(|(_, source)| cell_of(source, ground)),
        _ => None,
    }
}

struct Fields<'a, R> {
    filling: Filling<'a, R>,
    left: std::slice::Iter<'a, (&'static str, FieldSource)>,
    current: Option<(&'static str, &'a FieldSource, Value<'a>)>,
}

impl<R: Row> Fields<'_, R> {
    fn blame(&self, field: &str, source: &FieldSource, fault: FieldFault) -> FieldFault {
        let cell = cell_of(source, self.filling.ground);
        FieldFault { field: Some(field.to_owned()), cell, ..fault }
    }
}

impl<'de, R: Row> Deserializer<'de> for Fields<'_, R> {
    type Error = FieldFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, R: Row> MapAccess<'de> for Fields<'_, R> {
    type Error = FieldFault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldFault> {
        while let Some((field, source)) = self.left.next() {
            // A field whose column is empty is left out: then it is none, or serde says that it is missing.
            let value =
                self.filling.value(field, source).map_err(|fault| self.blame(field, source, fault))?;
            if let Some(value) = value {
                self.current = Some((field, source, value));
                let name: StrDeserializer<'_, FieldFault> = field.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, FieldFault> {
        let Some((field, source, value)) = self.current.take() else {
            return Err(de::Error::custom("a value without a field"));
        };
        seed.deserialize(value).map_err(|fault| self.blame(field, source, fault))
    }
}

/// A column's text as the value of a field. Fields that hold ids take another system's keys, which become ids in
/// the same way as everywhere.
fn value_of<'a>(field: &str, text: Cow<'a, str>, source: &Source) -> Value<'a> {
    let id = match field {
        "contact" => source.contact(&text).map(|id| id.0),
        "issue" => source.issue(&text).map(|id| id.0),
        "promise" => source.promise(&text).map(|id| id.0),
        "message" => source.event(&text).map(|id| id.0),
        _ => None,
    };
    id.map_or(Value::Text(text), Value::Id)
}

/// The value of one field.
enum Value<'a> {
    Text(Cow<'a, str>),
    /// Stands in for a text of which only the kind is known.
    Any(&'a str),
    Number(i64),
    Flag(bool),
    Id(Uuid),
    Parts(Vec<(&'a str, Value<'a>)>),
}

impl IntoDeserializer<'_, FieldFault> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers, which columns hold as text.
macro_rules! numbers {
    ($($deserialize:ident $visit:ident $number:ty, $what:literal;)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
            match self.text().map(|text| text.trim().parse::<$number>()) {
                Some(Ok(number)) => visitor.$visit(number),
                Some(Err(_)) => Err(de::Error::custom(concat!("not ", $what))),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

impl Value<'_> {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Any(text) => Some(text),
            _ => None,
        }
    }
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = FieldFault;

    /// An id that is one already need not become text to be read.
    fn is_human_readable(&self) -> bool {
        !matches!(self, Self::Id(_))
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        match self {
            Self::Id(id) => visitor.visit_bytes(id.as_bytes()),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        match self {
            Self::Text(text) => visitor.visit_str(&text),
            Self::Any(text) => visitor.visit_str(text),
            Self::Number(number) => match u64::try_from(number) {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_i64(number),
            },
            Self::Flag(flag) => visitor.visit_bool(flag),
            Self::Id(id) => visitor.visit_str(id.hyphenated().encode_lower(&mut Uuid::encode_buffer())),
            Self::Parts(parts) => visitor.visit_map(MapDeserializer::new(parts.into_iter())),
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
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldFault> {
        let text = match &self {
            // Whatever a column may hold, a row can hold one of these.
            Self::Any(_) => variants.first().copied(),
            _ => self.text(),
        };
        match text {
            Some(text) => {
                let word: StrDeserializer<'_, FieldFault> = text.into_deserializer();
                visitor.visit_enum(word)
            }
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldFault> {
        match self.text().map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "yes" | "1") => visitor.visit_bool(true),
            Some("false" | "no" | "0") => visitor.visit_bool(false),
            Some(_) => Err(de::Error::custom("neither true nor false")),
            None => self.deserialize_any(visitor),
        }
    }

    numbers! {
        deserialize_u64 visit_u64 u64, "a whole number";
        deserialize_u32 visit_u64 u64, "a whole number";
        deserialize_u16 visit_u64 u64, "a whole number";
        deserialize_u8 visit_u64 u64, "a whole number";
        deserialize_i64 visit_i64 i64, "a whole number";
        deserialize_i32 visit_i64 i64, "a whole number";
        deserialize_i16 visit_i64 i64, "a whole number";
        deserialize_i8 visit_i64 i64, "a whole number";
        deserialize_f64 visit_f64 f64, "a number";
        deserialize_f32 visit_f64 f64, "a number";
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
