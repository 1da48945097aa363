//! Whether we may make contact, asked of the engine.

use crate::scene::{ann, at, bob, contact, engine, event, kinds, mail, scene};
use throughline::core::event::vocabulary::{
    CancellationSettled, Charged, CircumstanceChanged, ContactStarted,
};
use throughline::core::event::{
    CancellationOutcome, Channel, ChargeOutcome, CircumstanceChange, Direction, StatedBy,
};
use throughline::core::ids::{ContactId, LinkId};
use throughline::core::name::Name;
use throughline::rules::decision::DecisionKind::{CaseOpened, ContactAgainstGuard};
use throughline::rules::permission::Refusal;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn bereaved(minutes: i64, change: CircumstanceChange) -> throughline::core::event::NewEvent {
    let circumstance = name("bereavement");
    event(minutes, CircumstanceChanged { circumstance, change, by: StatedBy::Agent })
}

#[tokio::test]
async fn the_answer_is_the_same_after_a_restart_and_for_every_profile_and_asking_changes_nothing() {
    let (store, clock, first) = scene().await;
    first.record(ann(), mail(0, 1)).await.unwrap();
    first.record(bob(), bereaved(1, CircumstanceChange::Begun)).await.unwrap();
    let sales = name("sales");
    let alone = first.may_contact(ann(), &sales, at(5)).await.unwrap();
    assert_eq!(alone.refusals.len(), 2, "{alone}");
    first.link(LinkId::derived("test", "l"), ann(), bob()).await.unwrap();
    let (head, said) = (first.head().await.unwrap(), first.announced(ann()).await.unwrap());
    let linked = first.may_contact(ann(), &sales, at(5)).await.unwrap();
    assert!(matches!(
        linked.refusals[..],
        [Refusal::UnreadInquiry { .. }, Refusal::OpenCase { .. }, Refusal::Circumstance { .. }]
    ));
    assert_eq!(linked, first.may_contact(bob(), &sales, at(5)).await.unwrap());
    assert_eq!((head, said), (first.head().await.unwrap(), first.announced(ann()).await.unwrap()));
    first.shutdown().await.unwrap();
    let second = engine(&store, &clock).await;
    assert_eq!(linked, second.may_contact(bob(), &sales, at(5)).await.unwrap());
    second.unlink(LinkId::derived("test", "l"), ann(), bob()).await.unwrap();
    assert_eq!(alone, second.may_contact(ann(), &sales, at(5)).await.unwrap());
}

#[tokio::test]
async fn a_contact_against_the_guard_is_announced_and_taken_back_when_a_late_fact_clears_it() {
    let (_, clock, engine) = scene().await;
    clock.set(at(60));
    engine.record(ann(), bereaved(0, CircumstanceChange::Begun)).await.unwrap();
    let call = ContactStarted {
        contact: contact(1),
        channel: Channel::Phone,
        direction: Direction::Outbound,
        topic: None,
        issue: None,
        purpose: Some(name("sales")),
    };
    engine.record(ann(), event(30, call)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [ContactAgainstGuard]);
    // It had ended before the call, and we learn it now.
    engine.record(ann(), bereaved(20, CircumstanceChange::Ended)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, []);
}

#[tokio::test]
async fn a_case_that_a_bill_opened_is_found_by_the_bill_and_by_who_writes_about_it() {
    let (_, clock, engine) = scene().await;
    clock.set(at(60));
    let (subscription, outcome) = (Some(name("line")), CancellationOutcome::Effective);
    engine.record(ann(), event(0, CancellationSettled { subscription, outcome })).await.unwrap();
    let (subscription, outcome) = (Some(name("line")), ChargeOutcome::Billed);
    let bill = event(1, Charged { charge: None, line: None, subscription, amount: None, outcome });
    let handle = ContactId(bill.id.0);
    engine.record(ann(), bill).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    let case = engine.resolve(handle).await.unwrap().unwrap();
    assert_eq!((case.handle, case.why), (handle, "open: billed after the cancellation"));
    let mut mail = mail(2, 1);
    if let throughline::core::event::EventData::ContactStarted(started) = &mut mail.data {
        started.topic = Some(name("billing"));
    }
    engine.record(ann(), mail).await.unwrap();
    let joined = engine.resolve(contact(1)).await.unwrap().unwrap();
    assert_eq!((joined.handle, joined.contacts), (handle, vec![handle, contact(1)]));
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
}
