//! Compares two accounts, part by part, and finds for each difference the events that it is because of.

use super::moves::Moves;
use super::{
    Account, Both, CaseChange, CaseMove, Changes, ChurnChange, ClockChange, DecisionChange, DecisionMove,
    EffortChange, FactSeen, PromiseChange, Side, compare, third_parties,
};
use crate::case::CaseState;
use crate::decision::{Content, Decision};
use crate::view::{CaseView, JourneyView};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use throughline_core::ids::{ContactId, EventId, PromiseId};

impl Changes {
    /// What changed from one account to another.
    pub(super) fn between(earlier: &Account, later: &Account) -> Self {
        let (then, now) = (&earlier.journey, &later.journey);
        let decisions = decisions(earlier, later);
        let mut changes = Self {
            format: Self::FORMAT,
            earlier: side(then),
            later: side(now),
            facts_come: only_in(&later.facts, &earlier.facts),
            facts_gone: only_in(&earlier.facts, &later.facts),
            cases: Vec::new(),
            promises: Vec::new(),
            promise_count: differing(then.promise_count, now.promise_count),
            partners: third_parties::partners(then, now),
            apologies: Vec::new(),
            effort: effort(earlier, later),
            churn: churn(earlier, later),
            decisions,
        };
        changes.cases = cases(earlier, later, &changes);
        changes.promises = promises(earlier, later, &changes);
        changes.apologies = third_parties::apologies(earlier, later, &changes);
        changes
    }

    /// The evidence of the decisions that differ and fit.
    pub(super) fn evidence(&self, fits: impl Fn(&Decision) -> bool) -> impl Iterator<Item = EventId> {
        let differing = self.decisions.iter().flat_map(|c| [&c.decision.earlier, &c.decision.later]);
        differing
            .flatten()
            .filter(move |decision| fits(decision))
            .flat_map(|decision| decision.evidence.clone())
    }
}

fn side(journey: &JourneyView) -> Side {
    Side {
        customer: journey.customer,
        as_of: journey.as_of,
        rulebook: journey.rulebook.clone(),
        facts: journey.facts,
    }
}

fn differing<T: PartialEq>(earlier: T, later: T) -> Option<Both<T>> {
    Some(Both { earlier, later }).filter(|both| !both.is_same())
}

fn only_in(these: &[FactSeen], those: &[FactSeen]) -> Vec<FactSeen> {
    let those: BTreeSet<EventId> = those.iter().map(|fact| fact.event).collect();
    these.iter().filter(|fact| !those.contains(&fact.event)).copied().collect()
}

/// The events of which one list has more than the other.
pub(super) fn only_in_one(one: &[EventId], other: &[EventId]) -> Vec<EventId> {
    let (ones, others) = (one.iter().collect::<BTreeSet<_>>(), other.iter().collect::<BTreeSet<_>>());
    let gone = one.iter().filter(|event| !others.contains(event));
    let come = other.iter().filter(|event| !ones.contains(event));
    gone.chain(come).copied().collect()
}

/// Each event once, in the order in which they came.
pub(super) fn once(events: impl Iterator<Item = EventId>) -> Vec<EventId> {
    let mut seen = BTreeSet::new();
    events.filter(|event| seen.insert(*event)).collect()
}

fn decisions(earlier: &Account, later: &Account) -> Vec<DecisionChange> {
    let found = compare(&earlier.decisions, &later.decisions, |case| later.cases.inside(case));
    let was = |index: usize| Some(earlier.decisions[index].clone());
    let is = |index: usize| Some(later.decisions[index].clone());
    let change = |change, earlier, later| DecisionChange { change, decision: Both { earlier, later } };
    let gone = found.gone.iter().map(|index| change(DecisionMove::Gone, was(*index), None));
    let changed = found.changed.iter().map(|(a, b)| change(DecisionMove::Changed, was(*a), is(*b)));
    let new = found.new.iter().map(|index| change(DecisionMove::New, None, is(*index)));
    let mut all: Vec<DecisionChange> = gone.chain(changed).chain(new).collect();
    all.sort_by_key(|change| change.latest().map(|decision| decision.effective_at));
    all
}

fn effort(earlier: &Account, later: &Account) -> Vec<EffortChange> {
    let (then, now) = (earlier.journey.effort.counts(), later.journey.effort.counts());
    let events = |account: &Account, count| account.moves.effort.get(count).cloned().unwrap_or_default();
    let pairs = then.into_iter().zip(now).filter(|((_, was), (_, is))| was != is);
    let change = |((count, was), (_, is))| EffortChange {
        count,
        value: Both { earlier: was, later: is },
        because: only_in_one(&events(earlier, count), &events(later, count)),
    };
    pairs.map(change).collect()
}

fn churn(earlier: &Account, later: &Account) -> Option<ChurnChange> {
    let (then, now) = (earlier.journey.churn.as_ref(), later.journey.churn.as_ref());
    let score = Both { earlier: then.map(|c| c.score), later: now.map(|c| c.score) };
    let flagged_since =
        Both { earlier: then.and_then(|c| c.flagged_since), later: now.and_then(|c| c.flagged_since) };
    if score.is_same() && flagged_since.is_same() {
        return None;
    }
    Some(ChurnChange { score, flagged_since, because: only_in_one(&earlier.signs, &later.signs) })
}

fn promises(earlier: &Account, later: &Account, changes: &Changes) -> Vec<PromiseChange> {
    let of = |account: &Account| -> BTreeMap<PromiseId, _> {
        account.journey.promises.iter().map(|promise| (promise.promise, promise.clone())).collect()
    };
    let (then, now) = (of(earlier), of(later));
    let all: BTreeSet<PromiseId> = then.keys().chain(now.keys()).copied().collect();
    let mut differing = Vec::new();
    for promise in all {
        let owed = Both { earlier: then.get(&promise).cloned(), later: now.get(&promise).cloned() };
        if owed.is_same() {
            continue;
        }
        let events = |account: &Account| {
            account.moves.promises.get(&promise).map(Vec::as_slice).unwrap_or_default().to_vec()
        };
        let moved = only_in_one(&events(earlier), &events(later));
        let about = |decision: &Decision| matches!(decision.content, Content::PromiseBroken { promise: broken, .. } if broken == promise);
        let because = once(moved.into_iter().chain(changes.evidence(about)));
        differing.push(PromiseChange { promise, owed, because });
    }
    differing
}

fn cases(earlier: &Account, later: &Account, changes: &Changes) -> Vec<CaseChange> {
    let (then, now) = (&earlier.journey.cases, &later.journey.cases);
    let mut taken = alloc::vec![false; then.len()];
    let mut differing = Vec::new();
    for case in now {
        // The same case is the one that holds a contact of it; the first such, where two became one.
        let holds = |before: &CaseView| before.contacts.iter().any(|contact| case.contacts.contains(contact));
        let before = (0..then.len()).find(|index| !taken[*index] && holds(&then[*index]));
        if let Some(index) = before {
            taken[index] = true;
        }
        differing.extend(case_change(
            [before.map(|index| &then[index]), Some(case)],
            [earlier, later],
            changes,
        ));
    }
    for (case, _) in then.iter().zip(taken).filter(|(_, taken)| !taken) {
        differing.extend(case_change([Some(case), None], [earlier, later], changes));
    }
    differing
}

fn case_change(
    [then, now]: [Option<&CaseView>; 2],
    [earlier, later]: [&Account; 2],
    changes: &Changes,
) -> Option<CaseChange> {
    let shown = now.or(then)?;
    let contacts = |case: Option<&CaseView>| -> BTreeSet<ContactId> {
        case.map(|case| case.contacts.iter().copied().collect()).unwrap_or_default()
    };
    let (held, holds) = (contacts(then), contacts(now));
    let count = |of: fn(&CaseView) -> u16| Both { earlier: then.map_or(0, of), later: now.map_or(0, of) };
    let clocks = shown.clocks.iter().enumerate().filter_map(|(index, clock)| {
        let took = |case: Option<&CaseView>| case.and_then(|case| case.clocks[index].took());
        let took = differing(took(then), took(now))?;
        Some(ClockChange { clock: clock.clock, took })
    });
    let state = Both { earlier: then.map(|case| case.state), later: now.map(|case| case.state) };
    let reopens = count(|case| case.reopens);
    let change = CaseChange {
        case: shown.handle,
        topic: shown.topic.clone(),
        change: case_move(shown, state, reopens, later),
        state,
        since: Both { earlier: then.map(|case| case.since), later: now.map(|case| case.since) },
        reopens,
        priority: count(|case| case.priority),
        missed: count(|case| case.missed),
        contacts_joined: holds.difference(&held).copied().collect(),
        contacts_left: held.difference(&holds).copied().collect(),
        clocks: clocks.collect(),
        because: Vec::new(),
    };
    let topic = Both { earlier: then.map(|case| &case.topic), later: now.map(|case| &case.topic) };
    if topic.is_same() && change.stands_still() {
        return None;
    }
    let all: BTreeSet<ContactId> = held.union(&holds).copied().collect();
    let evidence = changes.evidence(|decision| all.contains(&decision.slot.case));
    let moved = |account: &Account| -> Vec<EventId> {
        let Moves { cases, reached, .. } = &account.moves;
        all.iter()
            .flat_map(|contact| [cases.get(contact), reached.get(contact)])
            .flatten()
            .flatten()
            .copied()
            .collect()
    };
    let because = once(only_in_one(&moved(earlier), &moved(later)).into_iter().chain(evidence));
    Some(CaseChange { because, ..change })
}

impl CaseChange {
    fn stands_still(&self) -> bool {
        self.state.is_same()
            && self.since.is_same()
            && self.reopens.is_same()
            && self.priority.is_same()
            && self.missed.is_same()
            && self.contacts_joined.is_empty()
            && self.contacts_left.is_empty()
            && self.clocks.is_empty()
    }
}

fn case_move(
    shown: &CaseView,
    state: Both<Option<&'static str>>,
    reopens: Both<u16>,
    later: &Account,
) -> CaseMove {
    match state {
        Both { earlier: None, .. } => CaseMove::Opened,
        // A case that is kept in no detail any more was opened all the same.
        Both { later: None, .. } if shown.contacts.iter().any(|contact| later.retired(*contact)) => {
            CaseMove::Retired
        }
        Both { later: None, .. } => CaseMove::Gone,
        Both { earlier, later } if earlier == later => CaseMove::Changed,
        Both { later: Some(state), .. } => match state {
            CaseState::OPEN if reopens.later > reopens.earlier => CaseMove::Reopened,
            CaseState::OPEN => CaseMove::OpenAgain,
            CaseState::ANSWERED => CaseMove::Answered,
            CaseState::CLAIMED => CaseMove::ClaimedResolved,
            CaseState::CLOSED => CaseMove::Closed,
            CaseState::LAPSED => CaseMove::Lapsed,
            _ => CaseMove::Changed,
        },
    }
}

impl Account {
    /// Whether a contact opened a case that is kept in no detail any more.
    fn retired(&self, contact: ContactId) -> bool {
        self.cases.opened.contains(&contact) && self.journey.case_of(contact).is_none()
    }
}
