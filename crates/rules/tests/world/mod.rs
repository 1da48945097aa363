//! A small world in which much happens: few contacts, topics, promises and agents, on a grid of instants at which
//! targets and promises fall due to the microsecond.
//!
//! A history is made of steps of six bytes each, so that whatever draws bytes (proptest here, a seeded generator at
//! the facade, a counter in the exhaustive test) draws histories, and shrinking bytes shrinks histories.
#![allow(dead_code, unused_imports, reason = "each test binary uses the part that it needs")]

mod bench;
mod chance;
mod course;
mod history;
mod rulebook;
mod told;
mod vocabulary;

pub(crate) use bench::{Bench, settled_slots};
pub(crate) use chance::Chance;
pub(crate) use course::{Course, changed};
pub(crate) use history::{History, START, STEP, Step, event_id};
pub(crate) use rulebook::TRYING;
pub(crate) use told::Told;

/// How many cases each property is tried with: `THROUGHLINE_CASES`, or 2,000.
///
/// # Panics
///
/// When the variable is set and is no number: a run that was meant to be long must not be short.
#[expect(clippy::disallowed_methods, reason = "the one place at which tests are told how thorough to be")]
pub(crate) fn cases() -> u32 {
    std::env::var("THROUGHLINE_CASES").map_or(2_000, |text| {
        text.parse().unwrap_or_else(|_| panic!("THROUGHLINE_CASES must be a number, not {text:?}"))
    })
}
