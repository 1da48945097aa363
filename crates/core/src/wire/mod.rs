//! The compact binary form of stored data: variable-length integers, length-prefixed text, fields in order.
//!
//! Every stored type writes its fields with [`Encode`] and reads them back with [`Decode`]. A body has two
//! sections: *plain* fields, and *personal* ones, which are kept apart so that they can be encrypted or erased
//! by key without touching the rest. Layout and rules of change: `docs/FORMAT.md`.

mod fields;
mod reader;
mod writer;

pub use fields::{Decode, Encode, Owned, Reading};
pub use reader::{DecodeError, Reader};
pub use writer::Writer;
