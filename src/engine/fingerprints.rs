//! Fingerprints: what many customers were told in the same words is counted in the log and published in the context, so
//! that every engine judges by the same set, and by which set a reply was judged can be looked up.

use super::identity::{ROUNDS, is_lost_race};
use super::load::{Known, read_stream};
use super::{Engine, EngineError, activation};
use crate::annotate::count_reply;
use crate::replay::Progress;
use throughline_core::event::{EventKind, NewEvent, Position, Version};
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::texts::{FINGERPRINTS_KIND, Fingerprints, ShingleCounts, Shingles};
use throughline_store::append::{Append, ExpectedVersion};

/// A set of fingerprints in the context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The set.
    pub set: Fingerprints,
    /// Who published it.
    pub by: Name,
    /// When it was recorded.
    pub recorded_at: Micros,
    /// Where it is in the log.
    pub position: Position,
}

impl Engine {
    /// Counts the replies in the log and publishes what many customers were told in the same words, by the
    /// `[texts.boilerplate]` of the rulebook in force. Do it now and then: each day, or with each release of macros.
    ///
    /// `by` is who says so: a role or a system. If nothing would be judged otherwise, nothing is published and the newest
    /// set is answered. A set judges what is read from then on; what was judged by an older one stays.
    pub async fn publish_fingerprints(
        &self,
        by: Name,
        progress: Option<&Progress>,
    ) -> Result<Fingerprints, EngineError> {
        let in_force = self.in_force.now().await?;
        let texts = in_force.rules.in_force((self.clock)()).1.texts.clone();
        let rules = texts.boilerplate.as_ref().ok_or(EngineError::NoBoilerplateRules)?;
        let counts = self.count_replies(rules.other_customers, progress).await?;
        for _ in 0..ROUNDS {
            let (version, published) = self.read_fingerprints().await?;
            let newest = published.last().map(|published| &published.set);
            let number = newest.map_or(1, |set| set.version.saturating_add(1));
            let set = counts.fingerprints(number, rules.coverage_per_mille);
            if let Some(same) = newest.filter(|newest| newest.judges_as(&set)) {
                return Ok(same.clone());
            }
            let now = (self.clock)();
            let id = EventId::derived("fingerprints", &format!("{}/{number}/{by}/{}", self.tenant, now.0));
            let event = NewEvent::new(id, now, by.clone(), set.seal());
            let context = activation::context(&self.tenant);
            let append = Append::to(context, ExpectedVersion::Exact(version), vec![event], now);
            match self.store.append(append).await {
                Ok(_) => return Ok(set),
                Err(error) if is_lost_race(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::Raced)
    }

    /// The sets that were published, in the order of the log. The last one judges; a verdict of the annotator
    /// `boilerplate` names the one that it was made by as its version.
    pub async fn fingerprints(&self) -> Result<Vec<Published>, EngineError> {
        Ok(self.read_fingerprints().await?.1)
    }

    /// The sets, and the version of the context that they were read at.
    async fn read_fingerprints(&self) -> Result<(Version, Vec<Published>), EngineError> {
        let context = activation::context(&self.tenant);
        let events = read_stream(&*self.store, &context, Version(1), Known::ALL).await?;
        let version = events.last().map_or(Version(0), |last| last.recorded.version);
        let sets = events.iter().filter(|event| event.recorded.event.data.kind == FINGERPRINTS_KIND);
        let sets = sets.map(|stored| {
            let recorded = &stored.recorded;
            Ok(Published {
                set: Fingerprints::open(&recorded.event.data)?,
                by: recorded.event.source.clone(),
                recorded_at: recorded.recorded_at,
                position: recorded.position,
            })
        });
        Ok((version, sets.collect::<Result<_, EngineError>>()?))
    }

    async fn count_replies(
        &self,
        other_customers: u16,
        progress: Option<&Progress>,
    ) -> Result<ShingleCounts, EngineError> {
        let mut counts = ShingleCounts::new(other_customers);
        let mut shingles = Shingles::new();
        self.walk(&[EventKind::Message], progress, |profile, event| {
            count_reply(&mut counts, &mut shingles, profile, &event.data.open()?);
            Ok(())
        })
        .await?;
        Ok(counts)
    }
}
