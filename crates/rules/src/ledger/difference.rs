//! The difference between what follows from the facts and what was announced.

use super::{Announced, Announcement, Entry, Reason};
use crate::decision::{Decision, Slot};
use crate::evaluate::Outlet;
use crate::rulebook::Rulebook;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use throughline_core::fact::ProfileIx;
use throughline_core::ids::ContactId;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::{Micros, Span};

/// What an evaluation concluded: collected as its [`Outlet`].
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// The decisions, in the order of the steps, each with the profile of its trigger.
    pub decisions: Vec<(Decision<Sym>, ProfileIx)>,
    /// Which case each contact belongs to.
    pub cases: BTreeMap<ContactId, ContactId>,
    /// The contacts that a case was opened for, each the inside key of that case.
    pub opened: BTreeSet<ContactId>,
}

/// What must be said to make the ledger true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The entries, each with the profile whose stream it goes to.
    pub entries: Vec<(ProfileIx, Entry)>,
    /// Decisions that still settle: when each is due to be said, and its index in [`Judged::decisions`].
    pub settling: Vec<(Micros, usize)>,
}

impl Outlet for Judged {
    fn decision(&mut self, decision: &Decision<Sym>, profile: ProfileIx) {
        self.decisions.push((decision.clone(), profile));
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.cases.insert(contact, case);
        if contact == case {
            self.opened.insert(case);
        }
    }
}

impl Judged {
    /// The case that a handle names: the one that holds that contact, or the handle itself.
    pub fn resolve(&self, handle: ContactId) -> ContactId {
        self.cases.get(&handle).copied().unwrap_or(handle)
    }

    /// The inside key that a slot's handle stands for. A contact whose case was settled long ago may belong to
    /// another case by now; what was said of the case that it opened is still about that one.
    pub fn inside(&self, handle: ContactId) -> ContactId {
        if self.opened.contains(&handle) { handle } else { self.resolve(handle) }
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.decisions.clear();
        self.cases.clear();
        self.opened.clear();
    }
}

/// Compares slot by slot, and with content. `now` decides what has settled, `historical_after` what counts as
/// long past. Handles that were announced stay: a slot is matched by the case that its handle resolves to.
pub fn difference(
    judged: &Judged,
    announced: &Announced,
    rules: &Rulebook,
    names: &Interner,
    now: Micros,
    historical_after: Span,
    reason: Reason,
) -> Difference {
    let handles = public_handles(judged, announced);
    let mut derived: BTreeMap<Slot, (Decision, usize)> = BTreeMap::new();
    for (index, (decision, _)) in judged.decisions.iter().enumerate() {
        let named = decision.named(names);
        derived.insert(named.slot.clone(), (named, index));
    }
    let mut difference = Difference::default();
    let mut said: Vec<_> = announced
        .slots()
        .filter_map(|(slot, s)| {
            s.effective.as_ref().map(|(announcement, profile)| (s.first, slot, announcement, profile))
        })
        .collect();
    // What was said first keeps its place where two handles now name one case.
    said.sort_by_key(|(first, ..)| *first);
    for (_, slot, announcement, profile) in said {
        let inside = Slot { case: judged.inside(slot.case), ..slot.clone() };
        match derived.remove(&inside) {
            None => difference.entries.push((
                *profile,
                Entry::Withdrawn { slot: slot.clone(), generation: announcement.generation, reason },
            )),
            Some((mut decision, _)) => {
                decision.slot = slot.clone();
                if decision != announcement.decision {
                    let supersedes = announcement.id();
                    let generation = announced.next_generation(slot);
                    let historical = announcement.historical;
                    let announcement = Announcement { generation, historical, decision };
                    difference.entries.push((*profile, Entry::Amended { supersedes, reason, announcement }));
                }
            }
        }
    }
    for (slot, (mut decision, index)) in derived {
        let (hot, profile) = &judged.decisions[index];
        let settled = hot.effective_at + rules.settle(hot.slot.rule);
        if settled > now {
            difference.settling.push((settled, index));
            continue;
        }
        if let Some(handle) = handles.get(&slot.case) {
            decision.slot.case = *handle;
        }
        let generation = announced.next_generation(&decision.slot);
        let historical = now.since(decision.effective_at) > historical_after;
        difference
            .entries
            .push((*profile, Entry::Announced(Announcement { generation, historical, decision })));
    }
    difference
}

/// For each case, by its inside key, the handle that it was first announced under, where that is another.
pub(super) fn public_handles(judged: &Judged, announced: &Announced) -> BTreeMap<ContactId, ContactId> {
    let mut first: BTreeMap<ContactId, (u64, ContactId)> = BTreeMap::new();
    for (slot, standing) in announced.slots().filter(|(slot, s)| !slot.case.is_nil() && s.effective.is_some())
    {
        let inside = judged.inside(slot.case);
        let entry = first.entry(inside).or_insert((standing.first, slot.case));
        if standing.first < entry.0 {
            *entry = (standing.first, slot.case);
        }
    }
    first
        .into_iter()
        .filter(|(inside, (_, handle))| inside != handle)
        .map(|(inside, (_, h))| (inside, h))
        .collect()
}

impl Judged {
    /// For each case whose first announced handle is not its inside key, that handle.
    pub fn handles(&self, announced: &Announced) -> BTreeMap<ContactId, ContactId> {
        public_handles(self, announced)
    }
}
