//! XES, the exchange format of process mining (IEEE 1849-2016), plain or as `.gz`.
//!
//! [`Traces`] cuts a log into traces and keeps the attributes that it is asked for. [`XesReader`] makes events of
//! them by a [`Mapping`](crate::mapping::Mapping). One trace is held at a time, up to a limit.
//!
//! A trace is one contact. Its events come out in order of time, where that is equal in the order of the file;
//! `sequence` numbers those of one instant from 1, and `contact.started` has 0, so that it sorts before the event
//! that it came with. Numbering within an instant rather than within the trace keeps a number as it was when a later
//! export of the same log holds more events.
//!
//! XML that is broken ends the log: behind it nothing is sure. An event that lacks something is rejected by itself.

mod input;
mod reader;
mod trace;
mod traces;

pub use reader::XesReader;
pub use trace::{Trace, TraceEvent};
pub use traces::{DEFAULT_MAX_TRACE_BYTES, Traces};
