//! Real logs with facts that an independent program counted. The logs are not part of the repository: their terms
//! allow study, not redistribution. Where one is missing, the test says so by name.
//!
//! Each log is read by the mapping of `docs/mappings/`, with no line of code of its own.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "real_logs/bank.rs"]
mod bank;
#[path = "real_logs/boilerplate.rs"]
mod boilerplate;
#[path = "real_logs/cdnow.rs"]
mod cdnow;
#[path = "real_logs/helpdesk.rs"]
mod helpdesk;
#[path = "real_logs/twitter.rs"]
mod twitter;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline::channels::item::LogItem;
use throughline::channels::mapping::Mapping;
use throughline::channels::open::{OpenOptions, open_log_with};
use throughline::channels::reject::{ReadCounts, Reject};
use throughline::core::event::EventData;
use throughline::core::ids::ContactId;
use throughline::replay::ReplayReport;
use throughline::{History, Replay};

/// A file of the folder that `THROUGHLINE_DATA` names, or that stands beside the checkout.
fn data(test: &str, file: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folders = [std::env::var_os("THROUGHLINE_DATA").map(PathBuf::from), Some(beside)];
    let found = folders.into_iter().flatten().map(|folder| folder.join(file)).find(|path| path.exists());
    if found.is_none() {
        // Not by `eprintln!`, which the harness keeps to itself when a test passes.
        let word = format!("not run: {test} needs {file} in the folder that THROUGHLINE_DATA names\n");
        std::io::stderr().write_all(word.as_bytes()).unwrap();
    }
    found
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mappings").join(name);
    std::fs::read_to_string(path).unwrap()
}

fn options(document: &str) -> OpenOptions {
    let mapping = Some(Arc::new(Mapping::from_toml(document).unwrap()));
    OpenOptions { mapping, ..OpenOptions::default() }
}

fn history(path: &Path, document: &str) -> History {
    History::from_log(path, options(document), None, &|_| {}).unwrap()
}

fn report(history: &History) -> ReplayReport {
    Replay::new().run(history).unwrap()
}

/// Everything that a log says.
struct Read {
    items: Vec<LogItem>,
    rejects: Vec<Reject>,
    counts: ReadCounts,
}

fn read(path: &Path, document: &str) -> Read {
    let mut log = open_log_with(path, options(document)).unwrap();
    let (mut items, mut rejects) = (Vec::new(), Vec::new());
    for item in log.by_ref() {
        match item {
            Ok(item) => items.push(item),
            Err(reject) => rejects.push(reject),
        }
    }
    Read { items, rejects, counts: log.counts().clone() }
}

/// The contact that an event of these logs belongs to.
fn contact_of(data: &EventData) -> Option<ContactId> {
    Some(match data {
        EventData::ContactStarted(e) => e.contact,
        EventData::MenuReached(e) => e.contact,
        EventData::Queued(e) => e.contact,
        EventData::Connected(e) => e.contact,
        EventData::ContactEnded(e) => e.contact,
        EventData::Message(e) => e.contact,
        EventData::WorkDone(e) => e.contact,
        EventData::ResolutionClaimed(e) => e.contact,
        _ => return None,
    })
}

#[test]
fn every_shipped_mapping_is_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mappings");
    let documents = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut sound = 0;
    for path in documents {
        Mapping::read(&path).unwrap_or_else(|error| panic!("{error}"));
        sound += 1;
    }
    assert!(sound >= 5, "{sound} mappings");
}
