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
use throughline_core::event::Version;
use throughline_store::append::{Append, Appended, ExpectedVersion};
use throughline_store::error::{AppendError, StoreErrorKind};
use throughline_store::stream::StreamId;

/// How many claims are decided together at most.
const AT_ONCE: usize = 1_024;

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
        let mut waiting: Vec<Waiting> = (0..claims.len()).map(|index| Waiting { index, lost: 0 }).collect();
        while !waiting.is_empty() {
            let later = waiting.split_off(waiting.len().min(AT_ONCE));
            waiting = self.round(&claims, waiting, &mut outcomes).await;
            waiting.extend(later);
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Err(EngineError::Closed))).collect()
    }

    /// Decides and appends those that do not touch each other, and names those that are left.
    async fn round(
        &mut self,
        claims: &[HashedClaim],
        waiting: Vec<Waiting>,
        outcomes: &mut [Outcome],
    ) -> Vec<Waiting> {
        let (planned, appends, mut later) = self.plan_round(claims, waiting, outcomes).await;
        let appended = self.store.append_many(appends).await;
        let (mut tasks, mut is_behind) = (Vec::new(), false);
        for (Planned { mut one, plan, own }, appended) in planned.into_iter().zip(appended) {
            let claim = &claims[one.index];
            match appended {
                Ok(appended) => {
                    let identified = self.made(claim, plan, own, &appended, &mut tasks);
                    outcomes[one.index] = Some(Ok(identified));
                }
                Err(error) if is_lost_race(&error) => {
                    is_behind = true;
                    one.lost += 1;
                    if one.lost < ROUNDS {
                        later.push(one);
                    } else {
                        outcomes[one.index] = Some(Err(EngineError::Raced));
                    }
                }
                Err(error) => {
                    if matches!(&error, AppendError::Store(e) if e.kind == StoreErrorKind::Unknown) {
                        self.dirty.insert(claim.profile);
                        self.dirty.extend(plan.moved.iter().map(Task::profile));
                    }
                    outcomes[one.index] = Some(Err(error.into()));
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

    /// Decides those that do not touch each other: what is to be appended for each, and who has to wait.
    async fn plan_round(
        &mut self,
        claims: &[HashedClaim],
        waiting: Vec<Waiting>,
        outcomes: &mut [Outcome],
    ) -> (Vec<Planned>, Vec<Append>, Vec<Waiting>) {
        let (mut planned, mut appends, mut later) = (Vec::new(), Vec::new(), Vec::new());
        // What plans of this round write to, and what claims that wait are about.
        let mut touched: BTreeSet<StreamId> = BTreeSet::new();
        let mut shared: BTreeSet<StreamId> = BTreeSet::new();
        // Without an answer each one asks for itself, and is told for itself what is wrong.
        let ends = self.ends_of(claims, &waiting).await.unwrap_or_default();
        for (index, one) in waiting.into_iter().enumerate() {
            let claim = &claims[one.index];
            let (own, identifier) = (self.stream_of_profile(claim), stream_of(&self.tenant, claim.hash));
            let waits = touched.contains(&identifier) && !shared.contains(&identifier);
            if touched.contains(&own) || waits {
                // Nor may a later claim of the same overtake it.
                touched.extend([own, identifier]);
                later.push(one);
                continue;
            }
            match self.plan(claim, ends.identifiers.get(index).copied(), &ends.profiles).await {
                Ok((append, _)) if rests_on(&append, &touched) => {
                    touched.extend([own, identifier]);
                    later.push(one);
                }
                Ok((append, plan)) => {
                    let parts = append.streams.iter().filter(|part| !part.events.is_empty());
                    touched.extend(parts.map(|part| part.stream.clone()));
                    if plan.is_shared {
                        shared.insert(identifier);
                    }
                    let own = append.streams.iter().position(|part| part.stream == own);
                    planned.push(Planned { one, plan, own });
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
        plan: Plan,
        own: Option<usize>,
        appended: &Appended,
        tasks: &mut Vec<Task>,
    ) -> Identified {
        for place in appended.places.iter().flatten().filter(|place| !place.was_there) {
            self.covered.add(place.position);
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

/// Whether an append rests on what one of these streams holds.
fn rests_on(append: &Append, touched: &BTreeSet<StreamId>) -> bool {
    let mut rests = append.streams.iter().filter(|part| part.expected != ExpectedVersion::Any);
    rests.any(|part| touched.contains(&part.stream))
}

/// A claim that is decided.
struct Planned {
    one: Waiting,
    plan: Plan,
    /// Which part of the append the claimant's stream is.
    own: Option<usize>,
}

/// Where streams end.
#[derive(Default)]
struct KnownEnds {
    /// Those of the identifiers, in the order of the claims.
    identifiers: Vec<Version>,
    profiles: Ends,
}
