//! Arrival order does not matter, nor do duplicates, nor the numbers that names happen to have.

use crate::trial::{courses, for_all};
use crate::world::{Bench, Course};
use proptest::prelude::*;
use throughline_core::time::Span;

#[test]
fn any_order_of_arrival_with_duplicates_gives_the_same_journey_and_decisions() {
    let strangers: Vec<Bench> = courses().iter().map(Course::stranger).collect();
    for_all(40, |trial, mut bench| {
        let as_of = trial.history.end() + Span::from_days(30);
        let facts = bench.facts_of(&trial.history);
        let (journey, judged) = bench.fold(&facts, as_of);

        let mut chance = trial.chance();
        let mut arrived = trial.history.events.clone();
        for (_, event) in trial.history.events.iter().filter(|_| chance.clone().once_in(3)) {
            arrived.push((arrived[0].0, event.clone()));
        }
        chance.shuffle(&mut arrived);
        let mut other = strangers[trial.course].clone();
        let mut again = other.facts(&arrived);
        again.dedup_by_key(|fact| fact.id);
        let (other_journey, other_judged) = other.fold(&again, as_of);

        prop_assert_eq!(bench.decisions(&judged), other.decisions(&other_judged));
        prop_assert!(bench.bytes(&journey) == other.bytes(&other_journey), "the journeys differ");
        prop_assert_eq!(judged.cases, other_judged.cases);
        Ok(())
    });
}
