//! The difference between what follows from the facts and what was announced.

use super::{Announced, Announcement, Entry, Reason, Standing, announcement_id};
use crate::decision::{Decision, DecisionKind, Slot};
use crate::evaluate::Outlet;
use crate::journey::Journey;
use crate::rulebook::Rulebooks;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use hashbrown::{HashMap, HashSet};
use rustc_hash::FxBuildHasher;
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
    pub cases: HashMap<ContactId, ContactId, FxBuildHasher>,
    /// The contacts that a case was opened for, each the inside key of that case.
    pub opened: HashSet<ContactId, FxBuildHasher>,
    /// The keys that opened another case after their first one was retired, each with how many decisions came
    /// before: those are about the earlier case.
    again: BTreeMap<ContactId, usize>,
    /// The contacts that only an earlier case of their case's key held.
    left: BTreeSet<ContactId>,
}

/// What must be said to make the ledger true.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// The entries, each with the profile whose stream it goes to.
    pub entries: Vec<(ProfileIx, Entry<Sym>)>,
    /// Decisions that still settle: when each is due to be said, and its index in [`Judged::decisions`].
    pub settling: Vec<(Micros, usize)>,
}

impl Outlet for Judged {
    fn decision(&mut self, decision: &Decision<Sym>, profile: ProfileIx) {
        self.decisions.push((decision.clone(), profile));
    }

    fn joined(&mut self, contact: ContactId, case: ContactId) {
        if contact == case && !self.opened.insert(case) {
            self.again.insert(case, self.decisions.len());
            let others = self.cases.iter().filter(|(held, of)| **of == case && **held != case);
            self.left.extend(others.map(|(held, _)| *held));
        }
        self.left.remove(&contact);
        self.cases.insert(contact, case);
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

    /// Starts from a journey of before, whose decisions are announced but for these.
    pub fn begin_from<'a>(
        &mut self,
        journey: &Journey,
        unsaid: impl IntoIterator<Item = (&'a Decision<Sym>, ProfileIx)>,
    ) {
        self.decisions.extend(unsaid.into_iter().map(|(decision, profile)| (decision.clone(), profile)));
        // Some of those that these opened may be settled and forgotten by then.
        let opened = self.decisions.iter().filter(|(said, _)| said.slot.kind == DecisionKind::CaseOpened);
        self.opened.extend(opened.map(|(decision, _)| decision.slot.case));
        self.opened.extend(journey.cases.cases().iter().map(|case| case.key));
        self.opened.extend(journey.cases.stubs().iter().map(|stub| stub.key));
    }

    /// Whether everything that stands is about cases that were opened here, or about none. If it is not, a case that
    /// was announced is none any more, and its handle may be the only one of the case that took its contact.
    pub fn opened_all_of(&self, announced: &Announced) -> bool {
        let mut cases = announced.effective().map(|(said, _)| said.decision.slot.case);
        cases.all(|case| case.is_nil() || self.opened.contains(&case))
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.decisions.clear();
        self.cases.clear();
        self.opened.clear();
        self.again.clear();
        self.left.clear();
    }
}

/// Compares slot by slot, and with content. `now` decides what has settled, `historical_after` what counts as
/// long past. Handles that were announced stay: a slot is matched by the case that its handle resolves to.
pub fn difference(
    judged: &Judged,
    announced: &Announced,
    rules: &Rulebooks,
    names: &Interner,
    now: Micros,
    historical_after: Span,
    reason: Reason,
) -> Difference {
    let handles = judged.handles(announced);
    let mut derived = Derived { judged, next: 0, order: Vec::new() };
    let mut said = alloc::vec![false; judged.decisions.len()];
    let mut inside = Inside::of(judged);
    let mut difference = Difference::default();
    // In the order in which they were said first: that one keeps its place where two handles now name one case.
    for standing in announced.slots() {
        let Some((announcement, profile)) = &standing.effective else { continue };
        let slot = standing.slot;
        let wanted = Slot { case: inside.key_of(slot.case), ..slot };
        match derived.find(&wanted).filter(|index| !said[*index]) {
            None => {
                let reason = reason_of(&announcement.decision, None, rules).unwrap_or(reason);
                let generation = announcement.generation;
                difference.entries.push((*profile, Entry::Withdrawn { slot, generation, reason }));
            }
            Some(index) => {
                said[index] = true;
                let derived = &judged.decisions[index].0;
                if !says_the_same(derived, &announcement.decision) {
                    let decision = Decision { slot, ..derived.clone() };
                    let rule = names.resolve(slot.rule);
                    let supersedes = announcement_id(&slot.map(rule), announcement.generation);
                    let generation = standing.generations;
                    let historical = announcement.historical;
                    let reason = reason_of(&announcement.decision, Some(derived), rules).unwrap_or(reason);
                    let announcement = Announcement { generation, historical, decision };
                    difference.entries.push((*profile, Entry::Amended { supersedes, reason, announcement }));
                }
            }
        }
    }
    for (index, (derived, profile)) in judged.decisions.iter().enumerate().filter(|(index, _)| !said[*index])
    {
        let settled = derived.effective_at + rules.settle(derived.slot.rule, derived.effective_at);
        if settled > now {
            difference.settling.push((settled, index));
            continue;
        }
        let mut decision = derived.clone();
        // What a later case of the same key was announced under names that one, not this.
        let earlier = judged.again.get(&decision.slot.case).is_some_and(|first| index < *first);
        if let Some(handle) = handles.get(&decision.slot.case).filter(|_| !earlier) {
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

/// Another rulebook, if that is why something is not said any more or otherwise: it was said by one that is not, or not
/// any more, in force at its instant.
fn reason_of(said: &Decision<Sym>, derived: Option<&Decision<Sym>>, rules: &Rulebooks) -> Option<Reason> {
    let by_another = match derived {
        Some(derived) => derived.rulebook != said.rulebook,
        // A missed target is said by the rulebook that its case began with.
        None if said.slot.kind == DecisionKind::TargetMissed => {
            rules.all().iter().all(|book| book.label != said.rulebook)
        }
        None => rules.in_force(said.effective_at).1.label != said.rulebook,
    };
    by_another.then_some(Reason::Rulebook)
}

/// [`Judged::inside`] of one slot after the other. One case has many slots, and mostly they stand together.
struct Inside<'a> {
    judged: &'a Judged,
    last: (ContactId, ContactId),
}

impl<'a> Inside<'a> {
    fn of(judged: &'a Judged) -> Self {
        let nil = ContactId::default();
        Self { judged, last: (nil, judged.inside(nil)) }
    }

    fn key_of(&mut self, handle: ContactId) -> ContactId {
        if self.last.0 != handle {
            self.last = (handle, self.judged.inside(handle));
        }
        self.last.1
    }
}

/// Finds what follows about a slot. Most of it was said in the order in which it follows, so the place after the one
/// found last is looked at first; an order is made only when that fails.
struct Derived<'a> {
    judged: &'a Judged,
    next: usize,
    order: Vec<(Slot<Sym>, usize)>,
}

impl Derived<'_> {
    fn find(&mut self, slot: &Slot<Sym>) -> Option<usize> {
        let decisions = &self.judged.decisions;
        let found = if decisions.get(self.next).is_some_and(|(decision, _)| decision.slot == *slot) {
            self.next
        } else {
            if self.order.is_empty() {
                self.order.extend(decisions.iter().enumerate().map(|(index, (d, _))| (d.slot, index)));
                self.order.sort_unstable();
            }
            let place = self.order.binary_search_by(|(derived, _)| derived.cmp(slot)).ok()?;
            self.order[place].1
        };
        self.next = found + 1;
        Some(found)
    }
}

/// Whether what follows and what was said agree in everything but the handle of the case.
fn says_the_same(derived: &Decision<Sym>, said: &Decision<Sym>) -> bool {
    derived.rulebook == said.rulebook && derived.concludes_the_same(said)
}

/// What a case goes by: the handle that it was first announced under, as [`Judged::handles`] tells them, or its inside key.
pub fn handle_of(case: ContactId, handles: &BTreeMap<ContactId, ContactId>) -> ContactId {
    handles.get(&case).copied().unwrap_or(case)
}

impl Judged {
    /// For each case, by its inside key, the handle that it was first announced under, where that is another. Where a
    /// key named several cases, one long after the other, the last is meant.
    pub fn handles(&self, announced: &Announced) -> BTreeMap<ContactId, ContactId> {
        let standing = announced.slots().iter().filter(|s| s.effective.is_some() && !s.slot.case.is_nil());
        // Nearly always every handle is its case's inside key, and then there is nothing to tell.
        let mut inside = Inside::of(self);
        if standing.clone().all(|s| inside.key_of(s.slot.case) == s.slot.case) {
            return BTreeMap::new();
        }
        let mut first: BTreeMap<ContactId, (u64, ContactId)> = BTreeMap::new();
        for Standing { slot, first: said, .. } in standing.filter(|s| !self.left.contains(&s.slot.case)) {
            let entry = first.entry(inside.key_of(slot.case)).or_insert((*said, slot.case));
            *entry = (*said, slot.case).min(*entry);
        }
        first
            .into_iter()
            .filter(|(inside, (_, handle))| inside != handle)
            .map(|(inside, (_, h))| (inside, h))
            .collect()
    }
}
