//! Where events live: one contract ([`contract::EventStore`]), and the backends that keep it.
//!
//! A store keeps bytes in order. It knows streams, versions, positions, ids and canonical order, and it does not
//! know what an event means. The clauses of the contract are numbered in [`contract`]; every backend passes the
//! same suite, which `throughline-testkit` generates with one test for each clause.

pub mod append;
pub mod contract;
pub mod error;
#[cfg(feature = "memory")]
pub mod memory;
pub mod read;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod stream;
