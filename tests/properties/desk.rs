//! One or several engines on one store, with a clock that goes when it is told to, restarted at any time.

use crate::arrivals::{Arrival, Op, profile};
use crate::world::Chance;
use std::sync::Arc;
use throughline::Engine;
use throughline::engine::{EngineError, Incoming};
use throughline_core::event::NewEvent;
use throughline_core::time::{Micros, Span};
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::memory::MemoryStore;
use throughline_store::read::StoredEvent;
use throughline_store::stream::{StreamId, TenantId};
use throughline_testkit::clock::ManualClock;

/// When everything is over: every deadline has fired and everything has settled, or never will.
pub(crate) const END: Micros = Micros(1_767_258_000_000_000 + 10_000 * 86_400_000_000);

pub(crate) struct Desk {
    store: Arc<dyn EventStore>,
    clock: ManualClock,
    rulebook: &'static str,
    engines: Vec<Engine>,
    waiting: Vec<Incoming>,
    stored_every: u64,
    /// What was stored of a profile some time ago.
    kept: Option<(usize, Vec<u8>)>,
}

impl Desk {
    pub(crate) async fn open(rulebook: &'static str, engines: usize) -> Self {
        Self::open_on(Arc::new(MemoryStore::new()), rulebook, engines).await
    }

    /// A desk on a store.
    pub(crate) async fn open_on(store: Arc<dyn EventStore>, rulebook: &'static str, engines: usize) -> Self {
        let clock = ManualClock::at(Micros::MIN);
        let mut desk = Self {
            store,
            clock,
            rulebook,
            engines: Vec::new(),
            waiting: Vec::new(),
            stored_every: 2,
            kept: None,
        };
        for _ in 0..engines {
            let engine = desk.start().await;
            desk.engines.push(engine);
        }
        desk
    }

    async fn start(&self) -> Engine {
        let clock = self.clock.clone();
        let engine = Engine::builder(self.store.clone()).rulebook(self.rulebook).clock(move || clock.now());
        // Of every other engine, so that the ways to take in a late fact are held against each other.
        let (snapshots, journals) = [(64, 64), (0, 0), (64, 0)][self.engines.len() % 3];
        let engine = engine.snapshot_every(2).snapshots(snapshots).journals(journals);
        let engine = engine.stored_snapshot_every(self.stored_every);
        engine.start().await.unwrap()
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engines[0]
    }

    /// Takes what arrives; now and then time is let pass, an engine dies or is shut down, another one takes over,
    /// or somebody who wrote a fact died before judging it.
    pub(crate) async fn take(&mut self, arrival: &Arrival, chance: &mut Chance) {
        self.clock.set(self.clock.now().max(arrival.at));
        let which = chance.below(self.engines.len());
        match chance.below(12) {
            0 | 1 => drop(self.engines[which].advance().await.unwrap()),
            2 => {
                self.engines[which].shutdown().await.unwrap();
                self.engines[which] = self.start().await;
            }
            3 => self.engines[which] = self.start().await,
            _ => {}
        }
        match &arrival.op {
            Op::Fact(number, event) if chance.once_in(8) => {
                self.record_what_waits(which).await;
                self.write_and_die(*number, event).await;
            }
            Op::Fact(number, event) => {
                self.waiting.push(Incoming { profile: profile(*number), event: event.clone() });
                if !chance.once_in(3) {
                    self.record_what_waits(which).await;
                }
            }
            link => {
                self.record_what_waits(which).await;
                self.link(which, link).await;
            }
        }
    }

    /// Lets one of the engines do what is due at an instant.
    pub(crate) async fn advance(&self, which: usize, at: Micros) -> Result<(), EngineError> {
        self.clock.set(at);
        self.engines[which].advance().await.map(drop)
    }

    /// A desk of one engine that nothing ever happens to, after all of this arrived.
    pub(crate) async fn told(rulebook: &'static str, arrivals: &[Arrival]) -> Self {
        let mut desk = Self::open(rulebook, 1).await;
        for arrival in arrivals {
            desk.take_calmly(arrival).await;
        }
        desk
    }

    /// A desk of one engine that is told all of this, and that neither reads nor writes what is stored of customers.
    pub(crate) async fn told_without_snapshots(rulebook: &'static str, arrivals: &[Arrival]) -> Self {
        let mut desk = Self::open(rulebook, 0).await;
        desk.stored_every = 0;
        let engine = desk.start().await;
        desk.engines.push(engine);
        for arrival in arrivals {
            desk.take_calmly(arrival).await;
        }
        desk
    }

    /// Something happens to what is stored of a customer: it is lost, cut, changed, put in another one's place, or
    /// replaced by what was stored some time ago.
    pub(crate) async fn damage_snapshot(&mut self, chance: &mut Chance) {
        let stream = |number| StreamId::profile(TenantId::default(), profile(number));
        let number = chance.below(3);
        let Some(mut bytes) = self.store.snapshot(&stream(number)).await.unwrap() else { return };
        let at = chance.below(bytes.len());
        let (to, damaged) = match chance.below(6) {
            0 => (number, None),
            1 => (number, Some(bytes[..at].to_vec())),
            2 => {
                // What was cut before may have nothing left.
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
                (number, Some(bytes))
            }
            3 => (chance.below(3), Some(bytes)),
            _ => match self.kept.take() {
                Some((of, before)) => (of, Some(before)),
                None => {
                    self.kept = Some((number, bytes));
                    return;
                }
            },
        };
        self.store.save_snapshot(&stream(to), damaged).await.unwrap();
    }

    /// All engines are shut down or die, and others take over.
    pub(crate) async fn restart_all(&mut self, chance: &mut Chance) {
        for which in 0..self.engines.len() {
            if chance.once_in(2) {
                self.engines[which].shutdown().await.unwrap();
            }
            self.engines[which] = self.start().await;
        }
    }

    /// Takes what arrives as one engine that nothing ever happens to.
    pub(crate) async fn take_calmly(&mut self, arrival: &Arrival) {
        self.clock.set(self.clock.now().max(arrival.at));
        self.engines[0].advance().await.unwrap();
        match &arrival.op {
            Op::Fact(number, event) => {
                self.engines[0].record(profile(*number), event.clone()).await.unwrap();
            }
            link => self.link(0, link).await,
        }
    }

    async fn link(&self, which: usize, link: &Op) {
        let engine = &self.engines[which];
        match *link {
            Op::Link(link, a, b) => engine.link(link, profile(a), profile(b)).await.unwrap(),
            Op::Unlink(link, a, b) => engine.unlink(link, profile(a), profile(b)).await.unwrap(),
            Op::Fact(..) => unreachable!("a fact is no link"),
        }
    }

    async fn record_what_waits(&mut self, which: usize) {
        let batch = std::mem::take(&mut self.waiting);
        for outcome in self.engines[which].record_all(batch).await.unwrap() {
            outcome.unwrap();
        }
    }

    async fn write_and_die(&self, number: usize, event: &NewEvent) {
        let stream = StreamId::profile(TenantId::default(), profile(number));
        let append = Append::to(stream, ExpectedVersion::Any, vec![event.seal()], self.clock.now());
        self.store.append(append).await.unwrap();
    }

    /// Lets time pass until nothing more can happen, in two goes, on every engine.
    pub(crate) async fn come_to_the_end(&mut self) {
        self.record_what_waits(0).await;
        for at in [END - Span::from_days(5_000), END] {
            self.clock.set(at);
            for engine in &self.engines {
                engine.advance().await.unwrap();
            }
        }
    }

    /// Everything that is in the log.
    pub(crate) async fn log(&self) -> Vec<StoredEvent> {
        let mut log: Vec<StoredEvent> = Vec::new();
        loop {
            let after = log.last().map(|e| e.recorded.position).unwrap_or_default();
            let page = self.store.read_all(after, 10_000).await.unwrap();
            if page.events.is_empty() {
                return log;
            }
            log.extend(page.events);
        }
    }
}
