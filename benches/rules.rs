//! What each family of rules costs, over a fold that judges nothing: whole years of a town in customer order, one thread.
//!
//! `cargo bench --bench rules` uses a town of a million events; a line's time divided by its events is the cost of an event
//! under a rulebook that has this family alone (`docs/PERFORMANCE.md`).
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::hint::black_box;
use throughline::core::customer::CustomerState;
use throughline::core::fact::{Fact, ProfileIx};
use throughline::core::name::Interner;
use throughline::core::time::{Micros, Span};
use throughline::rules::calendar::Weekday::{Fri, Mon, Thu, Tue, Wed};
use throughline::rules::calendar::{Calendar, Hours, Tz, WorkingTime};
use throughline::rules::evaluate::{Discard, Evaluator};
use throughline::rules::journey::Journey;
use throughline::rules::rulebook::{DEFAULT, Rulebooks};
use throughline_testkit::town::Town;

fn events() -> u64 {
    std::env::var("EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000)
}

/// The facts of each customer, in canonical order.
fn facts(names: &mut Interner) -> Vec<Vec<Fact>> {
    let town = Town::new(1).with_customers(u32::try_from(events() / 25).unwrap()).with_events(events());
    let mut of: BTreeMap<_, Vec<Fact>> = BTreeMap::new();
    for arrival in town.arrivals() {
        let fact = Fact::of(&arrival.event, ProfileIx(0), names);
        of.entry(arrival.profile).or_default().push(fact);
    }
    let mut all: Vec<Vec<Fact>> = of.into_values().collect();
    for facts in &mut all {
        facts.sort_by(|a, b| a.key().compare(&b.key(), names));
        facts.dedup_by_key(|fact| fact.id);
    }
    all
}

/// The rulebook that ships without the tables that a family does not need.
fn only(tables: &[&str]) -> String {
    let mut kept = String::new();
    let mut keeps = true;
    for line in DEFAULT.lines() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_matches(|c| c == '[' || c == ']');
            let first = table.split('.').next().unwrap();
            keeps = ["rulebook", "cases", "promises", "calendars", "channels", "topics"].contains(&first)
                || tables.contains(&first);
        }
        // What goes with another table goes with it.
        if keeps {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

fn families(c: &mut Criterion) {
    let mut names = Interner::new();
    let facts = facts(&mut names);
    let count: usize = facts.iter().map(Vec::len).sum();
    let in_working_time = only(&["targets"]).replace(
        "\nwithin = ",
        "\ncalendar = \"office\"\npauses_for = [\"customer\", \"third-party\"]\nwithin = ",
    );
    let rulebooks = [
        ("cases", only(&[])),
        ("cases and targets", only(&["targets"])),
        ("cases and targets in working time", in_working_time),
        ("cases and limits", only(&["limits"])),
        ("cases, partners and apologies", only(&["partners", "apologies"])),
        ("cases and churn", only(&["targets", "churn"])),
        ("all", DEFAULT.to_owned()),
    ];
    let end = Micros(i64::MAX / 2);
    let mut group = c.benchmark_group("rules");
    group.sample_size(10).throughput(Throughput::Elements(count as u64));
    group.bench_function("none: what is known of customers alone", |b| {
        b.iter(|| {
            let mut state = CustomerState::default();
            for facts in &facts {
                state.clear();
                for fact in facts {
                    state.evolve(fact);
                }
                black_box(&state);
            }
        });
    });
    for (name, text) in rulebooks {
        let rules = Rulebooks::parse(&text, &mut names).unwrap();
        let evaluator = Evaluator::new(&rules);
        group.bench_function(name, |b| {
            let mut journey = Journey::new();
            b.iter(|| {
                for facts in &facts {
                    journey.clear();
                    evaluator.fold(&mut journey, facts, end, &mut Discard);
                    black_box(&journey);
                }
            });
        });
    }
    group.finish();
}

/// One question to a calendar, and to read a rulebook with one.
fn calendars(c: &mut Criterion) {
    let windows = ["08:00-12:00", "13:30-18:00"].map(|text| Hours::parse(text).unwrap());
    let week = || [Mon, Tue, Wed, Thu, Fri].into_iter().flat_map(|day| windows.map(|hours| (day, hours)));
    let office = Calendar::new(Tz::Europe__Berlin, week(), []);
    let asked = Micros(1_767_258_000_000_000);
    let mut group = c.benchmark_group("calendar");
    group.bench_function("a deadline in eight working hours", |b| {
        b.iter(|| office.after(black_box(asked), Span::from_hours(8)));
    });
    group.bench_function("the open time of a month", |b| {
        b.iter(|| office.between(black_box(asked), asked + Span::from_days(30)));
    });
    let waits: Vec<(Micros, Micros)> = (1..5)
        .map(|day| (asked + Span::from_days(day), asked + Span::from_days(day) + Span::from_hours(5)))
        .collect();
    let working = WorkingTime::of(Some(&office));
    group.bench_function("a deadline with four waits", |b| {
        b.iter(|| working.after(black_box(asked), Span::from_hours(40), waits.iter().copied()));
    });
    group.bench_function("to read a zone and a week", |b| {
        b.iter(|| Calendar::new(Tz::Europe__Berlin, week(), []));
    });
    group.finish();
}

criterion_group!(benches, families, calendars);
criterion_main!(benches);
