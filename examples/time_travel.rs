//! Late truth, from both sides: a mail that answered in time arrives two days late, after we had escalated.
//!
//! Run with `cargo run --example time_travel`. What was true then, what we knew then, what we said and what we took
//! back are four questions; this asks them all. `docs/TIME_TRAVEL.md` explains them. Goes on in `what_if.rs`.
#![allow(clippy::print_stdout, reason = "an example prints")]
use std::error::Error;
use std::sync::Arc;
use throughline::Engine;
use throughline::core::time::Span;
use throughline::engine::RecordedBy;
use throughline::rules::account::Account;
use throughline::store::memory::MemoryStore;
use throughline_testkit::clock::ManualClock;
use throughline_testkit::scenario::{DAY_ONE, Scenario, What};

const STORY: &str = r#"
customer ann
day 1 09:00  ann starts mail "question" about delivery: "Where is my parcel?"
day 1 09:01  machine answers "question": "We received your mail."
day 1 15:00  human bo answers "question": "It is at your neighbour's."  [arrives day 3 15:00]
day 4 09:00  ann accepts the answer in "question": "Found it!"
---
"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (story, clock) = (Scenario::parse(STORY)?, ManualClock::at(DAY_ONE));
    let shown = clock.clone();
    let engine = Engine::builder(Arc::new(MemoryStore::new())).clock(move || shown.now()).start().await?;
    live(&engine, &clock, &story).await?;
    let names = &story.names;
    let ann = names.profile("ann").ok_or("the story is about ann")?;
    let day_2_noon = DAY_ONE + Span::from_hours(36);
    let (now, when) = (clock.now(), |time| names.spell(&format!("{time}")));
    let tell = |title: &str, text: String| println!("{title}\n{}\n", indented(&names.spell(&text)));

    let true_then = engine.account(ann, day_2_noon, RecordedBy::NOW).await?;
    tell("What was true on day 2 at noon, as we know now", story_of(&true_then));
    let known_then = engine.account(ann, day_2_noon, day_2_noon).await?;
    tell("What we knew on day 2 at noon", story_of(&known_then));
    let said_then = engine.said(ann, day_2_noon).await?;
    tell("What we had said by then", said_then.to_string());
    tell("What we say now, and what we took back", engine.said(ann, RecordedBy::NOW).await?.to_string());

    tell("What we did not know on day 2 at noon", known_then.difference(&true_then).to_string());
    let known_now = engine.account(ann, now, RecordedBy::NOW).await?;
    let since = format!("What changed from then to now, {}, by what we know now", when(now));
    tell(&since, true_then.difference(&known_now).to_string());
    Ok(engine.shutdown().await?)
}

/// Lets the story happen: every fact arrives at its time, and whatever falls due in between does so on time.
async fn live(engine: &Engine, clock: &ManualClock, story: &Scenario) -> Result<(), Box<dyn Error>> {
    for happening in &story.happenings {
        while let Some(due) = engine.advance().await?.filter(|due| *due < happening.arrives) {
            clock.set(due);
        }
        clock.set(happening.arrives);
        if let What::Fact { profile, event } = &happening.what {
            engine.record(*profile, event.clone()).await?;
        }
    }
    Ok(())
}

/// The journey, and what was concluded on the way.
fn story_of(account: &Account) -> String {
    let concluded = account.decisions.iter().map(|d| format!("{}  {d}\n", d.effective_at));
    format!("{}{}", concluded.collect::<String>(), account.journey)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
