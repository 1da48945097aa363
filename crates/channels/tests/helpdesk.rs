//! A real help-desk log, read by the mapping that ships with it. The numbers were counted by another program.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_channels::input::{Input, Packing};
use throughline_channels::item::LogItem;
use throughline_channels::mapping::{Column, Mapping, Scope};
use throughline_channels::native::{NativeReader, NativeWriter};
use throughline_channels::open::{Format, Log, OpenOptions, open_log_with};
use throughline_channels::xes::Traces;
use throughline_core::event::{Ending, EventData, EventKind, WorkEffect};

/// The log, or `None` and a word about it: the terms of the data do not let it be part of the repository.
fn log_file(test: &str) -> Option<PathBuf> {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        std::env::var_os("THROUGHLINE_DATA").map(PathBuf::from),
        Some(crate_root.join("../../../shared/data")),
        Some(crate_root.join("../../shared/data")),
    ];
    let file = folders.into_iter().flatten().map(|f| f.join("helpdesk.xes.gz")).find(|f| f.exists());
    if file.is_none() {
        // Not by `eprintln!`, which the test harness keeps to itself when a test passes.
        let word =
            format!("not run: {test} needs helpdesk.xes.gz in the folder that THROUGHLINE_DATA names\n");
        std::io::stderr().write_all(word.as_bytes()).unwrap();
    }
    file
}

fn mapping() -> Arc<Mapping> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mappings/helpdesk.toml");
    Arc::new(Mapping::read(path).unwrap())
}

fn open(path: &Path) -> Log {
    open_log_with(path, OpenOptions { mapping: Some(mapping()), ..OpenOptions::default() }).unwrap()
}

fn items(path: &Path) -> Vec<LogItem> {
    let mut log = open(path);
    assert_eq!(log.format(), Format::Xes);
    let items = log.by_ref().map(Result::unwrap).collect();
    assert_eq!((log.counts().rejected(), log.counts().ignored), (0, 0));
    assert_eq!(log.progress().bytes_read(), log.progress().total_bytes());
    items
}

#[test]
fn the_shipped_mapping_is_sound() {
    assert_eq!(mapping().source().as_str(), "helpdesk");
}

#[test]
fn traces_and_their_events_are_all_there() {
    let Some(path) = log_file("traces_and_their_events_are_all_there") else {
        return;
    };
    let column = |name: &str| Column { name: name.to_owned(), scope: Scope::Event };
    let (input, _) = Input::new(File::open(path).unwrap(), Packing::Gzip).unwrap();
    let columns = vec![column("concept:name"), column("customer")];
    let mut traces = Traces::new(BufReader::new(input), columns);
    let mut by_activity = BTreeMap::<String, u32>::new();
    let (mut everywhere, mut first) = (BTreeSet::new(), BTreeSet::new());
    let (mut count, mut never_closed, mut changed) = (0, 0, 0);
    while let Some(trace) = traces.next_trace() {
        let trace = trace.unwrap();
        count += 1;
        let customers: Vec<&str> = trace.events().map(|e| e.value(1).unwrap()).collect();
        first.insert(customers[0].to_owned());
        everywhere.extend(customers.iter().map(|c| (*c).to_owned()));
        changed += u32::from(customers.iter().any(|c| *c != customers[0]));
        never_closed += u32::from(trace.events().all(|e| e.value(0) != Some("Closed")));
        for event in trace.events() {
            *by_activity.entry(event.value(0).unwrap().to_owned()).or_default() += 1;
        }
    }
    assert_eq!((count, by_activity.values().sum::<u32>()), (4_580, 21_348));
    assert_eq!((everywhere.len(), first.len(), changed, never_closed), (397, 394, 7, 21));
    let expected = [
        ("Assign seriousness", 4938),
        ("Closed", 4574),
        ("Create SW anomaly", 67),
        ("DUPLICATE", 1),
        ("INVALID", 2),
        ("Insert ticket", 118),
        ("RESOLVED", 2),
        ("Require upgrade", 119),
        ("Resolve SW anomaly", 13),
        ("Resolve ticket", 4983),
        ("Schedule intervention", 5),
        ("Take in charge ticket", 5060),
        ("VERIFIED", 3),
        ("Wait", 1463),
    ];
    assert!(by_activity.iter().map(|(k, v)| (k.as_str(), *v)).eq(expected), "{by_activity:?}");
}

#[test]
fn the_mapping_says_of_every_event_what_it_is() {
    let Some(path) = log_file("the_mapping_says_of_every_event_what_it_is") else {
        return;
    };
    let items = items(&path);
    assert_eq!(items.len(), 4_580 + 21_348);
    let count = |fits: &dyn Fn(&EventData) -> bool| items.iter().filter(|i| fits(&i.event.data)).count();
    let works = |effect| move |data: &EventData| matches!(data, EventData::WorkDone(w) if w.effect == effect);
    assert_eq!(count(&|d| d.kind() == EventKind::ContactStarted), 4_580);
    assert_eq!(count(&|d| d.kind() == EventKind::ResolutionClaimed), 4_983);
    assert_eq!(count(&|d| matches!(d, EventData::ContactEnded(e) if e.ending == Ending::Completed)), 4_574);
    assert_eq!(count(&works(WorkEffect::Works)), 5060 + 4938 + 119 + 118 + 67 + 5);
    assert_eq!(count(&works(WorkEffect::WaitsForCustomer)), 1_463);
    assert_eq!(count(&works(WorkEffect::Notes)), 13 + 3 + 2 + 2 + 1);
    let times = items.iter().map(|i| i.event.occurred_at);
    assert_eq!(times.clone().min().unwrap().to_string(), "2010-01-13T08:40:25Z");
    assert_eq!(times.max().unwrap().to_string(), "2014-01-03T13:20:58Z");
    assert_eq!(items.iter().map(|i| i.profile).collect::<BTreeSet<_>>().len(), 394);
}

#[test]
fn a_ticket_is_one_customers_and_starts_before_all_else() {
    let Some(path) = log_file("a_ticket_is_one_customers_and_starts_before_all_else") else {
        return;
    };
    let mut tickets = BTreeMap::<_, Vec<LogItem>>::new();
    for item in items(&path) {
        let contact = match &item.event.data {
            EventData::ContactStarted(e) => e.contact,
            EventData::WorkDone(e) => e.contact,
            EventData::ResolutionClaimed(e) => e.contact,
            EventData::ContactEnded(e) => e.contact,
            other => panic!("not in this mapping: {:?}", other.kind()),
        };
        tickets.entry(contact).or_default().push(item);
    }
    assert_eq!(tickets.len(), 4_580);
    for items in tickets.values() {
        assert!(items.iter().all(|item| item.profile == items[0].profile));
        let keys: Vec<_> = items.iter().map(|item| item.event.canonical_key()).collect();
        assert!(keys.is_sorted(), "the order of the file is the canonical one");
        assert_eq!(items[0].event.kind(), EventKind::ContactStarted);
    }
}

#[test]
fn reading_twice_names_every_event_the_same() {
    let Some(path) = log_file("reading_twice_names_every_event_the_same") else {
        return;
    };
    let (once, again) = (items(&path), items(&path));
    assert_eq!(once, again);
    let ids: HashSet<_> = once.iter().map(|item| item.event.id).collect();
    assert_eq!(ids.len(), once.len(), "two events have one id");
}

#[test]
fn the_log_goes_through_the_native_form_unchanged() {
    let Some(path) = log_file("the_log_goes_through_the_native_form_unchanged") else {
        return;
    };
    let items = items(&path);
    let mut writer = NativeWriter::new(Vec::new());
    for item in &items {
        writer.write(item.profile, &item.event, item.recorded_at).unwrap();
    }
    let bytes = writer.finish().unwrap();
    assert!(NativeReader::new(&bytes[..]).map(Result::unwrap).eq(items));
}
