//! Claims: what one means is decided by the rulebook's policy from what the streams hold, and everything that follows
//! is appended as one, with the exact version of every stream that the decision rests on.
//!
//! An identifier has a stream of its own, so two that claim it at once conflict there. That two customers stay two for
//! their accounts' sake rests on what *they* claimed, so their streams are part of the append as well, without events
//! if there is nothing to write. Who loses reads again and decides again.

use super::claimants::{Claimants, read_claimants, stream_of};
use super::parts::Parts;
use super::said::Ends;
use super::{Claimed, HashedClaim, Identified};
use crate::engine::EngineError;
use crate::engine::activation::context;
use crate::engine::judge::Task;
use crate::engine::link::{self, LINKED, UNLINKED};
use crate::engine::load::LinkFact;
use crate::engine::state::{EngineState, reloads};
use throughline_core::event::vocabulary::{IdentifierClaimed, ProfileLinked, ProfileUnlinked};
use throughline_core::event::{NewEvent, Version};
use throughline_core::fact::Fact;
use throughline_core::ids::{EventId, LinkId, ProfileId};
use throughline_rules::identity::record::{self, Record};
use throughline_rules::identity::{Holdings, Policy, Verdict};
use throughline_store::append::Append;
use throughline_store::stream::StreamId;

/// What is answered and done once a claim is appended.
pub(super) struct Plan {
    pub(super) identified: Identified,
    /// The claim as a fact.
    pub(super) fact: Fact,
    /// Who is judged again because a link was made or taken back.
    pub(super) moved: Vec<Task>,
    /// Whether so many claimed the identifier that another claim of it makes no difference.
    pub(super) is_shared: bool,
}

/// What a decision rests on.
#[derive(Default)]
struct Grounds {
    /// Who claimed the identifier, the claimant among them.
    claimed: Vec<ProfileId>,
    mine: Holdings,
    others: Vec<Holdings>,
    /// The links that the claim makes wrong.
    parted: Vec<(LinkId, ProfileId)>,
}

impl EngineState {
    /// Decides what a claim means by what the store holds now. `end` is where the identifier's stream ends, if that is
    /// known, and `ends` where streams of profiles do.
    pub(super) async fn plan(
        &mut self,
        claim: &HashedClaim,
        end: Option<Version>,
        ends: &Ends,
    ) -> Result<(Append, Plan), EngineError> {
        let identity = self.in_force.identity(self.now).clone();
        let (policy, kind) = (&identity.policy, claim.kind.as_str());
        let mut enough = policy.enough_claimants(kind, claim.hash);
        let (parts, grounds, verdict, is_shared) = loop {
            let claimants = match end {
                Some(Version(0)) => Claimants { end, ..Claimants::default() },
                _ => read_claimants(&*self.store, &self.tenant, claim.hash, enough).await?,
            };
            let mut parts = Parts::default();
            parts.expect(context(&self.tenant), self.in_force.version);
            let is_whole = claimants.end.is_some();
            if let Some(end) = claimants.end {
                parts.expect(stream_of(&self.tenant, claim.hash), end);
            }
            let grounds = self.grounds(claim, claimants.claimed, policy, ends, &mut parts).await?;
            let verdict = policy.decide(kind, claim.hash, &grounds.claimed, &grounds.mine, &grounds.others);
            if is_whole || !matches!(verdict, Verdict::First | Verdict::Known) {
                break (parts, grounds, verdict, !is_whole);
            }
            // All of the first are this customer's: whether the others are, the others must say.
            enough = usize::MAX;
        };
        let (append, mut plan) = self.plan_of(claim, parts, grounds, verdict).await?;
        plan.is_shared = is_shared;
        Ok((append, plan))
    }

    /// What is appended for a claim that was decided.
    async fn plan_of(
        &mut self,
        claim: &HashedClaim,
        mut parts: Parts,
        grounds: Grounds,
        verdict: Verdict,
    ) -> Result<(Append, Plan), EngineError> {
        let (tenant, profile, hash) = (self.tenant.clone(), claim.profile, claim.hash);
        let stream = |profile| StreamId::profile(tenant.clone(), profile);
        let key = format!("{}/{profile}/{}/{}", hash.0, claim.at.0, claim.source);
        let data = IdentifierClaimed { kind: claim.kind.clone(), hash };
        let id = EventId::derived("claimed", &key);
        let event = NewEvent::new(id, claim.at, claim.source.clone(), data.into());
        let (append, fact, _) = self.check(profile, event.seal())?;
        for event in append.streams.into_iter().flat_map(|stream| stream.events) {
            parts.add(stream(profile), event);
        }
        // Its id says who claimed what, and nothing else is in it: a profile that claimed it before is not added again.
        let claimed = Record::Claimed { kind: claim.kind.clone(), profile };
        let key = format!("{}/{profile}", hash.0);
        parts.add(stream_of(&tenant, hash), link::record("identifier claimed", &key, &claimed));
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
                parts.add(stream_of(&tenant, hash), link::record_of(LINKED, link, &joined));
                moved.extend(reloads(profile, &LinkFact::Linked(link, with)));
                Claimed::Joined { link, with }
            }
        };
        let identified = Identified { claimed, parted: grounds.parted };
        Ok((parts.append(self.now), Plan { identified, fact, moved, is_shared: false }))
    }

    /// Reads the customers that a claim is about, as far as the decision needs them, and takes the claimant out of its
    /// own if it contradicts it.
    async fn grounds(
        &mut self,
        claim: &HashedClaim,
        claimed: Vec<ProfileId>,
        policy: &Policy,
        ends: &Ends,
        parts: &mut Parts,
    ) -> Result<Grounds, EngineError> {
        let mut grounds = Grounds { claimed, ..Grounds::default() };
        if !grounds.claimed.contains(&claim.profile) {
            grounds.claimed.push(claim.profile);
        }
        let kind = claim.kind.as_str();
        let joins_nobody = policy.joins_nobody(kind, claim.hash, &grounds.claimed).is_some();
        // A value that joins nobody and contradicts nobody needs no look at the customers. Cookies are many.
        if joins_nobody && !policy.may_contradict(kind, claim.hash) {
            grounds.mine.claim(claim.profile, claim.kind.clone(), claim.hash);
            return Ok(grounds);
        }
        let mut mine = self.holdings(claim.profile, ends, parts).await?;
        mine.claim(claim.profile, claim.kind.clone(), claim.hash);
        let mut rest = mine.clone();
        let alone = rest.take_out(claim.profile);
        if policy.contradiction(&alone, &rest).is_some() {
            grounds.parted = mine.links_of(claim.profile);
            grounds.mine = alone;
            grounds.others.push(rest);
        } else {
            grounds.mine = mine;
        }
        if joins_nobody {
            return Ok(grounds);
        }
        for profile in grounds.claimed.clone() {
            let is_read = grounds.mine.has(profile) || grounds.others.iter().any(|other| other.has(profile));
            if !is_read {
                grounds.others.push(self.holdings(profile, ends, parts).await?);
            }
        }
        Ok(grounds)
    }
}
