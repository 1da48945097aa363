//! A mail that nobody answers, then an answer, then a customer who says that it helped.
//!
//! Run with `cargo run --example quickstart`. Goes on in `embed.rs`: the engine inside a service.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use throughline::Engine;
use throughline::core::event::vocabulary::{AnswerAccepted, ContactStarted, Message};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::Micros;
use throughline::store::memory::MemoryStore;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The story has a clock of its own, so that it prints the same whenever it runs.
    let hour = Arc::new(AtomicI64::new(0));
    let clock = hour.clone();
    let at = |hour: i64| Micros(1_767_258_000_000_000 + hour * 3_600_000_000); // 1 January 2026, 9:00
    let engine = Engine::builder(Arc::new(MemoryStore::new()))
        .clock(move || at(clock.load(Ordering::Relaxed)))
        .start()
        .await?;

    let (ann, mail) = (ProfileId::derived("shop", "ann"), ContactId::derived("shop", "mail 1"));
    let (agent, billing) = (Some(Name::new("bo")?), Some(Name::new("billing")?));
    let story: [(i64, EventData); 3] = [
        (
            0,
            ContactStarted {
                contact: mail,
                channel: Channel::Mail,
                direction: Direction::Inbound,
                topic: billing,
                issue: None,
            }
            .into(),
        ),
        (30, Message { contact: mail, author: Author::Human, agent, verdict: None, text: None }.into()),
        (32, AnswerAccepted { contact: mail }.into()),
    ];
    for (when, what) in story {
        // Between two events time passes: deadlines fire whether or not anything else happens.
        hour.store(when, Ordering::Relaxed);
        engine.advance().await?;
        let event =
            NewEvent::new(EventId::derived("shop", &when.to_string()), at(when), Name::new("mail")?, what);
        engine.record(ann, event).await?;
        println!("after {when} hours\n{}", engine.journey(ann, at(when)).await?);
    }

    println!("what was announced");
    let mut announcements = engine.subscribe("printer").await?;
    while let Some(notice) = announcements.try_next().await? {
        println!("  {} {}", notice.announced_at, notice.entry.slot().kind);
    }
    announcements.commit().await?;
    engine.shutdown().await?;
    Ok(())
}
