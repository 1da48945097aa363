//! Test tools of Throughline, for stores and for those who embed the engine.
//!
//! A store of your own is tested by the suite that tests ours: [`conformance!`] makes one test for each clause of
//! the [contract](throughline_store::contract). In a file below `tests/`:
//! ```
//! use async_trait::async_trait;
//! use std::sync::Arc;
//! use throughline_store::contract::EventStore;
//! use throughline_store::memory::MemoryStore;
//! use throughline_testkit::conformance::Subject;
//!
//! /// Makes the stores that the suite tests; here, in place of yours, ours in memory.
//! struct MyStore;
//!
//! #[async_trait]
//! impl Subject for MyStore {
//!     async fn fresh(&self) -> Arc<dyn EventStore> {
//!         Arc::new(MemoryStore::new())
//!     }
//!     // A durable store also says how it is opened again: `reopen`.
//! }
//!
//! throughline_testkit::conformance!(MyStore);
//! # fn main() {}
//! ```
//!
//! | Module | Holds |
//! |---|---|
//! | [`mod@conformance`] | the clauses as tests, and as values |
//! | [`faulty`] | a store that is busy, slow, forgetful or gone, as a seed decides |
//! | [`model`] | a store that is simple enough to be believed, and random operations to compare with it |
//! | [`mutants`] | stores that are wrong on purpose, which the suite must accuse |
//! | [`outcome`] | what an append came to, in a form that can be compared |
//! | [`scenario`] | given, when, then: stories as text, with whoever answers |
//! | [`seeds`] | many seeds on all cores, and the name of the one that fails |
//! | [`town`] | a seeded town of many lives, for benches and simulations |
//! | [`clock`], [`rng`] | time and chance that a test is in charge of |
//!
//! Nothing here reads a clock or sleeps, and all chance comes from a seed; `SEED=` in the environment replays one.

pub mod clock;
pub mod conformance;
pub mod faulty;
mod generate;
pub mod model;
pub mod mutants;
pub mod outcome;
pub mod rng;
pub mod scenario;
pub mod seeds;
pub mod town;
