//! Which events moved what: the ground on which a difference between two accounts names its events.

use crate::apology::OwedApology;
use crate::case::Case;
use crate::journey::Journey;
use crate::promise::Promise;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use throughline_core::customer::Effort;
use throughline_core::event::EventData;
use throughline_core::fact::Fact;
use throughline_core::ids::{ContactId, EventId, PromiseId};

/// The events that moved each count, promise and case.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    /// Each count of the effort account.
    pub(super) effort: BTreeMap<&'static str, Vec<EventId>>,
    /// Each promise: made, moved or settled.
    pub(super) promises: BTreeMap<PromiseId, Vec<EventId>>,
    /// Each case, by its earliest contact.
    pub(super) cases: BTreeMap<ContactId, Vec<EventId>>,
    /// Each apology that is owed, by the event that led to it.
    pub(super) apologies: BTreeMap<EventId, Vec<EventId>>,
    /// What was measured of contacts that no case held yet: it moves the one that comes to hold them, and perhaps when nothing
    /// else happens.
    pub(super) reached: BTreeMap<ContactId, Vec<EventId>>,
    /// What was judged of messages that had not come yet: it moves nothing before they do.
    early: BTreeMap<EventId, Vec<EventId>>,
    /// What put a contact on hold or into a queue: it moves nothing before that ends.
    waiting: BTreeMap<ContactId, Vec<EventId>>,
}

/// A journey before a step, as far as the step may move it.
pub(super) struct Before {
    effort: Effort,
    promises: Vec<Promise>,
    cases: Vec<Case>,
    apologies: Vec<OwedApology>,
}

impl Before {
    pub(super) fn of(journey: &Journey) -> Self {
        let (effort, cases) = (journey.customer.effort(), journey.cases.cases().to_vec());
        let apologies = journey.apologies().to_vec();
        Self { effort, promises: journey.promises.open().to_vec(), cases, apologies }
    }
}

impl Moves {
    /// Notes what a fact moved.
    pub(super) fn note(&mut self, fact: &Fact, before: &Before, after: &Journey) {
        let since = self.waited_because(fact);
        for ((count, was), (_, is)) in
            before.effort.counts().into_iter().zip(after.customer.effort().counts())
        {
            if was != is {
                let because = self.effort.entry(count).or_default();
                because.push(fact.id);
                if matches!(count, "wait" | "hold") {
                    because.extend(&since);
                }
            }
        }
        for promise in differing(&before.promises, after.promises.open(), |promise| promise.id) {
            self.promises.entry(promise).or_default().push(fact.id);
        }
        for led_to_it in differing(&before.apologies, after.apologies(), |owed| owed.event) {
            self.apologies.entry(led_to_it).or_default().push(fact.id);
        }
        match &fact.data {
            EventData::TextJudged(e) => self.early.entry(e.message).or_default().push(fact.id),
            EventData::ReachMeasured(e) if after.cases.of_contact(e.contact).is_none() => {
                self.reached.entry(e.contact).or_default().push(fact.id);
            }
            _ => {}
        }
        let judged = self.early.get(&fact.id).cloned().unwrap_or_default();
        for case in differing(&before.cases, after.cases.cases(), |case| case.key) {
            let inherited = self.inherited(case, before, after);
            let because = self.cases.entry(case).or_default();
            because.push(fact.id);
            because.extend(judged.iter().chain(&inherited));
        }
    }

    /// What a contact's waiting began with, where this fact may end it.
    fn waited_because(&mut self, fact: &Fact) -> Vec<EventId> {
        let Some(contact) = fact.data.contact() else { return Vec::new() };
        let waiting = self.waiting.entry(contact).or_default();
        let since = waiting.clone();
        match &fact.data {
            EventData::Queued(_) | EventData::Held(_) => *waiting = alloc::vec![fact.id],
            EventData::Connected(_) | EventData::Transferred(_) | EventData::ContactEnded(_) => {
                waiting.clear();
            }
            _ => {}
        }
        since
    }

    /// What moved the case that one became a child of in this step: it begins where that one stands.
    fn inherited(&self, case: ContactId, before: &Before, after: &Journey) -> Vec<EventId> {
        let parent = |cases: &[Case]| cases.iter().find(|known| known.key == case)?.parent();
        match (parent(&before.cases), parent(after.cases.cases())) {
            (None, Some(parent)) => self.cases.get(&parent).cloned().unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// What of two lists is not in both as it is, each once, by a name that it keeps.
fn differing<T: PartialEq, K: Ord>(before: &[T], after: &[T], name: impl Fn(&T) -> K) -> BTreeSet<K> {
    let gone = before.iter().filter(|item| !after.contains(item));
    let come = after.iter().filter(|item| !before.contains(item));
    gone.chain(come).map(name).collect()
}
