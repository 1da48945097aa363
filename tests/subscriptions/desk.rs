//! A desk at which mails come in: each opens a case, which is one announcement.

use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::ContactStarted;
use throughline::core::event::{Body, Channel, Direction, EventData, NewEvent};
use throughline::core::ids::{ContactId, EventId, LinkId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::Micros;
use throughline::engine::{Announcements, Incoming, Notice};
use throughline::rules::ledger::{LEDGER_KIND, LEDGER_SCHEMA};
use throughline::store::append::{Append, ExpectedVersion};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::stream::{StreamId, TenantId};
use throughline_testkit::clock::ManualClock;
use throughline_testkit::faulty::{FaultyStore, Plan};

/// 1 January 2026, 9:00, and so many minutes.
pub(crate) fn at(minutes: i64) -> Micros {
    Micros(1_767_258_000_000_000 + minutes * 60_000_000)
}

pub(crate) const fn person(number: u8) -> ProfileId {
    ProfileId::from_bytes([number; 16])
}

/// The contact that the mail with this number begins.
pub(crate) fn contact(number: u8) -> ContactId {
    ContactId::from_bytes([number; 16])
}

fn source() -> Name {
    Name::new("test").unwrap()
}

fn mail(number: u8) -> NewEvent {
    let started = EventData::from(ContactStarted {
        contact: contact(number),
        channel: Channel::Mail,
        direction: Direction::Inbound,
        topic: None,
        issue: None,
        purpose: None,
    });
    let id = EventId::derived("test", &format!("mail {number}"));
    NewEvent::new(id, at(0), source(), started)
}

/// A store, a clock that stands at `at(0)`, and an engine.
pub(crate) struct Desk {
    pub(crate) store: MemoryStore,
    pub(crate) engine: Engine,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        let (store, clock) = (MemoryStore::default(), ManualClock::at(at(0)));
        let builder = Engine::builder(Arc::new(store.clone())).clock(move || clock.now());
        Self { store, engine: builder.start().await.unwrap() }
    }

    /// Mails come in, each given by who writes and its number.
    pub(crate) async fn mails(&self, mails: &[(u8, u8)]) {
        for (who, number) in mails {
            self.engine.record(person(*who), mail(*number)).await.unwrap();
        }
    }

    /// Mails of one customer that are judged at once, so that one record of the ledger announces all of them.
    pub(crate) async fn mails_at_once(&self, who: u8, numbers: &[u8]) {
        let mails = numbers.iter().map(|number| Incoming { profile: person(who), event: mail(*number) });
        self.engine.record_all(mails.collect()).await.unwrap();
    }

    pub(crate) async fn link(&self, link: u8, a: u8, b: u8) {
        self.engine.link(LinkId::from_bytes([link; 16]), person(a), person(b)).await.unwrap();
    }

    pub(crate) async fn unlink(&self, link: u8, a: u8, b: u8) {
        self.engine.unlink(LinkId::from_bytes([link; 16]), person(a), person(b)).await.unwrap();
    }

    /// A record of the ledger whose bytes are damaged.
    pub(crate) async fn damage(&self, who: u8) {
        let plain = vec![255, 7].into();
        let data = Body { kind: LEDGER_KIND, schema: LEDGER_SCHEMA, plain, ..Body::default() };
        let id = EventId::derived("test", &format!("damaged {who}"));
        let event = NewEvent::new(id, at(0), source(), data);
        let stream = StreamId::profile(TenantId::default(), person(who));
        self.store.append(Append::to(stream, ExpectedVersion::Any, vec![event], at(0))).await.unwrap();
    }

    /// A reader whose store is busy now and then and loses answers.
    pub(crate) async fn unlucky_reader(&self, seed: u64) -> Announcements {
        let plan = Plan { busy_per_mille: 200, lost_answer_per_mille: 100, ..Plan::calm(seed) };
        let (store, clock) = (FaultyStore::new(Arc::new(self.store.clone()), plan), ManualClock::at(at(0)));
        loop {
            let clock = clock.clone();
            let builder = Engine::builder(Arc::new(store.clone())).clock(move || clock.now());
            let Ok(engine) = builder.start().await else { continue };
            if let Ok(reader) = engine.subscribe("mailer").await {
                return reader;
            }
        }
    }

    pub(crate) async fn reader(&self) -> Announcements {
        self.engine.subscribe("mailer").await.unwrap()
    }
}

/// The number of the mail that a notice is about.
pub(crate) fn number(notice: &Notice) -> u8 {
    notice.entry.slot().case.0.as_bytes()[0]
}

/// Everything that is delivered now, by the numbers of the mails.
pub(crate) async fn rest(reader: &mut Announcements) -> Vec<u8> {
    let mut numbers = Vec::new();
    while let Some(notice) = reader.try_next().await.unwrap() {
        numbers.push(number(&notice));
    }
    numbers
}

/// Reads up to the mail with a number, and parks it.
pub(crate) async fn park(reader: &mut Announcements, poison: u8) -> Vec<u8> {
    let mut before = Vec::new();
    loop {
        let notice = reader.try_next().await.unwrap().expect("the poison comes");
        if number(&notice) == poison {
            reader.park(&notice, "it is poison").await.unwrap();
            return before;
        }
        before.push(number(&notice));
    }
}
