//! Replays a whole history and says what became of its customers.
//!
//! Run with `cargo run --release --example replay`: a seeded town of 20,000 customers, recorded into a SQLite
//! store in a temporary folder, read back and folded. With a path it does the same for a log: the native format
//! (one CloudEvent a line), or CSV, TSV, fixed width and XES with `--mapping`. `--help` lists the options. Comes after `quickstart.rs`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod progress;
mod stages;

use arguments::{Arguments, Source};
use stages::{Stage, Stages};
use std::error::Error;
use std::process::ExitCode;
use throughline::{History, Replay};
use throughline_testkit::town::Town;

fn main() -> ExitCode {
    match arguments::parse().and_then(|arguments| arguments.map_or(Ok(()), |a| run(&a))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replay: {error}");
            let mut cause = error.source();
            while let Some(deeper) = cause {
                eprintln!("  because {deeper}");
                cause = deeper.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(options) = arguments.check {
        return stages::check(arguments, options);
    }
    let mut stages = Stages::new();
    let history = match &arguments.source {
        Source::Town { seed, customers, events } => {
            let town = Town::new(*seed).with_customers(*customers).with_events(*events);
            stages::through_store(arguments, &mut stages, |record| {
                town.arrivals()
                    .take(usize::try_from(*events).unwrap_or(usize::MAX))
                    .try_for_each(|arrival| record(arrival.profile, arrival.event, arrival.arrives_at))
            })?
        }
        Source::Log(path) if arguments.store.is_some() => {
            stages::log_through_store(arguments, path, &mut stages)?
        }
        Source::Log(path) => stages::log(arguments, path, &mut stages)?,
        Source::Store => {
            let path = arguments.store.as_deref().ok_or("--store names the file to replay")?;
            stages::sqlite(path, &mut stages)?
        }
    };
    let report = fold(arguments, &history, &mut stages)?;
    if arguments.json {
        let whole = serde_json::json!({ "report": report, "stages": stages.list });
        println!("{}", serde_json::to_string_pretty(&whole)?);
    } else {
        println!("{report}");
        println!("\n{stages}");
    }
    Ok(())
}

fn fold(
    arguments: &Arguments,
    history: &History,
    stages: &mut Stages,
) -> Result<throughline::replay::ReplayReport, Box<dyn Error>> {
    let mut replay = Replay::new().progress(progress::bar("fold", "facts"));
    if let Some(rulebook) = &arguments.rulebook {
        replay = replay.rulebook(std::fs::read_to_string(rulebook)?);
    }
    if let Some(as_of) = arguments.as_of {
        replay = replay.as_of(as_of);
    }
    if let Some(threads) = arguments.threads {
        replay = replay.threads(threads);
    }
    let started = Stage::start("fold");
    let report = replay.run(history)?;
    stages.add(started.done(report.facts));
    Ok(report)
}
