//! What the documents show is true: every block of a rulebook is accepted, every JSON is what the engine says.
//!
//! `UPDATE=1 cargo test --test documents` writes the JSON of `docs/JOURNEY.md` and `docs/TIME_TRAVEL.md` anew.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::{EventData, EventKind};
use throughline::core::name::Interner;
use throughline::core::time::Span;
use throughline::engine::RecordedBy;
use throughline::rules::ledger::Entry;
use throughline::rules::rulebook::{DEFAULT, Rulebooks};
use throughline::store::memory::MemoryStore;
use throughline_testkit::clock::ManualClock;
use throughline_testkit::scenario::{DAY_ONE, Scenario, What, difference};

fn document(name: &str) -> String {
    format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of a document in a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// The rulebook that ships, with a block in place of the tables that may stand only once, and beside the others.
fn with_block(block: &str) -> String {
    let header = |line: &str| line.starts_with('[').then(|| line.split(']').next().unwrap().to_owned() + "]");
    let replaced: Vec<String> = block.lines().filter_map(header).filter(|h| !h.starts_with("[[")).collect();
    let mut kept = String::new();
    let mut keeps = true;
    for line in DEFAULT.lines() {
        if let Some(header) = header(line) {
            let of_churn = header.starts_with("[[churn.") && replaced.iter().any(|r| r == "[churn]");
            keeps = !replaced.contains(&header) && !of_churn;
        }
        if keeps {
            kept += line;
            kept += "\n";
        }
    }
    kept + "\n" + block
}

#[test]
fn every_block_of_the_rulebook_is_accepted() {
    let text = std::fs::read_to_string(document("RULEBOOK.md")).unwrap();
    let blocks = blocks(&text, "toml");
    assert!(blocks.len() >= 8, "{} blocks", blocks.len());
    for block in blocks {
        if let Err(error) = Rulebooks::parse(&with_block(&block), &mut Interner::new()) {
            panic!("{error}\n{block}");
        }
    }
}

#[test]
fn every_block_of_the_mappings_page_is_a_mapping() {
    let text = std::fs::read_to_string(document("MAPPING.md")).unwrap();
    let blocks = blocks(&text, "toml");
    assert!(blocks.len() >= 6, "{} blocks", blocks.len());
    for block in blocks {
        if let Err(error) = throughline::channels::mapping::Mapping::from_toml(&block) {
            panic!("{error}\n{block}");
        }
    }
}

/// A kind that is added is documented, with each of its fields, or nobody can map a log to it.
#[test]
fn every_kind_of_event_is_in_the_documents() {
    let [vocabulary, format] =
        ["VOCABULARY.md", "FORMAT.md"].map(|name| std::fs::read_to_string(document(name)).unwrap());
    for kind in EventKind::ALL {
        let row = |text: &str, start: String| {
            let found = text.lines().filter(|line| line.starts_with(&start)).collect::<Vec<_>>();
            assert_eq!(found.len(), 1, "rows of {kind}");
            found[0].to_owned()
        };
        row(&format, format!("| {} | `{kind}` |", *kind as u16));
        let row = row(&vocabulary, format!("| `{kind}` |"));
        // Whoever is given a field that does not exist says which ones do.
        let refused = EventData::deserialize_kind(*kind, serde_json::json!({ "?": 0 })).unwrap_err();
        let fields: Vec<String> = refused.to_string().split('`').skip(3).step_by(2).map(Into::into).collect();
        assert!(!fields.is_empty(), "{refused}");
        for field in fields {
            assert!(row.contains(&format!("`{field}`")), "`{field}` is missing in: {row}");
        }
    }
}

/// A mail whose answer becomes known two days late.
const STORY: &str = r#"
customer ann
day 1 09:00  ann starts mail "mail" about billing
day 1 15:00  human bo answers "mail"  [arrives day 3 15:00]
---
"#;

#[tokio::test]
async fn the_json_in_the_documents_is_what_the_engine_says() {
    let clock = ManualClock::at(DAY_ONE);
    let shown = clock.clone();
    let engine =
        Engine::builder(Arc::new(MemoryStore::new())).clock(move || shown.now()).start().await.unwrap();
    let scenario = Scenario::parse(STORY).unwrap();
    for happening in &scenario.happenings {
        while let Some(due) = engine.advance().await.unwrap().filter(|due| *due < happening.arrives) {
            clock.set(due);
        }
        clock.set(happening.arrives);
        if let What::Fact { profile, event } = &happening.what {
            engine.record(*profile, event.clone()).await.unwrap();
        }
    }
    let ann = scenario.names.profile("ann").unwrap();
    let mut announcements = engine.subscribe("documents").await.unwrap();
    let (mut announced, mut withdrawn) = (None, None);
    while let Some(notice) = announcements.try_next().await.unwrap() {
        match notice.entry {
            entry @ Entry::Announced(_) => announced = announced.or(Some(entry)),
            entry => withdrawn = withdrawn.or(Some(entry)),
        }
    }
    let journey = engine.journey(ann, DAY_ONE + Span::from_days(3)).await.unwrap();
    // Before the mail is answered.
    let sales = throughline::core::name::Name::new("sales").unwrap();
    let permission = engine.may_contact(ann, &sales, DAY_ONE + Span::from_hours(12)).await.unwrap();
    let decision = engine.decisions(ann, clock.now()).await.unwrap().swap_remove(1);
    let json = [
        serde_json::to_string_pretty(&journey).unwrap(),
        serde_json::to_string_pretty(&decision).unwrap(),
        serde_json::to_string_pretty(&announced.unwrap()).unwrap(),
        serde_json::to_string_pretty(&withdrawn.unwrap()).unwrap(),
        serde_json::to_string_pretty(&permission).unwrap(),
    ];
    shows("JOURNEY.md", &json);

    let then = DAY_ONE + Span::from_hours(36);
    let known = engine.account(ann, then, then).await.unwrap();
    let changes = known.difference(&engine.account(ann, then, RecordedBy::NOW).await.unwrap());
    let said = engine.said(ann, RecordedBy::NOW).await.unwrap();
    let json = [
        serde_json::to_string_pretty(&changes).unwrap(),
        serde_json::to_string_pretty(&said.taken_back[0]).unwrap(),
    ];
    shows("TIME_TRAVEL.md", &json);
}

/// Asserts that the JSON blocks of a document are these, or writes them there.
fn shows(name: &str, json: &[String]) {
    let path = document(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut now = text.clone();
    for (shown, true_now) in blocks(&text, "json").iter().zip(json) {
        now = now.replacen(&format!("```json\n{shown}```"), &format!("```json\n{true_now}\n```"), 1);
    }
    assert_eq!(blocks(&text, "json").len(), json.len());
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(&path, now).unwrap();
    } else {
        let differs = difference(&text, &now);
        assert!(differs.is_empty(), "docs/{name} is behind (UPDATE=1 rewrites it):\n{differs}");
    }
}
