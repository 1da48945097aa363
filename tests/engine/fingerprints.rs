//! Fingerprints of boilerplate: what is counted and published, and what is judged by it.

use crate::scene::{ann, at, bob};
use crate::texts::{STOCK, customer, name, recorded, said, shipped, stage, wrote};
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::{Author, EventData, EventKind, TextVerdict};
use throughline::engine::{EngineErrorKind, Incoming};
use throughline::rules::rulebook::DEFAULT;

#[tokio::test]
async fn what_is_published_again_without_a_change_is_published_once() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    let told = |n: u8, text: &str| {
        let (profile, contact) = customer(n);
        Incoming { profile, event: said(0, contact, Author::Human, text) }
    };
    engine.record_all((0..25).map(|n| told(n, STOCK)).collect()).await.unwrap();
    let first = engine.publish_fingerprints(name("nightly"), None).await.unwrap();
    clock.set(at(1));
    let again = engine.publish_fingerprints(name("nightly"), None).await.unwrap();
    assert_eq!(first, again);
    let other =
        "Please restart your router, wait for two minutes, and then write to us again if it is still slow.";
    engine.record_all((0..25).map(|n| told(n, other)).collect()).await.unwrap();
    let second = engine.publish_fingerprints(name("nightly"), None).await.unwrap();
    assert_eq!(second.version, 2);
    assert!(second.len() > first.len());
    let published = engine.fingerprints().await.unwrap();
    assert_eq!(
        published.iter().map(|p| (p.set.version, p.by.as_str())).collect::<Vec<_>>(),
        [(1, "nightly"), (2, "nightly")]
    );
    // The engine of another process judges by what was published, and names it.
    let other_engine = shipped(&store, &clock).await;
    let (profile, contact) = customer(40);
    other_engine.record(profile, said(1, contact, Author::Human, other)).await.unwrap();
    let judged = recorded(&store, EventKind::TextJudged).await;
    let Some(EventData::TextJudged(last)) = judged.last() else { panic!("{judged:?}") };
    assert_eq!((last.verdict, last.annotator_version), (TextVerdict::Boilerplate, 2));
}

#[tokio::test]
async fn what_repeats_the_order_of_the_question_is_an_answer() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    let stock = |order: &str| {
        format!("Thank you, your order {order} is on its way and will be with you within three days.")
    };
    let told = |n: u8| {
        let (profile, contact) = customer(n);
        Incoming { profile, event: said(0, contact, Author::Human, &stock("4000")) }
    };
    engine.record_all((0..25).map(told).collect()).await.unwrap();
    engine.publish_fingerprints(name("nightly"), None).await.unwrap();
    clock.set(at(9));
    for (profile, number, order) in [(ann(), 1, "4711"), (bob(), 2, "5813")] {
        engine.record(profile, wrote(1, number, Author::Customer, "Where is order #4711?")).await.unwrap();
        engine.record(profile, wrote(2, number, Author::Human, &stock(order))).await.unwrap();
    }
    let judged = recorded(&store, EventKind::TextJudged).await;
    assert_eq!(judged.len(), 1, "Bob was told of somebody else's order: {judged:?}");
}

/// The customer who gets it is one of those who got it: twenty in all are nineteen others.
#[tokio::test]
async fn twenty_customers_are_not_twenty_others() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    let told = |n: u8| {
        let (profile, contact) = customer(n);
        Incoming { profile, event: said(0, contact, Author::Human, STOCK) }
    };
    engine.record_all((0..20).map(told).collect()).await.unwrap();
    assert!(engine.publish_fingerprints(name("nightly"), None).await.unwrap().is_empty());
    engine.record_all(vec![told(20)]).await.unwrap();
    assert!(!engine.publish_fingerprints(name("nightly"), None).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_rules_for_boilerplate_nothing_is_counted() {
    let (store, _) = stage();
    let document = DEFAULT.replacen(
        "[texts.boilerplate]",
        "[texts.phrases.fr]\nacknowledgement = [\"merci\"]\n\n[nothing]",
        1,
    );
    let document: String = document
        .split("\n\n")
        .map(|block| if block.starts_with("[nothing]") { String::new() } else { format!("{block}\n\n") })
        .collect();
    let engine = Engine::builder(Arc::new(store)).rulebook(document).start().await.unwrap();
    let error = engine.publish_fingerprints(name("nightly"), None).await.unwrap_err();
    assert_eq!(error.kind(), EngineErrorKind::Invalid);
}
