//! The contact guard and bills after a cancellation, by example: the edges that a support lead asks about.
#![allow(clippy::unwrap_used)]

mod world;

use std::collections::BTreeMap;
use throughline_core::event::vocabulary::{
    AnswerAccepted, CallbackScheduled, CancellationSettled, Charged, ConsentChanged, ContactStarted, Message,
    SubscriptionChanged, WorkDone,
};
use throughline_core::event::{
    Author, CancellationOutcome, Channel, ChargeOutcome, Consent, Direction, EventData, SubscriptionChange,
    TextVerdict, WorkEffect,
};
use throughline_core::ids::{ContactId, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::contact::may_contact;
use throughline_rules::decision::{Content, OpenCause, ReopenCause};
use throughline_rules::permission::{Permission, Refusal};
use throughline_rules::rulebook::DEFAULT;
use uuid::Uuid;
use world::{START, Told, event_id};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn contact(n: u128) -> ContactId {
    ContactId(Uuid::from_u128(0xc0 + n))
}

const fn hour(n: i64) -> Micros {
    Micros(START.0 + n * 3_600_000_000)
}

/// A mail of hers.
fn mail(n: u128, topic: Option<&str>) -> EventData {
    let (channel, direction) = (Channel::Mail, Direction::Inbound);
    let topic = topic.map(name);
    ContactStarted { contact: contact(n), channel, direction, topic, issue: None, purpose: None }.into()
}

/// A call of ours.
fn call(n: u128, topic: Option<&str>, purpose: Option<&str>) -> EventData {
    let (channel, direction) = (Channel::Phone, Direction::Outbound);
    let (topic, purpose) = (topic.map(name), purpose.map(name));
    ContactStarted { contact: contact(n), channel, direction, topic, issue: None, purpose }.into()
}

fn wrote(n: u128, author: Author, verdict: Option<TextVerdict>) -> EventData {
    Message { contact: contact(n), author, agent: None, verdict, text: None }.into()
}

fn line(change: SubscriptionChange, which: &str) -> EventData {
    SubscriptionChanged { subscription: name(which), change, plan: None, effective: None }.into()
}

fn cancelled(subscription: Option<&str>) -> EventData {
    let subscription = subscription.map(name);
    CancellationSettled { subscription, outcome: CancellationOutcome::Effective }.into()
}

fn charged(subscription: Option<&str>, outcome: ChargeOutcome) -> EventData {
    let subscription = subscription.map(name);
    Charged { charge: None, line: None, subscription, amount: None, outcome }.into()
}

fn told_by(rulebook: &str, as_of: Micros, events: impl IntoIterator<Item = (Micros, EventData)>) -> Told {
    Told::by(rulebook, as_of, events)
}

fn told(as_of: Micros, events: impl IntoIterator<Item = (Micros, EventData)>) -> Told {
    told_by(DEFAULT, as_of, events)
}

impl Told {
    fn asked(&mut self, purpose: &str) -> Permission {
        let purpose = self.bench.names.intern(purpose);
        let answer = may_contact(&self.journey, &self.bench.rules, purpose, self.as_of);
        answer.named(&self.bench.names, &BTreeMap::new())
    }

    /// The contacts that were against the guard, with the reasons.
    fn against(&self) -> Vec<(ContactId, &[Refusal])> {
        let decisions = self.decisions.iter().filter_map(|decision| match &decision.content {
            Content::ContactAgainstGuard { contact, reasons, .. } => Some((*contact, &reasons[..])),
            _ => None,
        });
        decisions.collect()
    }

    /// How cases opened and reopened.
    fn opened(&self) -> Vec<&'static str> {
        let moves = self.decisions.iter().filter_map(|decision| match &decision.content {
            Content::CaseOpened { cause, .. } => Some(cause.as_str()),
            Content::CaseReopened { cause, .. } => Some(cause.as_str()),
            _ => None,
        });
        moves.collect()
    }
}

#[test]
fn there_is_room_for_one_more_to_the_microsecond_at_which_the_window_has_passed_the_first() {
    let calls = || [(hour(0), call(1, None, Some("sales"))), (hour(24), call(2, None, Some("sales")))];
    let from = hour(30 * 24);
    let before = told(from - Span(1), calls()).asked("sales");
    assert!(matches!(before.refusals[..], [Refusal::Frequency { contacts: 2, at_most: 2, .. }]), "{before}");
    assert_eq!(before.allowed_from(), Some(from));
    assert!(told(from, calls()).asked("sales").is_allowed());
    // Another purpose has a count of its own.
    assert!(told(hour(25), calls()).asked("retention").is_allowed());
}

#[test]
fn from_when_we_may_is_said_only_where_time_alone_stands_in_the_way() {
    let mut life = told(
        hour(2),
        [
            (hour(0), call(1, None, Some("sales"))),
            (hour(1), call(2, None, Some("sales"))),
            (hour(1), mail(3, Some("billing"))),
        ],
    );
    let answer = life.asked("sales");
    assert_eq!((answer.refusals.len(), answer.allowed_from()), (3, None), "{answer}");
    let yes = life.asked("service");
    assert_eq!((yes.is_allowed(), yes.allowed_from()), (true, None));
}

#[test]
fn an_inquiry_is_unread_until_a_person_has_dealt_with_it() {
    let unread = |events: Vec<(Micros, EventData)>| {
        let mail = (hour(0), mail(1, None));
        let mut life = told(hour(9), [mail].into_iter().chain(events));
        life.asked("sales").refusals.iter().any(|r| matches!(r, Refusal::UnreadInquiry { .. }))
    };
    let said = |author, verdict| (hour(1), wrote(1, author, verdict));
    assert!(unread(vec![]));
    assert!(unread(vec![said(Author::Automatic, None)]), "a machine has not read it");
    assert!(unread(vec![said(Author::Bot, None)]), "nor has a bot");
    assert!(unread(vec![said(Author::Human, Some(TextVerdict::Boilerplate))]), "boilerplate fits anything");
    assert!(!unread(vec![said(Author::Human, None)]));
    // Answered, and she asks again: that is another inquiry.
    assert!(unread(vec![said(Author::Human, None), (hour(2), wrote(1, Author::Customer, None))]));
    assert!(!unread(vec![(hour(2), AnswerAccepted { contact: contact(1) }.into())]));
}

#[test]
fn a_call_without_a_purpose_must_wait_for_an_unread_inquiry_that_it_is_not_about() {
    let called =
        |topic| told(hour(2), [(hour(0), mail(1, Some("billing"))), (hour(1), call(2, topic, None))]);
    let elsewhere = called(None);
    let [(who, [Refusal::UnreadInquiry { case, .. }])] = elsewhere.against()[..] else {
        panic!("{:?}", elsewhere.decisions)
    };
    assert_eq!((who, *case), (contact(2), contact(1)));
    assert!(called(Some("billing")).against().is_empty(), "the call is about the mail");
    // A rulebook may leave it at that.
    let lax = DEFAULT.replace("unread_first = true", "unread_first = false");
    let events = [(hour(0), mail(1, None)), (hour(1), call(2, None, None))];
    assert!(told_by(&lax, hour(2), events).against().is_empty());
}

/// The story of the bug that this keeps away: a call back that was agreed on is a call to somebody whose wish nobody has
/// dealt with yet, and it names no topic. It would have been called our failure to have kept a promise.
#[test]
fn a_call_back_that_she_agreed_on_is_not_against_the_guard() {
    let agreed = CallbackScheduled {
        contact: contact(1),
        promise: PromiseId(Uuid::from_u128(9)),
        from: Some(hour(3)),
        due: hour(4),
    };
    let called = |at| told(hour(9), [(hour(0), agreed.clone().into()), (at, call(2, None, None))]);
    assert!(called(hour(3)).against().is_empty());
    assert_eq!(called(hour(2)).against().len(), 1, "a call before its window is not the one");
}

#[test]
fn a_purpose_that_is_not_named_is_refused_and_says_so() {
    let mut life = told(hour(1), [(hour(0), call(1, None, Some("newsletter")))]);
    assert_eq!(life.asked("newsletter").refusals, [Refusal::PurposeNotNamed {}]);
    assert_eq!(life.against().len(), 1);
    // Without a guard there is nothing to be against, and still no silent yes.
    let (rules, _) = DEFAULT.split_once("# May we make contact").unwrap();
    let mut life = told_by(rules, hour(1), [(hour(0), call(1, None, Some("sales")))]);
    assert_eq!(life.asked("sales").refusals, [Refusal::PurposeNotNamed {}]);
    assert!(life.against().is_empty());
}

#[test]
fn one_purpose_needs_her_consent_and_another_only_that_she_did_not_take_it_back() {
    let allowed = |purpose: &str, stated: &[Consent]| {
        let facts = stated.iter().zip(0_i64..).map(|(consent, n)| {
            let of = ConsentChanged { purpose: name(purpose), consent: *consent, contact: None };
            (hour(n), of.into())
        });
        told(hour(9), facts).asked(purpose).is_allowed()
    };
    for (stated, sales, marketing) in [
        (&[][..], true, false),
        (&[Consent::Given], true, true),
        (&[Consent::Withdrawn], false, false),
        (&[Consent::Withdrawn, Consent::Given], true, true),
    ] {
        assert_eq!(
            (allowed("sales", stated), allowed("marketing", stated)),
            (sales, marketing),
            "{stated:?}"
        );
    }
}

#[test]
fn a_contact_that_is_begun_twice_is_against_the_guard_once() {
    let again = || call(2, None, Some("sales"));
    let life = told(hour(3), [(hour(0), mail(1, None)), (hour(1), again()), (hour(2), again())]);
    assert_eq!(life.against().len(), 1);
}

#[test]
fn a_bill_is_wrong_where_what_it_is_for_had_ended() {
    let opens = |events: Vec<(Micros, EventData)>| {
        let began = (hour(0), line(SubscriptionChange::Started, "line"));
        !told(hour(99), [began].into_iter().chain(events)).opened().is_empty()
    };
    let billed = |which| (hour(9), charged(which, ChargeOutcome::Billed));
    let over = |which| (hour(1), cancelled(which));
    assert!(!opens(vec![billed(Some("line"))]), "it runs");
    assert!(opens(vec![over(Some("line")), billed(Some("line"))]));
    assert!(opens(vec![(hour(1), line(SubscriptionChange::Ended, "line")), billed(Some("line"))]));
    assert!(!opens(vec![over(Some("line")), billed(Some("other"))]), "nobody knows that it ended");
    assert!(!opens(vec![over(Some("line")), billed(None)]), "it may be for anything");
    assert!(opens(vec![over(None), billed(None)]), "everything was cancelled");
    let anew = (hour(2), line(SubscriptionChange::Started, "new"));
    assert!(!opens(vec![over(None), anew.clone(), billed(Some("new"))]));
    assert!(!opens(vec![over(None), anew, billed(None)]), "it may be for the new one");
    let dispute = (hour(9), charged(Some("line"), ChargeOutcome::Disputed));
    assert!(!opens(vec![over(Some("line")), dispute]), "she disputes what came before");
}

#[test]
fn a_last_bill_may_come_as_long_as_the_rulebook_says() {
    let rules = DEFAULT.replace(
        "[charged_after_cancellation]\ntopic = \"billing\"",
        "[charged_after_cancellation]\ntopic = \"billing\"\nfinal_bill_within = \"5h\"",
    );
    let billed = |at: Micros| {
        let events = [(hour(0), cancelled(Some("line"))), (at, charged(Some("line"), ChargeOutcome::Paid))];
        told_by(&rules, hour(99), events).opened().len()
    };
    assert_eq!((billed(hour(5)), billed(hour(5) + Span(1))), (0, 1));
}

/// A charge joined a case that waited for the customer, and set whom it waits for past the one place where that is done:
/// the target that paused for her was never due again.
#[test]
fn a_charge_on_a_case_that_waits_for_her_lets_its_targets_go_on() {
    let pausing = DEFAULT.replace(
        "rule = \"unanswered-within-promise\"",
        "rule = \"unanswered-within-promise\"\npauses_for = [\"customer\"]",
    );
    let asked_back =
        WorkDone { contact: contact(1), agent: None, activity: None, effect: WorkEffect::WaitsForCustomer };
    let told = told_by(
        &pausing,
        hour(48),
        [
            (hour(0), cancelled(Some("line"))),
            (hour(1), mail(1, Some("billing"))),
            (hour(2), asked_back.into()),
            (hour(5), charged(Some("line"), ChargeOutcome::Billed)),
        ],
    );
    let missed = told.decisions.iter().find(|d| d.slot.rule.as_str() == "unanswered-within-promise");
    // A day, and the three hours in which it waited for her.
    assert_eq!(missed.map(|d| d.effective_at), Some(hour(1 + 24 + 3)));
}

/// The charge names the case, a contact about the topic joins it, and each of the two names it from then on.
#[test]
fn who_writes_about_the_bill_joins_the_case_that_it_opened() {
    let life = told(
        hour(30),
        [
            (hour(0), cancelled(Some("line"))),
            (hour(1), charged(Some("line"), ChargeOutcome::Billed)),
            (hour(20), mail(1, Some("billing"))),
        ],
    );
    let [case] = life.journey.cases.cases() else { panic!("one case") };
    assert_eq!((case.cause, case.key), (OpenCause::ChargedAfterCancellation, ContactId(event_id(1).0)));
    let members: Vec<ContactId> = life.journey.cases.members().map(|(contact, _)| contact).collect();
    assert_eq!(members, [case.key, contact(1)]);
    // What she may expect runs from when she wrote, by her channel: an hour until somebody says that it came.
    let missed: Vec<Micros> = life
        .decisions
        .iter()
        .filter_map(|d| match d.content {
            Content::TargetMissed { due, .. } => Some(due),
            _ => None,
        })
        .collect();
    assert_eq!(missed, [hour(21)]);
    assert_eq!(case.opened_at, hour(1));
}

#[test]
fn a_bill_belongs_to_what_she_wrote_about_bills_before_and_opens_it_again() {
    let mut events = vec![
        (hour(0), cancelled(Some("line"))),
        (hour(1), mail(1, Some("billing"))),
        (hour(2), charged(Some("line"), ChargeOutcome::Billed)),
    ];
    let life = told(hour(3), events.clone());
    assert_eq!((life.opened(), life.journey.cases.cases()[0].priority), (vec!["contact"], 2));
    events.push((hour(4), wrote(1, Author::Human, None)));
    events.push((hour(5), charged(Some("line"), ChargeOutcome::Billed)));
    let life = told(hour(6), events);
    assert_eq!(life.opened(), [OpenCause::Contact.as_str(), ReopenCause::Charged.as_str()]);
    // Both charges name it.
    for charge in [2, 4] {
        assert!(life.journey.cases.of_contact(ContactId(event_id(charge).0)).is_some(), "{charge}");
    }
}

/// Nobody has asked anything, so there is no inquiry that could be unread.
#[test]
fn a_case_that_a_bill_opened_is_no_inquiry_of_hers() {
    let mut life = told(
        hour(9),
        [(hour(0), cancelled(Some("line"))), (hour(1), charged(Some("line"), ChargeOutcome::Billed))],
    );
    let answer = life.asked("sales");
    assert!(matches!(answer.refusals[..], [Refusal::OpenCase { .. }]), "{answer}");
}
