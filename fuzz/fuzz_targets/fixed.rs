//! Any bytes as a log in the format `fixed`.
#![no_main]

#[path = "../../crates/channels/tests/formats/mod.rs"]
mod formats;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::read("fixed", bytes));
