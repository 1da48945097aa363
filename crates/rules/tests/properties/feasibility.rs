//! What can be kept: a later time is never harder to keep, the earliest one can be kept and none before it, and what is
//! announced of a promise is what would have been answered to whoever asked.

use crate::trial::for_all;
use crate::world::{Chance, START, cases};
use proptest::prelude::*;
use std::cell::Cell;
use std::fmt::Write as _;
use throughline_core::event::EventData;
use throughline_core::name::Interner;
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::Content;
use throughline_rules::feasibility::{Answer, CALLBACK};
use throughline_rules::promise::KeptBy;
use throughline_rules::rulebook::Rulebooks;

/// The grid on which windows begin and end, so that they touch each other and what is asked.
const STEP: Span = Span::from_hours(6);

fn instant(step: usize) -> Micros {
    START + Span(STEP.0 * step as i64)
}

/// A lead time, windows, or both.
fn any_capability(chance: &mut Chance) -> String {
    let mut text = "capability = \"delivery\"\n".to_owned();
    let has_slots = chance.once_in(2);
    if !has_slots || chance.once_in(2) {
        let _ = write!(text, "[lead_time]\nwithin = \"{}h\"\nmatured = 20\n", 6 * (1 + chance.below(8)));
    }
    let mut from = chance.below(4);
    for _ in 0..if has_slots { 1 + chance.below(4) } else { 0 } {
        let until = from + 1 + chance.below(4);
        let left = chance.below(3);
        let _ = write!(
            text,
            "[[slots]]\nfrom = \"{}\"\nuntil = \"{}\"\nleft = {left}\n",
            instant(from),
            instant(until)
        );
        from = until + chance.below(3);
    }
    text
}

#[test]
fn a_later_time_is_never_harder_to_keep_and_the_earliest_can_be_kept() {
    let (turned, without) = (Cell::new(0), Cell::new(0));
    for_all(1, |trial, _| {
        let mut chance = trial.chance();
        let mut names = Interner::new();
        let mut rules = Rulebooks::standard(&mut names);
        rules.declare_capability(START, &any_capability(&mut chance), &mut names).unwrap();
        let what = names.intern("delivery");
        let now = instant(chance.below(12)) + Span(chance.below(3) as i64);
        let asked = |due: Micros| rules.may_promise(what, due, now);
        let mut due: Vec<Micros> =
            (0..8).map(|_| instant(chance.below(40)) + Span(chance.below(3) as i64 - 1)).collect();
        due.sort_unstable();
        let answers: Vec<Answer> = due.iter().map(|due| asked(*due).answer).collect();
        for pair in answers.windows(2) {
            prop_assert!(pair[0] == Answer::No || pair[1] == Answer::Yes, "{due:?}: {answers:?}");
            turned.set(turned.get() + u32::from(pair[0] != pair[1]));
        }
        for due in due {
            let answer = asked(due);
            prop_assert_eq!(answer.reasons.is_empty(), answer.answer == Answer::Yes);
            // Yes is what is not before the earliest, and nothing else.
            prop_assert_eq!(
                answer.earliest.is_some_and(|earliest| due >= earliest),
                answer.answer == Answer::Yes
            );
        }
        match asked(now).earliest {
            Some(earliest) => {
                prop_assert_eq!(asked(earliest).answer, Answer::Yes);
                prop_assert_eq!(asked(earliest - Span(1)).answer, Answer::No);
            }
            None => without.set(without.get() + 1),
        }
        Ok(())
    });
    assert!(turned.get() > cases() / 10 && without.get() > cases() / 20, "{turned:?} {without:?}");
}

#[test]
fn what_is_announced_of_a_promise_is_what_would_have_been_answered_to_whoever_asked() {
    let (announced, kept_quiet) = (Cell::new(0), Cell::new(0));
    for_all(30, |trial, mut bench| {
        let facts = bench.facts_of(&trial.history);
        let callback = bench.names.intern(CALLBACK);
        let (_, judged) = bench.fold(&facts, trial.history.end());
        for (index, fact) in facts.iter().enumerate() {
            let (id, due) = match &fact.data {
                EventData::PromiseMade(e) => (e.promise, e.due),
                EventData::PromiseRenegotiated(e) => (e.promise, e.due),
                EventData::CallbackScheduled(e) => (e.promise, e.due),
                _ => continue,
            };
            let (journey, _) = bench.fold(&facts[..=index], fact.at);
            let said = judged.decisions.iter().map(|(d, _)| d).find(|decision| {
                decision.slot.trigger == fact.id && matches!(decision.content, Content::PromiseTooFar { .. })
            });
            let promise = journey.promises.get(id);
            let announces = bench.rules.in_force(fact.at).1.too_far.is_some();
            let answer = promise.filter(|_| announces).map(|promise| {
                let what = if promise.kept_by == KeptBy::Word { promise.what } else { callback };
                bench.rules.may_promise(what, due, fact.at)
            });
            let expected = answer.as_ref().filter(|answer| answer.is_refused()).map(|answer| {
                let (what, earliest) = (answer.what, answer.earliest);
                Content::PromiseTooFar { promise: id, what, due, earliest }
            });
            prop_assert_eq!(said.map(|decision| decision.content.clone()), expected);
            announced.set(announced.get() + u32::from(said.is_some()));
            let could = answer.is_some_and(|answer| answer.answer == Answer::Yes);
            kept_quiet.set(kept_quiet.get() + u32::from(could));
        }
        Ok(())
    });
    assert!(
        announced.get() > cases() / 10 && kept_quiet.get() > cases() / 50,
        "{announced:?} {kept_quiet:?}"
    );
}

/// What is declared counts from its instant on: what was before it stays as it was.
#[test]
fn what_was_promised_before_it_was_declared_is_judged_as_if_it_were_not() {
    let later = Cell::new(0);
    for_all(40, |trial, bench| {
        let mut chance = trial.chance();
        let lasted = trial.history.end().since(START).0 as u64 + 1;
        let from = START + Span((chance.next() % lasted) as i64);
        let mut declared = bench.clone();
        let facts = declared.facts_of(&trial.history);
        let bench = {
            let mut bench = bench;
            bench.names = declared.names.clone();
            bench
        };
        let document = "capability = \"call-back\"\n[lead_time]\nwithin = \"100d\"\nmatured = 20\n";
        declared.rules.declare_capability(from, document, &mut declared.names).unwrap();
        let as_of = trial.history.end();
        let ((journey, before), (same, after)) = (bench.fold(&facts, as_of), declared.fold(&facts, as_of));
        // Nothing of it is kept in the journey: it is looked up.
        prop_assert_eq!(journey, same);
        let early = |judged: &throughline_rules::ledger::Judged| {
            let early = judged.decisions.iter().take_while(|(d, _)| d.effective_at < from);
            early.cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(early(&before), early(&after));
        later.set(later.get() + u32::from(before.decisions != after.decisions));
        Ok(())
    });
    assert!(later.get() > cases() / 20, "{later:?}");
}
