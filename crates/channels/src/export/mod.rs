//! Writers for other programs: process-mining logs (OCEL 2.0, XES), tables (CSV), lines of JSON.
//!
//! They take plain data, one row or event at a time, and hold only what must be written at the end, so a log may
//! be larger than memory. They know the formats and nothing else: which events a case has, or what was decided,
//! is put together above this crate. [`describe`] turns the data of any kind of event into what such formats
//! know, attributes and objects, by the names of its fields, so that a new kind needs no code here.

mod describe;
mod ndjson;
mod ocel;
mod table;
mod value;
mod xes;

pub use describe::{Described, ObjectField, describe};
pub use ndjson::JsonLinesWriter;
pub use ocel::{ObjectRow, OcelError, OcelEvent, OcelWriter};
pub use table::TableWriter;
pub use value::{Attribute, Relation, Value};
pub use xes::{XesError, XesEvent, XesWriter};
