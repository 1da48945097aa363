//! Any bytes as a mail.
#![no_main]

#[path = "../../crates/channels/tests/formats/mod.rs"]
mod formats;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| formats::mail(bytes));
