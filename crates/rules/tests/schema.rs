//! The JSON Schema for editors: up to date with the types, and fitting the rulebook that ships.
//!
//! `UPDATE=1 cargo test -p throughline-rules --features schema --test schema` writes it anew.
#![cfg(feature = "schema")]
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

use std::path::PathBuf;
use throughline_rules::rulebook::{DEFAULT, json_schema};

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/rulebook.schema.json")
}

#[test]
fn the_schema_in_the_documents_is_up_to_date() {
    let now = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(file(), &now).unwrap();
    }
    let written = std::fs::read_to_string(file()).unwrap_or_default();
    assert!(written == now, "docs/rulebook.schema.json is behind the types; see the head of this file");
}

/// Every key of the rulebook that ships is known to the schema, and every key that the schema demands is there.
#[test]
fn the_rulebook_that_ships_has_the_shape_of_the_schema() {
    let schema = json_schema();
    let document: toml::Table = toml::from_str(DEFAULT).unwrap();
    fits(&schema, &schema, &toml::Value::Table(document), "the rulebook");
}

fn fits(root: &serde_json::Value, schema: &serde_json::Value, value: &toml::Value, place: &str) {
    if let Some(target) = schema["$ref"].as_str() {
        let target = root.pointer(target.trim_start_matches('#')).unwrap();
        return fits(root, target, value, place);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let given = choices.iter().find(|choice| choice["type"] != "null").unwrap();
        return fits(root, given, value, place);
    }
    match value {
        toml::Value::Table(table) => {
            for required in schema["required"].as_array().into_iter().flatten() {
                assert!(table.contains_key(required.as_str().unwrap()), "{place} lacks {required}");
            }
            for (key, value) in table {
                let of_key = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
                let of_key = of_key.filter(|s| s.is_object());
                fits(root, of_key.unwrap_or_else(|| panic!("{place}: `{key}` is unknown")), value, key);
            }
        }
        toml::Value::Array(list) if schema["items"].is_object() => {
            for item in list {
                fits(root, &schema["items"], item, place);
            }
        }
        _ => {}
    }
}
