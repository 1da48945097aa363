//! How good weights are on answers that they were not made from.

use super::answer::{EffortAnswer, EffortLevel};
use super::design::Design;
use super::fit::NoFit;
use super::quality::{FitQuality, Seen};
use super::weights::Weights;
use std::collections::BTreeMap;

/// In how many parts the answers are dealt; each is held out once.
pub(super) const FOLDS: usize = 5;

/// Deals the answers by the ids of their events, so that each is always dealt alike. Level by level, so that those who are
/// left know every level: one that occurs once is never held out.
fn deal(answers: &[EffortAnswer]) -> [Vec<usize>; FOLDS] {
    let mut by_level: BTreeMap<EffortLevel, Vec<usize>> = BTreeMap::new();
    for (place, answer) in answers.iter().enumerate() {
        by_level.entry(answer.level).or_default().push(place);
    }
    let (mut folds, mut next) = (<[Vec<usize>; FOLDS]>::default(), 0);
    // An id may tell when it was made, and its hash does not.
    let order = |place: &usize| {
        let event = answers[*place].event;
        (xxhash_rust::xxh3::xxh3_64(event.as_bytes()), event)
    };
    for mut places in by_level.into_values().filter(|places| places.len() > 1) {
        places.sort_by_key(order);
        for place in places {
            folds[next % FOLDS].push(place);
            next += 1;
        }
    }
    folds
}

/// Fits weights without each part in turn, and sees how well they foretell it.
pub(super) fn out_of_sample(answers: &[EffortAnswer]) -> Result<FitQuality, NoFit> {
    let (mut seen, mut loss, mut null_loss) = (Seen::default(), 0.0, 0.0);
    for held_out in deal(answers) {
        let mut is_kept = vec![true; answers.len()];
        for place in &held_out {
            is_kept[*place] = false;
        }
        let kept = answers.iter().zip(is_kept).filter(|(_, kept)| *kept).map(|(answer, _)| answer);
        let design = Design::of(kept);
        let weights = Weights::of(&design).map_err(|because| NoFit::Unsteady { because: because.into() })?;
        for answer in held_out.into_iter().map(|place| &answers[place]) {
            let score = weights.score(&answer.terms.amounts());
            seen.scored(score, answer.level);
            loss -= weights.log_probability(score, answer.level);
            let place = design.levels.partition_point(|level| *level < answer.level);
            null_loss -= libm::log(design.by_level[place] / design.answers());
        }
    }
    Ok(seen.with_losses(loss, null_loss))
}
