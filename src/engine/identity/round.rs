//! Many claims with as few commits as possible: those that do not touch each other are decided and appended together.
//!
//! A claim whose streams another one of the same round writes to waits for the next round, and is decided by what that one
//! left. So all of it comes out as if one claim had been made after the other, those of one profile and those of one
//! identifier in the order in which they were given.

use super::claim::Plan;
use super::claimants::stream_of;
use super::parts::{ROUNDS, is_lost_race};
use super::said::Ends;
use super::{HashedClaim, Identified};
use crate::engine::EngineError;
use crate::engine::judge::Task;
use crate::engine::state::EngineState;
use std::collections::BTreeSet;
use throughline_core::event::{Body, IdentifierHash, Version};
use throughline_core::ids::ProfileId;
use throughline_store::append::{Append, Appended, ExpectedVersion, StreamAppend};
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::stream::{StreamId, StreamKey};

/// How many claims are decided together at most.
const AT_ONCE: usize = 4_096;

type Outcome = Option<Result<Identified, EngineError>>;

/// A claim that is not made yet.
struct Waiting {
    /// The how manieth of the batch it is.
    index: usize,
    /// How often another writer was first.
    lost: usize,
}

impl EngineState {
    /// Records claims and what follows from them, each as if those before it had been made one by one.
    pub(in crate::engine) async fn identify_all(
        &mut self,
        claims: Vec<HashedClaim>,
    ) -> Vec<Result<Identified, EngineError>> {
        self.read_clock();
        let mut outcomes: Vec<Outcome> = claims.iter().map(|_| None).collect();
        let mut shared = BTreeSet::new();
        for first in (0..claims.len()).step_by(AT_ONCE) {
            let some = first..claims.len().min(first + AT_ONCE);
            let mut waiting: Vec<Waiting> = some.map(|index| Waiting { index, lost: 0 }).collect();
            while !waiting.is_empty() {
                let (now, later) = apart(&claims, waiting, &shared);
                waiting = self.round(&claims, now, later, &mut shared, &mut outcomes).await;
            }
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(EngineError::Closed))).collect()
    }

    /// Decides and appends those that do not touch each other, and names those that are left.
    async fn round(
        &mut self,
        claims: &[HashedClaim],
        now: Vec<Waiting>,
        mut later: Vec<Waiting>,
        shared: &mut BTreeSet<IdentifierHash>,
        outcomes: &mut [Outcome],
    ) -> Vec<Waiting> {
        let (planned, appends, in_the_way) = self.plan_round(claims, now, shared, outcomes).await;
        later.extend(in_the_way);
        let appended = self.store.append_many(appends).await;
        let (mut tasks, mut is_behind) = (Vec::new(), false);
        for (planned, appended) in planned.into_iter().zip(appended) {
            let (claim, outcome) = (&claims[planned.one.index], &mut outcomes[planned.one.index]);
            match appended {
                Ok(appended) => *outcome = Some(Ok(self.made(claim, planned, &appended, &mut tasks))),
                Err(error) if is_lost_race(&error) => {
                    let Planned { one: Waiting { index, lost }, .. } = planned;
                    is_behind = true;
                    if lost + 1 < ROUNDS {
                        later.push(Waiting { index, lost: lost + 1 });
                    } else {
                        *outcome = Some(Err(EngineError::Raced));
                    }
                }
                Err(error) => {
                    if matches!(&error, AppendError::Store(e) if e.kind == StoreErrorKind::Unknown) {
                        self.dirty.insert(claim.profile);
                        self.dirty.extend(planned.plan.moved.iter().flat_map(Task::profiles));
                    }
                    *outcome = Some(Err(error.into()));
                }
            }
        }
        if let Err(error) = self.judge(tasks).await {
            tracing::warn!(%error, "claims are recorded; their judgement will be made again");
        }
        if is_behind && let Err(error) = self.learn().await {
            tracing::warn!(%error, "what is in force could not be read; it will be again");
        }
        later.sort_by_key(|one| one.index);
        later
    }

    /// Decides claims: what is to be appended for each, and who has to wait since another one writes where it reads.
    async fn plan_round(
        &mut self,
        claims: &[HashedClaim],
        now: Vec<Waiting>,
        shared: &mut BTreeSet<IdentifierHash>,
        outcomes: &mut [Outcome],
    ) -> (Vec<Planned>, Vec<Append>, Vec<Waiting>) {
        let (mut planned, mut appends, mut later) = (Vec::new(), Vec::new(), Vec::new());
        // What plans of this round write to, and what claims that wait are about.
        let mut touched: BTreeSet<StreamId> = BTreeSet::new();
        // Without an answer each one asks for itself, and is told for itself what is wrong.
        let ends = self.ends_of(claims, &now).await.unwrap_or_default();
        for (index, one) in now.into_iter().enumerate() {
            let claim = &claims[one.index];
            let own = self.stream_of_profile(claim);
            match self.plan(claim, ends.identifiers.get(index).copied(), &ends.profiles).await {
                Ok((append, _)) if rests_on(&append, &touched) => {
                    touched.extend([own, stream_of(&self.tenant, claim.hash)]);
                    later.push(one);
                }
                Ok((append, plan)) => {
                    let parts = append.streams.iter().filter(|part| !part.events.is_empty());
                    touched.extend(parts.map(|part| part.stream.clone()));
                    if plan.is_shared {
                        shared.insert(claim.hash);
                    }
                    let own = append.streams.iter().position(|part| part.stream == own);
                    let said = append.streams.iter().map(said_in).collect();
                    planned.push(Planned { one, plan, own, said });
                    appends.push(append);
                }
                Err(error) => outcomes[one.index] = Some(Err(error)),
            }
        }
        (planned, appends, later)
    }

    /// Takes in that a claim was appended.
    fn made(
        &mut self,
        claim: &HashedClaim,
        Planned { plan, own, said, .. }: Planned,
        appended: &Appended,
        tasks: &mut Vec<Task>,
    ) -> Identified {
        for place in appended.places.iter().flatten().filter(|place| !place.was_there) {
            self.covered.add(place.position);
        }
        for (said, places) in said.into_iter().zip(&appended.places) {
            let Some((profile, bodies)) = said else { continue };
            for (body, place) in bodies.iter().zip(places).filter(|(_, place)| !place.was_there) {
                self.note_said(profile, place.version, body);
            }
        }
        let place = own.and_then(|index| appended.places[index].first());
        match place {
            Some(place) if plan.moved.is_empty() && !place.was_there => {
                tasks.push(Task::Facts(claim.profile, place.version, vec![plan.fact]));
            }
            _ => tasks.extend(plan.moved),
        }
        plan.identified
    }

    fn stream_of_profile(&self, claim: &HashedClaim) -> StreamId {
        StreamId::profile(self.tenant.clone(), claim.profile)
    }

    /// Where the streams that claims are about end, by one question for all of them.
    async fn ends_of(&self, claims: &[HashedClaim], of: &[Waiting]) -> Result<KnownEnds, EngineError> {
        let mut streams: Vec<StreamId> = Vec::with_capacity(2 * of.len());
        streams.extend(of.iter().map(|one| stream_of(&self.tenant, claims[one.index].hash)));
        streams.extend(of.iter().map(|one| self.stream_of_profile(&claims[one.index])));
        let mut identifiers = self.store.versions(&streams).await?;
        let profiles = identifiers.split_off(of.len());
        let profiles = of.iter().map(|one| claims[one.index].profile).zip(profiles).collect();
        Ok(KnownEnds { identifiers, profiles })
    }
}

/// Of claims of one profile, and of one identifier, the first: the others have to wait for what becomes of it. An
/// identifier that so many claimed that another claim makes no difference keeps nobody waiting.
fn apart(
    claims: &[HashedClaim],
    waiting: Vec<Waiting>,
    shared: &BTreeSet<IdentifierHash>,
) -> (Vec<Waiting>, Vec<Waiting>) {
    let (mut profiles, mut identifiers) = (BTreeSet::new(), BTreeSet::new());
    waiting.into_iter().partition(|one| {
        let claim = &claims[one.index];
        // Both are noted also for one that waits: no later one may overtake it.
        let is_first_of_profile = profiles.insert(claim.profile);
        let is_first_of_identifier = identifiers.insert(claim.hash) || shared.contains(&claim.hash);
        is_first_of_profile && is_first_of_identifier
    })
}

/// Whether an append rests on what one of these streams holds.
fn rests_on(append: &Append, touched: &BTreeSet<StreamId>) -> bool {
    let mut rests = append.streams.iter().filter(|part| part.expected != ExpectedVersion::Any);
    rests.any(|part| touched.contains(&part.stream))
}

/// What a part of an append adds to the stream of a profile.
fn said_in(part: &StreamAppend) -> Option<(ProfileId, Vec<Body>)> {
    let StreamKey::Profile(profile) = part.stream.key else { return None };
    Some((profile, part.events.iter().map(|event| event.data.clone()).collect()))
}

/// A claim that is decided.
struct Planned {
    one: Waiting,
    plan: Plan,
    /// Which part of the append the claimant's stream is.
    own: Option<usize>,
    /// What each part adds to the stream of a profile.
    said: Vec<Option<(ProfileId, Vec<Body>)>>,
}

/// Where streams end.
#[derive(Default)]
struct KnownEnds {
    /// Those of the identifiers, in the order of the claims.
    identifiers: Vec<Version>,
    profiles: Ends,
}
