//! A mail that nobody answers, then an answer, then a customer who says that it helped.
//!
//! Run with `cargo run --example quickstart`. Goes on in `embed.rs`: the engine inside a service.
#![allow(clippy::print_stdout, reason = "an example prints")]
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use throughline::Engine;
use throughline::core::event::vocabulary::{AnswerAccepted, ContactStarted, Message};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::store::memory::MemoryStore;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The story has a clock of its own, so that it prints the same whenever it runs.
    let start = Micros(1_767_258_000_000_000); // 1 January 2026, 9:00
    let hour = Arc::new(AtomicI64::new(0));
    let shown = hour.clone();
    let engine = Engine::builder(Arc::new(MemoryStore::new()))
        .clock(move || start + Span::from_hours(shown.load(Ordering::Relaxed)))
        .start()
        .await?;
    let (ann, contact) = (ProfileId::derived("shop", "ann"), ContactId::derived("shop", "mail 1"));
    let (agent, topic) = (Some(Name::new("bo")?), Some(Name::new("billing")?));
    let (channel, direction) = (Channel::Mail, Direction::Inbound);
    let story: [(i64, &str, EventData); 3] = [
        (
            0,
            "Ann asks",
            ContactStarted { contact, channel, direction, topic, issue: None, purpose: None }.into(),
        ),
        (
            30,
            "Bo answers",
            Message { contact, author: Author::Human, agent, verdict: None, text: None }.into(),
        ),
        (32, "Ann is content", AnswerAccepted { contact }.into()),
    ];
    let spell = |text: String| text.replace(&contact.to_string(), "\"mail 1\"").replace(":00Z", "");
    let mut announcements = engine.subscribe("printer").await?;
    for (when, what, data) in story {
        // Between two events time passes: deadlines fire whether or not anything else happens.
        for passing in hour.load(Ordering::Relaxed)..=when {
            hour.store(passing, Ordering::Relaxed);
            engine.advance().await?;
            let at = start + Span::from_hours(passing);
            if passing == when {
                println!("{}", spell(format!("{at}  {what}")));
                let event =
                    NewEvent::new(EventId::derived("shop", what), at, Name::new("mail")?, data.clone());
                engine.record(ann, event).await?;
            }
            while let Some(notice) = announcements.try_next().await? {
                println!("{}", spell(format!("{}    {}", notice.announced_at, notice.entry)));
            }
            announcements.commit().await?;
        }
    }
    println!("{}", spell(engine.journey(ann, start + Span::from_hours(32)).await?.to_string()));
    Ok(engine.shutdown().await?)
}
