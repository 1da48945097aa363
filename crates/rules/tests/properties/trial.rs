//! How a property is tried: a history, one of two rulebooks, and a seed for whatever else the property chooses.

use crate::world::{Bench, Chance, History, STEP, TRYING, cases};
use proptest::array::uniform;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};
use throughline_rules::rulebook::DEFAULT;

/// One case of a property.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) trying: bool,
    pub(crate) seed: u64,
    pub(crate) history: History,
}

impl Trial {
    /// The rulebook's text.
    pub(crate) const fn rulebook(&self) -> &'static str {
        if self.trying { TRYING } else { DEFAULT }
    }

    pub(crate) const fn chance(&self) -> Chance {
        Chance::new(self.seed)
    }
}

/// Tries a property with histories of up to `most` events.
pub(crate) fn for_all(most: usize, property: impl Fn(&Trial, Bench) -> TestCaseResult) {
    let benches = [Bench::standard(), Bench::of(TRYING)];
    let steps = vec(uniform::<_, STEP>(any::<u8>()), 0..=most);
    let trials = (any::<bool>(), any::<u64>(), steps).prop_map(|(trying, seed, steps)| Trial {
        trying,
        seed,
        history: History::of(&steps),
    });
    let config = Config {
        cases: cases(),
        rng_seed: RngSeed::Fixed(0x7457_0001),
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&trials, |trial| {
        let bench = benches[usize::from(trial.trying)].clone();
        property(&trial, bench)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
