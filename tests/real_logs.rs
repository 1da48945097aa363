//! Real logs with facts that an independent program counted. The logs are not part of the repository: their terms
//! allow study, not redistribution. Where one is missing, the test says so by name.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline::channels::mapping::Mapping;
use throughline::channels::open::OpenOptions;
use throughline::core::event::{EventData, WorkEffect};
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

fn helpdesk(test: &str) -> Option<History> {
    let path = data(test, "helpdesk.xes.gz")?;
    let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mappings/helpdesk.toml");
    let mapping = Some(Arc::new(Mapping::read(mapping).unwrap()));
    let options = OpenOptions { mapping, ..OpenOptions::default() };
    Some(History::from_log(&path, options, None, &|reject| panic!("{reject}")).unwrap())
}

fn report(history: &History) -> ReplayReport {
    Replay::new().run(history).unwrap()
}

#[test]
fn every_ticket_is_a_contact_and_a_case() {
    let Some(history) = helpdesk("every_ticket_is_a_contact_and_a_case") else { return };
    let report = report(&history);
    // 21,348 events of the log, and one start for each of the 4,580 tickets.
    assert_eq!(report.read.accepted(), 21_348 + 4_580);
    assert_eq!((report.read.duplicates, report.read.reused_ids), (0, 0));
    assert_eq!(report.effort.contacts, 4_580);
    assert_eq!(report.decisions["case-opened"], 4_580);
    // A ticket belongs to the customer of its first event.
    assert_eq!(report.customers, 394);
    assert_eq!(report.as_of.to_string(), "2014-01-03T13:20:58Z");
}

#[test]
fn reopened_tickets_are_reopened_cases() {
    let Some(history) = helpdesk("reopened_tickets_are_reopened_cases") else { return };
    let report = report(&history);
    assert_eq!((report.reopened_cases, report.reopens), (152, 161));
    // A resolved ticket is a claim. Nobody in this log ever asked the customer, so no case is closed.
    assert_eq!(report.claimed_cases, 4_580 - 11);
    assert_eq!(report.cases.get("closed"), None);
}

#[test]
fn handovers_and_ping_pong_are_counted_as_they_were() {
    let Some(history) = helpdesk("handovers_and_ping_pong_are_counted_as_they_were") else { return };
    let effort = report(&history).effort;
    assert_eq!((effort.handovers, effort.handed_over_contacts), (8_648, 4_577));
    assert_eq!((effort.ping_pongs, effort.ping_pong_contacts), (306, 269));
}

#[test]
fn tickets_that_waited_and_that_nobody_took_are_there() {
    let Some(history) = helpdesk("tickets_that_waited_and_that_nobody_took_are_there") else { return };
    let (mut waited, mut taken) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for (_, facts) in history.by_customer() {
        for fact in facts {
            if let EventData::WorkDone(work) = &fact.data {
                if work.effect == WorkEffect::WaitsForCustomer {
                    waited.insert(work.contact);
                }
                if work.activity.is_some_and(|a| history.names().resolve(a) == "Take in charge ticket") {
                    taken.insert(work.contact);
                }
            }
        }
    }
    assert_eq!((waited.len(), 4_580 - taken.len()), (1_236, 295));
}

#[test]
fn the_log_folds_the_same_with_one_thread_and_twice() {
    let Some(history) = helpdesk("the_log_folds_the_same_with_one_thread_and_twice") else { return };
    let one = Replay::new().threads(std::num::NonZeroUsize::MIN).run(&history).unwrap();
    assert_eq!(one, report(&history));
}
