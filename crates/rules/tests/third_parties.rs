//! Partners, apologies and child cases by example: the edges that a support lead asks about.
#![allow(clippy::unwrap_used)]

mod world;

use throughline_core::event::vocabulary::{
    AnswerAccepted, Apology, ContactStarted, Message, PartnerUpdated, PromiseMade, TextClassified,
};
use throughline_core::event::{ApologyStep, Author, Channel, Direction, EventData, TextVerdict};
use throughline_core::ids::{ContactId, IssueRef, PromiseId};
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use throughline_rules::case::Case;
use throughline_rules::decision::{Content, DecisionKind, OpenCause};
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

const BAG: Option<IssueRef> = Some(IssueRef(Uuid::from_u128(0xba6)));

fn comes(n: u128, channel: Channel, topic: &str, issue: Option<IssueRef>) -> EventData {
    let (topic, direction) = (Some(name(topic)), Direction::Inbound);
    ContactStarted { contact: contact(n), channel, direction, topic, issue, purpose: None }.into()
}

fn mail(n: u128, topic: &str) -> EventData {
    comes(n, Channel::Mail, topic, BAG)
}

fn tells(partner: &str, status: Option<&str>, hours: Option<u32>) -> EventData {
    let next_within_secs = hours.map(|hours| hours * 3_600);
    let status = status.map(name);
    PartnerUpdated { partner: name(partner), issue: BAG, contact: None, status, next_within_secs }.into()
}

fn sorry(n: Option<u128>) -> EventData {
    Apology { contact: n.map(contact), step: ApologyStep::Given, agent: None, reason: None }.into()
}

fn promise(n: u128, due: Micros) -> EventData {
    let (promise, what) = (PromiseId(Uuid::from_u128(n)), name("call-back"));
    PromiseMade { promise, contact: Some(contact(n)), what, due }.into()
}

fn told(as_of: Micros, events: impl IntoIterator<Item = (Micros, EventData)>) -> Told {
    Told::by(DEFAULT, as_of, events)
}

impl Told {
    /// When something of a kind was found, and about which case.
    fn found(&self, kind: DecisionKind) -> Vec<(Micros, ContactId)> {
        let found = self.decisions.iter().filter(|d| d.slot.kind == kind);
        found.map(|d| (d.effective_at, d.slot.case)).collect()
    }

    fn case(&self, n: u128) -> &Case {
        self.journey.cases.cases().iter().find(|case| case.key == contact(n)).unwrap()
    }

    /// For which cases an apology is owed.
    fn owed(&self) -> Vec<ContactId> {
        self.journey.apologies().iter().map(|owed| owed.case).collect()
    }
}

#[test]
fn a_partner_is_silent_when_the_time_that_it_promised_is_over_to_the_microsecond() {
    let life = [(hour(0), mail(0, "delivery")), (hour(1), tells("tracer", Some("on-its-way"), Some(6)))];
    assert_eq!(told(hour(7) - Span(1), life.clone()).found(DecisionKind::PartnerSilent), []);
    let told = told(hour(7), life);
    assert_eq!(told.found(DecisionKind::PartnerSilent), [(hour(7), contact(0))]);
    let silent = told.decisions.iter().find(|d| d.slot.kind == DecisionKind::PartnerSilent).unwrap();
    let (partner, since, due) = (name("tracer"), hour(1), hour(7));
    assert_eq!(silent.content, Content::PartnerSilent { partner, since, due });
    assert_eq!(silent.evidence[..], [event_id(1)]);
    let [prescribed] = &told.found(DecisionKind::PrescriptionIssued)[..] else { panic!("one thing to do") };
    assert_eq!(*prescribed, (hour(7), contact(0)));
}

#[test]
fn a_partner_that_promised_no_time_is_expected_to_tell_something_within_a_day() {
    let life = [(hour(0), mail(0, "delivery")), (hour(1), tells("carrier", Some("on-its-way"), None))];
    assert_eq!(told(hour(72), life.clone()).found(DecisionKind::PartnerSilent), [(hour(25), contact(0))]);
    let own = DEFAULT.replace("expected = \"1d\"", "expected = \"1d\"\nexpected_of.carrier = \"2d\"");
    let told = Told::by(&own, hour(72), life);
    assert_eq!(told.found(DecisionKind::PartnerSilent), [(hour(49), contact(0))]);
}

#[test]
fn after_its_last_word_nothing_more_is_expected_of_a_partner() {
    let life = [(hour(0), mail(0, "delivery")), (hour(1), tells("tracer", Some("delivered"), None))];
    assert_eq!(told(hour(90), life).found(DecisionKind::PartnerSilent), []);
    // Unless it says itself that there will be more.
    let life = [(hour(0), mail(0, "delivery")), (hour(1), tells("tracer", Some("delivered"), Some(6)))];
    assert_eq!(told(hour(90), life).found(DecisionKind::PartnerSilent), [(hour(7), contact(0))]);
}

#[test]
fn each_word_of_a_partner_starts_its_time_anew_and_each_silence_is_said_once() {
    let life = [
        (hour(0), mail(0, "delivery")),
        (hour(1), tells("tracer", None, Some(6))),
        (hour(5), tells("tracer", None, Some(6))),
        (hour(20), tells("tracer", None, Some(6))),
        (hour(21), tells("other", None, Some(6))),
    ];
    let told = told(hour(90), life);
    let silences = [(hour(11), contact(0)), (hour(26), contact(0)), (hour(27), contact(0))];
    assert_eq!(told.found(DecisionKind::PartnerSilent), silences);
    // It is one failure, for which one apology is owed.
    assert_eq!(told.found(DecisionKind::ApologyOwed), [(hour(11), contact(0))]);
    assert_eq!(told.journey.partners().len(), 2);
}

#[test]
fn nobody_waits_for_a_partner_when_the_case_is_settled() {
    let answered = Message {
        contact: contact(0),
        author: Author::Human,
        agent: None,
        verdict: Some(TextVerdict::Substantive),
        text: None,
    };
    let life = [
        (hour(0), mail(0, "delivery")),
        (hour(1), tells("tracer", None, Some(6))),
        (hour(2), answered.into()),
        (hour(3), AnswerAccepted { contact: contact(0) }.into()),
    ];
    assert_eq!(told(hour(90), life).found(DecisionKind::PartnerSilent), []);
}

#[test]
fn what_partners_tell_beyond_the_most_things_makes_the_oldest_forgotten() {
    let told_of = |n: u32| PartnerUpdated {
        partner: name("tracer"),
        issue: Some(IssueRef(Uuid::from_u128(u128::from(n) + 1))),
        contact: None,
        status: None,
        next_within_secs: Some(3_600),
    };
    let life = (0..40).map(|n| (hour(0) + Span(i64::from(n)), told_of(n).into()));
    let told = told(hour(9), life);
    assert_eq!(told.journey.partners().len(), 32);
    assert_eq!(told.found(DecisionKind::PartnerSilent).len(), 32);
}

#[test]
fn an_apology_is_owed_until_it_is_given_in_a_contact_about_the_case() {
    let life = [
        (hour(0), mail(0, "billing")),
        (hour(1), promise(0, hour(4))),
        (hour(1), comes(1, Channel::Mail, "contract", None)),
        (hour(1), promise(1, hour(5))),
        (hour(6), sorry(Some(0))),
    ];
    let told = told(hour(6), life.clone());
    assert_eq!(told.found(DecisionKind::ApologyOwed), [(hour(4), contact(0)), (hour(5), contact(1))]);
    assert_eq!(told.owed(), [contact(1)], "the other case's apology is still owed");
    let before = Told::by(DEFAULT, hour(5), life.clone());
    assert_eq!(before.owed(), [contact(0), contact(1)]);
    let for_everything = life.into_iter().chain([(hour(7), sorry(None))]);
    assert!(Told::by(DEFAULT, hour(7), for_everything).owed().is_empty());
}

#[test]
fn a_contact_about_damage_opens_a_child_of_the_delivery_that_it_names_and_not_a_ninth_contact_of_it() {
    let life = [
        (hour(0), mail(0, "delivery")),
        (hour(1), mail(1, "delivery")),
        (hour(2), mail(2, "damage")),
        (hour(3), mail(3, "damage")),
        (hour(4), mail(4, "delivery")),
    ];
    let told = told(hour(4), life.clone());
    let (bag, damage) = (told.case(0), told.case(2));
    assert_eq!((bag.contacts, damage.contacts), (3, 2), "each topic's contacts are one case");
    assert_eq!((damage.parent(), damage.cause), (Some(contact(0)), OpenCause::Child));
    let begun = Told::by(DEFAULT, hour(2), life);
    let (bag, damage) = (begun.case(0).priority, begun.case(2).priority);
    assert_eq!((bag, damage), (2, 2), "asked about again and not acknowledged: it begins with that");
    let opened = told.decisions.iter().rfind(|d| d.slot.kind == DecisionKind::CaseOpened).unwrap();
    let Content::CaseOpened { follows, cause, .. } = opened.content else { panic!("{opened}") };
    assert_eq!((follows, cause), (Some(contact(0)), OpenCause::Child));
}

#[test]
fn a_child_opens_at_once_even_where_a_call_opens_a_case_only_when_nobody_answers() {
    let life = [(hour(0), mail(0, "delivery")), (hour(1), comes(1, Channel::Phone, "damage", BAG))];
    assert_eq!(told(hour(1), life).case(1).parent(), Some(contact(0)));
    // Of nothing that is known nothing came: then a call is a call.
    let life = [(hour(1), comes(1, Channel::Phone, "damage", BAG))];
    assert!(told(hour(1), life).journey.cases.cases().is_empty());
}

#[test]
fn a_case_becomes_a_child_when_its_topic_is_read_out_of_a_text() {
    let read = TextClassified {
        message: event_id(1),
        contact: Some(contact(1)),
        topic: Some(name("damage")),
        intent: None,
        sentiment: None,
        annotator: name("judge"),
        annotator_version: 1,
    };
    let nothing_said = ContactStarted {
        contact: contact(1),
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: None,
        issue: None,
        purpose: None,
    };
    let life = [(hour(0), mail(0, "delivery")), (hour(1), nothing_said.into()), (hour(2), read.into())];
    assert_eq!(told(hour(1), life.clone()).case(1).parent(), None);
    assert_eq!(told(hour(2), life).case(1).parent(), Some(contact(0)));
}

#[test]
fn an_apology_for_the_parent_is_owed_for_the_child_and_one_given_for_the_child_is_for_both() {
    let life = [
        (hour(0), mail(0, "delivery")),
        (hour(1), promise(0, hour(2))),
        (hour(3), mail(1, "damage")),
        (hour(5), sorry(Some(1))),
    ];
    let before = told(hour(4), life.clone());
    let damage = before.journey.cases.of_contact(contact(1)).unwrap();
    assert_eq!(before.journey.apologies_of(damage).count(), 1);
    assert_eq!(before.journey.apologies_owed(), 1);
    assert!(told(hour(5), life).owed().is_empty());
}
