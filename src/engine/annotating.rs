//! The engine's own reading of texts: what is recorded is read behind the log, and what annotators say is recorded.
//!
//! How far the texts were read is a checkpoint. It is saved now and then, and behind it the same texts get the same
//! answers under the same ids, so a crash between repeats nothing.

use super::actor::Request;
use super::load::{Known, read_stream};
use super::{Engine, EngineError, Incoming};
use crate::annotate::{TextReader, has_text, is_around_texts};
use std::sync::Arc;
use throughline_core::event::{EventData, Position, Version};
use throughline_core::ids::ProfileId;
use throughline_rules::rulebook::RulebookIx;
use throughline_rules::texts::{Annotator, Boilerplate};
use throughline_store::read::{Checkpoint, StoredEvent};
use throughline_store::stream::{StreamId, StreamKey};
use tokio::sync::oneshot;

/// How many events are read at once.
const PAGE: usize = 1_024;

/// How many events of a customer are looked back at for what a text answers.
const LOOK_BACK: u64 = 512;

/// After how many positions how far texts were read is saved. A restart reads so many again at most.
const SAVE_EVERY: u64 = 4_096;

/// Who reads texts, and how far they were read. Shared by the handles of an engine.
#[derive(Debug)]
pub(super) struct Annotating {
    own: Vec<Arc<dyn Annotator>>,
    /// Whether the annotators that ship read too, by the rulebook and the fingerprints in force.
    shipped: bool,
    reader: TextReader,
    /// The version of the context and the rulebook by which the shipped ones were made.
    made_by: Option<(Version, RulebookIx)>,
    /// None before the checkpoint was read.
    read: Option<Progress>,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    saved: Checkpoint,
    until: Position,
}

/// What came of reading texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextsRead {
    /// How many texts were read.
    pub texts: u64,
    /// How many facts annotators had to say of them.
    pub facts: u64,
    /// How many of those were in the log already.
    pub known: u64,
}

impl Annotating {
    pub(super) fn new(own: Vec<Arc<dyn Annotator>>, shipped: bool) -> Self {
        Self { reader: TextReader::new(own.clone()), own, shipped, made_by: None, read: None }
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.own.is_empty() && !self.shipped
    }
}

impl Engine {
    /// Reads every text that was recorded since texts were last read, by whomever, and records what the annotators of this
    /// engine say of them. The engine does so by itself behind each `record`; call it after an import by another program,
    /// or to see what stands in the way of an annotator that fails.
    ///
    /// The first run reads the whole log. `progress` is told the position reached and the last one.
    pub async fn annotate(
        &self,
        progress: Option<&crate::replay::Progress>,
    ) -> Result<TextsRead, EngineError> {
        let mut annotating = self.annotating.lock().await;
        if annotating.is_idle() {
            return Ok(TextsRead::default());
        }
        let read = self.read_texts(&mut annotating, progress).await;
        self.save_texts_read(&mut annotating, 1).await?;
        read
    }

    /// Reads what was just recorded. What cannot be read now is read behind the next `record`.
    pub(super) async fn annotate_recorded(&self, until: Position) {
        let mut annotating = self.annotating.lock().await;
        if annotating.read.is_some_and(|read| read.until >= until) {
            return;
        }
        if let Err(error) = self.read_texts(&mut annotating, None).await {
            tracing::warn!(%error, "texts are recorded; they will be read again");
        }
        if let Err(error) = self.save_texts_read(&mut annotating, SAVE_EVERY).await {
            tracing::warn!(%error, "how far texts were read could not be saved; it will be again");
        }
    }

    async fn read_texts(
        &self,
        annotating: &mut Annotating,
        progress: Option<&crate::replay::Progress>,
    ) -> Result<TextsRead, EngineError> {
        self.call_annotators(annotating).await?;
        let name = self.texts_checkpoint();
        let mut read = match annotating.read {
            Some(read) => read,
            None => {
                let saved = self.store.checkpoint(&name).await?;
                Progress { saved, until: saved.position }
            }
        };
        annotating.read = Some(read);
        let mut done = TextsRead::default();
        loop {
            let page = self.store.read_all(read.until, PAGE).await?;
            let Some(last) = page.last_position() else { break };
            let mut facts = Vec::new();
            for event in page.events.iter().filter(|event| event.stream.tenant == self.tenant) {
                done.texts += u64::from(has_text(event.recorded.event.data.kind));
                self.read_text(annotating, event, &mut facts).await?;
            }
            done.facts += facts.len() as u64;
            done.known += self.record_facts(facts).await?;
            read.until = last;
            annotating.read = Some(read);
            if let Some(progress) = progress {
                progress(last.0, Some(self.store.head().await?.0));
            }
        }
        Ok(done)
    }

    async fn read_text(
        &self,
        annotating: &mut Annotating,
        event: &StoredEvent,
        facts: &mut Vec<Incoming>,
    ) -> Result<(), EngineError> {
        let StreamKey::Profile(profile) = event.stream.key else { return Ok(()) };
        let kind = event.recorded.event.data.kind;
        let reader = &mut annotating.reader;
        if has_text(kind) {
            if !reader.knows(profile) {
                self.look_back(reader, profile, event).await?;
            }
            let opened = event.recorded.open()?.event;
            let said = reader.read(profile, &opened)?;
            facts.extend(said.into_iter().map(|event| Incoming { profile, event }));
        } else if is_around_texts(kind) && reader.knows(profile) {
            reader.hear(profile, &event.recorded.open()?.event);
        }
        Ok(())
    }

    /// Takes in what was said before a text of somebody who is not remembered.
    async fn look_back(
        &self,
        reader: &mut TextReader,
        profile: ProfileId,
        text: &StoredEvent,
    ) -> Result<(), EngineError> {
        let from = Version(text.recorded.version.0.saturating_sub(LOOK_BACK).max(1));
        let stream = StreamId::profile(self.tenant.clone(), profile);
        let known = Known { until: Position(text.recorded.position.0 - 1) };
        for event in read_stream(&*self.store, &stream, from, known).await? {
            let kind = event.recorded.event.data.kind;
            if has_text(kind) || is_around_texts(kind) {
                reader.hear(profile, &event.recorded.open()?.event);
            }
        }
        Ok(())
    }

    /// Records what annotators said, and says how many of it were known. An id that is taken is one that was said before,
    /// when less was known of the conversation: what was said first stands.
    async fn record_facts(&self, facts: Vec<Incoming>) -> Result<u64, EngineError> {
        if facts.is_empty() {
            return Ok(0);
        }
        let (answer, recorded) = oneshot::channel();
        self.requests.send(Request::Record(facts, answer)).await.map_err(|_| EngineError::Closed)?;
        let mut known = 0;
        for receipt in recorded.await.map_err(|_| EngineError::Closed)? {
            match receipt {
                Ok(receipt) => known += u64::from(receipt.outcome == super::Outcome::Duplicate),
                Err(EngineError::IdReused { .. }) => known += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(known)
    }

    /// Makes the annotators that ship anew when the context has moved.
    async fn call_annotators(&self, annotating: &mut Annotating) -> Result<(), EngineError> {
        if !annotating.shipped {
            return Ok(());
        }
        let in_force = self.in_force.now().await?;
        // A rulebook that was activated for later comes in force without another word in the context.
        let (rulebook, rules) = in_force.rules.in_force((self.clock)());
        let made_by = Some((in_force.version, rulebook));
        if annotating.made_by == made_by {
            return Ok(());
        }
        let texts = &rules.texts;
        let mut all = annotating.own.clone();
        if !texts.phrases.is_empty() {
            all.push(Arc::new(texts.phrases.clone()));
        }
        if let Some(rules) = &texts.boilerplate
            && let Some(published) = self.fingerprints().await?.pop()
        {
            let products = rules.products.iter().map(String::as_str);
            all.push(Arc::new(Boilerplate::new(Arc::new(published.set), products)));
        }
        annotating.reader.ask(all);
        annotating.made_by = made_by;
        Ok(())
    }

    async fn save_texts_read(&self, annotating: &mut Annotating, every: u64) -> Result<(), EngineError> {
        let Some(read) = &mut annotating.read else { return Ok(()) };
        if read.until.0 < read.saved.position.0 + every {
            return Ok(());
        }
        let (name, new) = (self.texts_checkpoint(), Checkpoint { position: read.until });
        // Another engine of the tenant may have saved meanwhile: then the next one saves from there.
        if self.store.save_checkpoint(&name, read.saved, new, Vec::new()).await? {
            read.saved = new;
        } else {
            read.saved = self.store.checkpoint(&name).await?;
        }
        Ok(())
    }

    fn texts_checkpoint(&self) -> String {
        format!("annotated/{}", self.tenant)
    }
}

/// Whether a fact has a text that somebody may read.
pub(super) fn is_text(data: &EventData) -> bool {
    has_text(data.kind() as u16)
}
