//! Links that somebody makes or takes back, in the streams of both profiles.
//!
//! A link that a claim made is taken back in the identifier's stream too. A link is somebody's word and counts for more
//! than a policy, but for one thing: two people with different values of a unique kind are not made one.

use super::activation::context;
use super::actor::Request;
use super::identity::{Ends, Parts, ROUNDS, stream_of};
use super::judge::Task;
use super::load::{LinkFact, fetch_after};
use super::state::{EngineState, reloads};
use super::{Engine, EngineError, Incoming};
use throughline_core::event::vocabulary::{ProfileLinked, ProfileUnlinked};
use throughline_core::event::{Body, EventData, IdentifierHash, NewEvent, Version};
use throughline_core::ids::{EventId, LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::identity::Holdings;
use throughline_rules::identity::record::{self, Record};
use throughline_store::error::AppendError;
use tokio::sync::oneshot;

/// What the ids of the facts of links are made of, and those of the facts that take one back.
pub(super) const LINKED: &str = "linked";
pub(super) const UNLINKED: &str = "unlinked";

impl Engine {
    /// Says that two profiles are one customer. Naming the same link again changes nothing. Refused if the two have
    /// different values of a kind of identifier that is unique by the rulebook.
    pub async fn link(&self, link: LinkId, a: ProfileId, b: ProfileId) -> Result<(), EngineError> {
        let linked = |other| EventData::ProfileLinked(ProfileLinked { link, other });
        self.link_fact(LINKED, link, a, b, linked).await
    }

    /// Takes a link back: both journeys become as if it had never been. No claim joins the two again; another link may.
    pub async fn unlink(&self, link: LinkId, a: ProfileId, b: ProfileId) -> Result<(), EngineError> {
        let unlinked = |other| EventData::ProfileUnlinked(ProfileUnlinked { link, other });
        self.link_fact(UNLINKED, link, a, b, unlinked).await
    }

    async fn link_fact(
        &self,
        what: &str,
        link: LinkId,
        a: ProfileId,
        b: ProfileId,
        data: impl Fn(ProfileId) -> EventData,
    ) -> Result<(), EngineError> {
        if a == b {
            return Err(EngineError::SelfLink);
        }
        let end = |profile: ProfileId, other: ProfileId| Incoming {
            profile,
            event: event(what, link, profile, data(other)),
        };
        let (answer, done) = oneshot::channel();
        self.ask(Request::Link(Box::new([end(a, b), end(b, a)]), answer))?;
        done.await.map_err(|_| EngineError::Closed)?
    }
}

/// One half of a link or an unlink. Id and time follow from the link, so that saying it twice records it once.
pub(super) fn event(what: &str, link: LinkId, profile: ProfileId, data: EventData) -> NewEvent {
    NewEvent::new(EventId::derived(what, &format!("{link}/{profile}")), Micros(0), source(), data)
}

/// What an identifier's stream holds of a link that a claim made.
pub(super) fn record_of(what: &str, link: LinkId, said: &Record) -> NewEvent<Body> {
    record(what, &format!("{link}/identifier"), said)
}

/// A record of an identifier's stream. Id and time follow from what it says, so that saying it twice records it once.
pub(super) fn record(what: &str, key: &str, said: &Record) -> NewEvent<Body> {
    NewEvent::new(EventId::derived(what, key), Micros(0), source(), said.seal())
}

/// The source of what an engine writes of itself.
pub(super) fn source() -> Name {
    Name::new("throughline").unwrap_or_else(|_| unreachable!("a constant name"))
}

/// The identifier by whose claims a link was made, if it was.
fn identifier_of(held: &Holdings, link: LinkId, a: ProfileId, b: ProfileId) -> Option<IdentifierHash> {
    let mut claims = [a, b].into_iter().filter_map(|profile| held.claims.get(&profile)).flatten();
    claims.find(|(_, hash)| record::link_of(*hash, a, b) == link).map(|(_, hash)| *hash)
}

impl EngineState {
    /// Appends the two facts of a link, or of an unlink, as one, and judges whom it concerns.
    pub(super) async fn record_link(&mut self, ends: [Incoming; 2]) -> Result<(), EngineError> {
        self.read_clock();
        let [a, b] = [ends[0].profile, ends[1].profile];
        let mut facts = Vec::new();
        let mut tasks = Vec::new();
        let mut said = None;
        for end in ends {
            let (append, _, link) = self.check(end.profile, end.event.seal())?;
            facts.extend(append.streams);
            tasks.extend(link.iter().flat_map(|link| reloads(end.profile, link)));
            said = link;
        }
        for _ in 0..ROUNDS {
            let mut parts = Parts::default();
            parts.expect(context(&self.tenant), self.in_force.version);
            match said {
                Some(LinkFact::Linked(link, _)) => self.check_link(link, a, b, &mut parts).await?,
                Some(LinkFact::Unlinked(link, _)) => {
                    let held = self.claims_of(a, b).await?;
                    self.note_unlink(&held, link, a, b, &mut parts).await?;
                }
                None => {}
            }
            for fact in &facts {
                for event in &fact.events {
                    parts.add(fact.stream.clone(), event.clone());
                }
            }
            match self.store.append(parts.append(self.now)).await {
                Ok(appended) => {
                    for place in appended.places.iter().flatten() {
                        self.covered.add(place.position);
                    }
                    return self.judge(tasks).await;
                }
                Err(AppendError::Conflict { .. }) => self.learn().await?,
                Err(error) => {
                    self.dirty.extend(tasks.iter().flat_map(Task::profiles));
                    return Err(error.into());
                }
            }
        }
        Err(EngineError::Raced)
    }

    /// Refuses a link that makes two people one, and sees to it that nobody makes them two meanwhile.
    async fn check_link(
        &mut self,
        link: LinkId,
        a: ProfileId,
        b: ProfileId,
        parts: &mut Parts,
    ) -> Result<(), EngineError> {
        let (identity, ends) = (self.in_force.identity(self.now).clone(), Ends::default());
        let policy = &identity.policy;
        if !policy.has_unique() {
            return Ok(());
        }
        let mine = self.holdings(a, &ends, parts).await?;
        if mine.has(b) || mine.links.contains_key(&link) {
            return Ok(());
        }
        let theirs = self.holdings(b, &ends, parts).await?;
        policy.contradiction(&mine, &theirs).map_or(Ok(()), |kind| Err(EngineError::Contradiction { kind }))
    }

    /// Notes that a link is taken back with the identifier by whose claims it was made, if it was.
    pub(super) async fn note_unlink(
        &self,
        held: &Holdings,
        link: LinkId,
        a: ProfileId,
        b: ProfileId,
        parts: &mut Parts,
    ) -> Result<(), EngineError> {
        if let Some(hash) = identifier_of(held, link, a, b) {
            let stream = stream_of(&self.tenant, hash);
            let versions = self.store.versions(std::slice::from_ref(&stream)).await?;
            parts.expect(stream.clone(), versions[0]);
            parts.add(stream, record_of(UNLINKED, link, &Record::Unlinked { link }));
        }
        Ok(())
    }

    /// What two profiles claimed, whether they are one customer or not.
    async fn claims_of(&self, a: ProfileId, b: ProfileId) -> Result<Holdings, EngineError> {
        let ends = [(a, Version(0)), (b, Version(0))];
        fetch_after(&*self.store, &self.tenant, &ends).await?.holdings()
    }
}
