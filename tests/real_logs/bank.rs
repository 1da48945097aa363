//! Calls of a bank's call centre: one row is a whole call.

use super::{contact_of, data, document, history, read, report};
use std::collections::BTreeMap;
use throughline::channels::item::LogItem;
use throughline::core::event::{Ending, EventData};
use throughline::core::ids::{ContactId, ProfileId};
use throughline::core::time::{Micros, Span};

const LOG: &str = "anonymous_bank_january_1999.txt.gz";

/// One call as the mapping tells it.
#[derive(Default)]
struct Call {
    started: Option<Micros>,
    queued: Option<Micros>,
    connected: Option<Micros>,
    ended: Option<(Micros, Ending)>,
}

impl Call {
    fn is_answered(&self) -> bool {
        self.connected.is_some()
    }

    /// How long the customer waited in the queue, given up or not.
    fn wait(&self) -> Option<Span> {
        let end = self.connected.or(self.ended.map(|(at, _)| at))?;
        self.queued.map(|queued| end.since(queued))
    }
}

fn calls(items: &[LogItem]) -> BTreeMap<(ProfileId, ContactId), Call> {
    let mut calls = BTreeMap::<_, Call>::new();
    for item in items {
        let at = Some(item.event.occurred_at);
        let call = calls.entry((item.profile, contact_of(&item.event.data).unwrap())).or_default();
        match &item.event.data {
            EventData::ContactStarted(_) => call.started = at,
            EventData::Queued(_) => call.queued = at,
            EventData::Connected(_) => call.connected = at,
            EventData::ContactEnded(e) => call.ended = at.map(|at| (at, e.ending)),
            _ => {}
        }
    }
    calls
}

#[test]
fn calls_end_as_they_did() {
    let Some(path) = data("calls_end_as_they_did", LOG) else { return };
    let read = read(&path, &document("bank.toml"));
    // 31,599 rows, of which 240 are the system's own.
    assert_eq!((read.rejects.len(), read.counts.ignored), (0, 240));
    // 33 rows have a menu that ends before it begins. One is the system's own; the others are read with a warning.
    assert_eq!(read.counts.warnings().values().sum::<u64>(), 32);
    let calls = calls(&read.items);
    assert_eq!(calls.len(), 31_599 - 240);
    let count = |fits: &dyn Fn(&Call) -> bool| calls.values().filter(|call| fits(call)).count();
    assert_eq!(count(&Call::is_answered), 27_060);
    assert_eq!(count(&|call| call.queued.is_some()), 16_665);
    let ended = |ending| move |call: &Call| call.ended.is_some_and(|(_, e)| e == ending);
    assert_eq!((count(&ended(Ending::Abandoned)), count(&ended(Ending::Dropped))), (3_080, 1_219));
    assert!(calls.values().all(|call| call.started.is_some() && call.ended.is_some()));
}

#[test]
fn waits_are_as_long_as_the_system_counted() {
    let Some(path) = data("waits_are_as_long_as_the_system_counted", LOG) else { return };
    let calls = calls(&read(&path, &document("bank.toml")).items);
    let over =
        |secs| calls.values().filter(|call| call.wait().is_some_and(|w| w > Span::from_secs(secs))).count();
    assert_eq!((over(30), over(90), over(300)), (10_814, 4_175, 191));
}

#[test]
fn whoever_hangs_up_calls_again() {
    let Some(path) = data("whoever_hangs_up_calls_again", LOG) else { return };
    let identified = document("bank.toml").replace("unknown = \"own\"", "unknown = \"ignore\"");
    let calls = calls(&read(&path, &identified).items);
    let mut customers = BTreeMap::<ProfileId, Vec<Call>>::new();
    for ((profile, _), call) in calls {
        customers.entry(profile).or_default().push(call);
    }
    for calls in customers.values_mut() {
        calls.sort_by_key(|call| call.started);
    }
    let with = |least: usize| customers.values().filter(|calls| calls.len() >= least).count();
    assert_eq!((customers.values().map(Vec::len).sum::<usize>(), with(1)), (13_224, 3_928));
    assert_eq!((with(2), with(10)), (2_012, 189));
    let (mut hung_up, mut within_an_hour, mut within_a_day, mut last) = (0, 0, 0, 0);
    for calls in customers.values() {
        last += u32::from(!calls.last().unwrap().is_answered());
        for (index, call) in calls.iter().enumerate().filter(|(_, call)| !call.is_answered()) {
            hung_up += 1;
            let next = calls.get(index + 1).and_then(|next| Some(next.started?.since(call.started?)));
            within_an_hour += u32::from(next.is_some_and(|after| after <= Span::from_hours(1)));
            within_a_day += u32::from(next.is_some_and(|after| after <= Span::from_hours(24)));
        }
    }
    assert_eq!((hung_up, within_an_hour, within_a_day, last), (1_743, 805, 1_183, 287));
}

#[test]
fn the_report_counts_the_same_calls() {
    let Some(path) = data("the_report_counts_the_same_calls", LOG) else { return };
    let report = report(&history(&path, &document("bank.toml")));
    assert_eq!((report.effort.contacts, report.effort.abandoned), (31_599 - 240, 3_080));
    // Nobody knows who the callers were who were not identified: each of their calls is a customer's of its own.
    assert_eq!(report.customers, 3_928 + (31_599 - 240 - 13_224));
}
