//! Rules change, cases go on: a stricter rulebook comes into force, and every case is held to what it began with.
//!
//! Run with `cargo run --example rulebook_history`. `docs/RULEBOOK.md` tells it in prose. Comes after `what_if.rs`, which
//! asks what another rulebook would have done to the past; this one changes the future.
#![allow(clippy::print_stdout, reason = "an example prints")]
use std::error::Error;
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::ContactStarted;
use throughline::core::event::{Channel, Direction, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::rules::decision::DecisionKind;
use throughline::rules::rulebook::DEFAULT;
use throughline::store::memory::MemoryStore;
use throughline_testkit::clock::ManualClock;

/// 1 January 2026, 9:00.
const DAY_ONE: Micros = Micros(1_767_258_000_000_000);

/// The rulebook that ships, but for a person who is to react within eight hours and not a day.
fn stricter() -> String {
    DEFAULT.replace("version = \"1\"", "version = \"2\"").replacen("within = \"24h\"", "within = \"8h\"", 1)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (store, clock) = (MemoryStore::new(), ManualClock::at(DAY_ONE));
    let shown = clock.clone();
    let engine = Engine::builder(Arc::new(store.clone())).clock(move || shown.now()).start().await?;
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|name| ProfileId::derived("desk", name));

    println!("Day 1, 9:00: Ann mails. Day 1, 12:00: a stricter rulebook comes into force; Bob mails.");
    engine.record(ann, mail("ann", clock.now())?).await?;
    let noon = DAY_ONE + Span::from_hours(3);
    clock.set(noon);
    let activated = engine.activate(stricter(), noon, Name::new("head-of-support")?).await?;
    println!("  {activated}");
    engine.record(bob, mail("bob", noon)?).await?;

    println!(
        "\nDay 3: a mail of Cid becomes known that came on day 1 at 10:00, before the change. Nobody reacted to any."
    );
    clock.set(DAY_ONE + Span::from_days(2));
    engine.record(cid, mail("cid", DAY_ONE + Span::from_hours(1))?).await?;
    engine.advance().await?;
    for (name, profile) in [("Ann", ann), ("Bob", bob), ("Cid", cid)] {
        for decision in engine.decisions(profile, clock.now()).await? {
            if decision.slot.kind == DecisionKind::TargetMissed && decision.slot.rule.as_str() == PERSON {
                println!("  {name:<4} {}  by {}", decision.effective_at, decision.rulebook);
            }
        }
    }

    println!(
        "\nSomebody starts a service with the stricter rulebook as its first one. What would it take back?"
    );
    engine.shutdown().await?;
    let plan =
        Engine::builder(Arc::new(store)).rulebook(stricter().replace("id = \"default\"", "id = \"mine\""));
    println!("{}", plan.plan_upgrade(None).await?);
    Ok(())
}

/// The rule of the first reaction by a person.
const PERSON: &str = "unanswered-within-promise";

fn mail(who: &str, at: Micros) -> Result<NewEvent, Box<dyn Error>> {
    let contact = ContactId::derived("desk", who);
    let (channel, direction) = (Channel::Mail, Direction::Inbound);
    let data = ContactStarted { contact, channel, direction, topic: None, issue: None, purpose: None };
    Ok(NewEvent::new(EventId::derived("desk", who), at, Name::new("desk")?, data.into()))
}
