//! Readers: from real logs to Throughline's events, and back out again.
//!
//! Bytes flow in, [`item::LogItem`]s flow out, in file order and one at a time; nothing is held that the next
//! item does not need, so a file may be larger than memory. What cannot be read comes out as a
//! [`reject::Reject`] that says where, why and what was expected, never what stood there, and is counted.
//!
//! [`open::open_log`] opens any file that is known here. [`native`] reads and writes the format of our own (one
//! CloudEvent a line); [`segment`] reads the calls of customer-data platforms. Everything else comes through a
//! [`mapping::Mapping`], a document that says what a source's columns mean, so that a new source needs no code:
//! [`xes`], and [`table`]s, delimited or of fixed width. [`check`] shows to whoever writes one what it makes of a log.
//!
//! The other way out, for programs of others, is [`export`].
//!
//! This crate decides nothing: it knows neither rules nor stores, and whether an event was read before is not
//! its business. It only sees to it that reading twice names every event the same.

mod attribute;
pub mod check;
mod delimited;
pub mod export;
mod fields;
mod fixed;
pub mod identifier;
pub mod input;
pub mod item;
mod line_notes;
mod lines;
#[cfg(feature = "mail")]
pub mod mail;
mod make;
pub mod mapping;
mod naming;
pub mod native;
pub mod open;
pub mod reject;
mod rejecting;
pub mod rejects_file;
pub mod segment;
mod shape;
pub mod table;
mod timestamp;
pub mod xes;
