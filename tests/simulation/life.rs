//! One life: what happens, in what order, to whom. All of it follows from the seed.

use super::coverage::Coverage;
use super::facts::{BEGIN, Facts, GRID};
use super::gate::{Call, Fate};
use super::model::{Known, Link, Model, Sent};
use super::node::{Asked, Node, Running};
use super::poison::Poison;
use super::reader::{Happened, Story};
use super::truth::Truth;
use std::sync::Arc;
use throughline::core::event::vocabulary::{ProfileLinked, ProfileUnlinked};
use throughline::core::event::{EventData, NewEvent, Position};
use throughline::core::ids::{EventId, LinkId, ProfileId};
use throughline::core::time::{Micros, Span};
use throughline::engine::{Announcements, Incoming};
use throughline::store::append::{Append, ExpectedVersion, StreamAppend};
use throughline::store::contract::EventStore;
use throughline::store::memory::MemoryStore;
use throughline::store::read::StoredEvent;
use throughline::store::stream::{StreamId, TenantId};
use throughline_testkit::faulty::Plan;
use throughline_testkit::rng::Rng;

/// How many facts are sent in one life at most.
const MOST_FACTS: usize = 40;

/// A life under way.
pub(crate) struct Life<'t> {
    pub(crate) rng: Rng,
    pub(crate) store: MemoryStore,
    pub(crate) now: Micros,
    /// The latest that any clock has shown.
    pub(crate) latest: Micros,
    pub(crate) nodes: Vec<Node>,
    pub(crate) model: Model,
    pub(crate) facts: Facts,
    /// The consumer, and the process that it lives in.
    pub(crate) reader: Option<(usize, Announcements)>,
    pub(crate) reads_at: Option<usize>,
    /// What the consumer cannot handle.
    pub(crate) poison: Option<Poison>,
    /// Whether rulebooks are put in force in this life, and storms declared.
    activates: bool,
    /// Whether identifiers are claimed in it.
    claims: bool,
    pub(crate) story: Story,
    pub(crate) truth: &'t mut Truth,
    pub(crate) met: Coverage,
    /// What was stored of a customer some time ago.
    pub(crate) kept: Option<(StreamId, Vec<u8>)>,
    /// What happened, if somebody wants to know.
    pub(crate) trace: Option<Vec<String>>,
}

macro_rules! note {
    ($life:expr, $($what:tt)*) => { if let Some(trace) = &mut $life.trace { trace.push(format!($($what)*)); } };
}
pub(crate) use note;

/// Everything in the log.
pub(crate) async fn whole_log(store: &dyn EventStore) -> Vec<StoredEvent> {
    let mut log: Vec<StoredEvent> = Vec::new();
    loop {
        let after = log.last().map_or(Position(0), |e| e.recorded.position);
        let page = store.read_all(after, 10_000).await.unwrap();
        if page.events.is_empty() {
            return log;
        }
        log.extend(page.events);
    }
}

/// Lets every task go on until it waits.
pub(crate) async fn settle() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

impl<'t> Life<'t> {
    pub(crate) fn new(seed: u64, truth: &'t mut Truth, is_traced: bool) -> Self {
        let mut rng = Rng::new(seed);
        let store = MemoryStore::new();
        let is_crowd = rng.chance(60);
        let profiles = if is_crowd { 20 } else { 2 + rng.below(3) as usize };
        let activates = rng.chance(500);
        let claims = rng.chance(500);
        let is_harsh = rng.chance(500);
        let nodes = (0..=rng.below(3)).map(|_| {
            let fault_seed = rng.next_u64();
            let plan = match (is_harsh, rng.chance(300)) {
                (_, true) => Plan::calm(fault_seed),
                (true, _) => Plan { crash_per_mille: 0, ..Plan::harsh(fault_seed) },
                _ => Plan { busy_per_mille: 15, lost_answer_per_mille: 25, ..Plan::calm(fault_seed) },
            };
            let skew = if rng.chance(400) { some_skew(&mut rng) } else { Span::ZERO };
            let mut few = |few, many| if rng.chance(300) { rng.below(few) as usize } else { many };
            let (snapshots, journals) = (few(6, 64), few(3, 64));
            let snapshots = (1 + rng.below(4), snapshots, journals);
            let stored_every = if rng.chance(250) { 0 } else { 1 + rng.below(4) };
            Node::new(Arc::new(store.clone()), plan, skew, snapshots, stored_every)
        });
        let nodes = nodes.collect();
        let facts = Facts::new(rng.fork(), profiles);
        let met = Coverage { crowds: u64::from(is_crowd), ..Coverage::default() };
        let trace = is_traced.then(Vec::new);
        let mut life = Self {
            rng,
            store,
            now: BEGIN,
            latest: BEGIN,
            nodes,
            model: Model::default(),
            facts,
            reader: None,
            reads_at: None,
            poison: Poison::of(seed),
            activates,
            claims,
            story: Story::default(),
            truth,
            met,
            kept: None,
            trace,
        };
        life.set_clocks();
        life
    }

    pub(crate) fn set_clocks(&mut self) {
        for node in &self.nodes {
            let shown = self.now + node.skew;
            node.clock.set(shown);
            self.latest = self.latest.max(shown);
        }
    }

    /// Lives for a while.
    pub(crate) async fn live(&mut self) -> Result<(), String> {
        for _ in 0..150 + self.rng.below(250) {
            self.happen().await?;
            settle().await;
            self.harvest().await?;
        }
        Ok(())
    }

    async fn happen(&mut self) -> Result<(), String> {
        let waiting: Vec<usize> =
            (0..self.nodes.len()).filter(|n| self.nodes[*n].gate.waiting().is_some()).collect();
        let any = self.rng.below(self.nodes.len() as u64) as usize;
        match self.rng.below(100) {
            0..66 => match self.rng.pick(&waiting).copied() {
                Some(node) => self.let_through(node).await,
                None => {
                    self.ask(any);
                    Ok(())
                }
            },
            66..82 => {
                self.ask(any);
                Ok(())
            }
            82..87 => self.write_raw().await,
            87..93 => {
                let steps = if self.rng.chance(150) { 20 + self.rng.below(100) } else { self.rng.below(8) };
                self.now = self.now + Span(GRID.0 * steps as i64);
                self.set_clocks();
                note!(self, "it is {}", self.now);
                Ok(())
            }
            93..95 => {
                let skew = if self.rng.chance(500) { Span::ZERO } else { some_skew(&mut self.rng) };
                self.met.clock_back += u64::from(skew < self.nodes[any].skew);
                self.nodes[any].skew = skew;
                self.set_clocks();
                note!(self, "node {any} is off by {skew}");
                Ok(())
            }
            95 if self.rng.chance(600) => self.drop_derived().await,
            96 | 97 => self.crash(any).await,
            98 => self.harm_snapshot().await,
            _ => {
                if self.nodes[any].is_down() {
                    self.start(any);
                }
                Ok(())
            }
        }
    }

    pub(crate) fn start(&mut self, at: usize) {
        note!(self, "node {at} starts");
        self.met.starts += 1;
        self.nodes[at].start();
    }

    pub(crate) async fn drop_derived(&mut self) -> Result<(), String> {
        self.store.drop_derived().await.map_err(|e| e.to_string())?;
        self.met.dropped += 1;
        self.story.tell(Happened::Forgotten);
        note!(self, "derived data is dropped");
        Ok(())
    }

    /// Decides about the call that waits at a node's gate.
    async fn let_through(&mut self, at: usize) -> Result<(), String> {
        let gate = self.nodes[at].gate.clone();
        let Some(call) = gate.waiting() else { return Ok(()) };
        self.met.calls += 1;
        let deadly = match call {
            Call::Judgement | Call::Progress => 25,
            Call::Parking => 50,
            Call::Facts | Call::Customer => 12,
            Call::Other => 4,
        };
        if !self.rng.chance(deadly) {
            gate.decide(Fate::Go);
            return Ok(());
        }
        let fate =
            if self.rng.chance(500) { Fate::DieBefore } else { Fate::DieAfter(self.rng.below(1_001) as u32) };
        note!(self, "node {at} dies in {call:?}: {fate:?}");
        self.met.crashes_in_calls += 1;
        self.met.crashes_half_way += u64::from(matches!(fate, Fate::DieAfter(1..1_000)));
        let is_after_facts = matches!(call, Call::Judgement | Call::Customer)
            && self.nodes[at].running.iter().any(|r| matches!(r, Running::Record(..) | Running::Link(..)));
        self.met.crashes_before_judgement += u64::from(is_after_facts);
        gate.decide(fate);
        settle().await;
        self.crash(at).await
    }

    pub(crate) async fn crash(&mut self, at: usize) -> Result<(), String> {
        if self.nodes[at].is_down() {
            self.start(at);
            return Ok(());
        }
        note!(self, "node {at} crashes");
        self.met.crashes += 1;
        if self.rng.chance(100) {
            let log = whole_log(&self.store).await;
            self.met.crashes_while_settling +=
                u64::from(self.truth.settling(&log, self.nodes[at].clock.now())? > 0);
        }
        self.bury(at);
        Ok(())
    }

    /// Ends a process, whatever it was doing.
    pub(crate) fn bury(&mut self, at: usize) {
        for running in self.nodes[at].die() {
            self.doubt(running);
        }
        self.met.see(self.nodes[at].gate.seen());
        if self.reads_at == Some(at) {
            self.met.readers_lost += 1;
            self.reader = None;
            self.reads_at = None;
        }
    }

    /// Nobody will ever answer this.
    fn doubt(&mut self, running: Running) {
        match running {
            Running::Record(asked, _) => {
                for one in asked.iter().filter(|one| !one.is_altered) {
                    if let Some(sent) = self.model.facts.get_mut(&one.id) {
                        sent.known.doubt();
                    }
                }
            }
            Running::Link(link, makes, _) => self.model.links[link].of(makes).doubt(),
            Running::Activate(index, _) => self.model.activations[index].known.doubt(),
            Running::Claim(index, _) => self.model.claims.made[index].known.doubt(),
            _ => {}
        }
    }

    /// Makes a request of a process.
    fn ask(&mut self, at: usize) {
        if self.nodes[at].is_down() {
            self.start(at);
            return;
        }
        let Some(engine) = self.nodes[at].engine.clone() else { return };
        if self.nodes[at].is_stopping || self.nodes[at].running.len() > 4 {
            return;
        }
        if self.poison.as_mut().is_some_and(Poison::reads) {
            let running = self.some_reading(at, engine);
            self.nodes[at].running.extend(running);
            return;
        }
        if self.claims && self.rng.chance(300) {
            let parts = self.rng.chance(100);
            let running = if parts { self.some_parting(engine) } else { Some(self.some_claim(engine)) };
            self.nodes[at].running.extend(running);
            return;
        }
        if self.activates && self.rng.chance(60) {
            let running = self.some_activation(engine);
            self.nodes[at].running.extend(running);
            return;
        }
        let running = match self.rng.below(100) {
            0..52 => {
                let (asked, facts) = self.some_facts();
                note!(self, "node {at} is sent {asked:?}");
                Running::Record(asked, tokio::spawn(async move { engine.record_all(facts).await }))
            }
            52..66 => {
                let Some((link, makes)) = self.some_link() else { return };
                let Link { id, ends: [a, b], .. } = self.model.links[link];
                note!(self, "node {at} is to link ({makes}) {a} and {b}");
                Running::Link(
                    link,
                    makes,
                    tokio::spawn(async move {
                        if makes { engine.link(id, a, b).await } else { engine.unlink(id, a, b).await }
                    }),
                )
            }
            66..84 => {
                note!(self, "node {at} is to advance");
                Running::Advance(tokio::spawn(async move { engine.advance().await }))
            }
            84..98 => match self.some_reading(at, engine) {
                Some(running) => running,
                None => return,
            },
            _ => {
                note!(self, "node {at} is to shut down");
                self.nodes[at].is_stopping = true;
                Running::Shutdown(tokio::spawn(async move { engine.shutdown().await }))
            }
        };
        self.nodes[at].running.push(running);
    }

    /// New facts as a rule; also what was sent before, and ids that are taken.
    fn some_facts(&mut self) -> (Vec<Asked>, Vec<Incoming>) {
        let (mut asked, mut facts) = (Vec::new(), Vec::new());
        for _ in 0..=self.rng.below(4) {
            let roll = self.rng.below(100);
            let known: Vec<EventId> = self.model.facts.keys().copied().collect();
            let known = if roll < 30 { self.rng.pick(&known).copied() } else { None };
            let is_new = known.is_none() && self.model.facts.len() < MOST_FACTS;
            let id = match known {
                Some(id) => id,
                None if is_new => self.new_fact(),
                None => continue,
            };
            let Some(Sent { profile, event, known, .. }) = self.model.facts.get(&id) else { continue };
            let (mut profile, mut event) = (*profile, event.clone());
            let is_altered = *known == Known::Acknowledged && roll < 6;
            if is_altered && roll < 2 {
                profile = *self.facts.profiles.iter().find(|p| **p != profile).unwrap();
            } else if is_altered {
                event.occurred_at = event.occurred_at + Span(1);
            }
            asked.push(Asked { id, is_altered });
            facts.push(Incoming { profile, event });
        }
        (asked, facts)
    }

    fn new_fact(&mut self) -> EventId {
        let (profile, event) = self.facts.next(self.now);
        let id = event.id;
        self.met.late += u64::from(event.occurred_at < self.now - Span::from_hours(1));
        self.met.future += u64::from(event.occurred_at > self.now);
        self.model
            .facts
            .insert(id, Sent { profile, event, known: Known::Absent, position: None, is_recorded: false });
        id
    }

    /// A new link, or the end of one.
    fn some_link(&mut self) -> Option<(usize, bool)> {
        let made = self.model.links.len();
        if made > 0 && self.rng.chance(550) {
            return Some((self.rng.below(made as u64) as usize, self.rng.chance(200)));
        }
        let a = *self.rng.pick(&self.facts.profiles)?;
        let b = *self.rng.pick(&self.facts.profiles)?;
        if a == b || made > 8 {
            return None;
        }
        let id = LinkId::from_bytes([made as u8 + 1; 16]);
        self.model.links.push(Link { id, ends: [a, b], linked: Known::Absent, unlinked: Known::Absent });
        Some((made, true))
    }

    /// Another program appends to the same store. It knows no engine and judges nothing.
    async fn write_raw(&mut self) -> Result<(), String> {
        let recorded_at = self.now + if self.rng.chance(100) { some_skew(&mut self.rng) } else { Span::ZERO };
        let stream = |profile, events| StreamAppend {
            stream: StreamId::profile(TenantId::default(), profile),
            expected: ExpectedVersion::Any,
            events,
        };
        let (streams, fact, link) = if self.rng.chance(750) {
            if self.model.facts.len() >= MOST_FACTS {
                return Ok(());
            }
            let id = self.new_fact();
            let sent = &self.model.facts[&id];
            (vec![stream(sent.profile, vec![sent.event.seal()])], Some(id), None)
        } else {
            let Some((link, makes)) = self.some_link() else { return Ok(()) };
            let Link { id, ends: [a, b], .. } = self.model.links[link];
            let end = |of, other| stream(of, vec![link_event(id, makes, of, other).seal()]);
            (vec![end(a, b), end(b, a)], None, Some((link, makes)))
        };
        note!(self, "another writes {fact:?} {link:?}, recorded at {recorded_at}");
        let appended = self.store.append(Append { streams, recorded_at }).await.map_err(|e| e.to_string())?;
        self.met.raw += 1;
        self.latest = self.latest.max(recorded_at);
        if let Some(id) = fact {
            let place = appended.places[0][0];
            self.acknowledge(id, place.position, place.was_there)?;
        }
        if let Some((link, makes)) = link {
            *self.model.links[link].of(makes) = Known::Acknowledged;
        }
        Ok(())
    }

    pub(crate) fn acknowledge(
        &mut self,
        id: EventId,
        position: Position,
        was_there: bool,
    ) -> Result<(), String> {
        let Some(sent) = self.model.facts.get_mut(&id) else { return Err(format!("{id} was never sent")) };
        if sent.known == Known::Acknowledged && sent.position != Some(position) {
            return Err(format!("{id} was acknowledged at {:?} and then at {position}", sent.position));
        }
        // Answers of two processes may come in either order, but only one of them can have been first.
        if !was_there && std::mem::replace(&mut sent.is_recorded, true) {
            return Err(format!("{id} was recorded as new twice"));
        }
        self.met.healed += u64::from(sent.known == Known::Possible && was_there);
        self.met.duplicates += u64::from(sent.known == Known::Acknowledged);
        self.met.facts += u64::from(sent.known != Known::Acknowledged);
        sent.known = Known::Acknowledged;
        sent.position = Some(position);
        Ok(())
    }

    pub(crate) fn some_profile(&mut self) -> ProfileId {
        *self.rng.pick(&self.facts.profiles).unwrap()
    }

    /// Nothing is left of the consumer; another can take its place.
    pub(crate) fn close_reader(&mut self) {
        self.reader = None;
        self.reads_at = None;
    }
}

impl Link {
    /// What is known of its beginning, or of its end.
    pub(crate) const fn of(&mut self, makes: bool) -> &mut Known {
        if makes { &mut self.linked } else { &mut self.unlinked }
    }
}

/// A link as the engine writes it: the same link is the same fact, whoever writes it.
fn link_event(link: LinkId, makes: bool, of: ProfileId, other: ProfileId) -> NewEvent {
    let (what, data): (_, EventData) = if makes {
        ("linked", ProfileLinked { link, other }.into())
    } else {
        ("unlinked", ProfileUnlinked { link, other }.into())
    };
    let id = EventId::derived(what, &format!("{link}/{of}"));
    NewEvent::new(id, Micros(0), super::facts::name("throughline"), data)
}

fn some_skew(rng: &mut Rng) -> Span {
    let steps = [-24, -9, -3, -1, 1, 2, 7, 20];
    Span(GRID.0 * rng.pick(&steps).copied().unwrap_or_default())
}
