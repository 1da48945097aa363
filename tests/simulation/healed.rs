//! The end of a life: faults end, clocks agree, and everything must come true.

use super::coverage::Coverage;
use super::delivery;
use super::facts::GRID;
use super::life::{Life, note, settle, whole_log};
use super::reader;
use super::rulebooks::{FIRST, Library};
use super::truth::{Truth, check_ledger};
use throughline::core::time::Span;
use throughline::rules::activation::{ACTIVATION_KIND, TOOK_EFFECT_KIND};
use throughline::rules::identity::record::{IDENTIFIER_KIND, Record};
use throughline::rules::ledger::decode_entries;
use throughline::rules::subscription::{self, SUBSCRIPTION_KIND};
use throughline::store::read::StoredEvent;

/// What came of a life.
pub(crate) struct Ended {
    pub(crate) met: Coverage,
    pub(crate) trace: Vec<String>,
    pub(crate) verdict: Result<(), String>,
}

/// Lives one life from its seed and checks it.
pub(crate) fn run(seed: u64, truth: &mut Truth, is_traced: bool) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut life = Life::new(seed, truth, is_traced);
        let verdict = match life.live().await {
            Ok(()) => life.end().await,
            Err(error) => Err(error),
        };
        let trace = life.trace.take().unwrap_or_default();
        Ended { met: life.met, trace, verdict }
    })
}

impl Life<'_> {
    async fn end(&mut self) -> Result<(), String> {
        // Some go on, some come back alone, some without anything but the log.
        let way = self.rng.below(4);
        note!(self, "the end, way {way}");
        let jump = if self.rng.chance(500) { self.rng.below(40) } else { 200 + self.rng.below(100) };
        self.now = self.latest + Span(GRID.0 * jump as i64);
        for node in &mut self.nodes {
            node.skew = Span::ZERO;
            node.network.calm();
        }
        self.set_clocks();
        if way > 0 {
            for at in 0..self.nodes.len() {
                if !self.nodes[at].is_down() {
                    self.crash(at).await?;
                }
            }
        }
        // What the dead had sent arrives, or never will.
        for _ in 0..10 {
            settle().await;
        }
        if way == 2 {
            self.drop_derived().await?;
        }
        self.close_reader();
        self.heal(way == 0 || way == 3).await?;
        let log = whole_log(&self.store).await;
        self.print(&log);
        self.check(&log)?;
        self.check_stillness(log.len()).await
    }

    /// Lets everything come to its end: with all engines, or with one that only starts.
    async fn heal(&mut self, with_all: bool) -> Result<(), String> {
        let healing = if with_all { self.nodes.len() } else { 1 };
        for at in 0..healing {
            self.nodes[at].gate.open();
            self.wait(at).await?;
            if self.nodes[at].is_down() {
                self.start(at);
                self.nodes[at].gate.open();
                self.wait(at).await?;
            } else {
                let engine = self.nodes[at].engine.clone().ok_or("an engine that runs and is not up")?;
                engine.advance().await.map_err(|e| format!("healed, node {at} could not advance: {e}"))?;
            }
        }
        Ok(())
    }

    /// Tells what the log holds.
    fn print(&mut self, log: &[StoredEvent]) {
        if self.trace.is_none() {
            return;
        }
        for stored in log {
            let (at, key) = (&stored.recorded, &stored.stream.key);
            let event = &at.event;
            if event.data.is_fact() {
                let (id, data) = (event.id, event.data.open().unwrap());
                let (when, known) = (event.occurred_at, at.recorded_at);
                note!(self, "log {} {key:?} at {when}, recorded {known}: {id} {data:?}", at.position);
                continue;
            }
            if [ACTIVATION_KIND, TOOK_EFFECT_KIND].contains(&event.data.kind) {
                let (when, known) = (event.occurred_at, at.recorded_at);
                note!(self, "log {} {key:?} from {when}, recorded {known}: an activation", at.position);
                continue;
            }
            if event.data.kind == SUBSCRIPTION_KIND {
                let record = subscription::Record::open(&event.data).unwrap();
                note!(self, "log {} {key:?}: {record:?}", at.position);
                continue;
            }
            if event.data.kind == IDENTIFIER_KIND {
                note!(self, "log {} {key:?}: {:?}", at.position, Record::open(&event.data).unwrap());
                continue;
            }
            for entry in decode_entries(&event.data.plain).unwrap() {
                note!(self, "log {} {key:?} recorded {}: {entry:?}", at.position, at.recorded_at);
            }
        }
    }

    /// Waits until a node has nothing under way.
    async fn wait(&mut self, at: usize) -> Result<(), String> {
        for _ in 0..10_000 {
            settle().await;
            self.harvest().await?;
            if self.nodes[at].starting.is_none() && self.nodes[at].running.is_empty() {
                return Ok(());
            }
        }
        Err(format!("node {at} never comes to its end"))
    }

    fn check(&mut self, log: &[StoredEvent]) -> Result<(), String> {
        let said = check_ledger(log)?;
        self.met.say(&said);
        self.model.check(log)?;
        let Self { truth, now, .. } = self;
        truth.check_end(log, *now)?;
        truth.check_moments(log)
    }

    /// Nothing due is left: whoever starts now, and reads what there is, adds nothing.
    async fn check_stillness(&mut self, length: usize) -> Result<(), String> {
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            self.met.store_busy += node.network.injected().busy;
            self.met.lost_requests += node.network.injected().lost_requests;
            self.met.lost_answers += node.network.injected().lost_answers;
            if self.nodes[at].is_down() {
                self.start(at);
                self.nodes[at].gate.open();
                self.wait(at).await?;
            }
            let engine = self.nodes[at].engine.clone().ok_or("a healed engine did not start")?;
            engine.advance().await.map_err(|e| format!("still, node {at} could not advance: {e}"))?;
            self.met.see(self.nodes[at].gate.seen());
        }
        let log = whole_log(&self.store).await;
        if log.len() != length {
            let more: Vec<_> = log[length..].iter().map(|e| &e.recorded).collect();
            return Err(format!("when all was done there was more to do: {more:?}"));
        }
        self.check_plan().await?;
        let engine = self.nodes[0].engine.clone().ok_or("a healed engine did not start")?;
        let mut reader = reader::open(engine, None, self.story.clone()).await.map_err(|e| e.to_string())?;
        reader::retry_all(&mut reader, &self.story);
        reader::read(reader, self.last_errand()).await;
        let story = self.story.so_far();
        for (number, step) in story.iter().enumerate() {
            note!(self, "subscription {number}: {step:?}");
        }
        let counted = delivery::check(&story, &log)?;
        self.met.deliver(&counted);
        Ok(())
    }
}

impl Life<'_> {
    /// The same build with the same rulebook would announce nothing differently.
    async fn check_plan(&self) -> Result<(), String> {
        let store = std::sync::Arc::new(self.store.clone());
        let plan = throughline::Engine::builder(store).rulebook(FIRST).plan_upgrade(None).await;
        let plan = plan.map_err(|e| e.to_string())?;
        if plan.is_empty() { Ok(()) } else { Err(format!("when all was done a plan was not empty: {plan}")) }
    }
}

impl Truth {
    /// The rules of the simulated lives.
    pub(crate) fn new() -> Self {
        Self { library: Library::new(), names: throughline::core::name::Interner::new() }
    }
}
