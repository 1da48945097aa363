//! The JSON Schema of the document, for editors that complete and check as one writes.

use super::document::Document;

/// The schema as JSON.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}
