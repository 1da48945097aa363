//! A store so simple that it can be believed, and random sequences of operations to compare another one with.
//!
//! [`Model`] keeps one list and looks through all of it for every answer. [`agrees`] puts the same
//! [`Operation`]s to a store and to the model, one after the other, and says where the two part. [`compare`] does
//! so with many sequences from [`operations`], and [`conformance!`](crate::conformance!) makes a test of that.

mod agree;
mod operation;
mod store;

pub use agree::agrees;
pub use operation::{Operation, operations};
pub use store::Model;

use crate::conformance::{Subject, Violation, runtime};
use crate::rng::seed_or;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

/// How many sequences a generated test tries. A store on disk that waits for the disk needs some seconds for them.
const SEQUENCES: u32 = 64;

/// The seed of every run that asks for no other with `SEED`.
const SEED: u64 = 0x7487_0a61;

/// Compares a store with the model over so many random sequences, with the seed in the environment's `SEED` if
/// there is one. What it says of a store that differs has the shortest sequence found that shows it, and the seed.
pub fn compare(subject: &dyn Subject, sequences: u32) -> Result<(), Violation> {
    let seed = seed_or(SEED);
    let config = Config {
        cases: sequences,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..Config::default()
    };
    let runtime = runtime();
    let outcome = TestRunner::new(config).run(&operations(), |operations| {
        let store = runtime.block_on(subject.fresh());
        let agrees = runtime.block_on(agrees(&*store, &operations));
        agrees.map_err(|violation| TestCaseError::fail(violation.to_string()))
    });
    outcome.map_err(|failure| Violation::new(format!("SEED={seed}: {failure}")))
}

/// The body of a generated test.
///
/// # Panics
///
/// When the store differs from the model.
#[doc(hidden)]
pub fn run(subject: &dyn Subject) {
    if let Err(violation) = compare(subject, SEQUENCES) {
        panic!("the store differs from the model: {violation}");
    }
}
