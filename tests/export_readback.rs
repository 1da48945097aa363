//! Exports, read back by pm4py: a program that nobody here wrote must find in them what is there.
//!
//! Needs a Python with pm4py, named by `THROUGHLINE_PYTHON` or on the path. Where there is none, the test says so.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;
use throughline::export::Traces;
use throughline::{Export, History, Replay};
use throughline_testkit::town::{Arrival, Town};

fn town() -> Vec<Arrival> {
    Town::new(11).with_customers(120).with_events(4_000).arrivals().collect()
}

fn export(arrivals: &[Arrival]) -> Export {
    Export::gather(arrivals.iter().map(|a| (a.profile, &a.event)), throughline::export::Texts::LeftOut)
}

/// A Python that has pm4py.
fn python() -> Option<String> {
    let named = std::env::var("THROUGHLINE_PYTHON").ok();
    let found = named.into_iter().chain(["python3".to_owned()]).find(|python| {
        let tried = Command::new(python).args(["-c", "import pm4py"]).output();
        tried.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        // Not by `eprintln!`, which the harness keeps to itself when a test passes.
        let word = "not run: exports read back, which needs a Python with pm4py (THROUGHLINE_PYTHON)\n";
        std::io::stderr().write_all(word.as_bytes()).unwrap();
    }
    found
}

/// How many facts there are of each kind.
fn kinds(history: &History) -> BTreeMap<&'static str, u64> {
    let mut kinds = BTreeMap::new();
    for fact in history.by_customer().flat_map(|(_, facts)| facts) {
        *kinds.entry(fact.data.kind().as_str()).or_default() += 1;
    }
    kinds
}

#[test]
fn pm4py_reads_back_what_was_exported() {
    let Some(python) = python() else { return };
    let arrivals = town();
    let export = export(&arrivals);
    let folder = tempfile::tempdir().unwrap();
    let [ocel, xes, found] = ["log.json", "log.xes", "found.json"].map(|name| folder.path().join(name));
    let written = export.ocel(std::fs::File::create(&ocel).unwrap()).unwrap();
    let flattened = export.xes(std::fs::File::create(&xes).unwrap(), Traces::ByCustomer).unwrap();

    let script = format!("{}/tests/export_readback/read.py", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(python).arg(script).args([&ocel, &xes, &found]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    let found: serde_json::Value = serde_json::from_slice(&std::fs::read(found).unwrap()).unwrap();

    // What is there, by another way: the replay's own report and the facts themselves.
    let report = Replay::new().run(export.history()).unwrap();
    let facts = kinds(export.history());
    let decided: u64 = report.decisions.values().sum();
    let number = |of: &serde_json::Value| of.as_u64().unwrap_or_default();
    assert!(decided > 100 && report.facts > 1_000, "{report}");
    assert_eq!(number(&found["ocel_events"]), report.facts + decided);
    assert_eq!((written.events, flattened.events), (report.facts + decided, report.facts + decided));
    for (kind, count) in
        facts.iter().map(|(k, n)| (*k, *n)).chain(report.decisions.iter().map(|(k, n)| (&**k, *n)))
    {
        assert_eq!(number(&found["ocel_activities"][kind]), count, "{kind} in OCEL");
        assert_eq!(number(&found["xes_activities"][kind]), count, "{kind} in XES");
    }

    let objects = &found["ocel_objects"];
    assert_eq!(number(&objects["customer"]), report.customers);
    assert_eq!(number(&objects["case"]), report.decisions["case-opened"]);
    let started: BTreeSet<_> = export
        .history()
        .by_customer()
        .flat_map(|(_, facts)| facts)
        .filter_map(|fact| match &fact.data {
            throughline::core::event::EventData::ContactStarted(started) => Some(started.contact),
            _ => None,
        })
        .collect();
    assert!(number(&objects["contact"]) >= started.len() as u64, "{objects}");
    assert!(number(&objects["promise"]) > 0, "{objects}");
    let all: u64 = objects.as_object().unwrap().values().map(number).sum();
    assert_eq!(all, written.objects);

    // Every event belongs to its customer, contacts and cases hang together, and nothing points into the void.
    assert_eq!(number(&found["loose_ends"]), 0);
    let relations = &found["relations"];
    assert_eq!(number(&relations["contact.started contact contact"]), facts["contact.started"]);
    assert_eq!(number(&relations["contact.started customer customer"]), facts["contact.started"]);
    assert_eq!(number(&relations["case-opened case case"]), report.decisions["case-opened"]);
    assert!(number(&found["object_links"]["part of"]) >= report.decisions["case-opened"]);

    assert_eq!(number(&found["xes_events"]), report.facts + decided);
    assert_eq!((number(&found["xes_traces"]), flattened.traces), (report.customers, report.customers));
    assert_eq!(found["xes_lifecycle"], serde_json::json!(["complete"]));
    assert!(number(&found["xes_resources"]) > 1);
    assert_eq!(found["xes_first_event"], found["first_event"]);
}
