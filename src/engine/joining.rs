//! Two customers who become one by a link: folded again from the first fact of the one with fewer, and not from the first
//! of both.
//!
//! What the one with more did before that first fact, and what was announced of it, is what it was: nothing of the other
//! belongs there. So a snapshot of hers that is older will do, if both are at hand. The profiles of the other come behind
//! hers, so that the numbers that her journey has for profiles stay.

use super::EngineError;
use super::live::{Live, Profiles, Taken};
use super::load::{Streams, fetch_after};
use super::refold::Refolded;
use super::snapshots::Snapshot;
use super::state::EngineState;
use throughline_core::event::Version;
use throughline_core::ids::ProfileId;
use throughline_core::time::Micros;
use throughline_rules::ledger::Reason;
use throughline_store::contract::EventStore;
use throughline_store::stream::TenantId;

/// Two customers who were at hand when they were joined.
#[derive(Debug)]
pub(super) struct Joining {
    /// The snapshots of the one with more facts, the newest last.
    snapshots: Vec<Snapshot>,
    /// The profiles of that one, with the versions of their streams that were known.
    more: Profiles,
    /// The profiles of the other.
    fewer: Profiles,
}

/// What was read of two such customers.
pub(super) struct Joined {
    streams: Streams,
    /// From which snapshot on the streams of the one with more facts were read.
    base: usize,
}

impl Joined {
    pub(super) const fn streams(&self) -> &Streams {
        &self.streams
    }
}

/// Where a snapshot ends: the time of its last step, and the versions that it is of.
pub(super) type End = (Micros, Profiles);

impl Joining {
    /// The profiles of both.
    pub(super) fn profiles(&self) -> impl Iterator<Item = ProfileId> {
        self.more.iter().chain(&self.fewer).map(|(profile, _)| *profile)
    }

    /// What is needed to read them: where each snapshot ends, and whose streams are read from the start.
    pub(super) fn to_read(&self) -> (Vec<End>, Profiles) {
        let ends = self.snapshots.iter().map(|s| (s.journey.last_step(), s.profiles.clone()));
        (ends.collect(), self.fewer.iter().map(|(profile, _)| (*profile, Version(0))).collect())
    }
}

impl Live {
    /// Whether every case is announced under its own key: else everything that was announced must be read.
    fn has_own_handles(&self) -> bool {
        self.rare.as_ref().is_none_or(|rare| rare.handles.is_empty())
    }
}

/// Reads the one with fewer facts as a whole, and the other from the newest snapshot before the first of those. None if
/// there is no such snapshot.
pub(super) async fn fetch_joined(
    store: &dyn EventStore,
    tenant: &TenantId,
    snapshots: &[End],
    fewer: &[(ProfileId, Version)],
) -> Result<Option<Joined>, EngineError> {
    let mut streams = fetch_after(store, tenant, fewer).await?;
    let first = streams.first_fact().unwrap_or(Micros::MAX);
    let Some(base) = snapshots.iter().rposition(|(last, _)| *last < first) else { return Ok(None) };
    streams.join(fetch_after(store, tenant, &snapshots[base].1).await?);
    Ok(Some(Joined { streams, base }))
}

impl EngineState {
    /// Takes two customers out who are joined from here on, if they can be folded from a snapshot of one of them.
    pub(super) fn take_both(&mut self, a: ProfileId, b: ProfileId) -> Option<Joining> {
        let Taken::Live(a) = self.cache.take(a) else { return None };
        let Taken::Live(b) = self.cache.take(b) else {
            self.cache.put(a);
            return None;
        };
        let facts = |live: &Live| live.journey.customer.facts;
        let (mut more, fewer) = if facts(&a) < facts(&b) { (b, a) } else { (a, b) };
        let mut snapshots =
            more.rare.as_mut().map(|rare| std::mem::take(&mut rare.snapshots)).unwrap_or_default();
        snapshots.retain(Snapshot::has_versions);
        if snapshots.is_empty() || !more.has_own_handles() || !fewer.has_own_handles() {
            if let Some(rare) = &mut more.rare {
                rare.snapshots = snapshots;
            }
            self.cache.put(more);
            self.cache.put(fewer);
            return None;
        }
        // Neither is kept: if reading fails now, nothing may be announced from what they were.
        self.cache.release(&more);
        self.cache.release(&fewer);
        Some(Joining { snapshots, more: more.profiles, fewer: fewer.profiles })
    }

    /// Folds both from the snapshot that was found. None if that will not do, and everything must be read.
    pub(super) fn refold_joined(
        &mut self,
        joining: Joining,
        Joined { streams, base }: Joined,
        reason: Option<Reason>,
    ) -> Result<Option<Refolded>, EngineError> {
        let Joining { mut snapshots, more, fewer } = joining;
        let mut ends: Profiles = more.into_iter().chain(fewer.iter().copied()).collect();
        if !streams.stay_within(&ends) {
            return Ok(None);
        }
        for (profile, version) in &mut ends {
            *version = streams.end_of(*profile).unwrap_or(*version);
        }
        snapshots.truncate(base + 1);
        for snapshot in &mut snapshots {
            // Of the other one it holds nothing.
            snapshot.profiles.extend(fewer.iter().map(|(profile, _)| (*profile, Version(0))));
        }
        let Some(newest) = snapshots.last() else { return Ok(None) };
        let refolded = self.refold_from(newest, &ends, streams, reason)?;
        Ok(refolded.map(|refolded| refolded.with_snapshots(snapshots)))
    }
}
