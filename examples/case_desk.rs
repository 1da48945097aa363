//! The desk of those who deal with cases: what is open, whom each case waits for, what is due next, and why.
//!
//!     cargo run --example case_desk
//!     cargo run --example case_desk -- --case HANDLE
//!     cargo run --example case_desk -- --store journeys.sqlite --top 20
//!
//! Without `--store` a small seeded town lives through its year first. The desk lists open cases, those whose next target is
//! missed first at the top, and explains the first one, or the one that `--case` names: by any of its contacts. Of a store
//! it shows what is so at the last event. Comes after `brief`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use lexopt::prelude::{Long, ValueExt};
use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::Position;
use throughline::core::ids::{ContactId, ProfileId};
use throughline::core::time::Micros;
use throughline::engine::Incoming;
use throughline::rules::case::CaseState;
use throughline::rules::view::CaseView;
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::sqlite::SqliteStore;
use throughline::store::stream::StreamKey;
use throughline_testkit::clock::ManualClock;
use throughline_testkit::scenario::DAY_ONE;
use throughline_testkit::town::Town;

const USAGE: &str = "\
case_desk [OPTIONS]
  --store FILE   the SQLite file of an engine (default: a small town is generated)
  --case HANDLE  explain this case, by any of its contacts (default: the first of the desk)
  --top N        list so many cases (default: 12)
  --json         print the explanation as JSON, and nothing else";

/// How many events are read at once.
const PAGE: usize = 8_192;

struct Arguments {
    store: Option<PathBuf>,
    case: Option<ContactId>,
    top: usize,
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("case_desk: {error}");
            return ExitCode::FAILURE;
        }
    };
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("case_desk: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments { store: None, case: None, top: 12, json: false };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("store") => arguments.store = Some(parser.value()?.into()),
            Long("case") => arguments.case = Some(ContactId(parser.value()?.parse()?)),
            Long("top") => arguments.top = parser.value()?.parse()?,
            Long("json") => arguments.json = true,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(arguments)
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let clock = ManualClock::at(DAY_ONE);
    let shown = clock.clone();
    let store: Arc<dyn EventStore> = match &arguments.store {
        Some(path) if !path.exists() => return Err(format!("there is no file {}", path.display()).into()),
        Some(path) => Arc::new(SqliteStore::open(path)?),
        None => Arc::new(MemoryStore::new()),
    };
    let engine = Engine::builder(store.clone()).clock(move || shown.now()).start().await?;
    if arguments.store.is_none() {
        live_a_year(&engine, &clock).await?;
    }
    let (profiles, now) = everybody(&*store).await?;
    clock.set(now);
    engine.advance().await?;
    let desk = desk(&engine, profiles, now).await?;
    if !arguments.json {
        println!("{} open cases at {now}; the first to be late come first\n", desk.len());
        desk.iter().take(arguments.top).for_each(|case| println!("{}", line(case, now)));
        println!();
    }
    let Some(handle) = arguments.case.or(desk.first().map(|case| case.handle)) else { return Ok(()) };
    match engine.explain(handle, now).await? {
        Some(explanation) if arguments.json => println!("{}", serde_json::to_string_pretty(&explanation)?),
        Some(explanation) => println!("{explanation}"),
        None => return Err(format!("no case holds the contact {handle}").into()),
    }
    Ok(())
}

/// What happens to a small town within a year, as it comes in.
async fn live_a_year(engine: &Engine, clock: &ManualClock) -> Result<(), Box<dyn Error>> {
    for arrival in Town::new(7).with_customers(120).with_events(3_000).arrivals() {
        clock.set(arrival.arrives_at);
        let fact = Incoming { profile: arrival.profile, event: arrival.event };
        // A town has the trouble of real logs: an id that is used twice is refused, and costs nothing else.
        for refused in engine.record_all(vec![fact]).await?.into_iter().filter_map(Result::err) {
            eprintln!("refused: {refused}");
        }
    }
    Ok(())
}

/// Everybody whom the store knows, and when the last thing happened.
async fn everybody(store: &dyn EventStore) -> Result<(BTreeSet<ProfileId>, Micros), Box<dyn Error>> {
    let (mut profiles, mut last, mut after) = (BTreeSet::new(), Micros(0), Position(0));
    loop {
        let page = store.read_all(after, PAGE).await?;
        let Some(end) = page.last_position() else { return Ok((profiles, last)) };
        after = end;
        for event in page.events {
            if let StreamKey::Profile(profile) = event.stream.key {
                profiles.insert(profile);
                last = last.max(event.recorded.recorded_at);
            }
        }
    }
}

/// The open cases, by what is due next.
async fn desk(
    engine: &Engine,
    profiles: BTreeSet<ProfileId>,
    now: Micros,
) -> Result<Vec<CaseView>, Box<dyn Error>> {
    let (mut open, mut seen) = (Vec::new(), BTreeSet::new());
    for profile in profiles {
        let journey = engine.journey(profile, now).await?;
        // A customer has several profiles, and all of them show the same.
        if seen.insert(journey.customer) {
            open.extend(journey.cases.into_iter().filter(|case| case.state == CaseState::OPEN));
        }
    }
    open.sort_by_key(|case| (next_due(case).unwrap_or(Micros::MAX), case.opened_at));
    Ok(open)
}

/// When the next target of a case is missed.
fn next_due(case: &CaseView) -> Option<Micros> {
    case.clocks.iter().filter_map(|clock| clock.due).min()
}

fn line(case: &CaseView, now: Micros) -> String {
    let topic = case.topic.as_deref().unwrap_or("no topic");
    let due = next_due(case).map_or_else(
        || format!("{} missed, and no target is left", case.missed),
        |due| format!("{} missed, the next in {}", case.missed, due.since(now)),
    );
    let open_for = now.since(case.opened_at).to_string();
    format!("{}  {topic:<12} open {open_for:<14} waits for {:<13} {due}", case.handle, case.waits_for)
}
