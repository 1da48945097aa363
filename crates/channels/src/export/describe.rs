//! The data of any kind of event, as attributes and objects, by the names of its fields.

use super::{Attribute, Value};
use serde::Serialize;

/// Fields that name an object, and the object's type. Any other id is an attribute.
const OBJECT_FIELDS: [(&str, &str); 7] = [
    ("contact", "contact"),
    ("promise", "promise"),
    ("issue", "issue"),
    ("follows", "case"),
    ("order", "order"),
    ("offer", "offer"),
    ("account", "account"),
];

/// An object that an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectField {
    /// The field, which says what the event has to do with the object.
    pub field: &'static str,
    /// The object's type.
    pub kind: &'static str,
    /// What the field holds.
    pub key: String,
}

/// What an event says, as formats of others know it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// The objects that it names.
    pub objects: Vec<ObjectField>,
    /// Who did it, where that is a person of the company.
    pub agent: Option<String>,
    /// Everything else.
    pub attributes: Vec<Attribute>,
}

impl Described {
    /// The object that a field names.
    pub fn object(&self, field: &str) -> Option<&str> {
        self.objects.iter().find(|object| object.field == field).map(|object| object.key.as_str())
    }
}

/// Describes an event's data, or whatever else serialises as an object. Fields that are empty are left out; so is a
/// text that was erased. What is neither text, number nor truth is written as JSON.
pub fn describe(data: &impl Serialize) -> Described {
    let mut out = Described::default();
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(data) else { return out };
    // An object in a field, such as an amount of money, is a field for each of its parts.
    let fields = fields.into_iter().flat_map(|(name, value)| match value {
        serde_json::Value::Object(parts) => {
            parts.into_iter().map(|(part, value)| (format!("{name}_{part}"), value)).collect()
        }
        value => vec![(name, value)],
    });
    for (name, value) in fields {
        let Some(value) = scalar(value) else { continue };
        let object = OBJECT_FIELDS.iter().find(|(field, _)| *field == name);
        match (object, value) {
            (Some(&(field, kind)), Value::Text(key)) => out.objects.push(ObjectField { field, kind, key }),
            (_, Value::Text(agent)) if name == "agent" => out.agent = Some(agent),
            (_, value) => out.attributes.push(Attribute { name, value }),
        }
    }
    out
}

fn scalar(value: serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match value {
        Json::Null => return None,
        Json::Bool(yes) => Value::Boolean(yes),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            // Above what a signed number holds; the formats know no other whole numbers.
            None => Value::Float(number.as_f64()?),
        },
        Json::String(text) if text.is_empty() => return None,
        Json::String(text) => Value::Text(text),
        Json::Array(list) if list.is_empty() => return None,
        nested @ (Json::Array(_) | Json::Object(_)) => Value::Text(nested.to_string()),
    })
}
