//! OCEL 2.0 as JSON: events that touch several objects each (<https://www.ocel-standard.org>).
//!
//! The format lists the types with their attributes beside objects and events. They are written last, because
//! only then are they known; readers of JSON do not mind the order.

use super::{Attribute, Relation, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use thiserror::Error;
use throughline_core::time::Micros;

/// The attributes of each type, and the type of each attribute.
type Types = BTreeMap<String, BTreeMap<String, &'static str>>;

/// Writes an OCEL 2.0 log: first all objects, then all events.
///
/// Holds the types and their attributes in memory, and nothing of objects and events. That ids are used once is
/// the caller's business.
#[derive(Debug)]
pub struct OcelWriter<W> {
    out: W,
    part: Part,
    object_types: Types,
    event_types: Types,
    objects: u64,
    events: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Objects,
    Events,
}

/// An object.
#[derive(Clone, Debug)]
pub struct ObjectRow<'a> {
    /// Its id, used once in the whole log.
    pub id: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// What is known of it.
    pub attributes: &'a [Attribute],
    /// Since when that holds.
    pub at: Micros,
    /// Other objects that it has to do with.
    pub relations: &'a [Relation],
}

/// An event.
#[derive(Clone, Debug)]
pub struct OcelEvent<'a> {
    /// Its id, used once in the whole log.
    pub id: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// When it happened.
    pub at: Micros,
    /// What it says.
    pub attributes: &'a [Attribute],
    /// The objects that it touches.
    pub relations: &'a [Relation],
}

/// Why an OCEL log was not written on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OcelError {
    /// The output took no more.
    #[error("the log cannot be written on")]
    Io(#[from] io::Error),
    /// An object came behind an event.
    #[error("objects are written before events; write all of them first")]
    ObjectBehindEvents,
}

#[derive(Serialize)]
struct Timed<'a> {
    name: &'a str,
    time: Micros,
    value: &'a Value,
}

#[derive(Serialize)]
struct Plain<'a> {
    name: &'a str,
    value: &'a Value,
}

#[derive(Serialize)]
struct Object<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    attributes: Vec<Timed<'a>>,
    relationships: &'a [Relation],
}

#[derive(Serialize)]
struct Event<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    time: Micros,
    attributes: Vec<Plain<'a>>,
    relationships: &'a [Relation],
}

#[derive(Serialize)]
struct Type<'a> {
    name: &'a str,
    attributes: Vec<TypedAttribute<'a>>,
}

#[derive(Serialize)]
struct TypedAttribute<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<W: Write> OcelWriter<W> {
    /// Begins a log on `out`, which should be buffered.
    pub fn new(mut out: W) -> Result<Self, OcelError> {
        out.write_all(b"{\"objects\":[")?;
        let (object_types, event_types) = (Types::new(), Types::new());
        Ok(Self { out, part: Part::Objects, object_types, event_types, objects: 0, events: 0 })
    }

    /// Writes an object.
    pub fn object(&mut self, row: &ObjectRow<'_>) -> Result<(), OcelError> {
        if self.part == Part::Events {
            return Err(OcelError::ObjectBehindEvents);
        }
        note(&mut self.object_types, row.kind, row.attributes);
        self.out.write_all(if self.objects == 0 { b"\n" } else { b",\n" })?;
        self.objects += 1;
        let attributes = row.attributes.iter();
        let attributes = attributes.map(|a| Timed { name: &a.name, time: row.at, value: &a.value }).collect();
        let object = Object { id: row.id, kind: row.kind, attributes, relationships: row.relations };
        Ok(serde_json::to_writer(&mut self.out, &object).map_err(io::Error::from)?)
    }

    /// Writes an event.
    pub fn event(&mut self, row: &OcelEvent<'_>) -> Result<(), OcelError> {
        self.begin_events()?;
        note(&mut self.event_types, row.kind, row.attributes);
        self.out.write_all(if self.events == 0 { b"\n" } else { b",\n" })?;
        self.events += 1;
        let attributes = row.attributes.iter().map(|a| Plain { name: &a.name, value: &a.value }).collect();
        let event =
            Event { id: row.id, kind: row.kind, time: row.at, attributes, relationships: row.relations };
        Ok(serde_json::to_writer(&mut self.out, &event).map_err(io::Error::from)?)
    }

    /// How many objects were written.
    pub const fn objects(&self) -> u64 {
        self.objects
    }

    /// How many events were written.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Writes the types, ends the log, and gives the output back. Without this it is no JSON.
    pub fn finish(mut self) -> Result<W, OcelError> {
        self.begin_events()?;
        self.out.write_all(b"\n],\n\"objectTypes\":")?;
        types(&mut self.out, &self.object_types)?;
        self.out.write_all(b",\n\"eventTypes\":")?;
        types(&mut self.out, &self.event_types)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn begin_events(&mut self) -> Result<(), OcelError> {
        if self.part == Part::Objects {
            self.part = Part::Events;
            self.out.write_all(b"\n],\n\"events\":[")?;
        }
        Ok(())
    }
}

fn types(out: &mut impl Write, types: &Types) -> io::Result<()> {
    let typed = |attributes: &BTreeMap<String, &'static str>| -> Vec<(String, &'static str)> {
        attributes.iter().map(|(name, kind)| (name.clone(), *kind)).collect()
    };
    let listed: Vec<_> = types.iter().map(|(name, attributes)| (name, typed(attributes))).collect();
    let listed: Vec<Type<'_>> = listed
        .iter()
        .map(|(name, attributes)| Type {
            name,
            attributes: attributes.iter().map(|(name, kind)| TypedAttribute { name, kind }).collect(),
        })
        .collect();
    serde_json::to_writer(out, &listed).map_err(io::Error::from)
}

/// Notes a type and its attributes. One that comes with values of two types is declared as text, which any value
/// can be read as; whole numbers among others are numbers.
fn note(types: &mut Types, kind: &str, attributes: &[Attribute]) {
    if !types.contains_key(kind) {
        types.insert(kind.to_owned(), BTreeMap::new());
    }
    let Some(known) = types.get_mut(kind) else { return };
    for Attribute { name, value } in attributes {
        let now = value.ocel_type();
        match known.get_mut(name) {
            None => _ = known.insert(name.clone(), now),
            Some(before) if *before == now => {}
            Some(before) => {
                let numbers = ["integer", "float"];
                *before = if numbers.contains(before) && numbers.contains(&now) { "float" } else { "string" };
            }
        }
    }
}
