//! How a property is tried: a history, a course of rulebooks, and a seed for whatever else the property chooses.

use crate::world::{Bench, Chance, Course, History, STEP, cases};
use proptest::array::uniform;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};

/// One case of a property.
#[derive(Debug)]
pub(crate) struct Trial {
    /// Which course: the rulebook that ships, the one in which everything happens soon, or one with changes.
    pub(crate) course: usize,
    pub(crate) seed: u64,
    pub(crate) history: History,
}

/// The course of a trial in which one rulebook is always in force, and everything happens soon.
pub(crate) const TRYING_ALONE: usize = 1;

impl Trial {
    pub(crate) const fn chance(&self) -> Chance {
        Chance::new(self.seed)
    }
}

/// All courses that properties are tried on.
pub(crate) fn courses() -> Vec<Course> {
    let mut courses = vec![Course::standard(), Course::trying()];
    courses.extend(Course::with_changes());
    courses
}

/// Tries a property with histories of up to `most` events, in half of the cases while rulebooks change.
pub(crate) fn for_all(most: usize, property: impl Fn(&Trial, Bench) -> TestCaseResult) {
    let courses = prop_oneof![0..2_usize, 2..self::courses().len()];
    try_on(courses.boxed(), most, property);
}

/// The same with one rulebook that is always in force.
pub(crate) fn for_all_by_one_rulebook(most: usize, property: impl Fn(&Trial, Bench) -> TestCaseResult) {
    try_on((0..2_usize).boxed(), most, property);
}

fn try_on(courses: BoxedStrategy<usize>, most: usize, property: impl Fn(&Trial, Bench) -> TestCaseResult) {
    let benches: Vec<Bench> = self::courses().iter().map(Course::bench).collect();
    let steps = vec(uniform::<_, STEP>(any::<u8>()), 0..=most);
    let trials = (courses, any::<u64>(), steps).prop_map(|(course, seed, steps)| Trial {
        course,
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
        let bench = benches[trial.course].clone();
        property(&trial, bench)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
