//! One customer's contacts as their facts show them, each from its first fact to its last.
//!
//! The customer's state keeps the contacts of the last months and forgets the rest; a report counts all of them.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use std::collections::BTreeMap;
use throughline_core::event::{Author, Channel, Direction, Ending, EventData, TransferKind};
use throughline_core::fact::Fact;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::{Micros, Span};

/// A contact.
#[derive(Clone, Debug)]
pub(super) struct Sighting {
    pub(super) at: Micros,
    pub(super) ended_at: Option<Micros>,
    pub(super) channel: Option<Channel>,
    pub(super) inbound: bool,
    /// What it is about; none if nobody said.
    pub(super) topic: Sym,
    pub(super) ending: Option<Ending>,
    pub(super) answered: Answered,
    waiting: Option<Micros>,
    /// Time in queues, those included that nobody was met in.
    pub(super) wait: Span,
    pub(super) queued: bool,
    /// What the wait was when a person first took the customer from a queue.
    pub(super) wait_to_person: Option<Span>,
    pub(super) transfers: u32,
    pub(super) handovers: u32,
    pub(super) ping_pongs: u32,
    agent: Sym,
    agent_before: Sym,
    place: Place,
}

/// Who answered in a contact: the best of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answered {
    /// Nobody, or a machine that answers without reading.
    #[default]
    Nobody,
    /// A program that takes part in conversations.
    Bot,
    /// Nobody that is known of; but somebody says that it is resolved.
    Claim,
    /// A person spoke or wrote.
    Person,
}

/// Where a customer is moved from, or to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A queue or a person, by name.
    Named(Sym),
    /// A channel, before any queue.
    Channel(Channel),
    /// Nobody said.
    Unknown,
}

/// The contacts of one customer, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    pub(super) list: Vec<Sighting>,
    places: HashMap<ContactId, u32, FxBuildHasher>,
}

/// How customers were moved, over all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    pub(super) flow: BTreeMap<(Place, Place), u64>,
    pub(super) by_kind: BTreeMap<TransferKind, u64>,
}

impl Sightings {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.places.clear();
    }

    /// The contact's place in the list.
    pub(super) fn place(&self, id: ContactId) -> Option<usize> {
        self.places.get(&id).map(|place| *place as usize)
    }

    pub(super) fn get(&self, id: ContactId) -> Option<&Sighting> {
        self.places.get(&id).map(|place| &self.list[*place as usize])
    }

    /// Takes in what happened next.
    pub(super) fn see(&mut self, fact: &Fact, moves: &mut Moves) {
        let at = fact.at;
        match &fact.data {
            EventData::ContactStarted(e) => {
                let contact = self.of(e.contact, at);
                contact.channel = Some(e.channel);
                contact.inbound = e.direction == Direction::Inbound;
                contact.topic = e.topic.unwrap_or(Sym::NONE);
                contact.place = Place::Channel(e.channel);
            }
            EventData::MenuReached(e) => {
                self.of(e.contact, at);
            }
            EventData::Queued(e) => {
                let contact = self.of(e.contact, at);
                contact.waiting = Some(at);
                contact.queued = true;
                contact.place = Place::Named(e.queue);
            }
            EventData::Held(e) => {
                self.of(e.contact, at);
            }
            EventData::Connected(e) => {
                let contact = self.of(e.contact, at);
                contact.leaves_queue(at);
                contact.wait_to_person = contact.wait_to_person.or(Some(contact.wait));
                contact.answered = Answered::Person;
                contact.handled_by(e.agent);
            }
            EventData::Transferred(e) => {
                let contact = self.of(e.contact, at);
                contact.leaves_queue(at);
                contact.transfers += 1;
                let to = e.to.map_or(Place::Unknown, Place::Named);
                *moves.flow.entry((contact.place, to)).or_default() += 1;
                *moves.by_kind.entry(e.transfer).or_default() += 1;
                contact.place = to;
            }
            EventData::ContactEnded(e) => {
                let contact = self.of(e.contact, at);
                contact.leaves_queue(at);
                contact.ended_at = Some(at);
                contact.ending = Some(e.ending);
                contact.handled_by(e.agent);
            }
            EventData::Message(e) => {
                let contact = self.of(e.contact, at);
                contact.answered = contact.answered.max(match e.author {
                    Author::Human => Answered::Person,
                    Author::Bot => Answered::Bot,
                    _ => Answered::Nobody,
                });
                contact.handled_by(e.agent);
            }
            EventData::ResolutionClaimed(e) => {
                let contact = self.of(e.contact, at);
                contact.answered = contact.answered.max(Answered::Claim);
                contact.handled_by(e.agent);
            }
            EventData::WorkDone(e) => self.of(e.contact, at).handled_by(e.agent),
            EventData::VoicemailLeft(e) => {
                self.of(e.contact, at);
            }
            // What begins no contact and moves nobody. That none is missing here is what the test of the town
            // asserts: its contacts are counted by the fold too.
            _ => {}
        }
    }

    fn of(&mut self, id: ContactId, at: Micros) -> &mut Sighting {
        let next = self.list.len() as u32;
        let place = *self.places.entry(id).or_insert(next);
        if place == next {
            self.list.push(Sighting::begun(at));
        }
        &mut self.list[place as usize]
    }
}

impl Sighting {
    const fn begun(at: Micros) -> Self {
        Self {
            at,
            ended_at: None,
            channel: None,
            inbound: true,
            topic: Sym::NONE,
            ending: None,
            answered: Answered::Nobody,
            waiting: None,
            wait: Span::ZERO,
            queued: false,
            wait_to_person: None,
            transfers: 0,
            handovers: 0,
            ping_pongs: 0,
            agent: Sym::NONE,
            agent_before: Sym::NONE,
            place: Place::Unknown,
        }
    }

    /// Whether the customer gave up.
    pub(super) fn abandoned(&self) -> bool {
        self.ending == Some(Ending::Abandoned)
    }

    /// The wait so far, of a contact that is still in a queue too.
    pub(super) fn waited(&self, as_of: Micros) -> Span {
        self.wait + self.waiting.map_or(Span::ZERO, |since| as_of.since(since))
    }

    fn leaves_queue(&mut self, at: Micros) {
        if let Some(since) = self.waiting.take() {
            self.wait = self.wait + at.since(since);
        }
    }

    /// Hand-overs as the fold counts them: another agent than before, and straight back to the one before that.
    fn handled_by(&mut self, agent: Option<Sym>) {
        let Some(agent) = agent.filter(|a| *a != self.agent) else { return };
        if !self.agent.is_none() {
            self.handovers += 1;
            self.ping_pongs += u32::from(self.agent_before == agent);
        }
        self.agent_before = self.agent;
        self.agent = agent;
    }
}
