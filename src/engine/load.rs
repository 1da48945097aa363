//! Reads a customer from the store: its profiles, its facts in canonical order, and what was announced.
//!
//! Links stand in the streams of both profiles, so the customer is found by following them from any of its
//! profiles. Link facts are left out of what is folded: they say *whose* facts are folded together and stand
//! outside the order.

use super::EngineError;
use super::journal::{Journal, Record};
use std::collections::{BTreeMap, BTreeSet};
use throughline_core::event::{Body, EventData, EventKind, NewEvent, Position, Version};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{LinkId, ProfileId};
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::identity::Holdings;
use throughline_rules::ledger::{
    Announced, Entry, LEDGER_KIND, Reason, decode_entries, decode_entries_into, entries_at_most,
};
use throughline_store::contract::EventStore;
use throughline_store::read::StoredEvent;
use throughline_store::stream::{StreamId, TenantId};

/// How many events are read at once.
const PAGE: usize = 1_024;

/// A customer as the store has it.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// The profiles, in order, with the version of each one's stream.
    pub(crate) profiles: Vec<(ProfileId, Version)>,
    /// The facts, in canonical order.
    pub(crate) facts: Vec<Fact>,
    /// How many of them need not be folded, since a snapshot holds them.
    pub(super) folded: usize,
    /// What was announced.
    pub(crate) announced: Announced,
    /// The records that say so, in the order of the log, if they were read.
    pub(super) records: Vec<Record>,
    /// The journal that it is from, if it was not read: it has lent out its facts.
    pub(super) journal: Option<Box<Journal>>,
    /// The latest time at which anything of it was recorded: no evaluation may be as of an earlier time, or an
    /// engine whose clock is behind would withdraw what another one rightly said.
    pub(crate) recorded_until: Micros,
    /// Whether nothing of it says who this is: no claim, and no link that was made or taken back.
    pub(crate) is_anonymous: bool,
    /// Why the customer may look different from what was announced last: the newest fact after that.
    pub(crate) newest: Option<(Position, Reason)>,
}

/// Which recorded events count: for time travel. By position, since recorded times of several writers may cross
/// ([`RecordedBy`](super::recorded::RecordedBy)).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// The last position that counts.
    pub(crate) until: Position,
}

impl Known {
    /// Everything that is in the log.
    pub(crate) const ALL: Self = Self { until: Position(u64::MAX) };
}

/// The streams of a customer as they were read: what follows from them is a matter of its own.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    read: BTreeMap<ProfileId, Vec<StoredEvent>>,
    links: BTreeMap<LinkId, (ProfileId, ProfileId)>,
    unlinked: BTreeSet<LinkId>,
}

/// Reads the streams of the customer that a profile belongs to.
pub(crate) async fn fetch(
    store: &dyn EventStore,
    tenant: &TenantId,
    profile: ProfileId,
    known: Known,
) -> Result<Streams, EngineError> {
    let mut streams = Streams::default();
    let mut wanted = vec![profile];
    while let Some(next) = wanted.pop() {
        if !streams.read.contains_key(&next) {
            let stream = StreamId::profile(tenant.clone(), next);
            streams.add(next, read_stream(store, &stream, Version(1), known).await?)?;
            wanted.extend(streams.neighbours(next));
        }
    }
    Ok(streams)
}

/// Reads what came after these versions of the streams of a customer's profiles. Links are not followed.
pub(crate) async fn fetch_after(
    store: &dyn EventStore,
    tenant: &TenantId,
    profiles: &[(ProfileId, Version)],
) -> Result<Streams, EngineError> {
    let mut streams = Streams::default();
    for (profile, Version(known)) in profiles {
        let stream = StreamId::profile(tenant.clone(), *profile);
        let events = read_stream(store, &stream, Version(known + 1), Known::ALL).await?;
        streams.add(*profile, events)?;
    }
    Ok(streams)
}

/// Reads what came after these versions, as [`fetch_after`] does. None if a stream does not reach its version: it is
/// not the one that the versions are of.
pub(crate) async fn fetch_beyond(
    store: &dyn EventStore,
    tenant: &TenantId,
    profiles: &[(ProfileId, Version)],
) -> Result<Option<Streams>, EngineError> {
    let mut streams = Streams::default();
    for (profile, known) in profiles {
        let stream = StreamId::profile(tenant.clone(), *profile);
        let mut events = read_stream(store, &stream, Version(known.0.max(1)), Known::ALL).await?;
        if *known != Version(0) {
            if events.first().is_none_or(|event| event.recorded.version != *known) {
                return Ok(None);
            }
            events.remove(0);
        }
        streams.add(*profile, events)?;
    }
    Ok(Some(streams))
}

/// Reads a stream from a version on, as far as it counts.
pub(super) async fn read_stream(
    store: &dyn EventStore,
    stream: &StreamId,
    from: Version,
    known: Known,
) -> Result<Vec<StoredEvent>, EngineError> {
    let mut events = Vec::new();
    let mut from = from;
    loop {
        let page = store.read_stream(stream, from, PAGE).await?;
        let Some(last) = page.events.last() else { break };
        from = Version(last.recorded.version.0 + 1);
        let more = page.events.len() == PAGE && last.recorded.position < known.until;
        // Events are wide: the first page, as a rule the only one, is kept as it came.
        if events.is_empty() {
            events = page.events;
        } else {
            events.extend(page.events);
        }
        if !more {
            break;
        }
    }
    // A stream is in the order of the log.
    events.truncate(events.partition_point(|e| e.recorded.position <= known.until));
    Ok(events)
}

impl Streams {
    fn add(&mut self, profile: ProfileId, events: Vec<StoredEvent>) -> Result<(), EngineError> {
        for event in &events {
            match link_of(&event.recorded.event.data)? {
                Some(LinkFact::Linked(link, other)) => {
                    self.links.insert(link, (profile, other));
                }
                Some(LinkFact::Unlinked(link, _)) => {
                    self.unlinked.insert(link);
                }
                None => {}
            }
        }
        self.read.insert(profile, events);
        Ok(())
    }

    /// The events that were read, profile by profile.
    pub(super) fn events(&self) -> impl Iterator<Item = &NewEvent<Body>> {
        self.read.values().flatten().map(|event| &event.recorded.event)
    }

    /// The profiles whose streams were read.
    pub(crate) fn profiles(&self) -> impl Iterator<Item = &ProfileId> {
        self.read.keys()
    }

    /// Whether what was read ends at these versions. A stream of which nothing was read ends where reading began.
    pub(crate) fn end_at(&self, ends: &[(ProfileId, Version)]) -> bool {
        let read = |profile| self.read.get(profile).filter(|events| !events.is_empty());
        ends.iter().all(|(profile, end)| read(profile).is_none_or(|events| end_of(events) == *end))
    }

    /// Takes in what was read of others.
    pub(super) fn join(&mut self, others: Self) {
        self.read.extend(others.read);
        self.links.extend(others.links);
        self.unlinked.extend(others.unlinked);
    }

    /// Where what was read of a stream ends, if anything was.
    pub(super) fn end_of(&self, profile: ProfileId) -> Option<Version> {
        Some(self.read.get(&profile)?.last()?.recorded.version)
    }

    /// When the first fact happened that is folded, if there is one.
    pub(super) fn first_fact(&self) -> Option<Micros> {
        let is_link =
            |kind| kind == EventKind::ProfileLinked as u16 || kind == EventKind::ProfileUnlinked as u16;
        let facts = self.events().filter(|event| event.data.is_fact() && !is_link(event.data.kind));
        facts.map(|event| event.occurred_at).min()
    }

    /// Whether the links that were read join nobody but these, and none was taken back.
    pub(super) fn stay_within(&self, profiles: &[(ProfileId, Version)]) -> bool {
        let is_of = |profile: &ProfileId| profiles.iter().any(|(of, _)| of == profile);
        self.unlinked.is_empty() && self.links.values().all(|(a, b)| is_of(a) && is_of(b))
    }

    /// Whether a link was made or taken back in what was read.
    pub(crate) fn has_links(&self) -> bool {
        !self.links.is_empty() || !self.unlinked.is_empty()
    }

    /// The profiles that a profile's own stream says it is linked to.
    fn neighbours(&self, of: ProfileId) -> Vec<ProfileId> {
        let standing = self.links.iter().filter(|(link, _)| !self.unlinked.contains(link));
        let mine = standing.filter(|(_, (a, b))| *a == of || *b == of);
        mine.map(|(_, (a, b))| if *a == of { *b } else { *a }).collect()
    }
}

impl Streams {
    /// Where each stream ends.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (ProfileId, Version)> {
        self.read.iter().map(|(profile, events)| (*profile, end_of(events)))
    }

    /// What it says about who the customer is.
    pub(crate) fn holdings(&self) -> Result<Holdings, EngineError> {
        let mut held = Holdings::default();
        for (profile, events) in &self.read {
            held.claims.entry(*profile).or_default();
            for body in events.iter().map(|e| &e.recorded.event.data) {
                if body.kind == EventKind::IdentifierClaimed as u16
                    && let EventData::IdentifierClaimed(claim) = body.open()?
                {
                    held.claim(*profile, claim.kind, claim.hash);
                }
                if let Some(LinkFact::Unlinked(_, other)) = link_of(body)? {
                    held.part(*profile, other);
                }
            }
        }
        held.links.extend(self.links.iter().filter(|(link, _)| !self.unlinked.contains(link)));
        Ok(held)
    }
}

/// The version at which what was read of a stream ends; 0 if nothing was.
fn end_of(events: &[StoredEvent]) -> Version {
    events.last().map_or(Version(0), |event| event.recorded.version)
}

/// What a fact says about links.
pub(crate) enum LinkFact {
    /// A link was made to this profile.
    Linked(LinkId, ProfileId),
    /// It was taken back.
    Unlinked(LinkId, ProfileId),
}

/// What a stored event says about links, if it does.
pub(crate) fn link_of(body: &Body) -> Result<Option<LinkFact>, EngineError> {
    use throughline_core::event::EventKind::{ProfileLinked, ProfileUnlinked};
    if body.kind != ProfileLinked as u16 && body.kind != ProfileUnlinked as u16 {
        return Ok(None);
    }
    Ok(match body.open()? {
        EventData::ProfileLinked(e) => Some(LinkFact::Linked(e.link, e.other)),
        EventData::ProfileUnlinked(e) => Some(LinkFact::Unlinked(e.link, e.other)),
        _ => None,
    })
}

/// Brings facts into canonical order. As a rule they are in it but for a late one at the end, which is put where it
/// belongs; a general sort would look at everything for it.
pub(super) fn sort_nearly_sorted(facts: &mut [Fact], names: &Interner) {
    let after = |a: &Fact, b: &Fact| a.key().compare(&b.key(), names).is_gt();
    let sorted = facts.windows(2).position(|pair| after(&pair[0], &pair[1])).map_or(facts.len(), |at| at + 1);
    if facts.len() - sorted > 4 {
        facts.sort_by(|a, b| a.key().compare(&b.key(), names));
        return;
    }
    for next in sorted..facts.len() {
        let place = facts[..next].partition_point(|fact| !after(fact, &facts[next]));
        facts[place..=next].rotate_right(1);
    }
}

impl Streams {
    /// What was said, in the order of the log, each entry with the time at which it was recorded.
    pub(crate) fn entries(&self) -> Result<Vec<(Micros, Entry)>, EngineError> {
        let all = self.read.values().flatten().map(|event| &event.recorded);
        let mut records: Vec<_> = all.filter(|e| e.event.data.kind == LEDGER_KIND).collect();
        records.sort_by_key(|record| record.position);
        let mut entries = Vec::new();
        for record in records {
            let decoded = decode_entries(&record.event.data.plain)?;
            entries.extend(decoded.into_iter().map(|entry| (record.recorded_at, entry)));
        }
        Ok(entries)
    }

    /// Decodes the facts, sorts them, and adds up what was announced. Profiles are numbered in their order.
    pub(crate) fn assemble(self, names: &mut Interner) -> Result<Loaded, EngineError> {
        let profiles: Vec<ProfileId> = self.read.keys().copied().collect();
        self.assemble_as(&profiles, names)
    }

    /// The same, with profiles numbered as they are in a list that holds them all.
    pub(super) fn assemble_as(
        self,
        numbered: &[ProfileId],
        names: &mut Interner,
    ) -> Result<Loaded, EngineError> {
        let mut loaded = Loaded { recorded_until: Micros::MIN, ..Loaded::default() };
        let mut entries: Vec<(Position, Record, Vec<Entry<Sym>>)> = Vec::new();
        let alone = self.read.len() == 1;
        loaded.is_anonymous = !self.has_links();
        loaded.facts.reserve(self.read.values().map(Vec::len).sum());
        for (profile, events) in self.read {
            let ix = ProfileIx(numbered.iter().position(|p| *p == profile).unwrap_or_default() as u32);
            loaded.profiles.push((profile, end_of(&events)));
            for StoredEvent { recorded: event, .. } in &events {
                loaded.recorded_until = loaded.recorded_until.max(event.recorded_at);
                let body = &event.event.data;
                if body.kind == LEDGER_KIND {
                    let kept = (ix, body.plain.clone());
                    // The records of one stream are in the order of the log; those of several must be brought there.
                    if alone {
                        loaded.records.push(kept);
                        loaded.announced.reserve(entries_at_most(&body.plain));
                        let announced = &mut loaded.announced;
                        decode_entries_into(&body.plain, names, |entry| announced.apply(entry, ix))?;
                    } else {
                        let mut record = Vec::with_capacity(entries_at_most(&body.plain));
                        decode_entries_into(&body.plain, names, |entry| record.push(entry))?;
                        entries.push((event.position, kept, record));
                    }
                    continue;
                }
                if !body.is_fact() {
                    continue;
                }
                let reason = match link_of(body)? {
                    Some(LinkFact::Linked(link, _)) => Reason::Link(link),
                    Some(LinkFact::Unlinked(link, _)) => Reason::Unlink(link),
                    None => {
                        loaded.is_anonymous &= body.kind != EventKind::IdentifierClaimed as u16;
                        loaded.facts.push(Fact::from_body(&event.event, ix, names)?);
                        Reason::LateFact(event.event.id)
                    }
                };
                if loaded.newest.is_none_or(|(position, _)| position < event.position) {
                    loaded.newest = Some((event.position, reason));
                }
            }
        }
        sort_nearly_sorted(&mut loaded.facts, names);
        entries.sort_by_key(|(position, ..)| *position);
        for (_, kept, record) in entries {
            for entry in record {
                loaded.announced.apply(entry, kept.0);
            }
            loaded.records.push(kept);
        }
        Ok(loaded)
    }
}
