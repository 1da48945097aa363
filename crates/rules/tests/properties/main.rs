//! The properties of the design, each a test named as a sentence, on random histories of a small world.
//!
//! Every run tries the same cases; `THROUGHLINE_CASES` says how many (see `docs/TESTING.md`).
#![allow(clippy::unwrap_used)]

mod account;
mod bounds;
mod churn;
mod closing;
mod deadlines;
mod explain;
mod feasibility;
mod found;
mod guard;
mod handles;
mod late;
mod ledger;
mod live;
mod machines;
mod order;
mod reach;
mod rulebooks;
mod said;
mod slots;
mod topics;
mod travel;
mod trial;
mod working_time;
#[path = "../world/mod.rs"]
mod world;
