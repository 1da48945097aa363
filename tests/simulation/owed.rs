//! What a log owes a subscription: which notices, whose they are, and who was one customer when.

use super::model::{link_in, profile_of};
use super::reader::Place;
use std::collections::{BTreeMap, BTreeSet};
use throughline::core::event::Position;
use throughline::core::ids::{LinkId, ProfileId};
use throughline::rules::ledger::{LEDGER_KIND, decode_entries};
use throughline::store::read::StoredEvent;

/// A link, from where it was made to where it was taken back.
#[derive(Clone, Copy, Debug)]
struct Stood {
    ends: [ProfileId; 2],
    from: Position,
    until: Position,
}

/// What a subscription has to deliver.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    pub(crate) notices: BTreeMap<Place, ProfileId>,
    links: Vec<Stood>,
}

impl Owed {
    pub(crate) fn of(log: &[StoredEvent]) -> Result<Self, String> {
        let mut owed = Self::default();
        let mut links: BTreeMap<LinkId, Stood> = BTreeMap::new();
        let mut taken_back: BTreeMap<LinkId, Position> = BTreeMap::new();
        for stored in log {
            let (at, data) = (stored.recorded.position, &stored.recorded.event.data);
            let Some(profile) = profile_of(&stored.stream) else { continue };
            if data.kind == LEDGER_KIND {
                let entries = decode_entries(&data.plain).map_err(|e| e.to_string())?;
                let wanted = (0..).zip(entries).filter(|(_, entry)| !entry.is_historical());
                owed.notices.extend(wanted.map(|(index, _)| ((at, index), profile)));
            } else if data.is_fact() {
                match link_in(&data.open().unwrap()) {
                    Some((link, true, other)) => {
                        let stood = Stood { ends: [profile, other], from: at, until: Position(u64::MAX) };
                        links.entry(link).or_insert(stood);
                    }
                    Some((link, false, _)) => drop(taken_back.entry(link).or_insert(at)),
                    None => {}
                }
            }
        }
        for (link, at) in taken_back {
            links.entry(link).and_modify(|stood| stood.until = at);
        }
        owed.links = links.into_values().collect();
        Ok(owed)
    }

    /// Where the notices of one record are.
    pub(crate) fn in_record(&self, at: Position) -> impl Iterator<Item = &Place> {
        self.notices.range((at, 0)..=(at, u32::MAX)).map(|(place, _)| place)
    }

    /// Who is one customer with a profile at a place in the log.
    pub(crate) fn customer(&self, profile: ProfileId, at: Position) -> BTreeSet<ProfileId> {
        self.joined(profile, |link| link.from < at && at <= link.until)
    }

    /// Everyone who was ever linked with a profile, directly or by others.
    pub(crate) fn kin(&self, profile: ProfileId) -> BTreeSet<ProfileId> {
        self.joined(profile, |_| true)
    }

    fn joined(&self, profile: ProfileId, counts: impl Fn(&Stood) -> bool) -> BTreeSet<ProfileId> {
        let (mut joined, mut wanted) = (BTreeSet::new(), vec![profile]);
        while let Some(next) = wanted.pop() {
            if joined.insert(next) {
                let links = self.links.iter().filter(|link| link.ends.contains(&next) && counts(link));
                wanted.extend(links.flat_map(|link| link.ends));
            }
        }
        joined
    }
}
