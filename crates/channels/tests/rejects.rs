//! Rejects are kept in one way, whatever the format: each in the file, and a file that cannot be written ends the log.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use throughline_channels::mapping::Mapping;
use throughline_channels::open::{OpenOptions, open_log_with};
use throughline_channels::reject::{Reject, RejectReason};
use throughline_channels::rejects_file::RejectsFile;

/// A mapping for `ticket,customer,at` as CSV or XES.
fn mapping(format: &str, rows: &str) -> Arc<Mapping> {
    let file = if rows.is_empty() { String::new() } else { format!("[file]\nrows = \"{rows}\"\n") };
    let document = format!(
        "version = 1\nformat = \"{format}\"\nsource = \"desk\"\nzone = \"UTC\"\ntime-format = \"%Y-%m-%d\"\n{file}
[customer]\nid = {{ from = \"customer\" }}\ntake = \"each\"\n
[contact]\nid = {{ from = \"ticket\" }}\nchannel = \"ticket\"\ndirection = \"inbound\"\nstarted = \"by-rule\"\n
[event]\ntime = {{ from = \"at\" }}\nkey = [\"at\"]\notherwise = \"refuse\"\n
[[rules]]\nwhen = {{ at = {{ missing = false }} }}\ngive = \"work.done\"\nset = {{ effect = \"works\" }}\n"
    );
    Arc::new(Mapping::from_toml(&document).unwrap())
}

/// Days as rows, each of a ticket of its own.
fn table(days: &[&str]) -> String {
    let mut text = String::from("ticket,customer,at\n");
    for (number, day) in days.iter().enumerate() {
        writeln!(text, "t{number},ann,{day}").unwrap();
    }
    text
}

/// The same as traces of one event.
fn xes(days: &[&str]) -> String {
    let mut text = String::from("<log>\n");
    for (number, day) in days.iter().enumerate() {
        let value = |key: &str, value: &str| format!("<string key=\"{key}\" value=\"{value}\"/>");
        let (ticket, customer, at) =
            (value("ticket", &format!("t{number}")), value("customer", "ann"), value("at", day));
        writeln!(text, "<trace><event>{ticket}{customer}{at}</event></trace>").unwrap();
    }
    text + "</log>\n"
}

fn path(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rejects-{name}"));
    let _ = std::fs::remove_file(&path);
    path
}

/// A file that takes nothing: a pipe that nobody reads any more.
fn full(name: &str) -> RejectsFile {
    let pipe = path(&format!("{name}.pipe"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || drop(std::fs::File::open(pipe).unwrap()))
    };
    let file = RejectsFile::create(&pipe).unwrap();
    reader.join().unwrap();
    std::fs::remove_file(pipe).unwrap();
    file
}

struct Case {
    name: &'static str,
    log: fn(&[&str]) -> String,
    format: &'static str,
    rows: &'static str,
}

const CASES: [Case; 4] = [
    Case { name: "rows.csv", log: table, format: "csv", rows: "in-time-order" },
    Case { name: "together.csv", log: table, format: "csv", rows: "together" },
    Case { name: "sorted.csv", log: table, format: "csv", rows: "in-any-order" },
    Case { name: "traces.xes", log: xes, format: "xes", rows: "" },
];

impl Case {
    /// A name of this case's own, since tests run side by side.
    fn file(&self, test: &str) -> String {
        format!("{test}-{}", self.name)
    }

    /// Reads days; what became of each, in the order in which they come out.
    fn read(&self, test: &str, days: &[&str], rejects: RejectsFile) -> Vec<Result<(), Reject>> {
        let log = path(&self.file(test));
        std::fs::write(&log, (self.log)(days)).unwrap();
        let mapping = Some(mapping(self.format, self.rows));
        let options = OpenOptions { mapping, rejects: Some(rejects), ..OpenOptions::default() };
        let mut log = open_log_with(log, options).unwrap();
        let read: Vec<_> = log.by_ref().map(|item| item.map(|_| ())).collect();
        let events = read.iter().filter(|item| item.is_ok()).count() as u64;
        assert_eq!(
            (events, read.len() as u64 - events),
            (log.counts().events, log.counts().rejected()),
            "{}: what is counted is what came out",
            self.name
        );
        read
    }
}

const GOOD: &str = "2024-05-01";

/// What could not be kept was called the last of the log, and then reading went on as if it had been.
#[test]
fn a_rejects_file_that_takes_nothing_ends_the_log() {
    let bad = "no day".repeat(60);
    let mut days = vec![GOOD];
    days.extend(std::iter::repeat_n(bad.as_str(), 2_000));
    days.push(GOOD);
    for case in CASES {
        let read = case.read("full", &days, full(&case.file("full")));
        let last = read.last().unwrap().as_ref().unwrap_err();
        assert_eq!(last.reason, RejectReason::RejectsFile, "{}", case.name);
        assert!(last.place.line > 1 && last.to_string().contains("; expected a file with room"), "{last}");
        // Long before the end, since it was not read on, and behind the row that could be read.
        assert!(read[0].is_ok() && read[1..].iter().all(Result::is_err), "{}", case.name);
        assert!(read.len() < 1_000, "{}: {} of 2,002 came out", case.name, read.len());
    }
}

/// A few rejects fit into the memory in front of the file: that they never got there shows at the end.
#[test]
fn rejects_that_never_got_into_their_file_are_said_last() {
    for case in CASES {
        let read = case.read("last", &[GOOD, "no day", GOOD], full(&case.file("last")));
        let reasons: Vec<_> =
            read.iter().filter_map(|item| item.as_ref().err().map(|it| it.reason)).collect();
        assert_eq!(reasons, [RejectReason::BadTime, RejectReason::RejectsFile], "{}", case.name);
        assert!(read.last().unwrap().is_err() && read.len() == 4, "{}: {read:?}", case.name);
    }
}

#[test]
fn every_reject_is_in_the_file_once() {
    for case in CASES {
        let kept = path(&format!("{}.txt", case.name));
        let read = case.read("kept", &[GOOD, "no day", GOOD], RejectsFile::create(&kept).unwrap());
        assert_eq!(read.len(), 3, "{}", case.name);
        // An event of XES has no line of its own.
        let raw = if case.format == "xes" { "" } else { "t1,ann,no day" };
        assert_eq!(
            std::fs::read_to_string(&kept).unwrap(),
            format!("3\tnot a time\t{raw}\n"),
            "{}",
            case.name
        );
    }
}
