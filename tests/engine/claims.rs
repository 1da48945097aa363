//! What claims cost: how much of the log each of them reads.

use crate::scene::{Store, ann, at, bob, event};
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::PageViewed;
use throughline::core::identifier::{Identifier, IdentifierKey};
use throughline::core::ids::ProfileId;
use throughline::core::name::Name;
use throughline::engine::{Claim, Claimed, Identified, Incoming};
use throughline_testkit::clock::ManualClock;

async fn engine(store: &Store) -> Engine {
    let clock = ManualClock::at(at(100_000));
    let builder = Engine::builder(Arc::new(store.clone())).clock(move || clock.now());
    builder.identifier_key(IdentifierKey::new([7; 16])).start().await.unwrap()
}

fn claim(profile: ProfileId, kind: &str, value: &str, minute: i64) -> Claim {
    let identifier = Identifier::new(kind, value).unwrap();
    Claim { profile, identifier, at: at(minute), source: Name::new("test").unwrap() }
}

async fn make(engine: &Engine, one: Claim) -> Identified {
    engine.identify(one.profile, &one.identifier, one.at, one.source).await.unwrap()
}

fn somebody(number: u32) -> ProfileId {
    ProfileId::derived("claimant", &number.to_string())
}

/// The cookie of a terminal in a shop was claimed by everybody who stood there, and each claim read all claims before it.
#[tokio::test]
async fn a_claim_of_what_thousands_claimed_reads_a_few_of_their_claims() {
    let store = Store::default();
    let engine = engine(&store).await;
    for kind in ["cookie", "email"] {
        let value = "everybody@example.org";
        let many = (0..5_000).map(|number| claim(somebody(number), kind, value, 0));
        for identified in engine.identify_all(many).await.unwrap() {
            identified.unwrap();
        }
        let before = store.events_read();
        let late = make(&engine, claim(somebody(5_000), kind, value, 0)).await;
        assert!(matches!(late.claimed, Claimed::NotJoined(_)), "{late}");
        let read = store.events_read() - before;
        assert!(read <= 32, "{read} events of {kind}");
        // One who claimed it before is not noted again.
        make(&engine, claim(somebody(4_999), kind, value, 1)).await;
    }
    let identifier = Identifier::new("cookie", "everybody@example.org").unwrap();
    // Eight of them had one address before it was too many's.
    assert_eq!(engine.who_is(&identifier).await.unwrap().len(), 5_001 - 7);
}

/// What a long history says of who is who is read once; after that, what came since. Also by another process.
#[tokio::test]
async fn a_claim_reads_of_a_history_what_no_claim_has_read() {
    let store = Store::default();
    let one = engine(&store).await;
    for profile in [ann(), bob()] {
        let page = Name::new(profile.to_string().as_str()).unwrap();
        let page = |minute| event(minute, PageViewed { page: page.clone() });
        let facts = (0..2_000).map(|minute| Incoming { profile, event: page(minute) });
        one.record_all(facts.collect()).await.unwrap();
    }
    make(&one, claim(ann(), "account", "1", 99_000)).await;
    let before = store.events_read();
    make(&one, claim(ann(), "account", "1", 99_001)).await;
    let read = store.events_read() - before;
    assert!(read <= 16, "{read} events read again");
    one.shutdown().await.unwrap();
    let other = engine(&store).await;
    let before = store.events_read();
    make(&other, claim(ann(), "account", "1", 99_002)).await;
    let read = store.events_read() - before;
    assert!(read <= 300, "{read} events read by another process");
    // Another account keeps two apart without reading who else is there, and one that joins reads both.
    make(&other, claim(bob(), "account", "2", 99_003)).await;
    let email = |profile, minute| claim(profile, "email", "ann@example.org", minute);
    make(&other, email(ann(), 99_004)).await;
    let apart = make(&other, email(bob(), 99_005)).await;
    assert!(matches!(apart.claimed, Claimed::NotJoined(_)), "{apart}");
}
