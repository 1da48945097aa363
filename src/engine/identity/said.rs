//! What the streams of profiles say of who is who, kept so that no claim reads a history that another one read.
//!
//! Most of what a stream holds says nothing of that. What does is kept in memory for the profiles that claims were about
//! last, with the version that it is known up to: from there on alone the stream is read. For long streams it is in the
//! store as well ([`summary`](super::summary)).

use super::parts::Parts;
use super::summary;
use crate::engine::EngineError;
use crate::engine::load::{Known, LinkFact, link_of, read_stream};
use crate::engine::state::EngineState;
use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use throughline_core::event::{Body, EventData, EventKind, IdentifierHash, Version};
use throughline_core::ids::{LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_rules::identity::Holdings;
use throughline_store::stream::StreamId;

/// Of how many profiles it is kept: some 20 MB.
const KEPT: usize = 32_768;

/// What one profile's own stream says, up to a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) version: Version,
    pub(super) claims: BTreeSet<(Name, IdentifierHash)>,
    /// The links that were made, with the other end, and those that were taken back.
    pub(super) links: BTreeMap<LinkId, ProfileId>,
    pub(super) unlinked: BTreeMap<LinkId, ProfileId>,
}

impl Said {
    /// Takes in the event that stands right behind what is known.
    fn add(&mut self, version: Version, body: &Body) -> Result<(), EngineError> {
        self.version = version;
        if body.kind == EventKind::IdentifierClaimed as u16 {
            if let EventData::IdentifierClaimed(claim) = body.open()? {
                self.claims.insert((claim.kind, claim.hash));
            }
            return Ok(());
        }
        match link_of(body)? {
            Some(LinkFact::Linked(link, other)) => drop(self.links.insert(link, other)),
            Some(LinkFact::Unlinked(link, other)) => drop(self.unlinked.insert(link, other)),
            None => {}
        }
        Ok(())
    }
}

/// What is kept in memory, for a bounded number of profiles; those that are kept longest go first.
#[derive(Debug, Default)]
pub(in crate::engine) struct Kept {
    of: HashMap<ProfileId, Said, FxBuildHasher>,
    oldest: VecDeque<ProfileId>,
}

impl Kept {
    fn put(&mut self, profile: ProfileId, said: Said) {
        if self.of.insert(profile, said).is_some() {
            return;
        }
        self.oldest.push_back(profile);
        if self.oldest.len() > KEPT
            && let Some(gone) = self.oldest.pop_front()
        {
            self.of.remove(&gone);
        }
    }
}

/// Where streams of profiles are known to end.
pub(in crate::engine) type Ends = HashMap<ProfileId, Version, FxBuildHasher>;

impl EngineState {
    /// What the customer of a profile holds. What is decided by it holds as long as its streams end where they do.
    ///
    /// `ends` may say where the streams of some of its profiles end, which saves asking.
    pub(in crate::engine) async fn holdings(
        &mut self,
        profile: ProfileId,
        ends: &Ends,
        parts: &mut Parts,
    ) -> Result<Holdings, EngineError> {
        let mut held = Holdings::default();
        let (mut links, mut unlinked) = (BTreeMap::new(), BTreeSet::new());
        let mut wanted = vec![profile];
        while let Some(next) = wanted.pop() {
            if held.has(next) {
                continue;
            }
            self.learn_said(next, ends.get(&next).copied()).await?;
            let Some(said) = self.said.of.get(&next) else { continue };
            parts.expect(StreamId::profile(self.tenant.clone(), next), said.version);
            held.claims.insert(next, said.claims.clone());
            for (link, other) in &said.unlinked {
                held.part(next, *other);
                unlinked.insert(*link);
            }
            links.extend(said.links.iter().map(|(link, other)| (*link, (next, *other))));
            let standing = links.iter().filter(|(link, _)| !unlinked.contains(*link));
            let mine = standing.filter(|(_, (a, b))| *a == next || *b == next);
            wanted.extend(mine.map(|(_, (a, b))| if *a == next { *b } else { *a }));
        }
        held.links.extend(links.into_iter().filter(|(link, _)| !unlinked.contains(link)));
        Ok(held)
    }

    /// Sees to it that what a profile's stream says is known up to its end.
    async fn learn_said(&mut self, profile: ProfileId, end: Option<Version>) -> Result<(), EngineError> {
        let stream = StreamId::profile(self.tenant.clone(), profile);
        let end = match end {
            Some(end) => end,
            None => self.store.versions(std::slice::from_ref(&stream)).await?[0],
        };
        if self.said.of.get(&profile).is_some_and(|said| said.version >= end) {
            return Ok(());
        }
        let is_long = |events: u64| self.stored_every != 0 && events >= self.stored_every;
        let mut said = self.said.of.get(&profile).cloned().unwrap_or_default();
        if said.version == Version(0) && is_long(end.0) {
            let stored = summary::read(&*self.store, &self.tenant, profile).await;
            said = stored.filter(|stored| stored.version <= end).unwrap_or_default();
        }
        let from = said.version;
        if self.is_anonymous(profile, end) {
            said = Said { version: end, ..Said::default() };
        } else if from < end {
            for event in read_stream(&*self.store, &stream, Version(from.0 + 1), Known::ALL).await? {
                said.add(event.recorded.version, &event.recorded.event.data)?;
            }
        }
        if is_long(said.version.0 - from.0) {
            summary::save(&*self.store, &self.tenant, profile, &said).await;
        }
        self.said.put(profile, said);
        Ok(())
    }

    /// Whether a profile is at hand whose stream says nothing of who it is up to a version.
    fn is_anonymous(&self, profile: ProfileId, until: Version) -> bool {
        let live = self.cache.get(profile).filter(|live| live.is_anonymous);
        live.is_some_and(|live| live.profiles.contains(&(profile, until)))
    }

    /// Takes in what this engine has just written to a profile's stream itself, if everything before it is known.
    pub(super) fn note_said(&mut self, profile: ProfileId, version: Version, body: &Body) {
        if version == Version(1) && !self.said.of.contains_key(&profile) {
            self.said.put(profile, Said::default());
        }
        if let Some(said) = self.said.of.get_mut(&profile)
            && said.version.0 + 1 == version.0
            && said.add(version, body).is_err()
        {
            // It cannot be read back, so it is not known; whoever needs it reads it and is told why.
            self.said.of.insert(profile, Said::default());
        }
    }
}
