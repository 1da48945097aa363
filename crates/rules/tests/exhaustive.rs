//! Every history of up to five steps over a small alphabet, in every way that it can be told: no sampling.
//!
//! What a random test meets by luck this one meets for certain, for all that happens within five steps: arrival
//! order, live = batch, unique slots, and that nothing closes without the customer's word.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::BTreeSet;
use throughline_core::event::vocabulary::{
    AnswerAccepted, AnswerRejected, ContactStarted, Message, ResolutionClaimed, TextJudged, Transferred,
};
use throughline_core::event::{Author, Channel, Direction, EventData, TextVerdict, TransferKind};
use throughline_core::fact::Fact;
use throughline_core::ids::ContactId;
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::DecisionKind;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::Judged;
use uuid::Uuid;
use world::{Bench, Course, History, START, event_id};

/// The most steps of a history.
const STEPS: u32 = 5;

/// What a step can be. The first two let time pass; the others happen at the instant that it is then.
const ALPHABET: usize = 12;

fn contact(n: u128) -> ContactId {
    ContactId(Uuid::from_u128(n + 1))
}

fn happens(letter: usize, index: usize) -> EventData {
    let started = |n, channel| ContactStarted {
        contact: contact(n),
        channel,
        direction: Direction::Inbound,
        topic: Some(Name::new("delivery").unwrap()),
        issue: None,
        purpose: None,
    };
    let wrote = |author| Message { contact: contact(0), author, agent: None, verdict: None, text: None };
    let judged = |verdict| TextJudged {
        // Of what was told right before, whatever that was.
        message: event_id(index.saturating_sub(1)),
        verdict,
        annotator: Name::new("judge").unwrap(),
        annotator_version: 1,
    };
    match letter {
        10 => judged(TextVerdict::Substantive).into(),
        11 => ResolutionClaimed { contact: contact(0), agent: None }.into(),
        9 => started(0, Channel::Mail).into(),
        2 => wrote(Author::Customer).into(),
        3 => wrote(Author::Human).into(),
        4 => judged(TextVerdict::Boilerplate).into(),
        5 => AnswerAccepted { contact: contact(0) }.into(),
        6 => AnswerRejected { contact: contact(0) }.into(),
        7 => Transferred { contact: contact(0), transfer: TransferKind::Cold, to: None }.into(),
        _ => started(1, Channel::Chat).into(),
    }
}

/// The history that a number names: its digits are the steps.
fn history(number: usize, steps: u32) -> History {
    let (mut at, mut rest, mut told) = (START, number, Vec::new());
    for _ in 0..steps {
        let letter = rest % ALPHABET;
        rest /= ALPHABET;
        match letter {
            0 => at = at + Span::from_hours(1),
            1 => at = at + Span::from_days(1),
            _ => told.push((at, happens(letter, told.len()))),
        }
    }
    History::told(told)
}

/// Steps a journey through facts, letting time pass in halves between them.
fn lived(bench: &Bench, facts: &[Fact], as_of: Micros) -> (Journey, Judged) {
    let (mut journey, mut judged) = (Journey::new(), Judged::default());
    for (index, fact) in facts.iter().enumerate() {
        bench.evaluator().step(&mut journey, fact, &mut judged);
        let next = facts.get(index + 1).map_or(as_of, |next| next.at);
        let half = fact.at + Span((next.0 - fact.at.0) / 2);
        for at in [fact.at, half, next] {
            bench.evaluator().advance(&mut journey, at, &mut judged);
        }
    }
    bench.evaluator().advance(&mut journey, as_of, &mut judged);
    (journey, judged)
}

fn check(bench: &mut Bench, stranger: &mut Bench, history: &History) {
    let as_of = history.end() + Span::from_days(2);
    let facts = bench.facts_of(history);
    let (journey, judged) = bench.fold(&facts, as_of);
    let decisions = bench.decisions(&judged);

    let (alive, concluded) = lived(bench, &facts, as_of);
    assert!(alive == journey && bench.decisions(&concluded) == decisions, "lived: {history:?}");

    let mut told_backwards = history.events.clone();
    told_backwards.reverse();
    let backwards = stranger.facts(&told_backwards);
    let (other, said) = stranger.fold(&backwards, as_of);
    assert!(stranger.bytes(&other) == bench.bytes(&journey), "order: {history:?}");
    assert!(stranger.decisions(&said) == decisions, "order: {history:?}");

    let slots: BTreeSet<_> = decisions.0.iter().map(|d| &d.slot).collect();
    assert_eq!(slots.len(), decisions.0.len(), "a slot twice: {history:?}");
    for closed in decisions.0.iter().filter(|d| d.slot.kind == DecisionKind::CaseClosed) {
        let by = &history.event(closed.evidence[0]).data;
        assert!(matches!(by, EventData::AnswerAccepted(_)), "closed by {by:?}: {history:?}");
    }
}

fn try_all(course: &Course) {
    let (mut bench, mut stranger) = (course.bench(), course.stranger());
    let mut tried = 0;
    for steps in 1..=STEPS {
        for number in 0..ALPHABET.pow(steps) {
            check(&mut bench, &mut stranger, &history(number, steps));
            tried += 1;
        }
    }
    assert_eq!(tried, 12 + 144 + 1_728 + 20_736 + 248_832);
}

#[test]
fn every_short_history_keeps_the_properties_under_the_rulebook_that_ships() {
    try_all(&Course::standard());
}

#[test]
fn every_short_history_keeps_the_properties_under_a_trying_rulebook() {
    try_all(&Course::trying());
}
