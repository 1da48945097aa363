//! What can be kept: what its document refuses, with what to write instead, and what is answered by it.
#![allow(clippy::unwrap_used)]

use throughline_core::name::Interner;
use throughline_core::time::{Micros, Span};
use throughline_rules::feasibility::{Answer, Declaration, Feasibility, Obstacle};
use throughline_rules::rulebook::Rulebooks;

const DELIVERY: &str = r#"capability = "delivery"

[lead_time]
quantile = 0.9
within = "4d"
matured = 200

[[slots]]
from = "2026-01-08T08:00:00Z"
until = "2026-01-08T16:00:00Z"
left = 2

[[slots]]
from = "2026-01-02T08:00:00Z"
until = "2026-01-06T08:00:00Z"
left = 0
"#;

const DAY: Span = Span::from_days(1);

/// Midnight at the begin of a day of January 2026.
fn day(number: i64) -> Micros {
    Micros(1_767_225_600_000_000) + Span::from_days(number - 1)
}

fn said(from: &str, to: &str) -> String {
    assert!(DELIVERY.contains(from), "{from}");
    match Declaration::parse(&DELIVERY.replacen(from, to, 1), &mut Interner::new()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / "),
    }
}

#[test]
fn every_mistake_is_refused_with_its_line_and_what_to_write_instead() {
    for (from, to, expected) in [
        ("\"delivery\"", "\"\"", "line 1: `capability` is no name"),
        (
            "quantile = 0.9",
            "quantile = 90.0",
            "line 4: `quantile` is the share of promises that took no longer, 0.5 to 0.999; for nine of ten write 0.9",
        ),
        ("quantile = 0.9", "quantile = \"p90\"", "line 4: `quantile` must be a number"),
        ("\"4d\"", "\"0s\"", "line 5: `within = \"0s\"` would let everything be promised at once"),
        ("\"4d\"", "\"4 days\"", "line 5: `within` is not a length of time; write a number and s, m, h or d"),
        ("matured = 200", "matured = 0", "line 6: `matured = 0` is a lead time from nothing"),
        ("matured = 200\n", "", "lacks `matured`; add `matured = 200`"),
        (
            "until = \"2026-01-08T16",
            "until = \"2026-01-08T06",
            "line 10: `until` must be later than `from`; swap them",
        ),
        ("from = \"2026-01-02T08", "from = \"2026-01-02T8", "line 14: "),
        (
            "until = \"2026-01-06T08",
            "until = \"2026-01-09T08",
            "line 14: this window overlaps the one from 2026-01-08T08:00:00Z",
        ),
        ("left = 2", "left = -2", "line 11: `left` must be a whole number from 0 to 4294967295"),
        ("left = 2", "free = 2", "line 11: there is no key `free` here"),
        ("[lead_time]", "unlimited = true\n[lead_time]", "line 3: slots are a limit or they are not"),
        (
            "[lead_time]",
            "unlimited = false\n[lead_time]",
            "line 3: `unlimited = false` says nothing; leave it out",
        ),
        (
            "[lead_time]",
            "[[lead_time]]",
            "line 3: `[[lead_time]]` stands in a capability once; write `[lead_time]`",
        ),
        (
            "capability =",
            "capabilty =",
            "line 1: there is no key `capabilty` here; did you mean `capability`?",
        ),
    ] {
        let said = said(from, to);
        assert!(said.contains(expected), "{to:?}: {said}");
    }
    for (text, expected) in [
        (
            "capability = \"delivery\"\n",
            "line 1: nothing is said of what can be kept; write `[lead_time]`, `[[slots]]` or `unlimited = true`",
        ),
        (
            "capability = \"delivery\"\nslots = []\n",
            "line 2: `slots = []` says neither when something can be done",
        ),
        (
            "capability = \"delivery\"\n[slots]\nleft = 1\n",
            "line 2: `[slots]` may stand in a capability several times; write `[[slots]]`",
        ),
    ] {
        let error = Declaration::parse(text, &mut Interner::new()).unwrap_err().to_string();
        assert!(error.starts_with("the capability has a mistake\n  ") && error.contains(expected), "{error}");
    }
    let two = DELIVERY.replacen("0.9", "2.0", 1).replacen(
        "left = 0",
        "left = 0\n\n[[slots]]\nfrom = \"2026-01-09T08:00:00Z\"\nuntil = \"2026-01-09T07:00:00Z\"\nleft = 1",
        1,
    );
    let error = Declaration::parse(&two, &mut Interner::new()).unwrap_err().to_string();
    assert!(
        error.starts_with("the capability has 2 mistakes\n  line 4: ") && error.contains("line 20: "),
        "{error}"
    );
}

/// A desk that knows what was declared, each from midnight of a day on.
struct Desk {
    names: Interner,
    rules: Rulebooks,
}

impl Desk {
    fn knowing(declared: &[(i64, &str)]) -> Self {
        let mut names = Interner::new();
        let mut rules = Rulebooks::standard(&mut names);
        for (from, text) in declared {
            rules.declare_capability(day(*from), text, &mut names).unwrap();
        }
        Self { names, rules }
    }

    fn asked(&mut self, due: Micros, now: Micros) -> Feasibility {
        let what = self.names.intern("delivery");
        self.rules.may_promise(what, due, now).named(&self.names)
    }
}

#[test]
fn a_promise_too_far_is_refused_with_every_reason_and_the_earliest_time_that_can_be_kept() {
    let mut desk = Desk::knowing(&[(1, DELIVERY)]);
    let answer = desk.asked(day(3), day(2));
    assert_eq!(
        answer.to_string(),
        "delivery by 2026-01-03T00:00:00Z: no\n  \
         lead time: 90 percent of the last 200 took up to 4d, which is until 2026-01-06T00:00:00Z\n  \
         slots: none is free from 2026-01-02T00:00:00Z to 2026-01-03T00:00:00Z\n  \
         can be kept by 2026-01-08T08:00:00Z at the earliest"
    );
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["answer"], "no");
    assert_eq!(
        (&json["reasons"][0]["reason"], &json["reasons"][1]["reason"]),
        (&"lead-time".into(), &"slots".into())
    );
    assert_eq!(json["earliest"], "2026-01-08T08:00:00Z");
    // Four days are over before a slot is free: to the microsecond.
    let first = day(8) + Span::from_hours(8);
    assert_eq!(desk.asked(first, day(2)).answer, Answer::Yes);
    let a_moment_before = desk.asked(first - Span(1), day(2));
    assert!(matches!(a_moment_before.reasons[..], [Obstacle::Slots { .. }]), "{a_moment_before}");
    // On the window's last afternoon there is no time any more.
    let late = desk.asked(day(30), day(5));
    assert!(matches!(late.reasons[..], [Obstacle::Slots { .. }]), "{late}");
    assert!(late.to_string().ends_with(
        "to 2026-01-30T00:00:00Z; known are those until 2026-01-08T16:00:00Z\n  no time can be named: no slot is known to be free"
    ), "{late}");
    assert_eq!(late.earliest, None);
    let past = desk.asked(day(4), day(5));
    assert!(matches!(past.reasons[..], [Obstacle::Past {}, Obstacle::LeadTime { .. }]), "{past}");
}

#[test]
fn where_nothing_was_declared_the_answer_is_neither_yes_nor_no() {
    let mut desk = Desk::knowing(&[(2, DELIVERY)]);
    let before = desk.asked(day(30), day(2) - Span(1));
    assert_eq!((before.answer, before.is_refused(), before.earliest), (Answer::NothingKnown, false, None));
    assert_eq!(before.to_string(), "delivery by 2026-01-30T00:00:00Z: nothing is known of what can be kept");
    assert_eq!(serde_json::to_value(&before).unwrap()["answer"], "nothing-known");
    assert_ne!(desk.asked(day(30), day(2)).answer, Answer::NothingKnown);
}

#[test]
fn a_part_that_is_left_out_stays_as_it_was_and_slots_are_no_limit_until_they_are_declared() {
    let lead = "capability = \"delivery\"\n[lead_time]\nwithin = \"1d\"\nmatured = 30\n";
    let none = "capability = \"delivery\"\n[[slots]]\nfrom = \"2026-01-01T00:00:00Z\"\nuntil = \"2026-01-31T00:00:00Z\"\nleft = 0\n";
    let lifted = "capability = \"delivery\"\nunlimited = true\n";
    let measured_again = lead.replace("30", "31");
    let mut desk = Desk::knowing(&[(1, lead), (3, none), (4, &measured_again), (5, lifted)]);
    assert_eq!(desk.asked(day(3), day(2)).answer, Answer::Yes);
    for now in [3, 4] {
        let booked = desk.asked(day(now) + DAY, day(now));
        assert!(matches!(booked.reasons[..], [Obstacle::Slots { .. }]), "{booked}");
    }
    assert_eq!(desk.asked(day(5) + DAY, day(5)).answer, Answer::Yes);
    let hasty = desk.asked(day(5) + DAY - Span(1), day(5));
    assert!(matches!(hasty.reasons[..], [Obstacle::LeadTime { quantile: 0.9, matured: 31, .. }]), "{hasty}");
}

/// The clock of one writer is behind the other's: what was said last counts from its instant on, and what was said to count
/// from later on does not come back.
#[test]
fn what_was_declared_last_counts_from_its_instant_on() {
    let within =
        |days: i64| format!("capability = \"delivery\"\n[lead_time]\nwithin = \"{days}d\"\nmatured = 30\n");
    let mut desk = Desk::knowing(&[(10, &within(4)), (6, &within(2))]);
    assert_eq!(desk.asked(day(20), day(5)).answer, Answer::NothingKnown);
    for now in [6, 12] {
        assert_eq!(desk.asked(day(now) + DAY + DAY, day(now)).answer, Answer::Yes);
    }
    // The same again changes nothing, so it still counts from when it was said first.
    desk.rules.declare_capability(day(15), &within(2), &mut desk.names).unwrap();
    assert_eq!(desk.asked(day(9), day(7)).answer, Answer::Yes);
}
