//! Writes a log, and what follows from it, for other programs.
//!
//!     cargo run --release --example export -- LOG --format ocel --to log.json
//!
//! LOG is in any format that is known here; with `--mapping` also one that needs a mapping. Formats: `ocel` (OCEL
//! 2.0 JSON), `xes` (one trace for each `--trace` case, customer or contact), `facts` and `announcements` (a JSON
//! object a line), `tables` (a folder of CSV files). What customers wrote stays out unless `--texts` asks for it.
//! Comes after `replay`.

#![allow(clippy::print_stderr)]

use lexopt::prelude::{Long, Value, ValueExt};
use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use throughline::Export;
use throughline::channels::mapping::Mapping;
use throughline::channels::open::{OpenOptions, open_log_with};
use throughline::channels::reject::Reject;
use throughline::core::name::Name;
use throughline::export::{Exported, Texts, Traces, facts};

const USAGE: &str = "\
export LOG --format ocel|xes|facts|announcements|tables --to PATH
  --mapping FILE   what the columns of the log mean
  --source NAME    the system that the log comes from, where its lines do not say
  --trace WHAT     what a trace of XES is: case (default), customer, contact
  --rulebook FILE  judge by this rulebook instead of the one that ships
  --texts          write what customers and agents wrote, too";

struct Arguments {
    log: PathBuf,
    to: PathBuf,
    format: String,
    mapping: Option<PathBuf>,
    source: Option<Name>,
    rulebook: Option<PathBuf>,
    traces: Traces,
    texts: Texts,
}

fn main() -> ExitCode {
    match parse().and_then(|arguments| run(&arguments)) {
        Ok(Exported { events, objects, traces, left_out }) => {
            eprintln!("{events} written, {objects} objects, {traces} traces, {left_out} in no trace");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("export: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Arguments, Box<dyn Error>> {
    let (mut log, mut to, mut format) = (None, None, None);
    let (mut mapping, mut source, mut rulebook) = (None, None, None);
    let (mut traces, mut texts) = (Traces::default(), Texts::default());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) if log.is_none() => log = Some(PathBuf::from(path)),
            Long("to") => to = Some(parser.value()?.into()),
            Long("format") => format = Some(parser.value()?.string()?),
            Long("mapping") => mapping = Some(parser.value()?.into()),
            Long("source") => source = Some(Name::new(parser.value()?.string()?)?),
            Long("rulebook") => rulebook = Some(parser.value()?.into()),
            Long("texts") => texts = Texts::Kept,
            Long("trace") => {
                traces = match parser.value()?.string()?.as_str() {
                    "case" => Traces::ByCase,
                    "customer" => Traces::ByCustomer,
                    "contact" => Traces::ByContact,
                    _ => return Err(USAGE.into()),
                }
            }
            _ => return Err(USAGE.into()),
        }
    }
    let (Some(log), Some(to), Some(format)) = (log, to, format) else { return Err(USAGE.into()) };
    Ok(Arguments { log, to, format, mapping, source, rulebook, traces, texts })
}

fn run(arguments: &Arguments) -> Result<Exported, Box<dyn Error>> {
    let mapping = arguments.mapping.as_ref().map(Mapping::read).transpose()?.map(Arc::new);
    let options = OpenOptions { mapping, source: arguments.source.clone(), ..OpenOptions::default() };
    let (log, to) = (&arguments.log, &arguments.to);
    let file = |path: &Path| File::create(path).map(BufWriter::new);
    let mut show = |reject: &Reject| eprintln!("rejected: {reject}");
    if arguments.format == "facts" {
        let items = open_log_with(log, options)?.filter_map(|item| item.map_err(|e| show(&e)).ok());
        return Ok(facts(items, file(to)?, arguments.texts)?);
    }
    let mut export = Export::from_log(log, options, arguments.texts, &mut show)?;
    if let Some(rulebook) = &arguments.rulebook {
        export = export.rulebook(std::fs::read_to_string(rulebook)?);
    }
    match arguments.format.as_str() {
        "ocel" => Ok(export.ocel(file(to)?)?),
        "xes" => Ok(export.xes(file(to)?, arguments.traces)?),
        "announcements" => Ok(export.announcements(file(to)?)?),
        "tables" => {
            std::fs::create_dir_all(to)?;
            let cases = export.cases_table(file(&to.join("cases.csv"))?)?;
            let contacts = export.contacts_table(file(&to.join("contacts.csv"))?)?;
            let decisions = export.decisions_table(file(&to.join("decisions.csv"))?)?;
            let events = cases.events + contacts.events + decisions.events;
            Ok(Exported { events, ..Exported::default() })
        }
        _ => Err(USAGE.into()),
    }
}
