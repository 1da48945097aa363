//! What machines write opens, answers and reopens nothing, and a loop of two is said once.

use crate::bounds::{contact, minute, started};
use crate::trial::for_all_by_one_rulebook;
use crate::world::{Bench, Chance, Course, History, START, TRYING};
use proptest::prelude::*;
use throughline_core::event::vocabulary::{ContactStarted, Message};
use throughline_core::event::{Author, Channel, Direction, EventData, NewEvent};
use throughline_core::fact::ProfileIx;
use throughline_core::ids::{ContactId, EventId, IssueRef};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::case::CaseState;
use throughline_rules::decision::{Content, DecisionKind};
use throughline_rules::ledger::Judged;
use throughline_rules::rulebook::DEFAULT;
use uuid::Uuid;

use Author::{Automatic, Bot, Customer, CustomerAutomatic as Away, Human, Unknown, Workflow};

/// A rulebook by which nobody looks for loops.
fn without_loops(text: &str) -> Bench {
    let blocks: Vec<&str> = text
        .split("\n\n")
        .filter(|block| !block.contains("machine-loop") && !block.contains("[loops]"))
        .collect();
    Bench::of(&blocks.join("\n\n"))
}

/// What a customer's machine may send: into a contact that there is, or as one of its own, on an issue or on none.
fn machine_mail(history: &History, chance: &mut Chance, n: u128) -> Vec<(ProfileIx, NewEvent)> {
    let near = &history.events[chance.below(history.len())].1;
    let at = near.occurred_at + Span(chance.below(3) as i64);
    let own = ContactId(Uuid::from_u128(0xa_0000 | n));
    let named = near.data.contact().filter(|_| chance.once_in(2));
    let mut mails: Vec<EventData> = Vec::new();
    if named.is_none() {
        let issue = chance.once_in(2).then(|| IssueRef(Uuid::from_u128(0x155 + n % 2)));
        let (contact, direction) = (own, Direction::CustomerAutomatic);
        mails.push(
            ContactStarted { contact, channel: Channel::Mail, direction, topic: None, issue, purpose: None }
                .into(),
        );
    }
    let (contact, author) = (named.unwrap_or(own), Author::CustomerAutomatic);
    mails.push(Message { contact, author, agent: None, verdict: None, text: None }.into());
    let source = Name::new("mail").unwrap();
    let event = |(place, data): (u128, EventData)| {
        let id = EventId(Uuid::from_u128(0xbad_0000_0000 | n << 8 | place));
        (ProfileIx(0), NewEvent::new(id, at, source.clone(), data).with_sequence(place as u64))
    };
    (0..).zip(mails).map(event).collect()
}

#[test]
fn what_a_customers_machine_writes_changes_no_decision() {
    let benches = [without_loops(DEFAULT), without_loops(TRYING)];
    for_all_by_one_rulebook(16, |trial, _| {
        // Contacts that ended long ago are forgotten when others begin, whoever begins them.
        if trial.history.len() == 0 || trial.history.end().since(START) > Span::from_days(80) {
            return Ok(());
        }
        let as_of = trial.history.end() + Span::from_days(30);
        let decided = |events: &[(ProfileIx, NewEvent)]| {
            let mut bench = benches[trial.course].clone();
            let facts = bench.facts(events);
            let (_, judged) = bench.fold(&facts, as_of);
            bench.decisions(&judged).0
        };
        let mut chance = trial.chance();
        let mut events = trial.history.events.clone();
        for n in 0..=chance.below(6) as u128 {
            events.extend(machine_mail(&trial.history, &mut chance, n));
        }
        prop_assert_eq!(decided(&trial.history.events), decided(&events));
        Ok(())
    });
}

fn wrote(n: usize, author: Author) -> EventData {
    Message { contact: contact(n), author, agent: None, verdict: None, text: None }.into()
}

/// A customer's mail, and what follows it, a minute apart.
fn judged(authors: impl IntoIterator<Item = Author>) -> (Judged, CaseState) {
    let mut bench = Course::standard().bench();
    let messages = authors.into_iter().enumerate();
    let messages = messages.map(|(n, author)| (minute(n + 1), wrote(0, author)));
    let history = History::told([(minute(0), started(0, None))].into_iter().chain(messages));
    let facts = bench.facts_of(&history);
    let (journey, judged) = bench.fold(&facts, history.end());
    (judged, journey.cases.cases()[0].state)
}

const NONE: [u16; 0] = [];

/// How often a loop was said, and with how many turns.
fn loops(judged: &Judged) -> Vec<u16> {
    let turns = judged.decisions.iter().filter_map(|(decision, _)| match decision.content {
        Content::MachineLoop { turns, .. } => Some(turns),
        _ => None,
    });
    turns.collect()
}

#[test]
fn machines_that_answer_each_other_are_found_once() {
    let (judged, state) = judged([Away, Automatic].into_iter().cycle().take(40));
    assert_eq!(loops(&judged), [6]);
    assert_eq!(state, CaseState::Open, "her question is as open as it was");
    let prescribed = judged.decisions.iter().filter(|(d, _)| d.slot.kind == DecisionKind::PrescriptionIssued);
    assert_eq!(prescribed.count(), 1);
}

#[test]
fn every_kind_of_machine_of_ours_can_be_in_a_loop() {
    for ours in [Automatic, Workflow, Bot] {
        assert_eq!(loops(&judged([Away, ours, Away, ours, Away, ours]).0), [6], "{ours}");
    }
}

/// Somebody who is not known to be a machine may be a person who writes in a hurry, and each time gets a receipt.
#[test]
fn where_one_side_is_unknown_it_takes_twice_as_many() {
    for pair in [[Unknown, Automatic], [Away, Unknown]] {
        let turns = |n| loops(&judged(pair.into_iter().cycle().take(n)).0);
        assert_eq!((turns(11), turns(12)), (vec![], vec![12]), "{pair:?}");
    }
}

#[test]
fn a_person_who_writes_ends_it_and_so_does_a_pause() {
    for person in [Human, Customer] {
        let turns = [Away, Automatic, Away, Automatic, Away, person, Automatic, Away, Automatic, Away];
        assert_eq!(loops(&judged(turns).0), NONE, "{person}");
    }
    let mut bench = Course::standard().bench();
    let pause = |n: usize| minute(n) + if n > 4 { Span::from_secs(301) } else { Span::ZERO };
    let messages = (1..8).map(|n| (pause(n), wrote(0, if n % 2 == 1 { Away } else { Automatic })));
    let history = History::told([(minute(0), started(0, None))].into_iter().chain(messages));
    let facts = bench.facts_of(&history);
    assert_eq!(loops(&bench.fold(&facts, history.end()).1), NONE);
}

#[test]
fn who_writes_twice_in_a_row_takes_one_turn() {
    assert_eq!(loops(&judged([Away, Away, Away, Away, Automatic, Automatic, Away, Automatic]).0), NONE);
}

/// A desk that makes a ticket of each mail, and a mailbox that answers each ticket: every turn is a contact of its own.
#[test]
fn a_loop_over_many_contacts_opens_nothing_once_it_is_found() {
    let at = |turn: usize, seconds: i64| minute(turn) + Span::from_secs(seconds);
    let turns = (0..60).flat_map(|turn| {
        [
            (at(turn, 0), started(turn, None)),
            (at(turn, 1), wrote(turn, Unknown)),
            (at(turn, 2), wrote(turn, Automatic)),
        ]
    });
    let mut bench = Course::standard().bench();
    let history = History::told(turns);
    let facts = bench.facts_of(&history);
    let (journey, judged) = bench.fold(&facts, history.end());
    assert_eq!(loops(&judged), [12]);
    assert_eq!(journey.cases.cases().len(), 6, "the contacts that began before it was found");
    // She writes herself, in the middle of it: that is no machine's.
    let person = (history.end() + Span::from_secs(1), wrote(59, Customer));
    let told = history.events.iter().map(|(_, event)| (event.occurred_at, event.data.clone()));
    let history = History::told(told.chain([person]));
    let facts = bench.facts_of(&history);
    assert_eq!(bench.fold(&facts, history.end()).0.cases.cases().len(), 7);
}

#[test]
fn a_vacation_notice_that_begins_a_contact_opens_no_case_and_reopens_none() {
    let began = |n: usize, issue: u128| -> EventData {
        let (direction, issue) = (Direction::CustomerAutomatic, Some(IssueRef(Uuid::from_u128(issue))));
        ContactStarted {
            contact: contact(n),
            channel: Channel::Mail,
            direction,
            topic: None,
            issue,
            purpose: None,
        }
        .into()
    };
    let asked = ContactStarted {
        contact: contact(0),
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: None,
        issue: Some(IssueRef(Uuid::from_u128(7))),
        purpose: None,
    };
    let answered = throughline_core::event::vocabulary::AnswerAccepted { contact: contact(0) };
    let told: [(Micros, EventData); 5] = [
        (minute(0), began(1, 9)),
        (minute(1), asked.into()),
        (minute(2), answered.into()),
        (minute(3), began(2, 7)),
        (minute(4), wrote(2, Away)),
    ];
    let mut bench = Course::standard().bench();
    let facts = bench.facts_of(&History::told(told.clone()));
    let (journey, _) = bench.fold(&facts, minute(5));
    let case = &journey.cases.cases()[0];
    assert_eq!((journey.cases.cases().len(), case.reopens, case.contacts), (1, 0, 2));
    assert!(matches!(case.state, CaseState::Closed(_)));
    assert_eq!(journey.customer.effort().contacts, 1, "what her machine does is no effort of hers");
    // What she writes herself in the notice's thread reopens the case that the thread belongs to.
    let facts = bench.facts_of(&History::told(told.into_iter().chain([(minute(6), wrote(2, Customer))])));
    assert_eq!(bench.fold(&facts, minute(7)).0.cases.cases()[0].reopens, 1);
}
