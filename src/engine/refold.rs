//! Refolding: a customer is folded again from what the store has, and compared with what was announced.

use super::journal::length_of;
use super::live::{Live, Profiles};
use super::load::Loaded;
use super::snapshots::Snapshot;
use super::state::EngineState;
use std::collections::BTreeMap;
use throughline_core::fact::ProfileIx;
use throughline_core::ids::{EventId, ProfileId};
use throughline_rules::evaluate::Evaluator;
use throughline_rules::ledger::{Reason, difference, encode_entries_of};
use throughline_store::append::Append;

/// How many customers are known to have had a late fact lately.
pub(super) const LATELY: usize = 256;

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
                judged.begin_from(&base.journey, base.unsaid.iter());
            }
        }
        // Who had a late fact may well have another: what is read for it is kept, and whoever is folded as a whole has
        // snapshots of hers from then on. Nobody has the stored snapshot at hand: what came since is no use without it.
        let is_kept = matches!(reason, Reason::LateFact(_))
            && base.is_none_or(Snapshot::is_at_hand)
            && (loaded.journal.is_some() || self.is_worth_a_journal(&loaded));
        let (folded, snapshots) = if is_kept && base.is_none() {
            self.fold_leaving_snapshots(&loaded, as_of, &mut journey, &mut judged)
        } else {
            let facts = &loaded.facts[loaded.folded..];
            (Evaluator::new(&self.rules).fold(&mut journey, facts, as_of, &mut judged), Vec::new())
        };
        let (mut announced, mut facts) = (loaded.announced, loaded.facts);
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
        rare.parked = facts.split_off(loaded.folded + folded);
        rare.settling.extend(found.settling.into_iter().map(|(at, index)| {
            let (decision, profile) = judged.decisions[index].clone();
            (at, decision, profile)
        }));
        let silent = announced.slots().iter().filter(|s| s.effective.is_none());
        rare.generations = silent.map(|s| (s.slot, s.generations)).collect();
        rare.handles = judged.handles(&announced);
        self.judged = judged;
        if is_kept && let Some((first, _)) = live.profiles.first().copied() {
            let journal = loaded.journal.or_else(|| self.begin_journal(first, base));
            let mut journal = journal.and_then(|journal| journal.returned(facts, loaded.records));
            // Late facts come in bursts, but most come alone, and memory that is kept for nothing is missed in the cache.
            if self.late.note(first)
                && let Some(journal) = &mut journal
            {
                journal.keep(base, announced, length_of(records.iter().map(|(_, record)| &**record)));
            }
            let rare = live.rare();
            rare.snapshots = if journal.is_some() { snapshots } else { Vec::new() };
            rare.journal = journal;
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
