//! What attributes may hold, in every format.

use serde::{Serialize, Serializer};
use throughline_core::time::Micros;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
    /// An instant.
    Time(Micros),
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Value,
}

/// That something has to do with an object, and what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Relation {
    /// The object's id.
    #[serde(rename = "objectId")]
    pub object: String,
    /// What it has to do with it.
    pub qualifier: String,
}

impl Attribute {
    /// A name and a value.
    pub fn new(name: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Value {
    /// The type's name in OCEL.
    pub(super) const fn ocel_type(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Integer(_) => "integer",
            Self::Float(_) => "float",
            Self::Boolean(_) => "boolean",
            Self::Time(_) => "time",
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => to.serialize_str(text),
            Self::Integer(number) => to.serialize_i64(*number),
            Self::Float(number) => to.serialize_f64(*number),
            Self::Boolean(yes) => to.serialize_bool(*yes),
            Self::Time(at) => at.serialize(to),
        }
    }
}

macro_rules! value_of {
    ($($from:ty => $variant:ident,)*) => {$(
        impl From<$from> for Value {
            fn from(it: $from) -> Self { Self::$variant(it.into()) }
        }
    )*};
}

value_of! {
    &str => Text, String => Text, i64 => Integer, u32 => Integer, u16 => Integer, f64 => Float, bool => Boolean,
    Micros => Time,
}
