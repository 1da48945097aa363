//! The `data` of a CloudEvent, and which fields it should have had.

use crate::fields::fields_of;
use serde_json::value::RawValue;
use throughline_core::event::{EventData, EventKind};

/// Reads the data of a kind in one version of its schema. The error is the byte in `raw` at which reading stopped,
/// from 0; serde's own message is dropped, because it quotes what it read.
pub(super) fn read(kind: EventKind, schema: u8, raw: &RawValue) -> Result<EventData, usize> {
    // An array of the right values would do for serde; the format says that it is an object.
    if !raw.get().starts_with('{') {
        return Err(0);
    }
    let read = EventData::deserialize_schema(kind, schema, raw).ok_or(0_usize)?;
    read.map_err(|error| error.column().saturating_sub(1))
}

/// What the data of a kind must look like.
pub(super) fn expected(kind: EventKind) -> String {
    format!("the data of `{kind}`: an object with no other fields than {}", fields_of(kind).join(", "))
}
