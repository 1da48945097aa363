//! The embedded default: a log in one SQLite file.
//!
//! Appends go to one writer thread, which commits everything that waits together; reads go to a few reader
//! threads. The log is a table of frames of some kilobytes; ids, streams and tags are found through
//! sorted runs, which are rows of the same file. The layout is `docs/FORMAT.md`, and why it is not one
//! row an event is `docs/adr/0002-sqlite-layout.md`.
//!
//! The file runs in WAL mode with `synchronous=FULL`. Several processes may use it at once.
//!
//! Limits: an event's data has at most 16 MiB; the indexes take about two bytes of memory an event (their
//! filters); [`read_canonical`](crate::contract::EventStore::read_canonical) holds one stream in memory.

mod admission;
mod catalog;
mod derived;
mod failure;
mod fingerprint;
mod frame;
mod index;
mod log;
mod lookup;
mod maintain;
mod options;
mod poller;
mod reader;
mod scan;
mod schema;
mod shared;
mod store;
mod writer;

pub use frame::EventRef;
pub use options::{SqliteOptions, Synchronous};
pub use scan::PositionRange;
pub use store::SqliteStore;
