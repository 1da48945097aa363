//! Gathering: facts from anywhere are interned and thrown into buckets by profile.
//!
//! Buckets are small enough for a core's cache, so that sorting a bucket and folding it do not wait for memory:
//! sorting ten million facts as a whole would miss the cache with almost every comparison.

use super::names::SharedNames;
use super::{History, ReadReport, arrange};
use crate::activated::Activated;
use throughline_core::event::{Body, EventData, NewEvent};
use throughline_core::fact::{Fact, ProfileIx};
use throughline_core::ids::{EventId, LinkId, ProfileId};
use throughline_core::name::Sym;
use throughline_core::time::Micros;
use throughline_core::wire::DecodeError;

/// The number of buckets, a power of two: some 20,000 facts each at ten million.
pub(super) const BUCKETS: usize = 512;

/// A fact on its way to its customer.
#[derive(Debug)]
pub(super) struct Row {
    /// Whose it is: a profile, and once linked ones are brought together the one that names the customer.
    pub(super) profile: ProfileId,
    /// Where it stood in what was read. What came first counts where an id was used twice.
    pub(super) arrival: u64,
    /// None once it stands in its place.
    pub(super) fact: Option<Fact>,
}

/// What is needed of an event to find out whether its id was used before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) id: EventId,
    pub(super) content: u64,
    pub(super) arrival: u64,
}

/// Facts as they are gathered by one thread.
#[derive(Debug)]
pub struct Gathering {
    pub(super) names: SharedNames,
    pub(super) buckets: Vec<Vec<Row>>,
    pub(super) links: Vec<(LinkId, ProfileId, ProfileId)>,
    pub(super) unlinked: Vec<LinkId>,
    /// By bucket of the id; empty where the source is a store, which has seen to it already.
    pub(super) seen: Vec<Vec<Seen>>,
    pub(super) read: ReadReport,
    /// What was activated in the tenant's context.
    pub(super) activated: Vec<Activated>,
    /// The latest time at which anything was recorded, of what was read of a store so far.
    pub(super) latest: Micros,
    arrival: u64,
}

impl Default for Gathering {
    fn default() -> Self {
        Self::with_names(SharedNames::default(), 0)
    }
}

impl Gathering {
    /// Nothing gathered yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn with_names(names: SharedNames, arrival: u64) -> Self {
        Self {
            names,
            buckets: std::iter::repeat_with(Vec::new).take(BUCKETS).collect(),
            links: Vec::new(),
            unlinked: Vec::new(),
            seen: std::iter::repeat_with(Vec::new).take(BUCKETS).collect(),
            read: ReadReport::default(),
            activated: Vec::new(),
            latest: Micros(i64::MIN),
            arrival,
        }
    }

    /// For the `part`th of several threads that gather from one source, in the order of the parts.
    pub(super) fn share(&self, part: usize) -> Self {
        Self::with_names(self.names.share(), (part as u64) << 40)
    }

    /// Makes room for so many events, if there is so much: buckets that grow are copied again and again, and room that is not
    /// used takes addresses and no memory.
    pub(super) fn reserve(&mut self, events: u64) {
        // An eighth more: customers are spread well, but some have much to say.
        let of_one = (events / BUCKETS as u64).saturating_mul(9) / 8;
        let of_one = usize::try_from(of_one).unwrap_or(usize::MAX);
        // Where the number is that of a damaged file there is no room, and what is found is read all the same.
        drop(self.buckets.iter_mut().try_for_each(|bucket| bucket.try_reserve(of_one)));
    }

    /// Takes an event in. The first event of an id counts: the same again is a duplicate, another is refused.
    pub fn push(&mut self, profile: ProfileId, event: &NewEvent) {
        let sealed = event.seal();
        let content = fingerprint(profile, &sealed);
        let fact = Fact::from_body(&sealed, ProfileIx(0), &mut self.names);
        let fact = fact.unwrap_or_else(|e| unreachable!("what was just encoded decodes: {e}"));
        let seen = Seen { id: event.id, content, arrival: self.arrival };
        self.seen[bucket_of(event.id.as_bytes())].push(seen);
        self.add(profile, fact);
    }

    /// Takes in an event whose id is known to be unique, straight from its stored bytes.
    pub(super) fn push_stored(
        &mut self,
        profile: ProfileId,
        head: StoredHead,
        body: (u16, u8, &[u8], &[u8]),
    ) -> Result<(), DecodeError> {
        let (kind, schema, plain, personal) = body;
        let mut context = throughline_core::fact::Interning { names: &mut self.names };
        let data = throughline_core::event::decode(kind, schema, plain, personal, &mut context)?;
        let StoredHead { at, source, sequence, id } = head;
        self.add(profile, Fact { at, source, profile: ProfileIx(0), sequence, id, data });
        Ok(())
    }

    /// The symbol of a source's name.
    pub(super) fn source(&mut self, name: &str) -> Sym {
        throughline_core::fact::NameTable::symbol(&mut self.names, name)
    }

    fn add(&mut self, profile: ProfileId, fact: Fact) {
        self.read.events += 1;
        let arrival = self.arrival;
        self.arrival += 1;
        match &fact.data {
            // Links say whose facts are folded together. They stand outside the order and are not folded.
            EventData::ProfileLinked(e) => self.links.push((e.link, profile, e.other)),
            EventData::ProfileUnlinked(e) => self.unlinked.push(e.link),
            _ => {
                self.buckets[bucket_of(profile.as_bytes())].push(Row { profile, arrival, fact: Some(fact) });
            }
        }
    }

    /// Sorts what was gathered into a history.
    pub fn finish(self) -> History {
        arrange::arrange(vec![self], super::all_cores())
    }
}

/// The head of a stored event.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredHead {
    pub(super) at: throughline_core::time::Micros,
    pub(super) source: Sym,
    pub(super) sequence: u64,
    pub(super) id: EventId,
}

/// The bucket of an id. Ids need not be random, so all of their bits are mixed.
pub(super) fn bucket_of(id: &[u8; 16]) -> usize {
    let (high, low) = id.split_at(8);
    let word = |bytes: &[u8]| bytes.iter().fold(0_u64, |word, b| word << 8 | u64::from(*b));
    let mixed = (word(high) ^ word(low).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 55) as usize & (BUCKETS - 1)
}

/// A hash of everything that an event says, and of whom it is about.
fn fingerprint(profile: ProfileId, event: &NewEvent<Body>) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    hash.update(profile.as_bytes());
    hash.update(&event.occurred_at.0.to_le_bytes());
    hash.update(&event.sequence.to_le_bytes());
    hash.update(&event.data.kind.to_le_bytes());
    for part in [event.source.as_str().as_bytes(), &event.data.plain, &event.data.personal] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for relation in [event.correlation_id, event.causation_id] {
        hash.update(relation.unwrap_or_default().as_bytes());
    }
    hash.digest()
}
