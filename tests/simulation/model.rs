//! What the world outside knows: which facts it sent, and what it was told about them. No rule, no ledger.

use super::claims::Claims;
use std::collections::{BTreeMap, BTreeSet};
use throughline::core::event::{EventData, NewEvent, Position};
use throughline::core::ids::{EventId, LinkId, ProfileId};
use throughline::core::time::Micros;
use throughline::rules::activation::{ACTIVATION_KIND, Activation as What, TOOK_EFFECT_KIND};
use throughline::rules::identity::record::IDENTIFIER_KIND;
use throughline::rules::ledger::LEDGER_KIND;
use throughline::rules::subscription::SUBSCRIPTION_KIND;
use throughline::store::read::StoredEvent;
use throughline::store::stream::{StreamId, StreamKey, TenantId};

/// What its sender knows about something that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It was refused, every time.
    Absent,
    /// An answer was lost, or is still awaited.
    Possible,
    /// It was acknowledged.
    Acknowledged,
}

/// One fact, as its sender remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) profile: ProfileId,
    pub(crate) event: NewEvent,
    pub(crate) known: Known,
    pub(crate) position: Option<Position>,
    /// Whether anybody was told that it is new.
    pub(crate) is_recorded: bool,
}

/// A link, and what is known of it and of its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) ends: [ProfileId; 2],
    pub(crate) linked: Known,
    pub(crate) unlinked: Known,
}

/// What can be put in force in a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Which of the variants of the rulebook.
    Rulebook(usize),
    /// Which storm, until so many steps after it begins.
    Storm(usize, i64),
}

/// Something that somebody wanted in force.
#[derive(Clone, Debug)]
pub(crate) struct Activation {
    pub(crate) wanted: Wanted,
    /// From when on.
    pub(crate) from: Micros,
    pub(crate) known: Known,
    /// Where it was acknowledged. A storm that was asked for again after another end of it has a place for each time.
    pub(crate) positions: BTreeSet<Position>,
}

/// Everything that was sent in one life.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) facts: BTreeMap<EventId, Sent>,
    pub(crate) links: Vec<Link>,
    pub(crate) activations: Vec<Activation>,
    pub(crate) claims: Claims,
}

impl Known {
    /// An answer that was awaited did not come.
    pub(crate) fn doubt(&mut self) {
        if *self == Self::Absent {
            *self = Self::Possible;
        }
    }
}

pub(crate) fn profile_of(stream: &StreamId) -> Option<ProfileId> {
    match stream.key {
        StreamKey::Profile(profile) if stream.tenant == TenantId::default() => Some(profile),
        _ => None,
    }
}

/// The link that a fact is about, whether it makes it, and the other end.
pub(crate) fn link_in(data: &EventData) -> Option<(LinkId, bool, ProfileId)> {
    match data {
        EventData::ProfileLinked(e) => Some((e.link, true, e.other)),
        EventData::ProfileUnlinked(e) => Some((e.link, false, e.other)),
        _ => None,
    }
}

impl Model {
    /// Every acknowledged fact is in the log once, at its place; what was refused, or never sent, is not.
    pub(crate) fn check(&self, log: &[StoredEvent]) -> Result<(), String> {
        let mut found: BTreeMap<EventId, Position> = BTreeMap::new();
        let mut ends: BTreeMap<(LinkId, bool), Vec<[ProfileId; 2]>> = BTreeMap::new();
        let no_facts = [LEDGER_KIND, ACTIVATION_KIND, TOOK_EFFECT_KIND, IDENTIFIER_KIND, SUBSCRIPTION_KIND];
        for stored in log.iter().filter(|e| !no_facts.contains(&e.recorded.event.data.kind)) {
            let (recorded, profile) = (stored.recorded.open().unwrap(), profile_of(&stored.stream));
            let (id, profile) =
                (recorded.event.id, profile.ok_or("a fact outside of the profiles' streams")?);
            if found.insert(id, recorded.position).is_some() {
                return Err(format!("{id} is in the log twice"));
            }
            if let Some((link, makes, other)) = link_in(&recorded.event.data) {
                ends.entry((link, makes)).or_default().push([profile, other]);
                continue;
            }
            if matches!(recorded.event.data, EventData::IdentifierClaimed(_)) {
                continue;
            }
            let sent = self.facts.get(&id).ok_or_else(|| format!("{id} is in the log and nobody sent it"))?;
            if sent.known == Known::Absent {
                return Err(format!("{id} was refused and is in the log"));
            }
            if sent.profile != profile || sent.event != recorded.event {
                return Err(format!("{id} is in the log with other content than was sent"));
            }
        }
        for (id, sent) in &self.facts {
            if sent.known == Known::Acknowledged && found.get(id) != sent.position.as_ref() {
                let (said, is) = (sent.position, found.get(id));
                return Err(format!("{id} was acknowledged at {said:?} and is at {is:?}"));
            }
        }
        self.check_activations(log)?;
        self.claims.check(log)?;
        self.check_links(&mut ends)
    }

    /// Every activation that was acknowledged is in the log where it was, and none that nobody wanted. None is there
    /// twice, but for a storm that was to end otherwise in between.
    fn check_activations(&self, log: &[StoredEvent]) -> Result<(), String> {
        let held = log.iter().map(|e| &e.recorded).filter(|e| e.event.data.kind == ACTIVATION_KIND);
        let held: BTreeMap<Position, What> =
            held.map(|e| (e.position, What::open(&e.event.data).unwrap())).collect();
        for activation in self.activations.iter().filter(|a| a.known == Known::Acknowledged) {
            let wanted = activation.what();
            if activation.positions.iter().any(|at| held.get(at) != Some(&wanted)) {
                return Err(format!("{activation:?} is not where it was acknowledged"));
            }
        }
        let mut last: BTreeMap<usize, Wanted> = BTreeMap::new();
        let mut seen: Vec<Wanted> = Vec::new();
        for (position, what) in &held {
            let possible = self.activations.iter().filter(|a| a.known != Known::Absent);
            let Some(Activation { wanted, .. }) = { possible }.find(|a| a.what() == *what) else {
                return Err(format!("an activation is at {position} and was refused or never wanted"));
            };
            let is_twice = match wanted {
                Wanted::Rulebook(_) => seen.contains(wanted),
                Wanted::Storm(number, _) => last.insert(*number, *wanted) == Some(*wanted),
            };
            if is_twice {
                return Err(format!("{wanted:?} is at {position} and said nothing new"));
            }
            seen.push(*wanted);
        }
        Ok(())
    }

    fn check_links(&self, ends: &mut BTreeMap<(LinkId, bool), Vec<[ProfileId; 2]>>) -> Result<(), String> {
        for link in &self.links {
            for (makes, known) in [(true, link.linked), (false, link.unlinked)] {
                let mut held = ends.remove(&(link.id, makes)).unwrap_or_default();
                held.sort_unstable();
                let [a, b] = link.ends;
                let mut both = [[a, b], [b, a]];
                both.sort_unstable();
                let is_right = match known {
                    // Whoever claims another account leaves, and takes its links back.
                    Known::Absent if !makes && self.claims.may_part(link.ends) => {
                        held.is_empty() || held == both
                    }
                    Known::Absent => held.is_empty(),
                    Known::Possible => held.is_empty() || held == both,
                    Known::Acknowledged => held == both,
                };
                if !is_right {
                    return Err(format!("{:?} (made: {makes}) is {known:?}, the log has {held:?}", link.id));
                }
            }
        }
        for ((link, makes), held) in ends.iter() {
            let both = held.len() == 2 && held[0] == [held[1][1], held[1][0]];
            if !both || !self.claims.may_have_made(*link, held[0]) {
                return Err(format!("{link:?} (made: {makes}) was never sent, or by half: {held:?}"));
            }
        }
        Ok(())
    }
}
