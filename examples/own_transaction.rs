//! A reader that keeps how far it came in its own database, with its work: each announcement exactly once.
//!
//!     cargo run --example own_transaction
//!
//! A mailer has an outbox in SQLite. It writes what is to be sent and its bookmark in one transaction. It is killed at every
//! place at which that could hurt, one mail cannot be written, and in the end the outbox holds everything once.
#![allow(clippy::print_stdout, reason = "an example prints")]

use rusqlite::{Connection, params};
use std::error::Error;
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

fn open_outbox() -> rusqlite::Result<Connection> {
    let outbox = Connection::open_in_memory()?;
    outbox.execute_batch(
        "CREATE TABLE mail (id TEXT PRIMARY KEY, to_whom TEXT NOT NULL, text TEXT NOT NULL);
         CREATE TABLE bookmark (one INTEGER PRIMARY KEY CHECK (one = 1), kept TEXT NOT NULL);",
    )?;
    Ok(outbox)
}

/// Starts the reader where the outbox says that it came.
async fn start(engine: &Engine, outbox: &Connection) -> Result<Announcements, Box<dyn Error>> {
    let kept: Option<String> = outbox.query_row("SELECT max(kept) FROM bookmark", [], |row| row.get(0))?;
    let bookmark: Bookmark = kept.map_or(Ok(Bookmark::default()), |text| serde_json::from_str(&text))?;
    Ok(engine.subscribe_from("mailer", bookmark).await?)
}

fn name_of(profile: ProfileId) -> &'static str {
    CUSTOMERS.into_iter().find(|name| ProfileId::derived("shop", name) == profile).unwrap_or("nobody")
}

/// Handles at most so many announcements in one transaction. `broken` is a customer whose mails cannot be written.
async fn work(
    mut reader: Announcements,
    outbox: &mut Connection,
    most: usize,
    broken: Option<&str>,
    killed: Killed,
) -> Result<Announcements, Box<dyn Error>> {
    let transaction = outbox.transaction()?;
    for _ in 0..most {
        let Some(notice) = reader.try_next().await? else { break };
        let to = name_of(notice.profile);
        if Some(to) == broken {
            reader.park(&notice, "the template has no such language").await?;
            continue;
        }
        let row = params![format!("{}/{}", notice.position.0, notice.index), to, notice.entry.to_string()];
        // The primary key would refuse what is done twice.
        transaction.execute("INSERT INTO mail VALUES (?1, ?2, ?3)", row)?;
    }
    if killed == Killed::BeforeItsCommit {
        return Ok(reader);
    }
    let kept = serde_json::to_string(&reader.bookmark())?;
    transaction.execute("INSERT OR REPLACE INTO bookmark VALUES (1, ?1)", [kept])?;
    transaction.commit()?;
    if killed == Killed::Nowhere {
        reader.commit().await?;
    }
    Ok(reader)
}

fn show(what: &str, outbox: &Connection, reader: &Announcements) -> Result<(), Box<dyn Error>> {
    let mails: i64 = outbox.query_row("SELECT count(*) FROM mail", [], |row| row.get(0))?;
    let parked: Vec<_> = reader.parked().iter().map(|parked| name_of(parked.profile)).collect();
    println!("{what:46} {mails} mails in the outbox, parked: {parked:?}");
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
        let started = ContactStarted { contact, channel, direction, topic: None, issue: None };
        let id = EventId::derived("desk", &number.to_string());
        let event = NewEvent::new(id, now, Name::new("desk")?, started.into());
        engine.record(ProfileId::derived("shop", who), event).await?;
    }
    let mut outbox = open_outbox()?;
    let reader = start(&engine, &outbox).await?;
    let reader = work(reader, &mut outbox, 4, Some("bob"), Killed::BeforeItsCommit).await?;
    show("killed before its commit", &outbox, &reader)?;
    let reader = start(&engine, &outbox).await?;
    let reader = work(reader, &mut outbox, 4, Some("bob"), Killed::AfterItsCommit).await?;
    show("killed after its commit", &outbox, &reader)?;
    let reader = start(&engine, &outbox).await?;
    let mut reader = work(reader, &mut outbox, 100, Some("bob"), Killed::Nowhere).await?;
    show("read to the end", &outbox, &reader)?;
    reader.retry(ProfileId::derived("shop", "bob"));
    let reader = work(reader, &mut outbox, 2, None, Killed::AfterItsCommit).await?;
    show("the template is mended; killed while it retries", &outbox, &reader)?;
    let mut reader = start(&engine, &outbox).await?;
    reader.retry(ProfileId::derived("shop", "bob"));
    let reader = work(reader, &mut outbox, 100, None, Killed::Nowhere).await?;
    show("retried to the end", &outbox, &reader)?;
    Ok(())
}
