//! The `data` of a CloudEvent, and which fields it should have had.

use crate::fields::fields_of;
use serde_json::value::RawValue;
use throughline_core::event::{EventData, EventKind};

/// Reads the data of a kind. The error is the byte in `raw` at which reading stopped, from 0; serde's own
/// message is dropped, because it quotes what it read.
pub(super) fn read(kind: EventKind, raw: &RawValue) -> Result<EventData, usize> {
    // An array of the right values would do for serde; the format says that it is an object.
    if !raw.get().starts_with('{') {
        return Err(0);
    }
    EventData::deserialize_kind(kind, raw).map_err(|error| error.column().saturating_sub(1))
}

/// What the data of a kind must look like.
pub(super) fn expected(kind: EventKind) -> String {
    format!("the data of `{kind}`: an object with no other fields than {}", fields_of(kind).join(", "))
}
