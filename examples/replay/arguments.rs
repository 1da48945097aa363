//! The command line.

use lexopt::prelude::{Long, Value, ValueExt};
use std::error::Error;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use throughline::channels::check::CheckOptions;

const HELP: &str = "\
replay: what became of the customers of a history

  cargo run --release --example replay [-- [LOG] [OPTIONS]]

  LOG                a log in the native format (one CloudEvent a line) or of Segment calls, or with --mapping CSV,
                     TSV, columns of fixed width or XES; .gz of all; without one, a seeded town is generated
  --mapping FILE     what the columns of a log mean (see docs/MAPPING.md)
  --check            with LOG: show what becomes of the first rows, and why, and which fields nothing uses
  --show-values      with --check: show what stands in them too, not only what it looks like
  --rows N           with --check: so many rows (20)
  --store FILE       record into this SQLite file and keep it; with no LOG, replay what the file holds
  --rulebook FILE    judge by this rulebook instead of the one that ships
  --as-of TIME       the instant to judge at, as 2026-03-31T12:00:00Z; default: the last fact's
  --rejects FILE     keep what could not be read in this file, readable by its owner only
  --threads N        fold with so many threads; the result is the same
  --json             print the report as JSON (docs/REPORT.md says what each number means)
  --html FILE        write the report as one page with pictures, which needs no network
  --seed N           the town's seed (1)
  --customers N      the town's customers (20000)
  --events N         the town's events (500000)
";

/// What was asked for.
pub(crate) struct Arguments {
    pub(crate) source: Source,
    pub(crate) mapping: Option<PathBuf>,
    pub(crate) store: Option<PathBuf>,
    pub(crate) rulebook: Option<PathBuf>,
    pub(crate) as_of: Option<chrono::DateTime<chrono::Utc>>,
    pub(crate) rejects: Option<PathBuf>,
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) json: bool,
    pub(crate) check: Option<CheckOptions>,
    pub(crate) html: Option<PathBuf>,
}

/// Where the history comes from.
pub(crate) enum Source {
    Town { seed: u64, customers: u32, events: u64 },
    Log(PathBuf),
    Store,
}

/// Reads the command line; none if only the help was asked for.
pub(crate) fn parse() -> Result<Option<Arguments>, Box<dyn Error>> {
    let (mut seed, mut customers, mut events) = (1, 20_000, 500_000);
    let (mut log, mut town) = (None, false);
    let mut arguments = Arguments {
        source: Source::Store,
        mapping: None,
        store: None,
        rulebook: None,
        as_of: None,
        rejects: None,
        threads: None,
        json: false,
        check: None,
        html: None,
    };
    let (mut check, mut checks) = (CheckOptions::default(), false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) if log.is_none() => log = Some(PathBuf::from(path)),
            Long("mapping") => arguments.mapping = Some(parser.value()?.into()),
            Long("store") => arguments.store = Some(parser.value()?.into()),
            Long("rulebook") => arguments.rulebook = Some(parser.value()?.into()),
            Long("as-of") => arguments.as_of = Some(parser.value()?.parse()?),
            Long("rejects") => arguments.rejects = Some(parser.value()?.into()),
            Long("threads") => arguments.threads = Some(parser.value()?.parse()?),
            Long("json") => arguments.json = true,
            Long("check") => checks = true,
            Long("show-values") => check.show_values = true,
            Long("rows") => check.rows = parser.value()?.parse()?,
            Long("html") => arguments.html = Some(parser.value()?.into()),
            Long("seed") => (seed, town) = (parser.value()?.parse()?, true),
            Long("customers") => (customers, town) = (parser.value()?.parse()?, true),
            Long("events") => (events, town) = (parser.value()?.parse()?, true),
            Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            other => return Err(format!("{}\n\n{HELP}", other.unexpected()).into()),
        }
    }
    arguments.check = checks.then_some(check);
    arguments.source = match log {
        Some(path) => Source::Log(path),
        None if arguments.store.is_some() && !town => Source::Store,
        None => Source::Town { seed, customers, events },
    };
    Ok(Some(arguments))
}
