//! Any bytes as a mapping document.
#![no_main]

#[path = "../../crates/channels/tests/formats/mod.rs"]
mod formats;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::mapping(bytes));
