//! Claims of a life: few identifiers that many claim at once, accounts that keep people apart, answers that are lost.

use super::facts::name;
use super::life::{Life, note};
use super::model::{Known, link_in, profile_of};
use super::node::Running;
use super::truth::customers;
use std::collections::{BTreeMap, BTreeSet};
use throughline::channels::identifier::{Hasher, Normaliser};
use throughline::core::event::{EventData, IdentifierHash};
use throughline::core::identifier::{Form, Identifier, IdentifierKey};
use throughline::core::ids::{LinkId, ProfileId};
use throughline::core::time::Micros;
use throughline::engine::{Claimed, Engine, EngineError, Identified};
use throughline::rules::identity::record::{IDENTIFIER_KIND, Record, link_of};
use throughline::store::read::StoredEvent;
use throughline::store::stream::StreamKey;
use tokio::task::JoinHandle;

pub(crate) const KEY: IdentifierKey = IdentifierKey::new([3; 16]);

/// How many claims are made in one life at most.
const MOST: usize = 12;

/// A kind that joins without limits, one that keeps apart, one that does nothing.
const KINDS: [&str; 3] = ["badge", "account", "cookie"];

/// Somebody was seen under an identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) profile: ProfileId,
    kind: &'static str,
    value: u64,
    at: Micros,
    pub(crate) known: Known,
}

/// What the world knows of claims.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    pub(crate) made: Vec<Claim>,
    /// Links that claims were answered with.
    pub(crate) links: BTreeMap<LinkId, [ProfileId; 2]>,
}

impl Claim {
    fn identifier(&self) -> Identifier {
        Identifier::new(self.kind, format!("{}-{}", self.kind, self.value)).unwrap()
    }

    fn hash(&self) -> IdentifierHash {
        let form = if self.kind == "account" { Form::Account } else { Form::Text };
        let hasher = Hasher::new(KEY, Normaliser::new());
        hasher.hash(self.kind, form, self.identifier().value.as_str()).unwrap()
    }
}

fn ask(engine: Engine, claim: Claim) -> JoinHandle<Result<Identified, EngineError>> {
    tokio::spawn(
        async move { engine.identify(claim.profile, &claim.identifier(), claim.at, name("web")).await },
    )
}

impl Life<'_> {
    /// A new claim, or one whose answer may have been lost.
    pub(crate) fn some_claim(&mut self, engine: Engine) -> Running {
        let made = self.model.claims.made.len();
        let again = made == MOST || made > 0 && self.rng.chance(250);
        let index = if again { self.rng.below(made as u64) as usize } else { made };
        if !again {
            let roll = self.rng.below(10);
            let kind = KINDS[usize::from(roll > 5) + usize::from(roll > 8)];
            let (profile, value) = (self.some_profile(), self.rng.below(2));
            self.model.claims.made.push(Claim { profile, kind, value, at: self.now, known: Known::Absent });
        }
        let claim = self.model.claims.made[index];
        note!(self, "claim {index}: {claim:?}");
        Running::Claim(index, ask(engine, claim))
    }

    /// The end of a link that a claim made.
    pub(crate) fn some_parting(&mut self, engine: Engine) -> Option<Running> {
        let links: Vec<LinkId> = self.model.claims.links.keys().copied().collect();
        let link = *self.rng.pick(&links)?;
        let [a, b] = self.model.claims.links[&link];
        note!(self, "{a} and {b}, whom a claim joined, are to be taken apart");
        Some(Running::Part(tokio::spawn(async move { engine.unlink(link, a, b).await })))
    }

    pub(crate) fn claimed(&mut self, index: usize, identified: &Identified) -> Result<(), String> {
        let claim = &mut self.model.claims.made[index];
        self.met.claims += u64::from(claim.known != Known::Acknowledged);
        self.met.claims_healed += u64::from(claim.known == Known::Possible);
        claim.known = Known::Acknowledged;
        let claim = *claim;
        self.met.parted += identified.parted.len() as u64;
        match identified.claimed {
            Claimed::Joined { link, with } => {
                if link != link_of(claim.hash(), claim.profile, with) {
                    return Err(format!("{claim:?} was joined by a link of another name: {identified:?}"));
                }
                self.met.joined += 1;
                self.model.claims.links.insert(link, [claim.profile, with]);
            }
            Claimed::NotJoined(_) => self.met.kept_apart += 1,
            Claimed::First | Claimed::Known => {}
        }
        Ok(())
    }
}

/// What an identifier's stream holds.
#[derive(Debug, Default)]
struct Held {
    claimed: Vec<ProfileId>,
    linked: BTreeMap<LinkId, [ProfileId; 2]>,
    unlinked: BTreeSet<LinkId>,
}

fn streams(log: &[StoredEvent]) -> BTreeMap<IdentifierHash, Held> {
    let mut streams: BTreeMap<IdentifierHash, Held> = BTreeMap::new();
    for stored in log.iter().filter(|e| e.recorded.event.data.kind == IDENTIFIER_KIND) {
        let StreamKey::Identifier(hash) = stored.stream.key else { continue };
        let held = streams.entry(hash).or_default();
        match Record::open(&stored.recorded.event.data).unwrap() {
            Record::Claimed { profile, .. } => held.claimed.push(profile),
            Record::Linked { link, profile, other } => drop(held.linked.insert(link, [profile, other])),
            Record::Unlinked { link } => drop(held.unlinked.insert(link)),
        }
    }
    streams
}

/// Who claimed what, by the facts of profiles.
fn claims_in(log: &[StoredEvent]) -> BTreeSet<(ProfileId, IdentifierHash, Micros)> {
    let facts = log.iter().filter(|e| e.recorded.event.data.is_fact());
    let claimed = facts.filter_map(|e| match e.recorded.event.data.open().unwrap() {
        EventData::IdentifierClaimed(claim) => {
            Some((profile_of(&e.stream)?, claim.hash, e.recorded.event.occurred_at))
        }
        _ => None,
    });
    claimed.collect()
}

impl Claims {
    /// Whether a link is one that a claim of these may have made between two profiles.
    pub(crate) fn may_have_made(&self, link: LinkId, [a, b]: [ProfileId; 2]) -> bool {
        self.made.iter().any(|claim| link_of(claim.hash(), a, b) == link)
    }

    /// Whether a claim of these may have taken back a link between two profiles.
    pub(crate) fn may_part(&self, ends: [ProfileId; 2]) -> bool {
        let of_account = |claim: &&Claim| claim.kind == "account" && claim.known != Known::Absent;
        self.made.iter().filter(of_account).any(|claim| ends.contains(&claim.profile))
    }

    /// Every claim that was acknowledged is with its profile and with its identifier, and no other is.
    pub(crate) fn check(&self, log: &[StoredEvent]) -> Result<(), String> {
        let (facts, streams) = (claims_in(log), streams(log));
        let mut possible = BTreeSet::new();
        for claim in &self.made {
            let fact = (claim.profile, claim.hash(), claim.at);
            possible.extend((claim.known != Known::Absent).then_some(fact));
            let held = streams.get(&fact.1).is_some_and(|held| held.claimed.contains(&claim.profile));
            if claim.known == Known::Acknowledged && !(facts.contains(&fact) && held) {
                return Err(format!("{claim:?} was acknowledged and is not in the log"));
            }
        }
        if let Some(stray) = facts.difference(&possible).next() {
            return Err(format!("nobody made this claim: {stray:?}"));
        }
        for (hash, held) in &streams {
            let claimed = |profile: &ProfileId| facts.iter().any(|(p, h, _)| p == profile && h == hash);
            let once: BTreeSet<_> = held.claimed.iter().collect();
            if once.len() != held.claimed.len() || !held.claimed.iter().all(claimed) {
                return Err(format!("an identifier knows claimants that did not claim it once: {held:?}"));
            }
        }
        self.check_joined(log, &streams)
    }

    /// Whoever claimed a badge is one customer, unless something stands against it; nobody has two accounts.
    fn check_joined(
        &self,
        log: &[StoredEvent],
        streams: &BTreeMap<IdentifierHash, Held>,
    ) -> Result<(), String> {
        let (customers, facts) = (customers(log), claims_in(log));
        let of_kind = |kind: &str, hash: &IdentifierHash| {
            self.made.iter().any(|claim| claim.kind == kind && claim.hash() == *hash)
        };
        let accounts = |customer: &BTreeSet<ProfileId>| -> BTreeSet<IdentifierHash> {
            let theirs = facts.iter().filter(|(profile, ..)| customer.contains(profile));
            theirs.map(|(_, hash, _)| *hash).filter(|hash| of_kind("account", hash)).collect()
        };
        let explicit = log.iter().filter(|e| e.recorded.event.data.is_fact()).filter_map(|e| {
            let (link, makes, other) = link_in(&e.recorded.event.data.open().unwrap())?;
            let ends = [profile_of(&e.stream)?, other];
            (!makes || !self.may_have_made(link, ends)).then_some(ends)
        });
        // Somebody's word counts for more than a policy: these may be joined or apart whatever they claimed.
        let worded: BTreeSet<ProfileId> = explicit.flatten().collect();
        for customer in customers.iter().filter(|c| c.is_disjoint(&worded)) {
            let of_one = |profile: &ProfileId| accounts(&BTreeSet::from([*profile])).len();
            // One profile that claimed two accounts is nobody else.
            if accounts(customer).len() > 1 && customer.iter().all(|profile| of_one(profile) < 2) {
                return Err(format!("claims made one customer of two with different accounts: {customer:?}"));
            }
        }
        for held in streams.iter().filter(|(hash, _)| of_kind("badge", hash)).map(|(_, held)| held) {
            let theirs: Vec<_> =
                customers.iter().filter(|c| held.claimed.iter().any(|p| c.contains(p))).collect();
            let is_free = |c: &&&BTreeSet<ProfileId>| c.is_disjoint(&worded) && accounts(c).is_empty();
            if theirs.iter().filter(is_free).count() > 1 && held.unlinked.is_empty() {
                return Err(format!("whoever claimed this badge is not one customer: {held:?}, {theirs:?}"));
            }
        }
        Ok(())
    }
}
