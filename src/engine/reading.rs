//! Reading a customer: a pure function of what the store holds. Nothing here changes anything.

use super::load::{Known, Loaded, load};
use super::{Engine, EngineError};
use std::collections::BTreeMap;
use throughline_core::event::Position;
use throughline_core::ids::{ContactId, CustomerId, ProfileId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_rules::decision::Decision;
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::{Announcement, Judged};
use throughline_rules::view::{CaseView, JourneyView};

impl Engine {
    /// The journey of a profile's customer as of an instant: what follows from everything that is known now and
    /// had happened by then. For the present give the clock's time.
    pub async fn journey(
        &self,
        profile: ProfileId,
        as_of: impl Into<Micros> + Send,
    ) -> Result<JourneyView, EngineError> {
        let as_of = as_of.into();
        let mut names = (*self.names).clone();
        let loaded = load(&*self.store, &self.tenant, profile, Known::ALL, &mut names).await?;
        Ok(self.view(&loaded, profile, as_of, &names).0)
    }

    /// The journey as of an instant, from what had been recorded by another: what was known then.
    pub async fn known(
        &self,
        profile: ProfileId,
        as_of: impl Into<Micros> + Send,
        recorded_until: impl Into<Micros> + Send,
    ) -> Result<JourneyView, EngineError> {
        let (as_of, known) = (as_of.into(), Known { recorded_until: recorded_until.into() });
        let mut names = (*self.names).clone();
        let loaded = load(&*self.store, &self.tenant, profile, known, &mut names).await?;
        Ok(self.view(&loaded, profile, as_of, &names).0)
    }

    /// What stands announced of a profile's customer, in the order of slots.
    pub async fn announced(&self, profile: ProfileId) -> Result<Vec<Announcement>, EngineError> {
        let mut names = (*self.names).clone();
        let loaded = load(&*self.store, &self.tenant, profile, Known::ALL, &mut names).await?;
        Ok(loaded.announced.effective().map(|(announcement, _)| announcement.named(&names)).collect())
    }

    /// The decisions that follow from the facts as of an instant, in the order in which they became true.
    pub async fn decisions(
        &self,
        profile: ProfileId,
        as_of: impl Into<Micros> + Send,
    ) -> Result<Vec<Decision>, EngineError> {
        let as_of = as_of.into();
        let mut names = (*self.names).clone();
        let loaded = load(&*self.store, &self.tenant, profile, Known::ALL, &mut names).await?;
        let judged = self.view(&loaded, profile, as_of, &names).1;
        Ok(judged.decisions.iter().map(|(decision, _)| decision.named(&names)).collect())
    }

    /// The case that a handle names: the one that holds this contact, whatever it was first announced under.
    /// None if no such contact is known, or if it belongs to no case.
    pub async fn resolve(&self, handle: ContactId) -> Result<Option<CaseView>, EngineError> {
        let now = (self.clock)();
        for stream in self.store.streams_tagged(&self.tenant, handle.0).await? {
            if let throughline_store::stream::StreamKey::Profile(profile) = stream.key {
                let journey = self.journey(profile, now).await?;
                if let Some(case) = journey.case_of(handle) {
                    return Ok(Some(case.clone()));
                }
            }
        }
        Ok(None)
    }

    /// The position of the last event in the log.
    pub async fn head(&self) -> Result<Position, EngineError> {
        Ok(self.store.head().await?)
    }

    fn view(
        &self,
        loaded: &Loaded,
        asked: ProfileId,
        as_of: Micros,
        names: &Interner,
    ) -> (JourneyView, Judged) {
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        Evaluator::new(&self.rules).fold(&mut journey, &loaded.facts, as_of, &mut judged);
        let handles: BTreeMap<ContactId, ContactId> = judged.handles(&loaded.announced);
        let profiles = loaded.profiles.iter().map(|(profile, _)| *profile);
        let customer = CustomerId::of(profiles).unwrap_or(CustomerId(asked.0));
        (JourneyView::of(&journey, customer, &self.rules, names, as_of, &handles), judged)
    }
}
