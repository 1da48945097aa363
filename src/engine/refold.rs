//! Refolding: a customer is folded again from what the store has, and compared with what was announced.

use super::live::{Live, Profiles, Remembered};
use super::load::Loaded;
use super::snapshots::Snapshot;
use super::state::EngineState;
use std::collections::BTreeMap;
use throughline_core::fact::ProfileIx;
use throughline_core::ids::{EventId, ProfileId};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::ledger::{Reason, difference, encode_entries_of};
use throughline_store::append::Append;

/// Of how many customers with several late facts the facts are remembered, and of how many facts at most. Together some
/// 100 MB at the very worst, and a few MB as a rule.
pub(super) const REMEMBERED_CUSTOMERS: usize = 256;
const REMEMBERED_FACTS: usize = 2_048;

/// A customer that was folded again.
pub(super) struct Refolded {
    pub(super) live: Box<Live>,
    /// What must be announced, if anything.
    pub(super) append: Option<Append>,
    /// Profiles that were with it before and are not any more: they must be judged for themselves.
    pub(super) left: Vec<ProfileId>,
}

impl EngineState {
    /// Folds a customer from its first fact, or from a snapshot if that is what was loaded: the facts and what was
    /// announced since. None if a snapshot will not do, since what was announced before it would have to be looked at.
    pub(super) fn refold(
        &mut self,
        loaded: Loaded,
        base: Option<&Snapshot>,
        reason: Option<Reason>,
    ) -> Option<Refolded> {
        let reason = reason
            .or(loaded.newest.map(|(_, reason)| reason))
            .unwrap_or(Reason::LateFact(EventId::default()));
        let as_of = self.now.max(loaded.recorded_until);
        // Mostly the journey of this very customer, so that its lists have the room that they need.
        let (mut journey, mut judged) = (std::mem::take(&mut self.spare), std::mem::take(&mut self.judged));
        judged.clear();
        match base {
            None => journey.clear(),
            Some(base) => {
                journey.clone_from(&base.journey);
                let unsaid = base.unsaid.iter().map(|(decision, profile)| (decision, *profile));
                judged.begin_from(&base.journey, unsaid);
            }
        }
        let folded = Evaluator::new(&self.rules).fold(&mut journey, &loaded.facts, as_of, &mut judged);
        let mut announced = loaded.announced;
        if base.is_some() && !judged.opened_all_of(&announced) {
            self.judged = judged;
            return None;
        }
        let found =
            difference(&judged, &announced, &self.rules, &self.names, as_of, self.historical_after, reason);
        let mut records: BTreeMap<ProfileIx, Vec<_>> = BTreeMap::new();
        for (profile, entry) in &found.entries {
            announced.apply(entry.clone(), *profile);
            records.entry(*profile).or_default().push(entry);
        }
        let records: Vec<(ProfileIx, Vec<u8>)> = records
            .into_iter()
            .map(|(profile, entries)| (profile, encode_entries_of(entries, &self.names)))
            .collect();
        let append = self.append_of(&loaded.profiles, &records);
        let mut live = Box::new(Live::new(Profiles::from_slice(&loaded.profiles), journey));
        live.recorded_until = loaded.recorded_until;
        live.is_anonymous = loaded.is_anonymous && base.is_none_or(|base| base.is_anonymous);
        let rare = live.rare();
        rare.parked = loaded.facts[folded..].to_vec();
        rare.settling.extend(found.settling.into_iter().map(|(at, index)| {
            let (decision, profile) = judged.decisions[index].clone();
            (at, decision, profile)
        }));
        let silent = announced.slots().iter().filter(|s| s.effective.is_none());
        rare.generations = silent.map(|s| (s.slot, s.generations)).collect();
        rare.handles = judged.handles(&announced);
        self.judged = judged;
        // Late facts come in bursts, but most come alone, and memory that is kept for nothing is missed in the cache. So
        // it is kept only for who had one lately. Nobody has the stored snapshot at hand: what came since is no use without
        // it.
        let since = base.map_or(Some(0), Snapshot::at_hand);
        if let (Some(since), Reason::LateFact(_)) = (since, reason)
            && let Some((first, _)) = live.profiles.first().copied()
            && self.late.note(first)
            && loaded.facts.len() <= REMEMBERED_FACTS
        {
            let (refold, gone) = self.remembered.add(first);
            if let Some((number, customer)) = gone {
                self.cache.forget_facts(number, customer);
            }
            let (facts, recorded_until) = (loaded.facts, loaded.recorded_until);
            let loaded = Box::new(Loaded { facts, announced, recorded_until, ..Loaded::default() });
            live.rare().remembered = Some(Remembered { refold, since, loaded });
        }
        live.tidy();
        live.journey.shrink();
        let mut left = Vec::new();
        for (profile, _) in &live.profiles {
            left.extend(self.cache.forget(*profile));
        }
        left.retain(|p| live.profile_ix(*p).is_none());
        self.cache.reserve(&live.profiles);
        Some(Refolded { live, append, left })
    }
}
