//! Histories: what happened to one customer, with up to three profiles, from bytes.

use super::chance::mix;
use super::vocabulary::{answered, happened};
use std::fmt;
use throughline_core::event::{Author, EventData, NewEvent};
use throughline_core::fact::ProfileIx;
use throughline_core::ids::EventId;
use throughline_core::name::Name;
use throughline_core::time::{Micros, Span};
use uuid::Uuid;

/// The bytes of a step: time passed, what, who, which, how, and the order among what happened at one instant.
pub(crate) const STEP: usize = 6;

pub(crate) type Step = [u8; STEP];

/// When histories begin.
pub(crate) const START: Micros = Micros(1_767_258_000_000_000);

/// What happened, in the order of the steps; equal instants are ordered canonically by whoever folds.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) events: Vec<(ProfileIx, NewEvent)>,
}

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// How much time may pass between two steps: nothing, the targets of the rulebooks to the microsecond, the lengths
/// after which cases are another issue, lapse or are forgotten.
const GAPS: [i64; 24] = [
    0,
    0,
    0,
    0,
    1,
    SECOND,
    60 * SECOND,
    60 * SECOND,
    HOUR,
    HOUR,
    HOUR - 1,
    HOUR + 1,
    2 * HOUR,
    6 * HOUR,
    DAY,
    DAY,
    DAY - 1,
    DAY + 1,
    2 * DAY,
    3 * DAY,
    3 * DAY + 1,
    5 * DAY,
    20 * DAY,
    95 * DAY,
];

const SOURCES: [&str; 3] = ["web", "desk", "phone"];

/// The id of the event that a step makes. Ids do not sort as steps do.
pub(crate) fn event_id(step: usize) -> EventId {
    let high = u128::from(mix(step as u64 + 1)) << 64;
    EventId(Uuid::from_u128(high | 0xe000 << 32 | step as u128))
}

impl History {
    pub(crate) fn of(steps: &[Step]) -> Self {
        let (mut at, mut last_human) = (START, 0);
        let mut machines: Option<(u8, Author)> = None;
        let mut events = Vec::with_capacity(steps.len());
        for (index, [gap, what, who, which, how, order]) in steps.iter().copied().enumerate() {
            // Machines answer each other for a while, once one has begun.
            let answers = machines.take().filter(|_| order % 3 > 0);
            at = at + Span(if answers.is_some() { SECOND } else { GAPS[usize::from(gap) % GAPS.len()] });
            let data = match answers {
                Some((whom, author)) => answered(whom, author, which),
                None => happened(what, who, which, how, at, [index, last_human]),
            };
            if let EventData::Message(m) = &data {
                last_human = if m.author == Author::Human { index } else { last_human };
                let by_machine = !matches!(m.author, Author::Human | Author::Customer);
                machines = by_machine.then_some((answers.map_or(who, |(whom, _)| whom), m.author));
            }
            events.push((profile_of(&data, order), event(index, at, order, data)));
        }
        Self { events }
    }

    /// A history of what is given, at the instants given.
    pub(crate) fn told(events: impl IntoIterator<Item = (Micros, EventData)>) -> Self {
        let events = events.into_iter().enumerate();
        Self { events: events.map(|(i, (at, data))| (ProfileIx(0), event(i, at, 0, data))).collect() }
    }

    /// When the last thing happened.
    pub(crate) fn end(&self) -> Micros {
        self.events.iter().map(|(_, e)| e.occurred_at).max().unwrap_or(START)
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// The event with an id.
    pub(crate) fn event(&self, id: EventId) -> &NewEvent {
        &self.events.iter().find(|(_, e)| e.id == id).unwrap().1
    }
}

fn event(index: usize, at: Micros, order: u8, data: EventData) -> NewEvent {
    let source = Name::new(SOURCES[usize::from(order) % 3]).unwrap();
    NewEvent::new(event_id(index), at, source, data).with_sequence(u64::from(order / 3 % 3))
}

/// A contact stays with one profile as a rule; now and then somebody else's system tells of it.
fn profile_of(data: &EventData, order: u8) -> ProfileIx {
    let usual = data.contact().map(|contact| u32::from(contact.as_bytes()[15]) % 3);
    ProfileIx(usual.filter(|_| order < 200).unwrap_or(u32::from(order) % 3))
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (profile, e) in &self.events {
            write!(f, "\n  {} p{} {}/{} {:?} ", e.occurred_at, profile.0, e.source, e.sequence, e.id)?;
            write!(f, "{:?}", e.data)?;
        }
        Ok(())
    }
}
