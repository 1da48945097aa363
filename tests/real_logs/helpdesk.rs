//! Tickets of a software company, as XES and as CSV.

use super::{Read, contact_of, data, document, history, read, report};
use std::collections::{BTreeMap, BTreeSet};
use throughline::channels::item::LogItem;
use throughline::core::event::{EventData, WorkEffect};
use throughline::core::ids::ContactId;
use throughline::core::time::Span;
use throughline::rules::rulebook::DEFAULT;

const XES: (&str, &str) = ("helpdesk.xes.gz", "helpdesk.toml");
const CSV: (&str, &str) = ("helpdesk.csv.gz", "helpdesk-csv.toml");

fn log(test: &str, (file, mapping): (&str, &str)) -> Option<Read> {
    data(test, file).map(|path| read(&path, &document(mapping)))
}

/// The events of each ticket in order, without its start.
fn tickets(read: &Read) -> BTreeMap<ContactId, Vec<&LogItem>> {
    let mut tickets = BTreeMap::<_, Vec<&LogItem>>::new();
    for item in &read.items {
        if !matches!(item.event.data, EventData::ContactStarted(_)) {
            tickets.entry(contact_of(&item.event.data).unwrap()).or_default().push(item);
        }
    }
    tickets
}

#[test]
fn every_ticket_is_a_contact_and_a_case() {
    let Some(path) = data("every_ticket_is_a_contact_and_a_case", XES.0) else { return };
    let report = report(&history(&path, &document(XES.1)));
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
    let Some(path) = data("reopened_tickets_are_reopened_cases", XES.0) else { return };
    let report = report(&history(&path, &document(XES.1)));
    assert_eq!((report.reopened_cases, report.reopens), (152, 161));
    // A resolved ticket is a claim. Nobody in this log ever asked the customer, so no case is closed.
    assert_eq!(report.claimed_cases, 4_580 - 11);
    assert_eq!(report.cases.get("closed"), None);
}

#[test]
fn handovers_and_ping_pong_are_counted_as_they_were() {
    let Some(path) = data("handovers_and_ping_pong_are_counted_as_they_were", XES.0) else { return };
    let effort = report(&history(&path, &document(XES.1))).effort;
    assert_eq!((effort.handovers, effort.handed_over_contacts), (8_648, 4_577));
    assert_eq!((effort.ping_pongs, effort.ping_pong_contacts), (306, 269));
}

#[test]
fn tickets_that_waited_and_that_nobody_took_are_there() {
    let Some(read) = log("tickets_that_waited_and_that_nobody_took_are_there", CSV) else { return };
    let tickets = tickets(&read);
    let having = |fits: &dyn Fn(&EventData) -> bool| {
        tickets.values().filter(|items| items.iter().any(|item| fits(&item.event.data))).count()
    };
    let waits = having(&|d| matches!(d, EventData::WorkDone(w) if w.effect == WorkEffect::WaitsForCustomer));
    let ended = having(&|d| matches!(d, EventData::ContactEnded(_)));
    let resolved = having(&|d| matches!(d, EventData::ResolutionClaimed(_)));
    assert_eq!((waits, having(&is_taken), resolved, ended), (1_236, 4_580 - 295, 4_580 - 11, 4_580 - 21));
}

fn is_taken(data: &EventData) -> bool {
    let activity = match data {
        EventData::WorkDone(work) => work.activity.as_ref(),
        _ => None,
    };
    activity.is_some_and(|activity| activity.as_str() == "Take in charge ticket")
}

#[test]
fn tickets_wait_to_be_taken_and_many_events_share_an_instant() {
    let Some(read) = log("tickets_wait_to_be_taken_and_many_events_share_an_instant", CSV) else { return };
    let tickets = tickets(&read);
    let first = read.items.iter().map(|item| item.event.occurred_at).min().unwrap();
    assert_eq!(first.to_string(), "2010-01-13T08:40:25Z");
    let (mut over_a_day, mut over_three, mut equal) = (0, 0, 0);
    for items in tickets.values() {
        let taken = items.iter().find(|item| is_taken(&item.event.data));
        let waited = taken.map(|taken| taken.event.occurred_at.since(items[0].event.occurred_at));
        over_a_day += u32::from(waited.is_some_and(|waited| waited > Span::from_hours(24)));
        over_three += u32::from(waited.is_some_and(|waited| waited > Span::from_hours(72)));
        equal += items.windows(2).filter(|w| w[0].event.occurred_at == w[1].event.occurred_at).count();
    }
    assert_eq!((over_a_day, over_three, equal), (1_830, 1_354, 130));
}

#[test]
fn customers_have_many_tickets() {
    let Some(read) = log("customers_have_many_tickets", CSV) else { return };
    let mut of = BTreeMap::<_, BTreeSet<ContactId>>::new();
    for item in &read.items {
        of.entry(item.profile).or_default().insert(contact_of(&item.event.data).unwrap());
    }
    let counts: Vec<usize> = of.values().map(BTreeSet::len).collect();
    assert_eq!(counts.iter().filter(|count| **count >= 2).count(), 309);
    assert_eq!(counts.iter().max(), Some(&250));
}

#[test]
fn the_table_and_the_xes_of_the_log_are_the_same_facts() {
    let test = "the_table_and_the_xes_of_the_log_are_the_same_facts";
    let (Some(csv), Some(xes)) = (log(test, CSV), log(test, XES)) else { return };
    assert_eq!(csv.counts, xes.counts);
    // Both list the same tickets, in another order.
    let key = |item: &LogItem| item.event.id;
    let sorted = |mut items: Vec<LogItem>| {
        items.sort_by_key(key);
        items
    };
    assert!(sorted(csv.items) == sorted(xes.items));
}

#[test]
fn the_log_folds_the_same_with_one_thread_and_twice() {
    let Some(path) = data("the_log_folds_the_same_with_one_thread_and_twice", XES.0) else { return };
    let history = history(&path, &document(XES.1));
    let one = throughline::Replay::new().threads(std::num::NonZeroUsize::MIN).run(&history).unwrap();
    assert_eq!(one, report(&history));
}

#[test]
fn a_promise_of_8_hours_would_be_broken_where_one_of_24_is_and_more_often() {
    let test = "a_promise_of_8_hours_would_be_broken_where_one_of_24_is_and_more_often";
    let Some(path) = data(test, XES.0) else { return };
    let history = history(&path, &document(XES.1));
    let same = throughline::Replay::new().what_if(&history, DEFAULT).unwrap();
    assert!(same.is_empty() && same.customers == 394, "{same}");
    let stricter = DEFAULT.replace("within = \"3d\"\nrepeat", "within = \"8h\"\nrepeat");
    let found = throughline::Replay::new().what_if(&history, &stricter).unwrap();
    let missed = found.by_rule.iter().find(|rule| rule.rule == "no-real-answer").unwrap();
    assert!(missed.new > 0 && missed.sooner > 0 && missed.gone == 0 && missed.later == 0, "{missed}");
    assert_eq!(missed.decisions.what_if, missed.decisions.as_is + missed.new);
    assert!(found.cases.values().all(|count| count.as_is == count.what_if), "{found}");
    let one = throughline::Replay::new().threads(std::num::NonZeroUsize::MIN);
    assert_eq!(one.what_if(&history, &stricter).unwrap(), found);
}
