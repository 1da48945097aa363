//! Activating: putting another rulebook, or another version of the evaluator, in force from an instant on.
//!
//! An activation triggers nothing by itself. A customer who was stepped beyond its instant already (which takes clocks
//! that differ) is read and judged again.

use super::actor::Request;
use super::identity::{ROUNDS, is_lost_race};
use super::judge::Task;
use super::state::EngineState;
use super::stored;
use super::{Engine, EngineError};
use crate::activated::{Activated, disruption, label, promised};
use std::sync::Arc;
use throughline_core::event::NewEvent;
use throughline_core::ids::EventId;
use throughline_core::name::{Interner, Name};
use throughline_core::time::Micros;
use throughline_rules::activation::{Activation, TookEffect};
use throughline_rules::disruption::Disruption;
use throughline_rules::evaluate::EvaluatorVersion;
use throughline_rules::feasibility::Declaration;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::stream::{StreamId, StreamKey, TenantId};
use tokio::sync::oneshot;

/// What somebody wants to put in force.
pub(super) struct Wanted {
    what: Activation,
    from: Micros,
    by: Name,
}

/// The stream of what is shared by all customers of a tenant.
pub(super) fn context(tenant: &TenantId) -> StreamId {
    StreamId { tenant: tenant.clone(), key: StreamKey::Context }
}

impl Engine {
    /// Puts a rulebook in force from an instant on, but not before now. `by` is who says so: a role or a system.
    ///
    /// What happened before is judged by the rulebook that was in force then, whenever it becomes known; a case that runs
    /// keeps the targets that it began with; nothing is announced because of the activation itself. Activating the same
    /// again changes nothing, and is how a lost answer is dealt with.
    ///
    /// Refused if the document has a mistake, or if another document was in force under the same id and version:
    /// decisions name their rulebook by those.
    pub async fn activate(
        &self,
        document: impl Into<String>,
        from: impl Into<Micros> + Send,
        by: Name,
    ) -> Result<Activated, EngineError> {
        self.put_in_force(Activation::Rulebook(document.into()), from.into(), by).await
    }

    /// Puts a version of the evaluator in force from an instant on, but not before now. All engines of the tenant must
    /// have it: one that does not judges nothing any more.
    pub async fn activate_evaluator(
        &self,
        version: EvaluatorVersion,
        from: impl Into<Micros> + Send,
        by: Name,
    ) -> Result<Activated, EngineError> {
        self.put_in_force(Activation::Evaluator(version), from.into(), by).await
    }

    /// Declares a disruption: what hits many customers at once, from when until when, and what follows for them
    /// ([`disruption`](throughline_rules::disruption)). It counts from the instant that its document names, but not before
    /// now. Nobody is written to: whom it hits is looked up when she gets in touch.
    ///
    /// Another document under the same name takes its place, so one that ends earlier is declared again with its end.
    /// Declaring again what stands already changes nothing, and is how a lost answer is dealt with.
    pub async fn declare(&self, document: impl Into<String>, by: Name) -> Result<Activated, EngineError> {
        let document = document.into();
        let from = Disruption::begins(&document)?;
        self.put_in_force(Activation::Disruption(document), from, by).await
    }

    /// Declares what can be kept of something that is promised: how long it takes, which slots there are
    /// ([`feasibility`](throughline_rules::feasibility)). It counts from now on, and a part that the document leaves out
    /// stays as it was. [`publish_lead_times`](Self::publish_lead_times) works the lead times out from the log; slots are
    /// yours to declare, whenever one is taken or becomes free.
    ///
    /// What says nothing new changes nothing.
    pub async fn declare_capability(
        &self,
        document: impl Into<String>,
        by: Name,
    ) -> Result<Activated, EngineError> {
        self.put_in_force(Activation::Capability(document.into()), (self.clock)(), by).await
    }

    /// What was activated, in the order of the log. What the engine was set up with is in force until the first rulebook
    /// among it is.
    pub async fn activated(&self) -> Result<Vec<Activated>, EngineError> {
        Ok(self.in_force.now().await?.activated.clone())
    }

    async fn put_in_force(&self, what: Activation, from: Micros, by: Name) -> Result<Activated, EngineError> {
        let (answer, done) = oneshot::channel();
        self.ask(Request::Activate(Box::new(Wanted { what, from, by }), answer))?;
        done.await.map_err(|_| EngineError::Closed)?
    }
}

impl EngineState {
    /// Records an activation, and takes it in.
    pub(super) async fn activate(&mut self, wanted: &Wanted) -> Result<Activated, EngineError> {
        let Wanted { what, from, by } = wanted;
        let sealed = what.seal();
        if sealed.plain.len() > self.event_limit {
            return Err(EngineError::TooLarge { bytes: sealed.plain.len(), limit: self.event_limit });
        }
        for _ in 0..ROUNDS {
            self.read_clock();
            self.learn().await?;
            self.check_activation(what, *from)?;
            if let Some(known) = self.is_known_already(what)? {
                return Ok(known);
            }
            let event = NewEvent::new(self.activation_id(wanted), *from, by.clone(), sealed.clone());
            let expected = ExpectedVersion::Exact(self.in_force.version);
            let append = Append::to(context(&self.tenant), expected, vec![event.clone()], self.now);
            match self.store.append(append).await {
                Ok(appended) => {
                    let position = appended.places[0][0].position;
                    self.covered.add(position);
                    self.learn().await?;
                    self.judge_dirty().await?;
                    let mut activated = self.in_force.activated.iter();
                    // What was just read holds what was just written.
                    let found = activated.find(|a| a.position == position).cloned();
                    let found = found.ok_or(EngineError::Raced)?;
                    self.note_effect(event.id, found.effective_at).await;
                    self.learn().await?;
                    return Ok(found);
                }
                Err(error) if is_lost_race(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::Raced)
    }

    /// What was wanted twice is one event. What is declared may be taken back and declared again, so there it is so only
    /// if nothing else was declared meanwhile.
    fn activation_id(&self, Wanted { what, from, by }: &Wanted) -> EventId {
        let (tenant, version) = (&self.tenant, self.in_force.version.0);
        let key = match what {
            Activation::Rulebook(document) => format!("{tenant}/{}/{by}/{document}", from.0),
            Activation::Evaluator(evaluator) => format!("{tenant}/{}/{by}/evaluator {}", from.0, evaluator.0),
            Activation::Disruption(document) => format!("{tenant}/{by}/disruption/{version}/{document}"),
            Activation::Capability(document) => format!("{tenant}/{by}/capability/{version}/{document}"),
        };
        EventId::derived("activation", &key)
    }

    /// What was declared last under the same name, if this says nothing that it does not say.
    fn is_known_already(&mut self, what: &Activation) -> Result<Option<Activated>, EngineError> {
        let last_first = || self.in_force.activated.iter().rev();
        Ok(match what {
            Activation::Rulebook(_) | Activation::Evaluator(_) => None,
            Activation::Disruption(document) => {
                let name = disruption(document);
                let is_of_it =
                    |a: &&Activated| matches!(&a.what, Activation::Disruption(of) if disruption(of) == name);
                last_first().find(is_of_it).filter(|last| last.what == *what).cloned()
            }
            Activation::Capability(document) => {
                let declared = Declaration::parse(document, &mut self.names)?;
                if self.rules.would_change(&declared) {
                    return Ok(None);
                }
                let name = self.names.name(declared.what);
                let is_of_it =
                    |a: &&Activated| matches!(&a.what, Activation::Capability(of) if promised(of) == name);
                last_first().find(is_of_it).cloned()
            }
        })
    }

    /// Notes from when on an activation is in force, so that nobody has to read the log for it again. If it cannot be noted
    /// now, whoever needs it works it out.
    async fn note_effect(&mut self, activation: EventId, from: Micros) {
        let note = TookEffect { activation, from };
        let id = EventId::derived("took effect", &activation.to_string());
        let event = NewEvent::new(id, from, super::link::source(), note.seal());
        let append = Append::to(context(&self.tenant), ExpectedVersion::Any, vec![event], self.now);
        match self.store.append(append).await {
            Ok(appended) => self.covered.add(appended.places[0][0].position),
            Err(error) => tracing::warn!(%error, "when an activation took effect could not be noted"),
        }
    }

    fn check_activation(&self, what: &Activation, from: Micros) -> Result<(), EngineError> {
        match what {
            Activation::Rulebook(document) => {
                self.in_force.with_rulebook(from, document)?;
                let wanted = label(document);
                let taken = |known: &str| known != document && label(known) == wanted;
                match self.in_force.documents().find(|(_, known)| taken(known)) {
                    None => Ok(()),
                    Some(_) => Err(EngineError::LabelTaken { label: wanted.unwrap_or_default() }),
                }
            }
            Activation::Disruption(document) => self.in_force.with_disruption(from, document).map(drop),
            Activation::Capability(document) => {
                Ok(Declaration::parse(document, &mut Interner::new()).map(drop)?)
            }
            Activation::Evaluator(version) if version.is_known() => Ok(()),
            Activation::Evaluator(version) => Err(EngineError::UnknownEvaluator { version: version.0 }),
        }
    }

    /// Takes in what was activated since this engine looked last. Customers who were stepped beyond the instant of an
    /// activation are forgotten and kept in mind, to be read and judged again.
    pub(super) async fn learn(&mut self) -> Result<(), EngineError> {
        let known = self.context.now().await?;
        if known.version == self.in_force.version {
            return Ok(());
        }
        let mut rules = (*self.rules).clone();
        for activated in &known.activated[self.in_force.activated.len()..] {
            match &activated.what {
                Activation::Rulebook(document) => {
                    rules.activate(activated.effective_at, document, &mut self.names)?;
                }
                Activation::Disruption(document) => {
                    rules.declare(activated.effective_at, document, &mut self.names)?;
                }
                Activation::Capability(document) => {
                    rules.declare_capability(activated.effective_at, document, &mut self.names)?;
                }
                Activation::Evaluator(_) => continue,
            }
            self.rules_changed(activated.effective_at);
        }
        self.rules = Arc::new(rules);
        self.fingerprint = stored::fingerprint(known.judged_by());
        self.in_force = known;
        Ok(())
    }

    /// Forgets the customers who were stepped at or after an instant, and those who may have been.
    fn rules_changed(&mut self, from: Micros) {
        let stepped = self.cache.stepped_since(from);
        // Of whom something changed that is not saved yet, and who is not at hand any more, nothing is known.
        let gone = self.due_changes.keys().filter(|profile| !self.cache.has(**profile));
        self.dirty.extend(gone.copied());
        for profile in stepped {
            self.dirty.extend(self.cache.forget(profile));
        }
    }

    /// Judges again whom that is due for.
    pub(super) async fn judge_dirty(&mut self) -> Result<(), EngineError> {
        let dirty = std::mem::take(&mut self.dirty);
        self.judge(dirty.into_iter().map(|p| Task::Reload(p, None)).collect()).await
    }
}
