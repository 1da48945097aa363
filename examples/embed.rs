//! The engine inside a service that is killed half-way and started again: nothing is lost, nothing is done twice.
//!
//! Run with `cargo run --example embed`. The log is one SQLite file in a directory that is removed at the end.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::{BTreeMap, btree_map::Entry};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use throughline::Engine;
use throughline::core::event::vocabulary::{ActionTaken, ContactStarted, Message, VoicemailLeft};
use throughline::core::event::{Author, Channel, Direction, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId, PromiseId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use throughline::rules::decision::Content;
use throughline::rules::ledger::{self, AnnouncementId};
use throughline::store::sqlite::SqliteStore;

const START: Micros = Micros(1_767_258_000_000_000); // 1 January 2026, 9:00

/// The world outside: a mail provider that knows each idempotency key, and so sends each mail once.
#[derive(Default)]
struct Mails {
    sent: BTreeMap<AnnouncementId, String>,
    refused: usize,
}

impl Mails {
    fn send(&mut self, key: AnnouncementId, text: String) {
        match self.sent.entry(key) {
            Entry::Occupied(_) => {
                println!("    the mail provider has seen this key: not sent again");
                self.refused += 1;
            }
            Entry::Vacant(place) => {
                println!("    mail sent: {text}");
                place.insert(text);
            }
        }
    }
}

/// When the service is killed.
#[derive(Clone, Copy, PartialEq)]
enum Life {
    /// Right after its first mail, before it could note that it sent it.
    KilledAfterAMail,
    /// It runs to its end.
    Whole,
}

/// One life of the service: from the start of the process to its end.
async fn live(
    file: &Path,
    hours: &Arc<AtomicI64>,
    until: i64,
    story: &[(i64, &str, EventData)],
    mails: &mut Mails,
    life: Life,
) -> Result<(), Box<dyn Error>> {
    let shown = hours.clone();
    let engine = Engine::builder(Arc::new(SqliteStore::open(file)?))
        .clock(move || START + Span::from_hours(shown.load(Ordering::Relaxed)))
        .start()
        .await?;
    let ann = ProfileId::derived("shop", "ann");
    let mut announcements = engine.subscribe("mailer").await?;
    for hour in hours.load(Ordering::Relaxed)..=until {
        hours.store(hour, Ordering::Relaxed);
        engine.advance().await?;
        for (_, what, data) in story.iter().filter(|(at, ..)| *at == hour) {
            println!("  hour {hour}: {what}");
            let at = START + Span::from_hours(hour);
            let event = NewEvent::new(EventId::derived("shop", what), at, Name::new("shop")?, data.clone());
            engine.record(ann, event).await?;
        }
        while let Some(notice) = announcements.try_next().await? {
            let ledger::Entry::Announced(announcement) = &notice.entry else { continue };
            if let Content::PrescriptionIssued { action, owner, .. } = &announcement.decision.content {
                println!("  hour {hour}: prescribed: {action}");
                mails.send(notice.id, format!("to {owner}: please {action}"));
                if life == Life::KilledAfterAMail {
                    println!("  killed: nothing was shut down, nothing was committed");
                    return Ok(());
                }
                // What was really done is a fact. Its id follows from the announcement, so that it is one fact.
                let done =
                    ActionTaken { action: action.clone(), contact: None, announcement: Some(notice.id.0) };
                let id = EventId::derived("mailer", &notice.id.to_string());
                let at = START + Span::from_hours(hour);
                engine.record(ann, NewEvent::new(id, at, Name::new("mailer")?, done.into())).await?;
            }
            announcements.commit().await?;
        }
    }
    let journey = engine.journey(ann, START + Span::from_hours(until)).await?;
    println!(
        "  facts: {}, cases: {}, promises broken: {}",
        journey.facts,
        journey.cases.len(),
        journey.promise_count.broken
    );
    engine.shutdown().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (file, hours) = (folder.path().join("journeys.db"), Arc::new(AtomicI64::new(0)));
    let (call, mail) = (ContactId::derived("shop", "call"), ContactId::derived("shop", "mail"));
    let promise = PromiseId::derived("shop", "call back");
    let started = |contact, channel| {
        let topic = Name::new("billing").ok();
        ContactStarted { contact, channel, direction: Direction::Inbound, topic, issue: None, purpose: None }
            .into()
    };
    let voicemail =
        VoicemailLeft { contact: call, promise, due: Some(START + Span::from_hours(8)), text: None };
    let answer = Message { contact: mail, author: Author::Human, agent: None, verdict: None, text: None };
    let story: [(i64, &str, EventData); 4] = [
        (0, "Ann calls about a bill", started(call, Channel::Phone)),
        (1, "Ann leaves a voicemail; we call back by hour 8", voicemail.into()),
        (20, "Ann writes a mail about it", started(mail, Channel::Mail)),
        (30, "an agent answers", answer.into()),
    ];
    let mut mails = Mails::default();
    println!("first life");
    live(&file, &hours, 12, &story, &mut mails, Life::KilledAfterAMail).await?;
    println!("second life, on the same file, at hour 10");
    hours.store(10, Ordering::Relaxed);
    live(&file, &hours, 40, &story, &mut mails, Life::Whole).await?;

    println!("mails sent: {}, refused as repeated: {}", mails.sent.len(), mails.refused);
    // Nothing lost: each broken rule led to its mail. Nothing repeated: the one in doubt was recognised.
    assert_eq!((mails.sent.len(), mails.refused), (2, 1));
    drop(folder);
    assert!(!file.exists(), "no file is left behind");
    Ok(())
}
