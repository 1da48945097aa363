//! A ledger that is kept as the engine keeps it: fold, compare, write down, read back.

use crate::world::{Bench, settled_slots};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Sym;
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::{Decision, Slot};
use throughline_rules::ledger::{
    Announced, AnnouncementId, Entry, Judged, Reason, decode_entries, difference, encode_entries,
    encode_entries_of,
};

/// What was said so far, and every id under which it was.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) announced: Announced,
    ids: BTreeSet<AnnouncementId>,
    generations: BTreeMap<Slot, u32>,
}

impl Said {
    /// Judges what is known now and says what must be said; returns what was concluded and what was said.
    pub(crate) fn judge(
        &mut self,
        bench: &Bench,
        facts: &[Fact],
        now: Micros,
    ) -> Result<(Judged, Vec<Entry>), TestCaseError> {
        let (_, judged) = bench.fold(facts, now);
        let found = self.difference(bench, &judged, now);
        let mut entries = Vec::new();
        for (profile, derived) in found {
            let entry = derived.named(&bench.names);
            let encoded = encode_entries([&entry]);
            prop_assert_eq!(&encode_entries_of([&derived], &bench.names), &encoded);
            prop_assert_eq!(&decode_entries(&encoded).unwrap(), &vec![entry.clone()]);
            let trigger = facts.iter().find(|fact| fact.id == entry.slot().trigger);
            prop_assert!(trigger.is_none_or(|fact| fact.profile == profile), "not where its trigger is");
            self.note(bench, &entry, now)?;
            self.announced.apply(derived, profile);
            entries.push(entry);
        }
        prop_assert_eq!(self.difference(bench, &judged, now), vec![], "said twice");
        self.holds(bench, &judged, now)?;
        Ok((judged, entries))
    }

    fn difference(
        &self,
        bench: &Bench,
        judged: &Judged,
        now: Micros,
    ) -> Vec<(throughline_core::fact::ProfileIx, Entry<Sym>)> {
        let reason = Reason::LateFact(EventId::default());
        let (rules, names) = (&bench.rules, &bench.names);
        difference(judged, &self.announced, rules, names, now, Span::from_days(30), reason).entries
    }

    /// Every announcement has an id of its own, a generation that counts, and had time to settle.
    fn note(&mut self, bench: &Bench, entry: &Entry, now: Micros) -> Result<(), TestCaseError> {
        let announcement = match entry {
            Entry::Announced(announcement) => {
                let decision = &announcement.decision;
                let rule = bench.names.get(decision.slot.rule.as_str()).unwrap();
                let settle = bench.rules.settle(rule, decision.effective_at);
                prop_assert!(decision.effective_at + settle <= now, "said before it settled");
                announcement
            }
            Entry::Amended { announcement, .. } => announcement,
            Entry::Withdrawn { .. } => return Ok(()),
        };
        prop_assert!(self.ids.insert(announcement.id()), "an id that was used before");
        let next = self.generations.entry(announcement.decision.slot.clone()).or_default();
        prop_assert_eq!(announcement.generation, *next);
        *next += 1;
        Ok(())
    }

    /// What stands is what is true: everything that has settled, with the content that it has.
    fn holds(&self, bench: &Bench, judged: &Judged, now: Micros) -> Result<(), TestCaseError> {
        let standing = self.standing(bench, judged);
        let all = settled_slots(bench, judged, Micros::MAX);
        for (slot, decision) in &standing {
            prop_assert_eq!(all.get(slot), Some(decision), "what stands does not follow");
        }
        for slot in settled_slots(bench, judged, now).keys() {
            prop_assert!(standing.contains_key(slot), "not said: {:?}", slot);
        }
        prop_assert_eq!(standing.len(), self.announced.effective().count(), "one thing stands twice");
        Ok(())
    }

    /// What stands, with every handle as the inside key of the case that it names.
    pub(crate) fn standing(&self, bench: &Bench, judged: &Judged) -> BTreeMap<Slot, Decision> {
        let standing = self.announced.effective().map(|(announcement, _)| {
            let mut decision = announcement.decision.named(&bench.names);
            decision.slot.case = judged.inside(decision.slot.case);
            (decision.slot.clone(), decision)
        });
        standing.collect()
    }

    /// For each case, by its inside key, the handle of what was said of it first and still stands.
    pub(crate) fn handles(&self, judged: &Judged) -> BTreeMap<ContactId, ContactId> {
        let mut first: BTreeMap<ContactId, (u64, ContactId)> = BTreeMap::new();
        for standing in self.announced.slots().iter().filter(|s| !s.slot.case.is_nil()) {
            if standing.effective.is_none() {
                continue;
            }
            let place = (standing.first, standing.slot.case);
            let known = first.entry(judged.inside(standing.slot.case)).or_insert(place);
            *known = place.min(*known);
        }
        first.into_iter().map(|(key, (_, handle))| (key, handle)).collect()
    }
}
