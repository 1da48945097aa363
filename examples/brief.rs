//! What whoever deals with a customer next must know: a caller, and somebody who meets an account.
//!
//!     cargo run --example brief
//!     cargo run --example brief -- --html brief.html
//!
//! Tells two stories to an engine as they happened: the form that nobody read, and the meeting with an account that has a
//! hot issue. The first brief is for the sales agent who is about to call on the next day, the second for the one who
//! prepares the meeting. With `--html` the first is written as a page too.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::path::PathBuf;
use std::sync::Arc;
use throughline::Engine;
use throughline::brief::{Brief, BriefFor};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::store::memory::MemoryStore;
use throughline_testkit::clock::ManualClock;
use throughline_testkit::scenario::{DAY_ONE, Scenario, What};

const THE_FORM: &str = include_str!("../tests/golden/02-the-form-nobody-read.txt");
const THE_MEETING: &str = include_str!("../tests/golden/10-the-meeting.txt");

/// So many days and hours into a story, whose first day is day 1.
fn day(day: i64, hour: i64) -> Micros {
    DAY_ONE + Span::from_days(day - 1) + Span::from_hours(hour)
}

/// An engine that was told what had happened by an instant.
async fn told(story: &Scenario, until: Micros) -> Result<Engine, Box<dyn std::error::Error>> {
    let clock = ManualClock::at(DAY_ONE);
    let shown = clock.clone();
    let engine = Engine::builder(Arc::new(MemoryStore::new())).clock(move || shown.now()).start().await?;
    for happening in story.happenings.iter().filter(|happening| happening.arrives <= until) {
        clock.set(happening.arrives);
        if let What::Fact { profile, event } = &happening.what {
            engine.record(*profile, event.clone()).await?;
        }
    }
    clock.set(until);
    engine.advance().await?;
    Ok(engine)
}

/// Who is to call her should know what she wrote.
async fn before_the_call() -> Result<Brief, Box<dyn std::error::Error>> {
    let (story, now) = (Scenario::parse(THE_FORM)?, day(33, 10));
    let engine = told(&story, now).await?;
    let ann = story.names.profile("ann").ok_or("the story tells of ann")?;
    let sales = engine.may_contact(ann, &Name::new("sales")?, now).await?;
    println!("{}\n", story.names.spell(&sales.to_string()));
    let brief = engine.brief(ann, BriefFor::Caller, now).await?;
    println!("{}\n", story.names.spell(&brief.to_string()));
    Ok(brief)
}

/// Who is to meet the account should know what she is unhappy with, and need not know what was answered well.
async fn before_the_meeting() -> Result<(), Box<dyn std::error::Error>> {
    let (story, now) = (Scenario::parse(THE_MEETING)?, day(10, 9));
    let engine = told(&story, now).await?;
    // The log has no index from accounts to customers: your CRM knows the contacts.
    let contacts: Vec<_> = story.names.customers().map(|(_, profile)| profile).collect();
    let brief = engine.brief_of_account(&Name::new("acme")?, &contacts, now).await?;
    println!("{}", story.names.spell(&brief.to_string()));
    Ok(())
}

/// The file that the page goes to, if one is asked for.
fn page() -> Result<Option<PathBuf>, lexopt::Error> {
    let (mut arguments, mut page) = (lexopt::Parser::from_env(), None);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("html") => page = Some(arguments.value()?.into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(page)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = page()?;
    let brief = before_the_call().await?;
    before_the_meeting().await?;
    if let Some(page) = page {
        std::fs::write(&page, brief.to_html())?;
        println!("\nthe first brief is a page now: {}", page.display());
    }
    Ok(())
}
