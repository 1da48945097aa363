//! The store in memory keeps the contract.
#![cfg(feature = "memory")]

use throughline_store::memory::MemoryStore;
use throughline_testkit::conformance::Volatile;
use throughline_testkit::model;

throughline_testkit::conformance!(Volatile(MemoryStore::new));

/// It is the one that is fast enough to be tried with many.
#[test]
fn thousands_of_sequences_of_operations_are_answered_as_by_the_model() {
    assert_eq!(model::compare(&Volatile(MemoryStore::new), 4_000), Ok(()));
}
