//! What is in force: the rulebook that the engine was set up with, and what was activated in the tenant's context since.
//!
//! The handles of an engine and its task share this. Whoever asks reads what the context holds beyond what is known:
//! one look at a stream that hardly ever has anything new.

use super::identity::Identity;
use super::load::{Known, read_stream};
use super::{EngineError, activation};
use crate::activated::Activated;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use throughline_core::event::{Body, Position, RecordedEvent, Version};
use throughline_core::identifier::IdentifierKey;
use throughline_core::name::Interner;
use throughline_core::time::{Micros, Span};
use throughline_rules::activation::{ACTIVATION_KIND, Activation, TOOK_EFFECT_KIND, TookEffect};
use throughline_rules::rulebook::Rulebooks;
use throughline_store::contract::EventStore;
use throughline_store::read::StoredEvent;
use throughline_store::stream::TenantId;

/// How many events are looked through at once.
const LOOKED_AT_ONCE: usize = 8_192;

/// What is in force as far as the context was read.
#[derive(Clone)]
pub(super) struct InForce {
    /// The document of the rulebook that is in force until another one is activated.
    first: Arc<str>,
    key: Option<IdentifierKey>,
    /// How far the context was read.
    pub(super) version: Version,
    pub(super) activated: Vec<Activated>,
    pub(super) rules: Arc<Rulebooks>,
    /// The rulebooks' names: what a reader starts its own interner from.
    pub(super) names: Arc<Interner>,
    /// Who is who by each rulebook.
    identities: Vec<Arc<Identity>>,
}

impl InForce {
    /// A rulebook alone.
    pub(super) fn new(first: Arc<str>, key: Option<IdentifierKey>) -> Result<Self, EngineError> {
        let mut names = Interner::new();
        let rules = Rulebooks::parse(&first, &mut names)?;
        let identity = Identity::new(rules.first().identity.clone(), key)?;
        Ok(Self {
            first,
            key,
            version: Version(0),
            activated: Vec::new(),
            rules: Arc::new(rules),
            names: Arc::new(names),
            identities: vec![Arc::new(identity)],
        })
    }

    /// The same with another rulebook from an instant on. Whether it can be is found out by doing it.
    pub(super) fn with_rulebook(&self, from: Micros, document: &str) -> Result<Self, EngineError> {
        let mut next = self.clone();
        let (mut rules, mut names) = ((*self.rules).clone(), (*self.names).clone());
        let added = rules.activate(from, document, &mut names)?;
        let identity = Identity::new(rules.get(added).identity.clone(), self.key)?;
        next.identities.push(Arc::new(identity));
        (next.rules, next.names) = (Arc::new(rules), Arc::new(names));
        Ok(next)
    }

    /// The same with a disruption, from an instant on at the earliest. Whether it can be is found out by doing it.
    pub(super) fn with_disruption(&self, from: Micros, document: &str) -> Result<Self, EngineError> {
        let mut next = self.clone();
        let (mut rules, mut names) = ((*self.rules).clone(), (*self.names).clone());
        rules.declare(from, document, &mut names)?;
        (next.rules, next.names) = (Arc::new(rules), Arc::new(names));
        Ok(next)
    }

    /// Takes in what can be kept. Of those there are many, so nothing is copied that nobody else has.
    fn take_in_capability(&mut self, from: Micros, document: &str) -> Result<(), EngineError> {
        let (rules, names) = (Arc::make_mut(&mut self.rules), Arc::make_mut(&mut self.names));
        rules.declare_capability(from, document, names)?;
        Ok(())
    }

    fn with(mut self, activated: Activated) -> Result<Self, EngineError> {
        let mut next = match &activated.what {
            Activation::Rulebook(document) => self.with_rulebook(activated.effective_at, document)?,
            Activation::Disruption(document) => self.with_disruption(activated.effective_at, document)?,
            Activation::Capability(document) => {
                self.take_in_capability(activated.effective_at, document)?;
                self
            }
            Activation::Evaluator(_) => self,
        };
        next.activated.push(activated);
        Ok(next)
    }

    /// What was known to be in force when the log ended at a position.
    pub(super) fn known_by(self: Arc<Self>, until: Position) -> Result<Arc<Self>, EngineError> {
        let mut known = self.activated.iter().take_while(|a| a.position <= until);
        // As a rule all of it, and then nothing is made again.
        if known.clone().count() == self.activated.len() {
            return Ok(self);
        }
        let first = Self::new(self.first.clone(), self.key)?;
        known.try_fold(first, |so_far, a| so_far.with(a.clone())).map(Arc::new)
    }

    /// Who is who by the rulebook that is in force at an instant.
    pub(super) fn identity(&self, at: Micros) -> &Arc<Identity> {
        &self.identities[usize::from(self.rules.in_force(at).0.0)]
    }

    /// Everything that customers are judged by, each with from when: rulebooks, disruptions, capabilities.
    pub(super) fn judged_by(&self) -> impl Iterator<Item = (Micros, &str)> {
        let activated = self.activated.iter().filter_map(|a| Some((a.effective_at, a.document()?)));
        [(Micros::MIN, &*self.first)].into_iter().chain(activated)
    }

    /// The rulebooks that are or were in force, each with from when, the first one first.
    pub(super) fn documents(&self) -> impl Iterator<Item = (Micros, &str)> {
        let activated = self.activated.iter().filter_map(|a| Some((a.effective_at, a.rulebook()?)));
        [(Micros::MIN, &*self.first)].into_iter().chain(activated)
    }
}

/// What is in force, kept up to date by whoever asks.
#[derive(Clone)]
pub(super) struct Shared {
    store: Arc<dyn EventStore>,
    tenant: TenantId,
    known: Arc<Mutex<Arc<InForce>>>,
    looked: Arc<Mutex<Looked>>,
}

/// How far the log was looked through, and the latest time at which anything in it was recorded.
#[derive(Clone, Copy, Debug)]
struct Looked {
    until: Position,
    latest: Micros,
}

impl Shared {
    pub(super) fn new(store: Arc<dyn EventStore>, tenant: TenantId, first: InForce) -> Self {
        let looked = Looked { until: Position(0), latest: Micros(i64::MIN) };
        let (known, looked) = (Arc::new(Mutex::new(Arc::new(first))), Arc::new(Mutex::new(looked)));
        Self { store, tenant, known, looked }
    }

    /// What is in force by what the store holds now.
    pub(super) async fn now(&self) -> Result<Arc<InForce>, EngineError> {
        let known = lock(&self.known).clone();
        let context = activation::context(&self.tenant);
        let beyond = Version(known.version.0 + 1);
        let news = read_stream(&*self.store, &context, beyond, Known::ALL).await?;
        let Some(last) = news.last() else { return Ok(known) };
        let mut notes = BTreeMap::new();
        for event in of_kind(&news, TOOK_EFFECT_KIND) {
            let note = TookEffect::open(&event.event.data)?;
            notes.insert(note.activation, note.from);
        }
        let mut next = (*known).clone();
        for event in of_kind(&news, ACTIVATION_KIND) {
            // Nothing was noted if whoever activated it died, or has not come so far.
            let latest_before = match notes.get(&event.event.id) {
                Some(from) => *from - Span(1),
                None => self.latest_before(event.position).await?,
            };
            next = next.with(Activated::open(event, latest_before)?)?;
        }
        next.version = last.recorded.version;
        let next = Arc::new(next);
        let mut known = lock(&self.known);
        // Somebody else may have read on meanwhile, and further.
        if known.version < next.version {
            *known = next.clone();
        }
        Ok(next)
    }

    /// The latest time at which anything of the tenant before a position was recorded, by whatever clock. Reads the log
    /// up to there, once: what was looked through is not looked through again for a later activation.
    async fn latest_before(&self, position: Position) -> Result<Micros, EngineError> {
        let mut looked = *lock(&self.looked);
        if looked.until >= position {
            // Looked through for a later one already, by another handle.
            looked = Looked { until: Position(0), latest: Micros(i64::MIN) };
        }
        while looked.until.0 + 1 < position.0 {
            let wanted = usize::try_from(position.0 - 1 - looked.until.0).unwrap_or(usize::MAX);
            let page = self.store.read_all(looked.until, wanted.min(LOOKED_AT_ONCE)).await?;
            let Some(last) = page.last_position() else { break };
            let mine = page.events.iter().filter(|event| event.stream.tenant == self.tenant);
            let latest = mine.map(|event| event.recorded.recorded_at).max();
            looked = Looked { until: last, latest: latest.unwrap_or(looked.latest).max(looked.latest) };
        }
        let mut known = lock(&self.looked);
        if known.until < looked.until {
            *known = looked;
        }
        Ok(looked.latest)
    }
}

fn of_kind(events: &[StoredEvent], kind: u16) -> impl Iterator<Item = &RecordedEvent<Body>> {
    events.iter().map(|event| &event.recorded).filter(move |recorded| recorded.event.data.kind == kind)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
