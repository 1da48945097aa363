//! What it costs to look up whether a disruption hits a customer, over a million of them.
//!
//! `cargo bench --bench disruptions`; `CUSTOMERS=` says how many. A line's time is that of all customers, each looked up
//! once; its rate is customers a second (`docs/DISRUPTIONS.md`).
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write as _;
use std::hint::black_box;
use throughline::core::customer::{CustomerState, fold};
use throughline::core::event::vocabulary::{ContactStarted, FactStated};
use throughline::core::event::{Channel, Direction, EventData, NewEvent, StatedBy};
use throughline::core::fact::{Fact, ProfileIx};
use throughline::core::ids::{ContactId, EventId};
use throughline::core::name::{Interner, Name};
use throughline::core::time::{Micros, Span};
use throughline::rules::rulebook::Rulebooks;

/// 1 January 2026, 0:00.
const START: Micros = Micros(1_767_225_600_000_000);
const AIRPORTS: u64 = 200;

fn customers() -> u64 {
    std::env::var("CUSTOMERS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000)
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// A customer of whom so many facts were stated, the last of them the airport that she flies from; and who wrote once.
fn customer(number: u64, stated: u64, names: &mut Interner) -> CustomerState {
    let mut facts: Vec<EventData> = (1..stated)
        .map(|n| {
            let (fact, value) = (name(&format!("fact-{n}")), Some(name(&format!("value-{}", number % 7))));
            FactStated { fact, value, by: StatedBy::Agent }.into()
        })
        .collect();
    if stated > 0 {
        let airport = Some(name(&format!("airport-{}", number % AIRPORTS)));
        facts.push(FactStated { fact: name("flies-from"), value: airport, by: StatedBy::Customer }.into());
    }
    let id = u128::from(number).to_be_bytes();
    let (contact, topic) = (ContactId::from_bytes(id), Some(name("flight")));
    let (channel, direction) = (Channel::Mail, Direction::Inbound);
    facts.push(ContactStarted { contact, channel, direction, topic, issue: None, purpose: None }.into());
    let facts: Vec<Fact> = (0..)
        .zip(facts)
        .map(|(n, data)| {
            let event = NewEvent::new(EventId::from_bytes(id), START + Span(n), name("crm"), data);
            Fact::of(&event, ProfileIx(0), names)
        })
        .collect();
    fold(&facts)
}

/// Rules with so many storms at once, each of which hits whoever flies from ten of the airports.
fn storms(number: usize, names: &mut Interner) -> Rulebooks {
    let mut rules = Rulebooks::standard(names);
    for storm in 0..number {
        let airports: Vec<String> =
            (0..10).map(|n| format!("\"airport-{}\"", (storm as u64 * 10 + n) % AIRPORTS)).collect();
        let mut text = format!(
            "disruption = \"storm-{storm}\"\nfrom = \"2026-01-01T00:00:00Z\"\nuntil = \"2026-01-03T00:00:00Z\"\n"
        );
        let _ = writeln!(text, "topics = [\"flight\"]\nwaiver = \"fee\"\n[[who]]\nfact = \"flies-from\"");
        let _ = writeln!(text, "values = [{}]", airports.join(", "));
        rules.declare(START, &text, names).unwrap();
    }
    rules
}

fn matching(c: &mut Criterion) {
    let mut names = Interner::new();
    let mut group = c.benchmark_group("whom a disruption hits");
    group.sample_size(10).throughput(Throughput::Elements(customers()));
    let at = START + Span::from_hours(12);
    for (what, stated) in [("nothing", 0), ("three facts", 3), ("64 facts, the most there are", 64)] {
        // Sixty-four facts of a million customers do not fit into a small machine's memory: looked up again and again.
        let held = if stated > 3 { customers().min(50_000) } else { customers() };
        let all: Vec<CustomerState> = (0..held).map(|n| customer(n, stated, &mut names)).collect();
        for number in [1, 16] {
            let rules = storms(number, &mut names);
            let id = BenchmarkId::new(format!("of whom {what} is known"), format!("{number} at once"));
            group.bench_with_input(id, &rules, |b, rules| {
                b.iter(|| {
                    let looked_up = all.iter().cycle().take(customers() as usize);
                    let hit: usize = looked_up
                        .map(|customer| black_box(rules).disruptions_of(customer, black_box(at)).count())
                        .sum();
                    black_box(hit)
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
