//! Briefs: what stands in them and what does not, and a form that its schema and its page of documentation describe.
//!
//! `UPDATE=1 cargo test --test brief` writes `docs/brief.schema.json` anew.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

#[path = "report/shape.rs"]
mod shape;

use shape::{collect, misfits};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use throughline::Engine;
use throughline::brief::{Brief, BriefFor, ToldKind, ToneWord, json_schema};
use throughline::core::event::{Body, NewEvent, Section};
use throughline::core::ids::{LinkId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::store::append::{Append, ExpectedVersion};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::stream::{StreamId, TenantId};
use throughline_testkit::clock::ManualClock;
use throughline_testkit::scenario::{DAY_ONE, Scenario, What};

fn document(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn day(day: i64) -> Micros {
    DAY_ONE + Span::from_days(day - 1)
}

async fn engine_on(store: &MemoryStore) -> Engine {
    let clock = ManualClock::at(day(100));
    Engine::builder(Arc::new(store.clone())).clock(move || clock.now()).start().await.unwrap()
}

/// A life, and an engine that knows it.
async fn told(given: &str) -> (Scenario, MemoryStore, Engine) {
    let (scenario, store) = (Scenario::parse(&format!("{given}\n---\n")).unwrap(), MemoryStore::new());
    let engine = engine_on(&store).await;
    for happening in &scenario.happenings {
        if let What::Fact { profile, event } = &happening.what {
            engine.record(*profile, event.clone()).await.unwrap();
        }
    }
    (scenario, store, engine)
}

fn who(scenario: &Scenario, name: &str) -> ProfileId {
    scenario.names.profile(name).unwrap()
}

const MUCH: &str = r#"customer ann
day 1 09:00  ann prefers to be answered by sms
day 1 09:00  ann states that household-size is 3
day 1 09:00  ann forbids marketing
day 1 09:01  ann is holder of account acme
day 1 09:02  circumstance hardship of ann begins
day 2 09:00  ann starts chat "old" about billing
day 2 09:01  ann writes in "old": "<b>Why</b> is it & so high?"
day 2 09:02  ann enters account-number again in "old"
day 3 09:00  ann starts phone "call" about billing
day 3 09:01  ann proves who she is in "call" by one-time-code as substantial until day 30 09:00
day 3 09:02  human bo takes "call"
day 3 09:03  human bo asks who it is in "call"
day 3 09:04  "call" is transferred by cold to second-line
day 3 09:10  "call" ends
day 3 09:30  human bo promises a-credit in "call" by day 4 09:00 as "credit"
day 5 09:00  ann starts mail "new" about delivery
day 5 09:01  ann writes in "new": "And where is my parcel?"
day 5 10:00  an apology is owed in "new"
day 5 11:00  meeting m-1 with ann is planned on day 9 09:00 for review"#;

async fn much() -> (Scenario, Brief) {
    let (scenario, _, engine) = told(MUCH).await;
    let brief = engine.brief(who(&scenario, "ann"), BriefFor::Agent, day(6)).await.unwrap();
    (scenario, brief)
}

#[tokio::test]
async fn a_brief_says_what_she_told_us_and_what_we_owe_her() {
    let (_, brief) = much().await;
    let [ann] = &brief.people[..] else { panic!("one customer") };
    let [inquiry] = &ann.unread[..] else { panic!("the call was a reply to the chat: {:?}", ann.unread) };
    assert_eq!(inquiry.words[0].text.as_deref(), Some("And where is my parcel?"));
    let kinds: Vec<ToldKind> = ann.told.iter().map(|told| told.kind).collect();
    let all = [
        ToldKind::Identity,
        ToldKind::Account,
        ToldKind::Preference,
        ToldKind::Fact,
        ToldKind::Circumstance,
        ToldKind::Consent,
        ToldKind::EnteredAgain,
    ];
    assert_eq!(kinds, all);
    let tones: BTreeSet<ToneWord> = ann.tone.iter().map(|tone| tone.tone).collect();
    assert!(tones.contains(&ToneWord::Careful) && tones.contains(&ToneWord::Apologetic), "{:?}", ann.tone);
    assert!(tones.contains(&ToneWord::Informed) && !tones.contains(&ToneWord::Ordinary), "{:?}", ann.tone);
    assert_eq!((ann.promises[0].what.as_str(), ann.promises[0].broken), ("a-credit", true));
    // One that somebody said is owed, and one that the rulebook calls for: the promise is broken.
    assert_eq!((ann.apologies.owed, ann.open.len(), brief.meetings.len()), (2, 2, 1));
    let steps: Vec<&str> = ann.open[1].tried.iter().map(|step| step.what.as_str()).collect();
    for wanted in ["bo took it", "she was moved to second-line (cold)", "answered (spoken); not confirmed"] {
        assert!(steps.contains(&wanted), "{wanted}: {steps:?}");
    }
    assert_eq!(ann.open[1].owner.as_deref(), Some("bo"));
    assert!(ann.avoid.iter().all(|avoid| !avoid.purposes.iter().any(|purpose| purpose == "service")));
}

/// A proof that holds as long as a contact says nothing in the next one: it must be asked for again.
#[tokio::test]
async fn a_proof_that_was_given_for_one_contact_is_not_said_to_hold_in_another() {
    let given = r#"customer ann
day 1 09:00  ann starts phone "call"
day 1 09:01  ann proves who she is in "call""#;
    let (scenario, _, engine) = told(given).await;
    let brief = engine.brief(who(&scenario, "ann"), BriefFor::Agent, day(2)).await.unwrap();
    assert!(brief.people[0].told.is_empty(), "{:?}", brief.people[0].told);
    assert_eq!(brief.people[0].tone[0].tone, ToneWord::Ordinary);
}

#[tokio::test]
async fn a_brief_is_the_same_for_each_of_her_profiles_and_after_a_restart_and_making_it_changes_nothing() {
    let given = r#"customer ann ann2
day 1 09:00  ann starts mail "one" about billing
day 1 09:01  ann writes in "one": "Why?"
day 2 09:00  ann2 starts mail "two" about delivery
day 2 09:01  ann2 writes in "two": "Where?""#;
    let (scenario, store, engine) = told(given).await;
    let (ann, other) = (who(&scenario, "ann"), who(&scenario, "ann2"));
    engine.link(LinkId::derived("test", "l"), ann, other).await.unwrap();
    let head = engine.head().await.unwrap();
    let brief = engine.brief(ann, BriefFor::Caller, day(9)).await.unwrap();
    let words: Vec<_> = brief.people[0].unread.iter().map(|i| i.words[0].text.clone().unwrap()).collect();
    assert_eq!(words, ["Where?", "Why?"], "the newest first");
    assert_eq!(brief, engine.brief(other, BriefFor::Caller, day(9)).await.unwrap());
    let both = [ann, other];
    assert!(
        engine.brief_of_account(&Name::new("acme").unwrap(), &both, day(9)).await.unwrap().people.is_empty()
    );
    assert_eq!(head, engine.head().await.unwrap());
    engine.shutdown().await.unwrap();
    assert_eq!(brief, engine_on(&store).await.brief(ann, BriefFor::Caller, day(9)).await.unwrap());
}

/// Two profiles of one customer, and a customer who has no part any more, are named beside another one.
#[tokio::test]
async fn an_account_has_each_of_its_customers_once_and_nobody_else() {
    let given = r#"customer ann ann2 bea eve
day 1 09:00  ann is holder of account acme
day 1 09:00  bea is user of account acme
day 1 09:00  eve is user of account acme
day 2 09:00  eve is former of account acme
day 3 09:00  bea starts mail "m" about delivery
day 3 09:00  meeting m-1 with bea is planned on day 9 09:00 about acme
day 3 09:00  meeting m-2 with bea is planned on day 9 09:00 about other
day 3 09:00  meeting m-3 with ann is planned on day 8 09:00
day 3 09:00  meeting m-4 with ann is planned on day 4 09:00"#;
    let (scenario, _, engine) = told(given).await;
    let all = ["ann", "ann2", "bea", "eve"].map(|name| who(&scenario, name));
    engine.link(LinkId::derived("test", "l"), all[0], all[1]).await.unwrap();
    let brief = engine.brief_of_account(&Name::new("acme").unwrap(), &all, day(5)).await.unwrap();
    assert_eq!(brief.people.len(), 2);
    assert_eq!(brief.people[0].unread.len(), 1, "who waits for a reply comes first");
    let meetings: Vec<&str> = brief.meetings.iter().map(|meeting| meeting.meeting.as_str()).collect();
    assert_eq!(meetings, ["m-3", "m-1"], "the next one first; what is past or about another account is none");
}

/// The story of the bug that this keeps away: words that were erased from the log must not be told as if she had said
/// nothing.
#[tokio::test]
async fn erased_words_are_said_to_be_gone() {
    let given = r#"customer ann
day 1 09:00  ann starts mail "m"
day 1 09:01  ann writes in "m": "My mother died.""#;
    let (scenario, store) = (Scenario::parse(&format!("{given}\n---\n")).unwrap(), MemoryStore::new());
    let ann = who(&scenario, "ann");
    for happening in &scenario.happenings {
        let What::Fact { event, .. } = &happening.what else { continue };
        let sealed: NewEvent<Body> = event.seal();
        let erased = Body { personal: Section::default(), ..sealed.data.clone() };
        let stream = StreamId::profile(TenantId::default(), ann);
        let append = Append::to(stream, ExpectedVersion::Any, vec![sealed.with_data(erased)], day(1));
        store.append(append).await.unwrap();
    }
    let brief = engine_on(&store).await.brief(ann, BriefFor::Agent, day(2)).await.unwrap();
    assert_eq!(brief.people[0].unread[0].words.len(), 1);
    assert_eq!(brief.people[0].unread[0].words[0].text, None);
    assert!(brief.to_string().contains("her words are not there any more"), "{brief}");
    assert!(brief.to_html().contains("her words are not there any more"));
}

#[tokio::test]
async fn the_page_asks_for_nothing_and_shows_words_as_they_are() {
    let given = r#"customer ann
day 1 09:00  ann starts mail "m"
day 1 09:01  ann writes in "m": "<script>alert(1)</script> <img src=x> &""#;
    let (scenario, _, engine) = told(given).await;
    let page = engine.brief(who(&scenario, "ann"), BriefFor::Caller, day(2)).await.unwrap().to_html();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Read this first"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x&gt; &amp;"), "{page}");
    for never in ["<script", "<img", "http://", "https://", "url(", "@import"] {
        assert!(!page.contains(never), "{never} in {page}");
    }
}

#[tokio::test]
async fn the_page_writes_all_instants_alike() {
    let brief = much().await.1;
    let reasons = brief.people.iter().flat_map(|one| one.avoid.iter().map(|avoid| &avoid.because));
    assert!(reasons.into_iter().any(|reason| reason.contains(":00Z")), "{brief}");
    let page = brief.to_html();
    assert!(!page.contains(":00Z") && page.contains(":00 UTC"), "{page}");
}

#[test]
fn the_schema_in_the_documents_is_up_to_date() {
    let now = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(document("brief.schema.json"), &now).unwrap();
    }
    let written = std::fs::read_to_string(document("brief.schema.json")).unwrap_or_default();
    assert!(written == now, "docs/brief.schema.json is behind the types; see the head of this file");
}

#[tokio::test]
async fn a_brief_has_the_shape_of_its_schema() {
    let schema = json_schema();
    let brief = serde_json::to_value(much().await.1).unwrap();
    assert_eq!(misfits(&schema, &schema, &brief, "brief"), Vec::<String>::new());
}

#[test]
fn every_field_is_documented() {
    let page = std::fs::read_to_string(document("BRIEFS.md")).unwrap();
    let mut fields = BTreeSet::new();
    collect(&json_schema(), &mut fields);
    assert!(fields.len() > 40, "{}", fields.len());
    for (field, described) in fields {
        assert!(described, "`{field}` has no description in the schema");
        assert!(page.contains(&format!("`{field}`")), "docs/BRIEFS.md does not say what `{field}` means");
    }
}
