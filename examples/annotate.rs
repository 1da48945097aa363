//! Reads the texts of a log with the annotators that ship: what is boilerplate, and what changes if it is no answer.
//!
//!     cargo run --release --example annotate
//!     cargo run --release --example annotate -- LOG --mapping MAPPING
//!     cargo run --release --example annotate -- LOG --mapping MAPPING --other-customers 5 --explain 3
//!
//! Without LOG a seeded town is read. Nothing is written; `--explain` shows words of the log, so it is for whoever may read
//! them. `docs/TEXTS.md` explains the numbers.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]

#[path = "replay/progress.rs"]
mod progress;

use lexopt::prelude::{Long, Value, ValueExt};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use throughline::Replay;
use throughline::annotate::{TextReader, count_reply};
use throughline::channels::mapping::Mapping;
use throughline::channels::open::{OpenOptions, open_log_with};
use throughline::core::event::{Author, EventData, NewEvent};
use throughline::core::ids::ProfileId;
use throughline::core::name::Interner;
use throughline::replay::{Gathering, ReplayReport};
use throughline::rules::decision::DecisionKind;
use throughline::rules::rulebook::Rulebooks;
use throughline::rules::texts::{Annotator, Boilerplate, Finding, Said, ShingleCounts, Shingles};
use throughline_testkit::town::Town;

const USAGE: &str = "\
annotate [LOG] [OPTIONS]
  --mapping FILE         what the columns of the log mean
  --other-customers K    generic is what so many other customers were told (default: the rulebook's 20)
  --explain N            show N replies that were judged boilerplate, and why";

#[derive(Default)]
struct Arguments {
    log: Option<PathBuf>,
    mapping: Option<PathBuf>,
    other_customers: Option<u16>,
    explain: usize,
}

type Log = Vec<(ProfileId, NewEvent)>;

fn main() -> ExitCode {
    match parse().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("annotate: {error}");
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
            Long("other-customers") => arguments.other_customers = Some(parser.value()?.parse()?),
            Long("explain") => arguments.explain = parser.value()?.parse()?,
            _ => return Err(USAGE.into()),
        }
    }
    Ok(arguments)
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let log = read(arguments)?;
    let rules = Rulebooks::standard(&mut Interner::new());
    let texts = &rules.first().texts;
    let policy = texts.boilerplate.as_ref().ok_or("the rulebook has no [texts.boilerplate]")?;
    let k = arguments.other_customers.unwrap_or(policy.other_customers);

    let tell = progress::bar("count", "events");
    let (mut counts, mut shingles) = (ShingleCounts::new(k), Shingles::new());
    for (done, (profile, event)) in (1..).zip(&log) {
        count_reply(&mut counts, &mut shingles, *profile, &event.data);
        tell(done, Some(log.len() as u64));
    }
    let set = Arc::new(counts.fingerprints(1, policy.coverage_per_mille));
    println!("{set}");

    let boilerplate = Boilerplate::new(set, []);
    let annotators: Vec<Arc<dyn Annotator>> =
        vec![Arc::new(boilerplate.clone()), Arc::new(texts.phrases.clone())];
    let mut reader = TextReader::new(annotators);
    let tell = progress::bar("read", "events");
    let mut said: BTreeMap<String, u64> = BTreeMap::new();
    let (mut as_it_is, mut read) = (Gathering::new(), Gathering::new());
    let mut explained = 0;
    for (done, (profile, event)) in (1..).zip(&log) {
        as_it_is.push(*profile, event);
        read.push(*profile, event);
        for fact in reader.read(*profile, event)? {
            *said.entry(in_short(&fact.data)).or_default() += 1;
            read.push(*profile, &fact);
        }
        if explained < arguments.explain && explain(&boilerplate, event) {
            explained += 1;
        }
        tell(done, Some(log.len() as u64));
    }
    for (what, times) in &said {
        println!("{times:>9}  {what}");
    }
    let (before, after) = (Replay::new().run(&as_it_is.finish())?, Replay::new().run(&read.finish())?);
    println!("\n{:>22} {:>10} {:>10}", "", "unread", "read");
    for kind in [DecisionKind::CaseAnswered, DecisionKind::AnswerVoided, DecisionKind::CaseReopened] {
        let count = |report: &ReplayReport| report.decisions.get(kind.as_str()).copied().unwrap_or_default();
        println!("{:>22} {:>10} {:>10}", kind.as_str(), count(&before), count(&after));
    }
    Ok(())
}

/// The log in the order of time: a question stands before its answer.
fn read(arguments: &Arguments) -> Result<Log, Box<dyn Error>> {
    let mut log: Log = match &arguments.log {
        None => {
            let town = Town::new(1).with_customers(5_000).with_events(100_000);
            town.arrivals().map(|arrival| (arrival.profile, arrival.event)).collect()
        }
        Some(path) => {
            let mapping = arguments.mapping.as_ref().map(Mapping::read).transpose()?.map(Arc::new);
            let options = OpenOptions { mapping, ..OpenOptions::default() };
            let items = open_log_with(path, options)?
                .filter_map(|item| item.map_err(|reject| eprintln!("rejected: {reject}")).ok());
            items.map(|item| (item.profile, item.event)).collect()
        }
    };
    log.sort_by_key(|(_, event)| (event.occurred_at, event.sequence));
    Ok(log)
}

/// What a fact says, in a few words.
fn in_short(data: &EventData) -> String {
    match data {
        EventData::TextJudged(e) => format!("{}, by {}", e.verdict, e.annotator),
        EventData::TextClassified(e) => match &e.topic {
            Some(topic) => format!("about {topic}, by {}", e.annotator),
            None => format!("intent or sentiment, by {}", e.annotator),
        },
        other => other.kind().to_string(),
    }
}

/// Shows why a reply is boilerplate, if it is.
fn explain(boilerplate: &Boilerplate, event: &NewEvent) -> bool {
    let EventData::Message(message) = &event.data else { return false };
    let Some(text) = message.text.as_ref().filter(|_| message.author == Author::Human) else { return false };
    let explanation = boilerplate.explain(&Said::new(message.author, text.as_str()));
    let found = explanation.finding == Finding::Boilerplate;
    if found {
        println!("{explanation}\n");
    }
    found
}
