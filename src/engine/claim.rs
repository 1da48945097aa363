//! Claims: what one means is decided by the rulebook's policy from what the streams hold, and everything that follows
//! is appended as one, with the exact version of every stream that the decision rests on.
//!
//! An identifier has a stream of its own, so two that claim it at once conflict there. That two customers stay two for
//! their accounts' sake rests on what *they* claimed, so their streams are part of the append as well, without events
//! if there is nothing to write. Who loses reads again and decides again.

use super::EngineError;
use super::activation::context;
use super::identity::{Claimed, Identified};
use super::judge::Task;
use super::link::{self, LINKED, UNLINKED};
use super::load::{Known, LinkFact, Streams, fetch, read_stream};
use super::state::{EngineState, reloads};
use std::collections::BTreeMap;
use throughline_core::event::vocabulary::{IdentifierClaimed, ProfileLinked, ProfileUnlinked};
use throughline_core::event::{Body, IdentifierHash, NewEvent, Version};
use throughline_core::fact::Fact;
use throughline_core::ids::{EventId, LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::identity::record::{self, Record};
use throughline_rules::identity::{Holdings, Verdict};
use throughline_store::append::{Append, ExpectedVersion, StreamAppend};
use throughline_store::contract::EventStore;
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::stream::{StreamId, StreamKey, TenantId};

/// How often a claim or a link is tried again when other writers were first.
pub(super) const ROUNDS: usize = 16;

/// A profile was seen under an identifier.
pub(super) struct Claim {
    pub(super) profile: ProfileId,
    pub(super) kind: Name,
    pub(super) hash: IdentifierHash,
    pub(super) at: Micros,
    pub(super) source: Name,
}

/// What an identifier's stream holds.
#[derive(Default)]
pub(super) struct IdentifierStream {
    /// The profiles that claimed it, the first first.
    pub(super) claimed: Vec<ProfileId>,
    version: Version,
}

/// Reads an identifier's stream.
pub(super) async fn read_identifier(
    store: &dyn EventStore,
    tenant: &TenantId,
    hash: IdentifierHash,
) -> Result<IdentifierStream, EngineError> {
    let mut read = IdentifierStream::default();
    for event in read_stream(store, &stream_of(tenant, hash), Version(1), Known::ALL).await? {
        read.version = event.recorded.version;
        if let Record::Claimed { profile, .. } = Record::open(&event.recorded.event.data)? {
            read.claimed.push(profile);
        }
    }
    Ok(read)
}

/// The stream of an identifier.
pub(super) fn stream_of(tenant: &TenantId, hash: IdentifierHash) -> StreamId {
    StreamId { tenant: tenant.clone(), key: StreamKey::Identifier(hash) }
}

/// The streams of one append, each with the version that the decision rests on.
#[derive(Default)]
pub(super) struct Parts(BTreeMap<StreamId, StreamAppend>);

impl Parts {
    /// Names a stream, which must end at this version.
    pub(super) fn expect(&mut self, stream: StreamId, version: Version) {
        let expected = ExpectedVersion::Exact(version);
        self.0.entry(stream.clone()).or_insert(StreamAppend { stream, expected, events: Vec::new() });
    }

    /// Adds an event to a stream; to one that nothing was expected of, whatever it holds.
    pub(super) fn add(&mut self, stream: StreamId, event: NewEvent<Body>) {
        let any = StreamAppend { stream: stream.clone(), expected: ExpectedVersion::Any, events: Vec::new() };
        self.0.entry(stream).or_insert(any).events.push(event);
    }

    /// The append.
    pub(super) fn append(self, recorded_at: Micros) -> Append {
        Append { streams: self.0.into_values().collect(), recorded_at }
    }
}

/// What is to be appended for a claim, and what is answered once it is.
struct Plan {
    append: Append,
    identified: Identified,
    /// The claim as a fact.
    fact: Fact,
    /// Who is judged again because a link was made or taken back.
    moved: Vec<Task>,
}

/// What a decision rests on, beside the identifier's own stream.
#[derive(Default)]
struct Grounds {
    mine: Holdings,
    others: Vec<Holdings>,
    /// The links that the claim makes wrong.
    parted: Vec<(LinkId, ProfileId)>,
}

impl EngineState {
    /// Records a claim and what follows from it.
    pub(super) async fn identify(&mut self, claim: &Claim) -> Result<Identified, EngineError> {
        self.read_clock();
        for _ in 0..ROUNDS {
            let Plan { append, identified, fact, moved } = self.plan(claim).await?;
            let of_claimant =
                append.streams.iter().position(|s| s.stream.key == StreamKey::Profile(claim.profile));
            match self.store.append(append).await {
                Ok(appended) => {
                    for place in appended.places.iter().flatten() {
                        self.covered.add(place.position);
                    }
                    let place = of_claimant.and_then(|index| appended.places[index].first());
                    let mut tasks = moved;
                    if let Some(place) = place.filter(|place| tasks.is_empty() && !place.was_there) {
                        tasks.push(Task::Facts(claim.profile, place.version, vec![fact]));
                    }
                    if let Err(error) = self.judge(tasks).await {
                        tracing::warn!(%error, "a claim is recorded; its judgement will be made again");
                    }
                    return Ok(identified);
                }
                Err(error) if is_lost_race(&error) => self.learn().await?,
                Err(error) => {
                    if matches!(&error, AppendError::Store(e) if e.kind == StoreErrorKind::Unknown) {
                        self.dirty.insert(claim.profile);
                        self.dirty.extend(moved.iter().map(Task::profile));
                    }
                    return Err(error.into());
                }
            }
        }
        Err(EngineError::Raced)
    }

    /// Decides what a claim means by what the store holds now.
    async fn plan(&mut self, claim: &Claim) -> Result<Plan, EngineError> {
        let (store, tenant) = (self.store.clone(), self.tenant.clone());
        let identity = self.in_force.identity(self.now).clone();
        let (policy, profile, hash) = (&identity.policy, claim.profile, claim.hash);
        let IdentifierStream { claimed: before, version } = read_identifier(&*store, &tenant, hash).await?;
        let mut claimed = before.clone();
        if !claimed.contains(&profile) {
            claimed.push(profile);
        }
        let mut parts = Parts::default();
        let of_identifier = stream_of(&tenant, hash);
        parts.expect(of_identifier.clone(), version);
        parts.expect(context(&tenant), self.in_force.version);
        let kind = claim.kind.as_str();
        let mut grounds = Grounds::default();
        // A value that joins nobody and contradicts nobody needs no look at the customers. Cookies are many.
        let contradicts = policy.kind(kind).unique && !policy.is_blocked(hash);
        if contradicts || policy.joins_nobody(kind, hash, &claimed).is_none() {
            grounds = self.grounds(claim, &claimed, &mut parts).await?;
        } else {
            grounds.mine.claim(profile, claim.kind.clone(), hash);
        }
        let verdict = policy.decide(kind, hash, &claimed, &grounds.mine, &grounds.others);

        let stream = |profile| StreamId::profile(tenant.clone(), profile);
        let id = |what: &str| {
            let key = format!("{}/{profile}/{}/{}", hash.0, claim.at.0, claim.source);
            EventId::derived(what, &key)
        };
        let data = IdentifierClaimed { kind: claim.kind.clone(), hash };
        let event = NewEvent::new(id("claimed"), claim.at, claim.source.clone(), data.into());
        let (append, fact, _) = self.check(profile, event.seal())?;
        for event in append.streams.into_iter().flat_map(|stream| stream.events) {
            parts.add(stream(profile), event);
        }
        if before.len() < claimed.len() {
            let record = Record::Claimed { kind: claim.kind.clone(), profile }.seal();
            let event = NewEvent::new(id("identifier claimed"), claim.at, claim.source.clone(), record);
            parts.add(of_identifier.clone(), event);
        }
        let mut moved = Vec::new();
        for (link, other) in &grounds.parted {
            for (end, other) in [(profile, *other), (*other, profile)] {
                let data = ProfileUnlinked { link: *link, other };
                parts.add(stream(end), link::event(UNLINKED, *link, end, data.into()).seal());
            }
            self.note_unlink(&grounds.mine, *link, profile, *other, &mut parts).await?;
            moved.extend(reloads(profile, &LinkFact::Unlinked(*link, *other)));
        }
        let claimed = match verdict {
            Verdict::First => Claimed::First,
            Verdict::Known => Claimed::Known,
            Verdict::Apart(reason) => Claimed::NotJoined(reason),
            Verdict::Join(with) => {
                let link = record::link_of(hash, profile, with);
                for (end, other) in [(profile, with), (with, profile)] {
                    let data = ProfileLinked { link, other };
                    parts.add(stream(end), link::event(LINKED, link, end, data.into()).seal());
                }
                let joined = Record::Linked { link, profile, other: with };
                parts.add(of_identifier, link::record(LINKED, link, &joined));
                moved.extend(reloads(profile, &LinkFact::Linked(link, with)));
                Claimed::Joined { link, with }
            }
        };
        let identified = Identified { claimed, parted: grounds.parted };
        Ok(Plan { append: parts.append(self.now), identified, fact, moved })
    }

    /// Reads the customers that a claim is about, and takes the claimant out of its own if it contradicts it.
    async fn grounds(
        &self,
        claim: &Claim,
        claimed: &[ProfileId],
        parts: &mut Parts,
    ) -> Result<Grounds, EngineError> {
        let policy = &self.in_force.identity(self.now).policy;
        let mut mine = self.holdings(claim.profile, parts).await?;
        mine.claim(claim.profile, claim.kind.clone(), claim.hash);
        let mut grounds = Grounds::default();
        let mut rest = mine.clone();
        let alone = rest.take_out(claim.profile);
        if policy.contradiction(&alone, &rest).is_some() {
            grounds.parted = mine.links_of(claim.profile);
            grounds.mine = alone;
            grounds.others.push(rest);
        } else {
            grounds.mine = mine;
        }
        if policy.joins_nobody(claim.kind.as_str(), claim.hash, claimed).is_some() {
            return Ok(grounds);
        }
        for profile in claimed {
            let is_read =
                grounds.mine.has(*profile) || grounds.others.iter().any(|other| other.has(*profile));
            if !is_read {
                let theirs = self.holdings(*profile, parts).await?;
                grounds.others.push(theirs);
            }
        }
        Ok(grounds)
    }

    /// What the customer of a profile holds. What is decided by it holds as long as its streams end where they do.
    pub(super) async fn holdings(
        &self,
        profile: ProfileId,
        parts: &mut Parts,
    ) -> Result<Holdings, EngineError> {
        let streams: Streams = fetch(&*self.store, &self.tenant, profile, Known::ALL).await?;
        for (profile, version) in streams.ends() {
            parts.expect(StreamId::profile(self.tenant.clone(), profile), version);
        }
        streams.holdings()
    }
}

/// Whether another writer was first. The ids of what an engine writes follow from what it says and where: if one is
/// taken, another engine, whose clock shows another time, said just that first.
pub(super) const fn is_lost_race(error: &AppendError) -> bool {
    matches!(error, AppendError::Conflict { .. } | AppendError::IdReused { .. })
}
