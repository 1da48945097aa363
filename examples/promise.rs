//! What can be kept comes out of the log, is asked before a promise, and is held against whoever promises more.
//!
//! Run with `cargo run --example promise`. The chapter that it ends is `docs/book/04-promises.md`.
#![allow(clippy::print_stdout, reason = "an example prints")]
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use throughline::Engine;
use throughline::core::event::vocabulary::{PromiseKept, PromiseMade};
use throughline::core::event::{EventData, NewEvent};
use throughline::core::ids::{EventId, ProfileId, PromiseId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::engine::{Incoming, LeadTimeSample};
use throughline::store::memory::MemoryStore;

/// The crew is booked out until the eighth.
const CREW: &str = r#"
capability = "delivery"

[[slots]]
from = "2026-01-08T08:00:00Z"
until = "2026-01-08T16:00:00Z"
left = 2
"#;

/// 1 January 2026, 9:00.
const NOW: Micros = Micros(1_767_258_000_000_000);

fn told(what: &str, at: Micros, data: impl Into<EventData>) -> Result<Incoming, Box<dyn std::error::Error>> {
    let (customer, event) =
        (ProfileId::derived("shop", what), EventId::derived("shop", &format!("{what} {at}")));
    Ok(Incoming { profile: customer, event: NewEvent::new(event, at, Name::new("shop")?, data.into()) })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clock = Arc::new(AtomicI64::new(NOW.0));
    let shown = clock.clone();
    let engine = Engine::builder(Arc::new(MemoryStore::new()));
    let engine = engine.clock(move || Micros(shown.load(Ordering::Relaxed))).start().await?;
    let what = Name::new("delivery")?;

    // The weeks before: 200 deliveries were promised within a week. Some took a day, most two or three, some four and more.
    let mut deliveries = Vec::new();
    for number in 0..200_i64 {
        let (customer, made) =
            (format!("customer {number}"), NOW - Span::from_days(40) + Span::from_hours(3 * number));
        let (promise, due) = (PromiseId::derived("shop", &customer), made + Span::from_days(7));
        let took = Span::from_hours([24, 30, 36, 48, 48, 60, 72, 72, 96, 160][usize::try_from(number % 10)?]);
        let promised = PromiseMade { promise, contact: None, what: what.clone(), due };
        deliveries.push(told(&customer, made, promised)?);
        deliveries.push(told(&customer, made + took, PromiseKept { promise })?);
    }
    for receipt in engine.record_all(deliveries).await? {
        receipt?;
    }
    let sample = LeadTimeSample::default();
    for found in engine.publish_lead_times(Name::new("operations")?, sample, None).await? {
        let lead_time = found.lead_time.map_or_else(|| "unknown".to_owned(), |time| time.to_string());
        println!("{}: {lead_time} for nine of ten, from {} promises", found.what, found.matured);
    }
    engine.declare_capability(CREW, Name::new("dispatch")?).await?;

    // Ann wants it tomorrow. Her agent asks first, and promises it all the same.
    let (now, tomorrow) = (NOW + Span::from_secs(60), NOW + Span::from_days(1));
    clock.store(now.0, Ordering::Relaxed);
    println!("\n{}\n", engine.may_promise(&what, tomorrow, now).await?);
    let mut announcements = engine.subscribe("printer").await?;
    let promise = PromiseId::derived("shop", "ann");
    let promised = PromiseMade { promise, contact: None, what: what.clone(), due: tomorrow };
    let Incoming { profile: ann, event } = told("ann", now, promised)?;
    engine.record(ann, event).await?;
    engine.advance().await?;
    while let Some(notice) = announcements.try_next().await? {
        println!("{}", notice.entry.to_string().replace(&promise.to_string(), "to ann"));
    }
    Ok(engine.shutdown().await?)
}
