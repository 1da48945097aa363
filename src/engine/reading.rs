//! Reading a customer: a pure function of what the store holds. Nothing here changes anything.
//!
//! | Question | As we know now | As was known by then |
//! |---|---|---|
//! | Where does she stand? | [`Engine::journey`] | [`Engine::known`] |
//! | What follows, and from which facts? | [`Engine::decisions`] | [`Engine::account`] |
//! | What did we say? | [`Engine::announced`] | [`Engine::said`] |
//! | Why does a case stand so? | [`Engine::explain`] | |
//! | Why was that said? | [`Engine::explain_announcement`] | |
//! | May we contact her? | [`Engine::may_contact`] | |

use super::load::{Known, Loaded, fetch};
use super::recorded::RecordedBy;
use super::{Engine, EngineError};
use std::collections::BTreeMap;
use std::sync::Arc;
use throughline_core::event::{Body, NewEvent, Position};
use throughline_core::ids::{ContactId, CustomerId, ProfileId};
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_rules::account::Account;
use throughline_rules::decision::Decision;
use throughline_rules::evaluate::Evaluator;
use throughline_rules::journey::Journey;
use throughline_rules::ledger::{Announcement, Judged, Said};
use throughline_rules::rulebook::Rulebooks;
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
        Ok(self.read(profile, Known::ALL).await?.view(profile, as_of).0)
    }

    /// The journey as of an instant, from what had been recorded by a moment of the log: what was known then. A link
    /// that was recorded later does not count, and neither does an unlink.
    ///
    /// By position of the log, and by an instant as far as clocks agree: see [`RecordedBy`].
    pub async fn known(
        &self,
        profile: ProfileId,
        as_of: impl Into<Micros> + Send,
        recorded_by: impl Into<RecordedBy> + Send,
    ) -> Result<JourneyView, EngineError> {
        let as_of = as_of.into();
        let until = self.position_of(recorded_by.into()).await?;
        Ok(self.read(profile, Known { until }).await?.view(profile, as_of).0)
    }

    /// The account as of an instant, from what had been recorded by a moment of the log: [`known`](Self::known) with
    /// the decisions that follow and the facts that they follow from. Two of them can be
    /// [compared](Account::difference).
    pub async fn account(
        &self,
        profile: ProfileId,
        as_of: impl Into<Micros> + Send,
        recorded_by: impl Into<RecordedBy> + Send,
    ) -> Result<Account, EngineError> {
        let as_of = as_of.into();
        let until = self.position_of(recorded_by.into()).await?;
        let Read { loaded, names, rules } = self.read(profile, Known { until }).await?;
        let (customer, announced) = (loaded.customer(profile), &loaded.announced);
        Ok(Account::of(&loaded.facts, as_of, customer, &rules, &names, announced))
    }

    /// What had been said of a profile's customer by a moment of the log, and what of it had been taken back and why:
    /// from the ledger alone, whatever the rules make of the facts.
    pub async fn said(
        &self,
        profile: ProfileId,
        recorded_by: impl Into<RecordedBy> + Send,
    ) -> Result<Said, EngineError> {
        let until = self.position_of(recorded_by.into()).await?;
        let streams = fetch(&*self.store, &self.tenant, profile, Known { until }).await?;
        let customer = customer_of(streams.profiles().copied(), profile);
        Ok(Said::of(customer, until, streams.entries()?))
    }

    /// What stands announced of a profile's customer, in the order of slots.
    pub async fn announced(&self, profile: ProfileId) -> Result<Vec<Announcement>, EngineError> {
        let Read { loaded, names, .. } = self.read(profile, Known::ALL).await?;
        Ok(loaded.announced.effective().map(|(announcement, _)| announcement.named(&names)).collect())
    }

    /// The decisions that follow from the facts as of an instant, in the order in which they became true.
    pub async fn decisions(
        &self,
        profile: ProfileId,
        as_of: impl Into<Micros> + Send,
    ) -> Result<Vec<Decision>, EngineError> {
        let as_of = as_of.into();
        let read = self.read(profile, Known::ALL).await?;
        let judged = read.view(profile, as_of).1;
        Ok(judged.decisions.iter().map(|(decision, _)| decision.named(&read.names)).collect())
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

    /// The customer as the log had it, and what was in force by then.
    pub(super) async fn read(&self, profile: ProfileId, known: Known) -> Result<Read, EngineError> {
        self.read_hearing(profile, known, |_| ()).await
    }

    /// The same, and shows every event on the way: the fold reads no text, and whoever quotes one must.
    pub(super) async fn read_hearing(
        &self,
        profile: ProfileId,
        known: Known,
        hear: impl FnMut(&NewEvent<Body>),
    ) -> Result<Read, EngineError> {
        let in_force = self.in_force.now().await?.known_by(known.until)?;
        let (mut names, rules) = ((*in_force.names).clone(), in_force.rules.clone());
        let streams = fetch(&*self.store, &self.tenant, profile, known).await?;
        streams.events().for_each(hear);
        let loaded = streams.assemble(&mut names)?;
        Ok(Read { loaded, names, rules })
    }
}

/// A customer as the log had it.
pub(super) struct Read {
    pub(super) loaded: Loaded,
    /// The names that its facts use, and those of the rulebooks.
    pub(super) names: Interner,
    pub(super) rules: Arc<Rulebooks>,
}

/// A customer as she stands at an instant.
pub(super) struct Stands {
    pub(super) journey: Journey,
    pub(super) judged: Judged,
    /// The handles of cases that are announced under another one than their inside key.
    pub(super) handles: BTreeMap<ContactId, ContactId>,
}

impl Read {
    pub(super) fn stands(&self, as_of: Micros) -> Stands {
        let (mut journey, mut judged) = (Journey::new(), Judged::default());
        Evaluator::new(&self.rules).fold(&mut journey, &self.loaded.facts, as_of, &mut judged);
        let handles = judged.handles(&self.loaded.announced);
        Stands { journey, judged, handles }
    }

    fn view(&self, asked: ProfileId, as_of: Micros) -> (JourneyView, Judged) {
        let Self { loaded, names, rules } = self;
        let Stands { journey, judged, handles } = self.stands(as_of);
        let customer = loaded.customer(asked);
        (JourneyView::of(&journey, customer, rules, names, as_of, &handles), judged)
    }
}

impl Loaded {
    pub(super) fn customer(&self, asked: ProfileId) -> CustomerId {
        customer_of(self.profiles.iter().map(|(profile, _)| *profile), asked)
    }
}

/// The customer of these profiles; that of the one that was asked for where nothing is known.
pub(super) fn customer_of(profiles: impl Iterator<Item = ProfileId>, asked: ProfileId) -> CustomerId {
    CustomerId::of(profiles).unwrap_or(CustomerId(asked.0))
}
