//! The cases of one customer, and which contact belongs to which.
//!
//! Limits: settled cases are kept in detail for the rulebook's `retire_after`; then a stub stays, of which there
//! are at most [`MAX_STUBS`]. A retired case can be rebuilt from the log. Of how far contacts reach, [`MAX_REACHES`] are kept.

use super::waits::{Wait, Waits};
use super::{Case, CaseClocks, CaseState, WaitsFor};
use crate::disruption::DisruptionIx;
use crate::rulebook::Rulebooks;
use alloc::boxed::Box;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;
use throughline_core::canonical::{Canonical, CanonicalWriter};
use throughline_core::hint::Hint;
use throughline_core::ids::{ContactId, IssueRef};
use throughline_core::name::Sym;
use throughline_core::tight;
use throughline_core::time::{Micros, Span};

/// The most stubs that a customer's journey keeps; the oldest go first.
pub const MAX_STUBS: usize = 64;

/// The most contacts of which it is kept how many people can see them; the one that fewest can see goes first.
pub const MAX_REACHES: usize = 16;

/// A case's place in the book. Valid until cases are retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CaseIx(pub(crate) u32);

impl CaseIx {
    pub(crate) const fn place(self) -> usize {
        self.0 as usize
    }
}

/// What is kept of a case that was settled long ago.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseStub {
    /// The contact that named it.
    pub key: ContactId,
    /// What it was about.
    pub topic: Sym,
    /// When it was opened.
    pub opened_at: Micros,
    /// When it was settled.
    pub settled_at: Micros,
    /// How often it had been reopened.
    pub reopens: u16,
    /// Whether it was closed on evidence, rather than lapsed.
    pub closed: bool,
}

/// The cases of one customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseBook {
    cases: ThinVec<Case>,
    members: ThinVec<(ContactId, CaseIx)>,
    /// The member that was asked for last, or else joined last: of those of one contact always the newest.
    #[serde(skip)]
    current: Hint,
    waits: Waits,
    /// Behind one pointer, since most customers have nothing of it.
    rare: Option<Box<Rare>>,
}

/// What is kept of cases that were settled long ago, and of contacts in public.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Rare {
    stubs: ThinVec<CaseStub>,
    retired: u32,
    reaches: ThinVec<(ContactId, u64)>,
}

impl CaseBook {
    /// The cases that are kept in detail, in the order in which they were opened.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// What is kept of cases settled long ago, oldest first.
    pub fn stubs(&self) -> &[CaseStub] {
        self.rare.as_ref().map_or(&[], |rare| &rare.stubs)
    }

    /// How many cases were retired, stubs included that are gone by now.
    pub fn retired(&self) -> u32 {
        self.rare.as_ref().map_or(0, |rare| rare.retired)
    }

    /// How many people can see what was said in public in a case's contacts: the most for any of them; 0 if nobody measured
    /// it.
    pub fn reach_of(&self, ix: CaseIx) -> u64 {
        let Some(rare) = &self.rare else { return 0 };
        let held = rare.reaches.iter().filter(|(contact, _)| self.of_contact(*contact) == Some(ix));
        held.map(|(_, reach)| *reach).max().unwrap_or(0)
    }

    /// So many people can see a contact. Fewer than at another time are not fewer: who saw it has seen it.
    pub(crate) fn reaches(&mut self, contact: ContactId, reach: u64) {
        let reaches = &mut self.rare.get_or_insert_default().reaches;
        if let Some((_, known)) = reaches.iter_mut().find(|(known, _)| *known == contact) {
            *known = reach.max(*known);
            return;
        }
        if reaches.len() >= MAX_REACHES {
            let fewest = reaches.iter().enumerate().min_by_key(|(_, (_, reach))| *reach);
            let fewest = fewest.map_or(0, |(place, _)| place);
            if reaches[fewest].1 > reach {
                return;
            }
            reaches.remove(fewest);
        }
        tight::push(reaches, (contact, reach));
    }

    /// Whether any case is not settled.
    pub fn any_open(&self) -> bool {
        self.cases.iter().any(|c| !c.state.is_settled())
    }

    /// The clocks of every case that is kept in detail, ready to be read.
    pub fn clocks<'a>(&'a self, rules: &'a Rulebooks) -> impl Iterator<Item = CaseClocks<'a>> {
        (0..self.cases.len()).map(|place| CaseClocks::of(self, CaseIx(place as u32), rules))
    }

    /// The contacts and the cases that hold them.
    pub fn members(&self) -> impl Iterator<Item = (ContactId, &Case)> {
        self.members.iter().map(|(contact, ix)| (*contact, &self.cases[ix.0 as usize]))
    }

    /// The case that holds a contact. The one that the last event was about is looked at first, then the newest.
    #[inline]
    pub fn of_contact(&self, contact: ContactId) -> Option<CaseIx> {
        self.place_of(contact).map(|place| self.members[place].1)
    }

    /// An event is about a contact: it will be asked for several times.
    pub(crate) fn look_up(&mut self, contact: ContactId) {
        if let Some(place) = self.place_of(contact) {
            self.current = Hint::at(place);
        }
    }

    #[inline]
    fn place_of(&self, contact: ContactId) -> Option<usize> {
        let is_it = |(member, _): &(ContactId, CaseIx)| *member == contact;
        self.current.place(&self.members, is_it).or_else(|| self.members.iter().rposition(is_it))
    }

    /// The case that an explicit reference names.
    pub(crate) fn of_issue(&self, issue: IssueRef) -> Option<CaseIx> {
        self.newest(|c| c.issue == Some(issue))
    }

    /// The newest case that is part of a disruption.
    pub(crate) fn of_disruption(&self, disruption: DisruptionIx) -> Option<CaseIx> {
        self.newest(|c| c.disruption == Some(disruption))
    }

    /// The newest case on a topic.
    pub(crate) fn of_topic(&self, topic: Sym) -> Option<CaseIx> {
        self.newest(|c| c.topic == topic)
    }

    fn newest(&self, fits: impl Fn(&Case) -> bool) -> Option<CaseIx> {
        self.cases.iter().rposition(fits).map(|i| CaseIx(i as u32))
    }

    /// The case at a place.
    pub fn get(&self, ix: CaseIx) -> &Case {
        &self.cases[ix.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, ix: CaseIx) -> &mut Case {
        &mut self.cases[ix.0 as usize]
    }

    /// The case with this key, if it is kept in detail.
    pub fn of_key(&self, key: ContactId) -> Option<CaseIx> {
        self.newest(|c| c.key == key)
    }

    /// A case with those that it came of and those that came of it, as far as they are kept in detail.
    pub fn family(&self, ix: CaseIx) -> impl Iterator<Item = &Case> {
        let key = self.get(ix).key;
        let parent = |case: &&Case| self.newest_of_key(case.parent()?);
        // The line of parents cannot be longer than there are cases, whatever it says.
        let line = core::iter::successors(Some(self.get(ix)), parent).take(self.cases.len());
        line.chain(self.cases.iter().filter(move |case| case.parent() == Some(key)))
    }

    fn newest_of_key(&self, key: ContactId) -> Option<&Case> {
        self.of_key(key).map(|ix| self.get(ix))
    }

    pub(crate) fn open(&mut self, case: Case) -> CaseIx {
        let ix = CaseIx(self.cases.len() as u32);
        self.join(case.key, ix);
        tight::push(&mut self.cases, case);
        ix
    }

    pub(crate) fn join(&mut self, contact: ContactId, ix: CaseIx) {
        tight::push(&mut self.members, (contact, ix));
        self.current = Hint::at(self.members.len() - 1);
    }

    /// The waits of a case since its running instance began.
    pub fn waits(&self, ix: CaseIx) -> impl Iterator<Item = &Wait> {
        self.waits.of(ix)
    }

    /// A case waits for somebody from now on, and no longer for whom it waited for.
    pub(crate) fn wait(&mut self, ix: CaseIx, whom: WaitsFor, at: Micros) {
        self.waits.end(ix, at);
        if whom.pauses_us() {
            self.waits.begin(ix, whom, at);
        }
    }

    /// What a case waits for was none, and it goes on to wait for whom it waited before.
    pub(crate) fn void_wait(&mut self, ix: CaseIx, before: WaitsFor) {
        self.waits.void(ix, before);
    }

    /// A new instance of a case begins.
    pub(crate) fn forget_waits(&mut self, ix: CaseIx) {
        self.waits.forget(ix);
    }

    /// The cases that were settled more than `after` ago.
    pub(crate) fn old(&self, now: Micros, after: Span) -> impl Iterator<Item = CaseIx> {
        let cases = self.cases.iter().enumerate();
        cases.filter(move |(_, case)| case.is_old(now, after)).map(|(place, _)| CaseIx(place as u32))
    }

    /// Shrinks cases that were settled more than `after` ago to stubs.
    pub(crate) fn retire(&mut self, now: Micros, after: Span) {
        let old = |case: &Case| case.is_old(now, after);
        let mut moved = Vec::with_capacity(self.cases.len());
        let mut kept = 0;
        for case in &self.cases {
            moved.push((!old(case)).then_some(CaseIx(kept)));
            kept += u32::from(!old(case));
        }
        self.current = Hint::NONE;
        let rare = self.rare.get_or_insert_default();
        let goes = |contact| {
            let case = self.members.iter().rev().find(|(member, _)| *member == contact);
            case.is_some_and(|(_, ix)| moved[ix.place()].is_none())
        };
        rare.reaches.retain(|(contact, _)| !goes(*contact));
        self.members.retain_mut(|(_, ix)| match moved[ix.0 as usize] {
            Some(new) => {
                *ix = new;
                true
            }
            None => false,
        });
        self.waits.renumber(&moved);
        self.cases.retain(|case| {
            if old(case) {
                rare.stubs.push(CaseStub::of(case));
                rare.retired += 1;
            }
            !old(case)
        });
        let excess = rare.stubs.len().saturating_sub(MAX_STUBS);
        rare.stubs.drain(..excess);
    }

    pub(crate) fn clear(&mut self) {
        self.cases.clear();
        self.members.clear();
        self.current = Hint::NONE;
        self.waits.clear();
        self.rare = None;
    }

    pub(crate) fn shrink(&mut self) {
        self.cases.shrink_to_fit();
        self.members.shrink_to_fit();
        self.waits.shrink();
        if let Some(rare) = &mut self.rare {
            rare.stubs.shrink_to_fit();
            rare.reaches.shrink_to_fit();
        }
    }

    /// The bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        let rare = self.rare.as_ref().map_or(0, |rare| {
            size_of::<Rare>() + tight::heap_bytes(&rare.stubs) + tight::heap_bytes(&rare.reaches)
        });
        tight::heap_bytes(&self.cases) + tight::heap_bytes(&self.members) + self.waits.heap_bytes() + rare
    }
}

impl Case {
    fn is_old(&self, now: Micros, after: Span) -> bool {
        self.state.is_settled() && now.since(self.last_activity.max(self.since)) > after
    }
}

impl CaseStub {
    fn of(case: &Case) -> Self {
        Self {
            key: case.key,
            topic: case.topic,
            opened_at: case.opened_at,
            settled_at: case.since,
            reopens: case.reopens,
            closed: matches!(case.state, CaseState::Closed(_)),
        }
    }
}

impl Canonical for CaseStub {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.id(self.key.0);
        to.name(self.topic);
        to.time(self.opened_at);
        to.time(self.settled_at);
        to.number(u64::from(self.reopens));
        to.byte(u8::from(self.closed));
    }
}

impl Canonical for CaseBook {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.list(&self.cases);
        to.number(self.members.len() as u64);
        for (contact, ix) in &self.members {
            to.id(contact.0);
            to.number(u64::from(ix.0));
        }
        self.waits.canonical(to);
        to.list(self.stubs());
        to.number(u64::from(self.retired()));
        let reaches = self.rare.as_ref().map_or(&[][..], |rare| &rare.reaches);
        to.number(reaches.len() as u64);
        for (contact, reach) in reaches {
            to.id(contact.0);
            to.number(*reach);
        }
    }
}
