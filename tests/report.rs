//! The report: whatever the threads the same, in step with the fold's own counts, and with a form that its schema
//! and its page of documentation describe.
//!
//! `UPDATE=1 cargo test --test report` writes `docs/report.schema.json` anew.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`UPDATE=1` is read from the environment")]

#[path = "report/effort.rs"]
mod effort;
#[path = "report/parity.rs"]
mod parity;
#[path = "report/shape.rs"]
mod shape;

use serde_json::Value;
use shape::{collect, misfits};
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use throughline::channels::mapping::Mapping;
use throughline::channels::open::OpenOptions;
use throughline::core::event::vocabulary::{Connected, ContactEnded, ContactStarted, Queued};
use throughline::core::event::{Channel, Direction, Ending, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::replay::Gathering;
use throughline::report::{Rate, json_schema};
use throughline::{History, Replay, Report};
use throughline_testkit::town::Town;

fn town() -> History {
    let mut gathering = Gathering::new();
    for arrival in Town::new(7).with_customers(800).with_events(20_000).arrivals() {
        gathering.push(arrival.profile, &arrival.event);
    }
    gathering.finish()
}

fn document(name: &str) -> String {
    format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn threads_do_not_matter() {
    let history = town();
    let by = |threads| Replay::new().threads(NonZeroUsize::new(threads).unwrap()).report(&history).unwrap();
    let one = by(1);
    assert_eq!(one.need_a_person.len(), 10);
    for threads in [2, 5] {
        assert_eq!(by(threads), one);
        assert_eq!(by(threads).to_html(), one.to_html());
    }
}

#[test]
fn looking_on_changes_nothing() {
    let history = town();
    assert_eq!(Replay::new().report(&history).unwrap().found, Replay::new().run(&history).unwrap());
}

/// The report counts contacts and cases for itself, since the fold forgets old ones. What both can count agrees.
#[test]
fn the_counts_are_those_of_the_fold() {
    let report = Replay::new().report(&town()).unwrap();
    let (found, contacts, issues) = (&report.found, &report.contacts, &report.issues);
    assert_eq!(contacts.inbound + contacts.outbound, u64::from(found.effort.contacts));
    assert_eq!(report.transfers.total, u64::from(found.effort.transfers));
    assert_eq!(report.transfers.contacts_with_one.numerator, u64::from(found.effort.transferred_contacts));
    assert_eq!(report.transfers.contacts_over_two.numerator, u64::from(found.effort.over_two_contacts));
    assert_eq!(issues.opened, found.decisions["case-opened"]);
    assert_eq!(issues.by_state, found.cases);
    assert_eq!((issues.reopened, issues.reopens), (found.reopened_cases, found.reopens));
    assert_eq!(report.unsettled(), issues.by_state["open"] + issues.by_state["answered"]);
    let missed: u64 = found.missed_by_rule.values().sum();
    let breached: u64 = report.breaches.iter().map(|b| b.times).sum();
    let others =
        ["promise-broken", "limit-passed", "contact-against-guard"].map(|kind| found.decisions[kind]);
    assert_eq!(breached, missed + others.iter().sum::<u64>());
    let parts = [
        contacts.answered_by_human,
        contacts.claimed_only,
        contacts.answered_by_bot_only,
        contacts.unanswered,
    ];
    assert_eq!(parts.iter().sum::<u64>(), contacts.inbound);
    // Each opening and each reopening starts all five clocks.
    for clock in &report.clocks {
        assert_eq!(clock.ran.started, issues.opened + issues.reopens, "{}", clock.clock);
    }
    let hours: u64 = report.hours.iter().flat_map(|h| h.by_hour).sum();
    assert_eq!(hours, contacts.inbound);
    let (raised, last) = (&report.over_time.steps, report.over_time.steps.last().unwrap());
    assert_eq!(raised.iter().map(|s| s.flagged).sum::<u64>(), found.churn.flagged);
    assert_eq!(last.flagged_at_end, found.churn.flagged_now);
    assert!((report.failures.last().unwrap().cumulative_share - 1.0).abs() < 1e-12);
}

/// A day of one customer's calls: minutes at which they begin, whether a person took them, and after how long.
fn calls(calls: &[(i64, Option<i64>)], watched: Span) -> Report {
    let (mut gathering, start) = (Gathering::new(), Micros(1_770_000_000_000_000));
    let profile = ProfileId::derived("desk", "ann");
    let mut tell = |n: usize, at: Micros, data: EventData| {
        let id = EventId::derived("desk", &format!("{n} {at} {}", data.kind()));
        let source = Name::new("desk").unwrap();
        gathering.push(profile, &NewEvent::new(id, at, source, data));
    };
    for (n, (minute, taken)) in calls.iter().enumerate() {
        let contact = ContactId::derived("desk", &n.to_string());
        let at = start + Span::from_secs(60 * minute);
        let (channel, direction) = (Channel::Phone, Direction::Inbound);
        tell(
            n,
            at,
            ContactStarted { contact, channel, direction, topic: None, issue: None, purpose: None }.into(),
        );
        tell(n, at + Span(1), Queued { contact, queue: Name::new("all").unwrap() }.into());
        let ending = match taken {
            Some(secs) => {
                tell(n, at + Span::from_secs(*secs), Connected { contact, agent: None }.into());
                Ending::Completed
            }
            None => Ending::Abandoned,
        };
        tell(n, at + Span::from_secs(600), ContactEnded { contact, ending, agent: None }.into());
    }
    let last = start + Span::from_secs(60 * calls.last().unwrap().0);
    Replay::new().as_of(last + watched).report(&gathering.finish()).unwrap()
}

/// What a log was warned of got lost on its way into the report: rows that were read, though something is odd.
#[test]
fn what_the_log_was_warned_of_stands_in_the_report() {
    const MAPPING: &str = r#"
version = 1
format = "csv"
source = "desk"
zone = "UTC"
time-format = "%Y-%m-%d"
customer = { id = { from = "who" }, take = "each" }
contact = { id = { from = "ticket" }, channel = "ticket", direction = "inbound", started = "with-first-event" }
event = { time = { from = "at" }, key = ["at"], otherwise = "note" }
[[warn]]
when = { length = { above = 9 } }
because = "longer than nine & odd"
"#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    // More than a reader takes alone, so that several count side by side.
    let rows = (0..60_000).map(|n| format!("t{n},ann{n},2024-05-0{},{}\n", n % 9 + 1, n % 12));
    std::fs::write(&path, format!("ticket,who,at,length\n{}", rows.collect::<String>())).unwrap();
    let mapping = Some(Mapping::from_toml(MAPPING).unwrap().into());
    let history =
        History::from_log(&path, OpenOptions { mapping, ..OpenOptions::default() }, None, &|reject| {
            panic!("{reject}")
        });
    let report = Replay::new().report(&history.unwrap()).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["read"]["warned"], serde_json::json!({ "longer than nine & odd": 10_000 }));
    assert!(report.to_string().contains("  warned            10,000 longer than nine & odd\n"), "{report}");
    let page = report.to_html();
    assert!(page.contains("<li>10,000 times: longer than nine &amp; odd</li>"), "{page}");
}

fn shares(rate: &Rate) -> (u64, u64, u64) {
    (rate.numerator, rate.denominator, rate.not_matured)
}

#[test]
fn repeats_run_from_start_to_start_and_only_what_was_watched_counts() {
    // Given up at 0:00 and tried again after 60 minutes to the second; given up again, and not tried again.
    let report = calls(&[(0, None), (60, None)], Span::from_hours(2));
    let repeats = &report.repeats;
    assert_eq!(shares(&repeats.after_giving_up.within_1h), (1, 2, 0));
    // A day has passed after none of them.
    assert_eq!(shares(&repeats.after_giving_up.within_24h), (0, 0, 2));
    let report = calls(&[(0, None), (61, None)], Span::from_days(2));
    assert_eq!(shares(&report.repeats.after_giving_up.within_1h), (0, 2, 0));
    assert_eq!(shares(&report.repeats.after_giving_up.within_24h), (1, 2, 0));
    assert_eq!(shares(&report.contacts.customers_left_unanswered), (1, 1, 0));
}

#[test]
fn waits_are_counted_above_the_limit_and_those_who_gave_up_are_censored() {
    let report = calls(&[(0, Some(30)), (1_500, Some(31)), (3_000, None)], Span::from_days(8));
    assert_eq!(
        shares(&report.waits.over_30_secs),
        (2, 3, 0),
        "30 s less a microsecond is not longer than 30 s"
    );
    assert_eq!(shares(&report.waits.over_300_secs), (1, 3, 0));
    let person = &report.waits.to_a_person;
    assert_eq!((person.started, person.fulfilled, person.censored), (3, 2, 1));
    assert_eq!(person.median_secs, Some(30.999_999));
}

#[test]
fn a_call_that_was_taken_is_an_issue_solved_in_its_first_contact() {
    let solved = calls(&[(0, Some(60))], Span::from_days(7));
    assert_eq!(shares(&solved.issues.first_contact_resolution), (1, 1, 0));
    // Six days later she calls again: the first call solved nothing, and both are one issue.
    let again = calls(&[(0, Some(60)), (6 * 1_440, Some(60))], Span::from_days(7));
    assert_eq!(shares(&again.issues.first_contact_resolution), (0, 1, 0));
    let young = calls(&[(0, Some(60))], Span::from_days(6));
    assert_eq!(shares(&young.issues.first_contact_resolution), (0, 0, 1));
}

#[test]
fn the_schema_in_the_documents_is_up_to_date() {
    let now = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(document("report.schema.json"), &now).unwrap();
    }
    let written = std::fs::read_to_string(document("report.schema.json")).unwrap_or_default();
    assert!(written == now, "docs/report.schema.json is behind the types; see the head of this file");
}

#[test]
fn the_report_of_the_town_has_the_shape_of_its_schema() {
    let schema = json_schema();
    let report = serde_json::to_value(Replay::new().report(&town()).unwrap()).unwrap();
    assert_eq!(misfits(&schema, &schema, &report, "report"), Vec::<String>::new());
    // The checker itself: a field too many, one too few, one of another type.
    let object = report.as_object().unwrap();
    let mut wrong = object.clone();
    wrong.insert("surprise".into(), Value::Null);
    assert_eq!(misfits(&schema, &schema, &wrong.into(), "report"), ["report: `surprise` is unknown"]);
    let mut wrong = object.clone();
    wrong.remove("contacts");
    assert_eq!(misfits(&schema, &schema, &wrong.into(), "report"), ["report lacks `contacts`"]);
    let mut wrong = object.clone();
    wrong["waits"]["queued"] = Value::from("many");
    assert_eq!(misfits(&schema, &schema, &wrong.into(), "report"), ["report.waits.queued is no integer"]);
}

#[test]
fn every_field_is_documented() {
    let page = std::fs::read_to_string(document("REPORT.md")).unwrap();
    let mut fields = BTreeSet::new();
    collect(&json_schema(), &mut fields);
    assert!(fields.len() > 120, "{}", fields.len());
    for (field, described) in fields {
        assert!(described, "`{field}` has no description in the schema");
        assert!(page.contains(&format!("`{field}`")), "docs/REPORT.md does not say what `{field}` is");
    }
}
