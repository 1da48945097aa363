//! What a journey keeps is bounded, however long a life is.

use crate::world::{Course, History, START};
use throughline_core::customer::MAX_CONTACTS;
use throughline_core::event::vocabulary::{AnswerAccepted, ContactStarted, PromiseMade, TextJudged};
use throughline_core::event::{Channel, Direction, EventData, TextVerdict};
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::case::MAX_STUBS;
use throughline_rules::journey::{Journey, MAX_EARLY_VERDICTS};
use throughline_rules::promise::MAX_PROMISES;
use uuid::Uuid;

pub(crate) fn contact(n: usize) -> ContactId {
    ContactId(Uuid::from_u128(0x1_0000_0000 | n as u128))
}

pub(crate) fn started(n: usize, topic: Option<&str>) -> EventData {
    ContactStarted {
        contact: contact(n),
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: topic.map(|t| Name::new(t).unwrap()),
        issue: None,
        purpose: None,
    }
    .into()
}

pub(crate) fn folded(events: impl IntoIterator<Item = (Micros, EventData)>) -> Journey {
    let mut bench = Course::standard().bench();
    let history = History::told(events);
    let facts = bench.facts_of(&history);
    bench.fold(&facts, history.end()).0
}

pub(crate) fn minute(n: usize) -> Micros {
    START + Span::from_secs(60 * n as i64)
}

#[test]
fn a_customer_with_thousands_of_contacts_is_known_by_the_newest_of_them() {
    let journey = folded((0..3_000).map(|n| (minute(n), started(n, Some("billing")))));
    assert_eq!(journey.customer.contacts().len(), MAX_CONTACTS);
    assert_eq!(journey.customer.effort().contacts, 3_000);
    assert!(journey.customer.contact(contact(2_999)).is_some());
}

#[test]
fn the_oldest_of_too_many_promises_is_forgotten() {
    let made = |n: usize| PromiseMade {
        promise: PromiseId(Uuid::from_u128(n as u128 + 1)),
        contact: None,
        what: Name::new("call").unwrap(),
        due: START + Span::from_days(900),
    };
    let journey = folded((0..1_000).map(|n| (minute(n), made(n).into())));
    assert_eq!(journey.promises.open().len(), MAX_PROMISES);
    assert_eq!(journey.promises.count().made, 1_000);
    assert_eq!(journey.deadlines.as_slice().len(), MAX_PROMISES);
}

/// Verdicts on messages that never came: only so many are kept, the newest, and the last one still counts.
#[test]
fn verdicts_on_messages_that_never_came_do_not_pile_up() {
    let judged = |n: usize| TextJudged {
        message: crate::world::event_id(n),
        verdict: TextVerdict::Boilerplate,
        annotator: Name::new("judge").unwrap(),
        annotator_version: 1,
    };
    let size = |verdicts: usize| {
        let mut journey = folded((0..verdicts).map(|n| (minute(n), judged(n + 1_000_000).into())));
        journey.shrink();
        journey.total_bytes()
    };
    assert_eq!(size(MAX_EARLY_VERDICTS), size(500));
    assert!(size(MAX_EARLY_VERDICTS) > size(MAX_EARLY_VERDICTS - 1));
}

#[test]
fn cases_that_were_settled_long_ago_leave_stubs_and_not_too_many_of_them() {
    let day = |n: usize, hours: i64| START + Span::from_days(n as i64) + Span::from_hours(hours);
    let journey = folded((0..400).flat_map(|n| {
        [(day(n, 0), started(n, None)), (day(n, 1), AnswerAccepted { contact: contact(n) }.into())]
    }));
    assert_eq!(journey.cases.stubs().len(), MAX_STUBS);
    assert!(journey.cases.cases().len() < 100, "{}", journey.cases.cases().len());
    assert_eq!(journey.cases.retired() as usize + journey.cases.cases().len(), 400);
}
