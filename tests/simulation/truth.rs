//! The pure fold over what a log holds, and what its ledger must say because of it. Nothing of the engine.

use super::model::{link_in, profile_of};
use super::rulebooks::Library;
use std::collections::{BTreeMap, BTreeSet};
use throughline::core::event::Position;
use throughline::core::fact::{Fact, ProfileIx};
use throughline::core::ids::{LinkId, ProfileId};
use throughline::core::name::Interner;
use throughline::core::time::Micros;
use throughline::rules::decision::{Decision, DecisionKind, Slot};
use throughline::rules::evaluate::Evaluator;
use throughline::rules::journey::Journey;
use throughline::rules::ledger::{
    Announcement, AnnouncementId, Entry, Judged, LEDGER_KIND, Reason, decode_entries,
};
use throughline::store::read::StoredEvent;

/// The rules by which lives are folded, with the names that they and their facts use.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) library: Library,
    pub(crate) names: Interner,
}

/// What follows from the facts of one customer.
pub(crate) struct Follows {
    judged: Judged,
    /// What has settled, by slot.
    pub(crate) said: BTreeMap<Slot, Decision>,
    /// What still settles. It is not said for the first time before it has, but what stands is amended at once.
    settling: BTreeMap<Slot, Decision>,
}

/// What the ledger says of one slot.
#[derive(Debug, Default)]
struct Standing {
    generations: u32,
    effective: Option<Announcement>,
}

/// How often the ledger said what is rare.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) announced: u64,
    pub(crate) amended: u64,
    pub(crate) withdrawn: u64,
    pub(crate) repeated: u64,
    pub(crate) because_of_late_facts: u64,
    pub(crate) because_of_links: u64,
    pub(crate) because_of_unlinks: u64,
    pub(crate) because_of_rulebooks: u64,
    pub(crate) historical: u64,
    /// Cases that became part of a disruption.
    pub(crate) hit: u64,
    /// The rulebooks that were named.
    pub(crate) rulebooks: BTreeSet<String>,
}

/// The customers of a log: each profile with the profiles that are joined with it.
pub(crate) fn customers(log: &[StoredEvent]) -> Vec<BTreeSet<ProfileId>> {
    let mut links: BTreeMap<LinkId, [ProfileId; 2]> = BTreeMap::new();
    let mut unlinked = BTreeSet::new();
    let mut customers: Vec<BTreeSet<ProfileId>> = Vec::new();
    for stored in log {
        let Some(profile) = profile_of(&stored.stream) else { continue };
        if !customers.iter().any(|c| c.contains(&profile)) {
            customers.push(BTreeSet::from([profile]));
        }
        if !stored.recorded.event.data.is_fact() {
            continue;
        }
        match link_in(&stored.recorded.event.data.open().unwrap()) {
            Some((link, true, other)) => drop(links.insert(link, [profile, other])),
            Some((link, false, _)) => drop(unlinked.insert(link)),
            None => {}
        }
    }
    for (_, ends) in links.iter().filter(|(link, _)| !unlinked.contains(link)) {
        let (mut joined, apart): (Vec<_>, Vec<_>) =
            customers.into_iter().partition(|c| ends.iter().any(|end| c.contains(end)));
        let mut one = joined.pop().unwrap_or_default();
        one.extend(joined.into_iter().flatten());
        customers = apart;
        customers.push(one);
    }
    customers
}

impl Truth {
    /// Folds the facts of a set of profiles.
    pub(crate) fn follows(
        &mut self,
        log: &[StoredEvent],
        customer: &BTreeSet<ProfileId>,
        as_of: Micros,
    ) -> Result<Follows, String> {
        let mut held: Vec<&StoredEvent> = log
            .iter()
            .filter(|e| e.recorded.event.data.is_fact())
            .filter(|e| profile_of(&e.stream).is_some_and(|p| customer.contains(&p)))
            .filter(|e| link_in(&e.recorded.event.data.open().unwrap()).is_none())
            .collect();
        held.sort_by_cached_key(|e| e.recorded.event.canonical_key());
        let facts = held.iter().map(|e| Fact::from_body(&e.recorded.event, ProfileIx(0), &mut self.names));
        let facts: Vec<Fact> = facts.collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        let mut judged = Judged::default();
        let rules = self.library.of(log, &mut self.names);
        Evaluator::new(&rules).fold(&mut Journey::new(), &facts, as_of, &mut judged);
        let (mut said, mut settling) = (BTreeMap::new(), BTreeMap::new());
        for (decision, _) in &judged.decisions {
            let settle = rules.settle(decision.slot.rule, decision.effective_at);
            let settles = decision.effective_at + settle > as_of;
            let decision = decision.named(&self.names);
            let slots = if settles { &mut settling } else { &mut said };
            if let Some(other) = slots.insert(decision.slot.clone(), decision) {
                return Err(format!("two decisions have one slot: {other:?}"));
            }
        }
        Ok(Follows { judged, said, settling })
    }

    /// How many decisions of all customers settle at an instant.
    pub(crate) fn settling(&mut self, log: &[StoredEvent], as_of: Micros) -> Result<usize, String> {
        let follows = |customer| Ok(self.follows(log, &customer, as_of)?.settling.len());
        customers(log).into_iter().map(follows).sum()
    }

    /// What stands announced of every customer is what follows from its facts.
    pub(crate) fn check_end(&mut self, log: &[StoredEvent], as_of: Micros) -> Result<(), String> {
        for customer in customers(log) {
            let follows = self.follows(log, &customer, as_of)?;
            let stands = standing(log, &customer);
            let mut effective = BTreeMap::new();
            for announcement in stands.into_values().filter_map(|s| s.effective) {
                let decision = follows.inside(announcement.decision);
                if let Some(twice) = effective.insert(decision.slot.clone(), decision) {
                    return Err(format!("at the end two announcements stand for {:?}", twice.slot));
                }
            }
            effective.retain(|slot, said| follows.settling.get(slot) != Some(said));
            if effective != follows.said {
                return Err(differs(&follows.said, &effective));
            }
        }
        Ok(())
    }

    /// Every entry of the ledger, at the moment at which it was written, followed from what was in the log.
    pub(crate) fn check_moments(&mut self, log: &[StoredEvent]) -> Result<(), String> {
        let mut latest = Micros::MIN;
        for (at, stored) in log.iter().enumerate() {
            latest = latest.max(stored.recorded.recorded_at);
            if stored.recorded.event.data.kind == LEDGER_KIND {
                self.check_moment(&log[..=at], latest)?;
            }
        }
        Ok(())
    }

    /// Checks the last record of a log.
    fn check_moment(&mut self, log: &[StoredEvent], latest: Micros) -> Result<(), String> {
        let Some(last) = log.last() else { return Ok(()) };
        let at = last.recorded.position;
        let mine = profile_of(&last.stream).ok_or("a ledger record outside of the profiles' streams")?;
        let customer = customers(log).into_iter().find(|c| c.contains(&mine)).unwrap_or_default();
        let is_mine = |e: &&StoredEvent| profile_of(&e.stream).is_some_and(|p| customer.contains(&p));
        let known = log.iter().filter(is_mine).map(|e| e.recorded.recorded_at).max().unwrap_or(latest);
        let (by_all, by_known) =
            (self.follows(log, &customer, latest)?, self.follows(log, &customer, known)?);
        for entry in decode_entries(&last.recorded.event.data.plain).map_err(|e| e.to_string())? {
            match entry {
                Entry::Amended { announcement: said, .. }
                    if by_all.settling.get(&by_all.inside(said.decision.clone()).slot)
                        == Some(&by_all.inside(said.decision.clone())) => {}
                Entry::Announced(said) | Entry::Amended { announcement: said, .. } => {
                    let said = by_all.inside(said.decision);
                    if by_all.said.get(&said.slot) != Some(&said) {
                        return Err(format!("at {at} this was said and did not follow: {said:?}"));
                    }
                }
                Entry::Withdrawn { slot, reason, .. } => {
                    let inside = Slot { case: by_known.judged.inside(slot.case), ..slot };
                    let stands = standing(log, &customer).into_iter().filter(|(_, s)| s.effective.is_some());
                    let stands_still = stands
                        .map(|(slot, _)| Slot { case: by_known.judged.inside(slot.case), ..slot })
                        .any(|slot| slot == inside);
                    if by_known.said.contains_key(&inside) && !stands_still {
                        return Err(format!(
                            "at {at} this was withdrawn ({reason}) and followed: {inside:?}"
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Follows {
    /// A decision with the case's inside key in place of the handle that it was announced under.
    fn inside(&self, decision: Decision) -> Decision {
        let slot = Slot { case: self.judged.inside(decision.slot.case), ..decision.slot };
        Decision { slot, ..decision }
    }
}

fn differs(follows: &BTreeMap<Slot, Decision>, stands: &BTreeMap<Slot, Decision>) -> String {
    let mut lines = vec![String::from("what stands announced is not what follows from the facts:")];
    for (slot, decision) in follows {
        match stands.get(slot) {
            None => lines.push(format!("follows and was not said: {decision:?}")),
            Some(said) if said != decision => {
                lines.push(format!("follows {decision:?}, and said is {said:?}"));
            }
            Some(_) => {}
        }
    }
    let more = stands.iter().filter(|(slot, _)| !follows.contains_key(slot));
    lines.extend(more.map(|(_, said)| format!("said and does not follow: {said:?}")));
    lines.join("\n  ")
}

fn entries(log: &[StoredEvent]) -> impl Iterator<Item = (ProfileId, Position, Entry)> {
    let records = log.iter().filter(|e| e.recorded.event.data.kind == LEDGER_KIND);
    records.flat_map(|e| {
        let entries = decode_entries(&e.recorded.event.data.plain).unwrap();
        let profile = profile_of(&e.stream).unwrap();
        entries.into_iter().map(move |entry| (profile, e.recorded.position, entry))
    })
}

fn standing(log: &[StoredEvent], customer: &BTreeSet<ProfileId>) -> BTreeMap<Slot, Standing> {
    let mut slots: BTreeMap<Slot, Standing> = BTreeMap::new();
    for (_, _, entry) in entries(log).filter(|(profile, ..)| customer.contains(profile)) {
        let standing = slots.entry(entry.slot().clone()).or_default();
        match entry {
            Entry::Announced(said) | Entry::Amended { announcement: said, .. } => {
                standing.generations = said.generation + 1;
                standing.effective = Some(said);
            }
            Entry::Withdrawn { .. } => standing.effective = None,
        }
    }
    slots
}

/// The ledger is well formed: no announcement is made twice, generations count, only what stands is taken back.
pub(crate) fn check_ledger(log: &[StoredEvent]) -> Result<Said, String> {
    let mut ids: BTreeSet<AnnouncementId> = BTreeSet::new();
    let mut slots: BTreeMap<Slot, Standing> = BTreeMap::new();
    let mut said = Said::default();
    for (_, at, entry) in entries(log) {
        let standing = slots.entry(entry.slot().clone()).or_default();
        let stood = standing.effective.take();
        let because = match &entry {
            Entry::Announced(_) => None,
            Entry::Amended { reason, .. } | Entry::Withdrawn { reason, .. } => Some(*reason),
        };
        said.because_of_late_facts += u64::from(matches!(because, Some(Reason::LateFact(_))));
        said.because_of_links += u64::from(matches!(because, Some(Reason::Link(_))));
        said.because_of_unlinks += u64::from(matches!(because, Some(Reason::Unlink(_))));
        said.because_of_rulebooks += u64::from(because == Some(Reason::Rulebook));
        if because == Some(Reason::LateFact(throughline::core::ids::EventId::default())) {
            return Err(format!("at {at} the reason names no fact"));
        }
        match &entry {
            Entry::Announced(_) if stood.is_some() => {
                return Err(format!("at {at} a slot is announced that stands: {:?}", entry.slot()));
            }
            Entry::Amended { supersedes, .. }
                if stood.as_ref().map(Announcement::id) != Some(*supersedes) =>
            {
                return Err(format!("at {at} something is amended that does not stand: {:?}", entry.slot()));
            }
            Entry::Withdrawn { generation, .. }
                if stood.as_ref().map(|s| s.generation) != Some(*generation) =>
            {
                return Err(format!(
                    "at {at} something is withdrawn that does not stand: {:?}",
                    entry.slot()
                ));
            }
            _ => {}
        }
        match entry {
            Entry::Announced(new) | Entry::Amended { announcement: new, .. } => {
                if !ids.insert(new.id()) || new.generation != standing.generations {
                    let expected = standing.generations;
                    return Err(format!("at {at} generation {expected} is due and this is said: {new:?}"));
                }
                match because {
                    None => said.announced += 1,
                    Some(_) => said.amended += 1,
                }
                said.rulebooks.insert(new.decision.rulebook.to_string());
                said.repeated += u64::from(because.is_none() && new.generation > 0);
                said.historical += u64::from(new.historical);
                said.hit += u64::from(new.decision.slot.kind == DecisionKind::DisruptionApplies);
                standing.generations += 1;
                standing.effective = Some(new);
            }
            Entry::Withdrawn { .. } => said.withdrawn += 1,
        }
    }
    Ok(said)
}
