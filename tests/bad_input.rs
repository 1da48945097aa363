//! Input that is not as it should be: what is answered, and that it costs no other customer anything. The table that this
//! follows line by line is in `docs/LIMITS.md`.
#![allow(clippy::unwrap_used)]

#[path = "engine/scene.rs"]
#[allow(dead_code, reason = "the stage of another test; this one needs a part of it")]
mod scene;

use scene::{Store, ann, at, bob, contact, engine, event, kinds, mail};
use throughline::Engine;
use throughline::channels::identifier::{Hasher, Normaliser};
use throughline::core::event::vocabulary::{IdentifierClaimed, Message, PageViewed};
use throughline::core::event::{Author, NewEvent, Text};
use throughline::core::identifier::{Form, Identifier, IdentifierKey};
use throughline::core::ids::{EventId, LinkId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::engine::{Claimed, EngineError, EngineErrorKind, Incoming, Outcome};
use throughline::rules::decision::DecisionKind::CaseOpened;
use throughline_testkit::clock::ManualClock;

const YEAR: Span = Span::from_days(365);

fn cid() -> ProfileId {
    ProfileId::from_bytes([3; 16])
}

/// A page that somebody looked at, at any instant.
fn page_at(instant: Micros) -> NewEvent {
    let id = EventId::derived("page", &instant.0.to_string());
    NewEvent::new(
        id,
        instant,
        Name::new("test").unwrap(),
        PageViewed { page: Name::new("help").unwrap() }.into(),
    )
}

/// Records something of Ann together with a mail of Bob, and sees to it that Bob has what he would have had alone.
async fn beside_bob(engine: &Engine, of_ann: NewEvent) -> Result<Outcome, EngineError> {
    let facts =
        vec![Incoming { profile: ann(), event: of_ann }, Incoming { profile: bob(), event: mail(0, 9) }];
    let mut receipts = engine.record_all(facts).await.unwrap();
    receipts.pop().unwrap().unwrap();
    assert_eq!(kinds(engine, bob()).await, [CaseOpened]);
    receipts.pop().unwrap().map(|receipt| receipt.outcome)
}

#[tokio::test]
async fn an_identifier_that_cannot_be_read_is_refused_without_being_repeated() {
    let store = Store::default();
    let builder = Engine::builder(std::sync::Arc::new(store.clone())).clock(|| at(0));
    let engine = builder.identifier_key(IdentifierKey::new([9; 16])).start().await.unwrap();
    engine.record(bob(), mail(0, 9)).await.unwrap();
    let (before, source) = (store_length(&engine).await, Name::new("web").unwrap());
    for (kind, value) in [("email", "ann at example"), ("card", "1234 5678 9012 3456"), ("handle", "qzxw")] {
        let identifier = Identifier::new(kind, value).unwrap();
        let error = engine.identify(ann(), &identifier, at(0), source.clone()).await.unwrap_err();
        assert!(matches!(error, EngineError::NotNormal(_)), "{error}");
        assert_eq!(error.kind(), EngineErrorKind::Invalid);
        assert!(!error.to_string().contains(value), "{error}");
    }
    assert_eq!(store_length(&engine).await, before, "nothing was recorded");
    assert_eq!(kinds(&engine, bob()).await, [CaseOpened]);
}

#[tokio::test]
async fn a_claim_that_is_merely_recorded_is_a_fact_of_its_profile_and_joins_nobody() {
    let key = IdentifierKey::new([9; 16]);
    let store = Store::default();
    let builder = Engine::builder(std::sync::Arc::new(store)).clock(|| at(0)).identifier_key(key);
    let engine = builder.start().await.unwrap();
    let (kind, source) = (Name::new("email").unwrap(), Name::new("web").unwrap());
    let mail_address = Identifier::new("email", "ann@example.org").unwrap();
    let hasher = Hasher::new(key, Normaliser::new());
    let hash = hasher.hash("email", Form::Email, mail_address.value.as_str()).unwrap();
    beside_bob(&engine, event(0, IdentifierClaimed { kind, hash })).await.unwrap();
    assert!(engine.who_is(&mail_address).await.unwrap().is_empty(), "the identifier knows of nobody");
    let claimed = engine.identify(cid(), &mail_address, at(0), source).await.unwrap().claimed;
    assert_eq!(claimed, Claimed::First);
    assert_eq!(engine.customer(cid()).await.unwrap().profiles, [cid()]);
}

async fn store_length(engine: &Engine) -> u64 {
    engine.head().await.unwrap().0
}

#[tokio::test]
async fn a_link_of_a_profile_to_itself_is_refused_and_one_within_a_customer_changes_nothing() {
    let (_, _, engine) = scene::scene().await;
    let link = |n| LinkId::from_bytes([n; 16]);
    let error = engine.link(link(1), ann(), ann()).await.unwrap_err();
    assert!(matches!(error, EngineError::SelfLink), "{error}");
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.record(cid(), mail(0, 9)).await.unwrap();
    // Ann is Bob and Bob is Dan, so Ann is Dan already.
    let dan = ProfileId::from_bytes([4; 16]);
    engine.link(link(2), ann(), bob()).await.unwrap();
    engine.link(link(3), bob(), dan).await.unwrap();
    let before = engine.announced(ann()).await.unwrap();
    engine.link(link(4), ann(), dan).await.unwrap();
    assert_eq!(engine.announced(dan).await.unwrap(), before);
    // It is a link like any other: without the way round by Bob they are still one.
    engine.unlink(link(3), bob(), dan).await.unwrap();
    assert_eq!(engine.customer(dan).await.unwrap().profiles, [ann(), bob(), dan]);
    assert_eq!(kinds(&engine, cid()).await, [CaseOpened]);
}

#[tokio::test]
async fn an_unlink_of_what_was_never_linked_is_kept_and_a_link_of_that_name_never_counts() {
    let (_, _, engine) = scene::scene().await;
    let link = LinkId::from_bytes([1; 16]);
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.record(cid(), mail(0, 9)).await.unwrap();
    let before = engine.announced(ann()).await.unwrap();
    engine.unlink(link, ann(), bob()).await.unwrap();
    assert_eq!(engine.announced(ann()).await.unwrap(), before);
    // The link may just be late: order of arrival must not matter, so it was taken back before it came.
    engine.link(link, ann(), bob()).await.unwrap();
    assert_eq!(engine.customer(ann()).await.unwrap().profiles, [ann()]);
    engine.link(LinkId::from_bytes([2; 16]), ann(), bob()).await.unwrap();
    assert_eq!(engine.customer(ann()).await.unwrap().profiles, [ann(), bob()]);
    assert_eq!(kinds(&engine, cid()).await, [CaseOpened]);
}

#[tokio::test]
async fn an_event_of_before_1970_is_a_fact_like_any_other() {
    let (_, _, engine) = scene::scene().await;
    let long_ago = Micros(0) - YEAR - YEAR;
    assert_eq!(beside_bob(&engine, page_at(long_ago)).await.unwrap(), Outcome::Recorded);
    let journey = engine.journey(ann(), at(0)).await.unwrap();
    assert_eq!((journey.facts, journey.first_seen), (1, Some(long_ago)));
}

#[tokio::test]
async fn an_event_of_a_century_ahead_waits_for_its_time_and_makes_nobody_wait() {
    let (_, clock, engine) = scene::scene().await;
    let far = at(0) + Span(YEAR.0 * 100);
    assert_eq!(beside_bob(&engine, page_at(far)).await.unwrap(), Outcome::Recorded);
    assert_eq!(engine.journey(ann(), at(0)).await.unwrap().facts, 0);
    // What happens to her meanwhile is taken in as ever.
    engine.record(ann(), mail(0, 1)).await.unwrap();
    assert_eq!(kinds(&engine, ann()).await, [CaseOpened]);
    clock.set(far);
    engine.advance().await.unwrap();
    assert_eq!(engine.journey(ann(), far).await.unwrap().facts, 2);
}

#[tokio::test]
async fn a_text_of_ten_megabytes_is_refused_with_the_limit_and_the_rest_of_its_batch_is_recorded() {
    let (_, _, engine) = scene::scene().await;
    let text = Some(Text::new("x".repeat(10 << 20)));
    let long = Message { contact: contact(1), author: Author::Customer, agent: None, verdict: None, text };
    let error = beside_bob(&engine, event(0, long)).await.unwrap_err();
    let EngineError::TooLarge { bytes, limit } = error else { panic!("{error}") };
    assert!(bytes > 10 << 20 && limit == 1 << 20);
    assert!(error.to_string().contains("record a reference"), "{error}");
    assert!(engine.announced(ann()).await.unwrap().is_empty());
}

/// So many events of one customer, in batches as an import has them, and then one of another customer.
async fn flood(events: usize) -> (u64, u64) {
    let (store, clock) = (Store::default(), ManualClock::at(at(0)));
    let engine = engine(&store, &clock).await;
    engine.record(bob(), mail(0, 9)).await.unwrap();
    let before = store.reads();
    engine.record(bob(), page_at(at(0) - Span(1))).await.unwrap();
    let alone = store.reads() - before;
    let pages = (0..events as i64).map(|n| page_at(at(-60) + Span(n)));
    let facts: Vec<Incoming> = pages.map(|event| Incoming { profile: ann(), event }).collect();
    for batch in facts.chunks(10_000) {
        for receipt in engine.record_all(batch.to_vec()).await.unwrap() {
            receipt.unwrap();
        }
    }
    assert_eq!(engine.memory().await.unwrap().customers, 2);
    let before = store.reads();
    engine.record(bob(), page_at(at(0) - Span(2))).await.unwrap();
    (alone, store.reads() - before)
}

#[tokio::test]
async fn very_many_events_of_one_customer_cost_another_one_nothing() {
    let (alone, beside) = flood(20_000).await;
    assert!(beside <= alone, "a late fact of another customer reads {beside}, and read {alone} before");
}

#[tokio::test]
#[ignore = "takes some seconds: `cargo test --release --test bad_input -- --ignored`"]
async fn a_million_events_of_one_customer_cost_another_one_nothing() {
    let (alone, beside) = flood(1_000_000).await;
    assert!(beside <= alone, "{beside} and {alone}");
}
