//! Bugs that these properties found, each told as it happened.

use crate::bounds::{contact, folded, minute, started};
use crate::said::Said;
use crate::world::{Course, History, START};
use throughline_core::event::vocabulary::{AnswerAccepted, Message, PageViewed, TextJudged, Transferred};
use throughline_core::event::{Author, TextVerdict, TransferKind};
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};

/// A mail thread was settled, and a quarter of a year later it went on about an issue that had another case by
/// then. Its contact now belonged to that other case, so what had been said of the old case was looked for there,
/// withdrawn, and announced again: at every judgement, for ever.
#[test]
fn what_was_said_of_a_case_stands_when_its_contact_goes_on_in_another_case() {
    let late = |days: i64| START + Span::from_days(days);
    let billing = |n: usize| started(n, Some("billing"));
    let story = [
        (late(0), started(0, Some("delivery"))),
        (late(1), AnswerAccepted { contact: contact(0) }.into()),
        (late(100), billing(1)),
        (late(101), billing(0)),
    ];
    let mut bench = Course::standard().bench();
    let history = History::told(story);
    let facts = bench.facts_of(&history);
    let (journey, judged) = bench.fold(&facts, history.end());
    assert_eq!(judged.resolve(contact(0)), contact(1));
    assert_eq!(judged.inside(contact(0)), contact(0));
    assert_eq!((journey.cases.cases().len(), journey.cases.stubs().len()), (1, 1));
    let mut said = Said::default();
    said.judge(&bench, &facts, late(101)).unwrap();
    let (_, again) = said.judge(&bench, &facts, late(101)).unwrap();
    assert_eq!(again, []);
}

/// A mailbox that two machines keep writing to, or a switch gone wild, makes more events of one kind than a
/// counter of sixteen bits holds. The fold cannot fail: what it is told has already happened.
#[test]
fn counters_stop_at_their_end_and_do_not_start_again() {
    let moved = || Transferred { contact: contact(0), transfer: TransferKind::Cold, to: None }.into();
    let wrote =
        |author| Message { contact: contact(0), author, agent: None, verdict: None, text: None }.into();
    let events = (0..70_000_i64).flat_map(|n| {
        let what = [moved(), wrote(Author::Human), wrote(Author::Customer)];
        (1..).zip(what).map(move |(second, data)| (START + Span::from_secs(3 * n + second), data))
    });
    let journey = folded([(START, started(0, None))].into_iter().chain(events));
    let (known, case) = (&journey.customer.contacts()[0], &journey.cases.cases()[0]);
    assert_eq!((known.transfers, case.reopens), (u16::MAX, u16::MAX));
    assert_eq!(case.priority, u16::MAX);
    assert_eq!(journey.customer.effort().transfers, 70_000);
    assert_eq!(journey.customer.effort().over_two_contacts, 1);
    let handovers = (0..140_000_usize).map(|n| {
        let agent = Some(Name::new(if n.is_multiple_of(2) { "bo" } else { "cy" }).unwrap());
        let wrote = Message { contact: contact(0), author: Author::Human, agent, verdict: None, text: None };
        (START + Span::from_secs(n as i64), wrote.into())
    });
    let journey = folded(handovers);
    assert_eq!(journey.customer.contacts()[0].ping_pongs, u16::MAX);
    assert_eq!(journey.customer.effort().handovers, 139_999);
}

/// Whoever reads a verdict on "no message at all" must not take it for the answer that a case waits for: a case
/// without an answer used to hold the nil id in its place, and so did the verdict.
#[test]
fn a_verdict_on_no_message_answers_no_case() {
    let judged = TextJudged {
        message: EventId::default(),
        verdict: TextVerdict::Substantive,
        annotator: Name::new("judge").unwrap(),
        annotator_version: 1,
    };
    let journey = folded([(minute(0), started(0, None)), (minute(1), judged.into())]);
    assert_eq!(journey.cases.cases()[0].state, throughline_rules::case::CaseState::Open);
}

/// "As of the end of time" is a fair question. A flag that a customer of the year 294,247 got used to be waited
/// for without end, since no instant after it is low enough to clear it.
#[test]
fn the_end_of_time_can_be_asked_for() {
    let page = || PageViewed { page: Name::new("cancellation-terms").unwrap() }.into();
    let near = Micros::MAX - Span::from_secs(60);
    let mut bench = Course::standard().bench();
    let facts = bench.facts_of(&History::told((0..3).map(|n| (near + Span(n), page()))));
    let (journey, judged) = bench.fold(&facts, Micros::MAX);
    assert_eq!(journey.customer.facts, 3);
    assert!(judged.decisions.iter().all(|(d, _)| d.effective_at >= near));
}
