//! A reader that keeps how far it came in its own database, with its work: each announcement exactly once.
//!
//!     cargo run --example own_transaction
//!
//! A mailer keeps what is to be sent and its bookmark in one file, which it replaces as a whole: its transaction. It is killed
//! at every place at which that could hurt, one mail cannot be written, and in the end the outbox holds everything once. With
//! a database the two are rows of two tables, written in one transaction.
#![allow(clippy::print_stdout, reason = "an example prints")]

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::ContactStarted;
use throughline::core::event::{Channel, Direction, NewEvent};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::Micros;
use throughline::engine::{Announcements, Bookmark};
use throughline::store::memory::MemoryStore;

const CUSTOMERS: [&str; 3] = ["ann", "bob", "clara"];

/// Where the process is killed.
#[derive(Clone, Copy, PartialEq)]
enum Killed {
    Nowhere,
    BeforeItsCommit,
    AfterItsCommit,
}

/// What is in the file.
#[derive(Default, Serialize, Deserialize)]
struct Outbox {
    mails: BTreeMap<String, String>,
    bookmark: Bookmark,
}

impl Outbox {
    fn open(file: &Path) -> Result<Self, Box<dyn Error>> {
        if !file.exists() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_slice(&fs::read(file)?)?)
    }

    /// The old file is there until the new one is: there is never half of one.
    fn save(&self, file: &Path) -> Result<(), Box<dyn Error>> {
        let new = file.with_extension("new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        Ok(fs::rename(new, file)?)
    }
}

/// Starts the reader where the outbox says that it came.
async fn start(engine: &Engine, file: &Path) -> Result<Announcements, Box<dyn Error>> {
    Ok(engine.subscribe_from("mailer", Outbox::open(file)?.bookmark).await?)
}

fn name_of(profile: ProfileId) -> &'static str {
    CUSTOMERS.into_iter().find(|name| ProfileId::derived("shop", name) == profile).unwrap_or("nobody")
}

/// Handles at most so many announcements in one transaction. `broken` is a customer whose mails cannot be written.
async fn work(
    mut reader: Announcements,
    file: &Path,
    most: usize,
    broken: Option<&str>,
    killed: Killed,
) -> Result<Announcements, Box<dyn Error>> {
    let mut outbox = Outbox::open(file)?;
    for _ in 0..most {
        let Some(notice) = reader.try_next().await? else { break };
        let to = name_of(notice.profile);
        if Some(to) == broken {
            reader.park(&notice, "the template has no such language").await?;
            continue;
        }
        let key = format!("{}/{}", notice.position.0, notice.index);
        if outbox.mails.insert(key, format!("to {to}: {}", notice.entry)).is_some() {
            return Err("a mail was written twice".into());
        }
    }
    if killed == Killed::BeforeItsCommit {
        return Ok(reader);
    }
    outbox.bookmark = reader.bookmark();
    outbox.save(file)?;
    if killed == Killed::Nowhere {
        reader.commit().await?;
    }
    Ok(reader)
}

fn show(what: &str, file: &Path, reader: &Announcements) -> Result<(), Box<dyn Error>> {
    let mails = Outbox::open(file)?.mails.len();
    let parked: Vec<_> = reader.parked().iter().map(|parked| name_of(parked.profile)).collect();
    println!("{what:48} {mails} mails in the outbox, parked: {parked:?}");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let now = Micros(1_767_258_000_000_000);
    let engine = Engine::builder(Arc::new(MemoryStore::default())).clock(move || now).start().await?;
    for number in 0..9 {
        let who = CUSTOMERS[number % CUSTOMERS.len()];
        let (channel, direction) = (Channel::Mail, Direction::Inbound);
        let contact = ContactId::derived("desk", &number.to_string());
        let started = ContactStarted { contact, channel, direction, topic: None, issue: None, purpose: None };
        let id = EventId::derived("desk", &number.to_string());
        let event = NewEvent::new(id, now, Name::new("desk")?, started.into());
        engine.record(ProfileId::derived("shop", who), event).await?;
    }
    let folder = tempfile::tempdir()?;
    let file = &folder.path().join("outbox.json");
    let reader = start(&engine, file).await?;
    let reader = work(reader, file, 4, Some("bob"), Killed::BeforeItsCommit).await?;
    show("killed before its commit", file, &reader)?;
    let reader = start(&engine, file).await?;
    let reader = work(reader, file, 4, Some("bob"), Killed::AfterItsCommit).await?;
    show("killed after its commit", file, &reader)?;
    let reader = start(&engine, file).await?;
    let mut reader = work(reader, file, 100, Some("bob"), Killed::Nowhere).await?;
    show("read to the end", file, &reader)?;
    reader.retry(ProfileId::derived("shop", "bob"));
    let reader = work(reader, file, 2, None, Killed::AfterItsCommit).await?;
    show("the template is mended; killed while it retries", file, &reader)?;
    let mut reader = start(&engine, file).await?;
    reader.retry(ProfileId::derived("shop", "bob"));
    let reader = work(reader, file, 100, None, Killed::Nowhere).await?;
    show("retried to the end", file, &reader)?;
    Ok(())
}
