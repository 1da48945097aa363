//! What if we promised an answer within 8 hours and not within 24? The same facts by two rulebooks, side by side.
//!
//!     cargo run --release --example what_if
//!     cargo run --release --example what_if -- LOG --mapping MAPPING --rulebook FILE
//!
//! Without LOG a seeded town is generated; without `--rulebook` the promise of 24 hours becomes one of 8. Nothing is
//! written. `docs/TIME_TRAVEL.md` explains the numbers. Comes after `time_travel`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

use lexopt::prelude::{Long, Value, ValueExt};
use std::error::Error;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use throughline::channels::mapping::Mapping;
use throughline::channels::open::OpenOptions;
use throughline::replay::Gathering;
use throughline::rules::rulebook::DEFAULT;
use throughline::{History, Replay};
use throughline_testkit::town::Town;

const USAGE: &str = "\
what_if [LOG] [OPTIONS]
  --mapping FILE   what the columns of the log mean
  --rulebook FILE  the other rulebook (default: the one that ships, with 8 hours to answer in and not 24)
  --as-is FILE     the rulebook as it is (default: the one that ships)
  --threads N      fold with so many threads; the result is the same
  --json           print JSON";

#[derive(Default)]
struct Arguments {
    log: Option<PathBuf>,
    mapping: Option<PathBuf>,
    rulebook: Option<PathBuf>,
    as_is: Option<PathBuf>,
    threads: Option<NonZeroUsize>,
    json: bool,
}

fn main() -> ExitCode {
    match parse().and_then(|arguments| run(&arguments)) {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("what_if: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) if arguments.log.is_none() => arguments.log = Some(path.into()),
            Long("mapping") => arguments.mapping = Some(parser.value()?.into()),
            Long("rulebook") => arguments.rulebook = Some(parser.value()?.into()),
            Long("as-is") => arguments.as_is = Some(parser.value()?.into()),
            Long("threads") => arguments.threads = Some(parser.value()?.parse()?),
            Long("json") => arguments.json = true,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(arguments)
}

fn run(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let history = match &arguments.log {
        Some(log) => {
            let mapping = arguments.mapping.as_ref().map(Mapping::read).transpose()?.map(Arc::new);
            let options = OpenOptions { mapping, ..OpenOptions::default() };
            History::from_log(log, options, None, &|reject| eprintln!("rejected: {reject}"))?
        }
        None => town(),
    };
    let read = |path: &Option<PathBuf>| path.as_ref().map(std::fs::read_to_string).transpose();
    let other = read(&arguments.rulebook)?.map_or_else(within_8_hours, Ok)?;
    let mut replay = Replay::new();
    if let Some(document) = read(&arguments.as_is)? {
        replay = replay.rulebook(document);
    }
    if let Some(threads) = arguments.threads {
        replay = replay.threads(threads);
    }
    let found = replay.what_if(&history, &other)?;
    Ok(if arguments.json { serde_json::to_string_pretty(&found)? } else { found.to_string() })
}

fn town() -> History {
    let mut gathering = Gathering::new();
    for arrival in Town::new(1).with_customers(20_000).with_events(500_000).arrivals() {
        gathering.push(arrival.profile, &arrival.event);
    }
    gathering.finish()
}

/// The rulebook that ships, with 8 hours for a person to answer in.
fn within_8_hours() -> Result<String, Box<dyn Error>> {
    let (before, target) =
        DEFAULT.split_once("unanswered-within-promise").ok_or("the target has another name")?;
    let stricter = target.replacen("within = \"24h\"", "within = \"8h\"", 1);
    let other = format!("{before}unanswered-within-promise{stricter}");
    Ok(other.replacen("id = \"default\"", "id = \"within-8-hours\"", 1))
}
