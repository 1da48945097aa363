//! Turns what happens in a life into arrivals: ids, sources' clocks, transport, and the trouble that logs have.

use super::calendar::{Calendar, Planned};
use super::dice::{Dice, mix, random_uuid};
use super::stats::{Simultaneous, Trouble};
use super::words::{Source, Words};
use super::{Arrival, IdStyle};
use throughline_core::event::vocabulary::PageViewed;
use throughline_core::event::{EventData, NewEvent};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::time::{Micros, Span};
use uuid::{Builder, Uuid};

/// Out of ten thousand facts, how many have which trouble.
mod share {
    pub(super) const LATE: u64 = 100;
    pub(super) const DUPLICATE: u64 = 50;
    pub(super) const REUSED_ID: u64 = 2;
    pub(super) const FUTURE_DATED: u64 = 10;
}

/// Something that happened, before it has an id and is on its way.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) profile: ProfileId,
    pub(super) at: Micros,
    pub(super) source: Source,
    pub(super) sequence: u64,
    pub(super) cause: Option<Uuid>,
    pub(super) simultaneous: Simultaneous,
    pub(super) data: EventData,
}

/// Writes down what happens and puts it into the calendar.
#[derive(Clone, Debug)]
pub(super) struct Scribe {
    pub(super) dice: Dice,
    pub(super) words: Words,
    pub(super) calendar: Calendar,
    ids: IdStyle,
    seed: u64,
    serial: u64,
}

impl Scribe {
    pub(super) fn new(seed: u64, start: Micros, ids: IdStyle) -> Self {
        Self {
            dice: Dice::new(mix(seed)),
            words: Words::new(),
            calendar: Calendar::new(start),
            ids,
            seed,
            serial: 0,
        }
    }

    /// How many arrivals were planned so far.
    pub(super) const fn planned(&self) -> u64 {
        self.serial
    }

    /// Writes down a fact, which may run into trouble on its way, and says which id it got.
    pub(super) fn tell(&mut self, told: Told) -> EventId {
        let trouble = self.trouble();
        let on_time = told.at + self.transport(told.source);
        let (occurred_at, arrives_at) = match trouble {
            Trouble::Late => (told.at, on_time + self.dice.wait(Span::from_hours(2), Span::from_days(6))),
            Trouble::FutureDated => {
                let ahead = self.dice.wait(Span::from_days(1), Span::from_days(20));
                (on_time + ahead, on_time)
            }
            _ => (told.at, on_time),
        };
        let id = self.mint(arrives_at);
        let event = self.event(id, occurred_at, &told);
        let arrival = Arrival { profile: told.profile, event: event.with_data(told.data), arrives_at };
        match trouble {
            Trouble::Duplicate => self.repeat(&arrival),
            Trouble::ReusedId => self.reuse_id(&arrival),
            _ => {}
        }
        let own = match trouble {
            Trouble::Late | Trouble::FutureDated => trouble,
            _ => Trouble::None,
        };
        self.put(arrival, own, told.simultaneous);
        id
    }

    /// Writes down a fact whose id is derived from what it says, and which always arrives in time: links and
    /// unlinks, of which the two halves are appended together.
    pub(super) fn tell_as(&mut self, id: EventId, told: Told) {
        let event = self.event(id, told.at, &told);
        let arrives_at = told.at + Span::from_secs(1);
        let arrival = Arrival { profile: told.profile, event: event.with_data(told.data), arrives_at };
        self.put(arrival, Trouble::None, told.simultaneous);
    }

    fn event(&self, id: EventId, occurred_at: Micros, told: &Told) -> NewEvent<()> {
        let mut event =
            NewEvent::new(id, clock(told.source, occurred_at), self.words.source(told.source), ());
        event.sequence = told.sequence;
        event.causation_id = told.cause;
        event
    }

    fn trouble(&mut self) -> Trouble {
        const LATE: u64 = share::LATE;
        const DUPLICATE: u64 = LATE + share::DUPLICATE;
        const REUSED_ID: u64 = DUPLICATE + share::REUSED_ID;
        const FUTURE_DATED: u64 = REUSED_ID + share::FUTURE_DATED;
        match self.dice.below(10_000) {
            ..LATE => Trouble::Late,
            LATE..DUPLICATE => Trouble::Duplicate,
            DUPLICATE..REUSED_ID => Trouble::ReusedId,
            REUSED_ID..FUTURE_DATED => Trouble::FutureDated,
            _ => Trouble::None,
        }
    }

    /// How long a source takes to deliver. Mail gateways poll; the others push.
    fn transport(&mut self, source: Source) -> Span {
        let most = match source {
            Source::Mail => Span::from_secs(60),
            Source::Annotator => Span::from_secs(10),
            _ => Span::from_secs(2),
        };
        // At least a second, since a source that keeps whole seconds must not seem to be ahead.
        self.dice.wait(Span::from_secs(1), Span::from_secs(1) + most)
    }

    /// The sender did not see the acknowledgement and sends again.
    fn repeat(&mut self, arrival: &Arrival) {
        let again = arrival.arrives_at + self.dice.wait(Span::ZERO, Span::from_days(2));
        let arrival = Arrival { arrives_at: again, ..arrival.clone() };
        self.put(arrival, Trouble::Duplicate, Simultaneous::No);
    }

    /// A source that counts its ids anew gives an old one to something else.
    fn reuse_id(&mut self, arrival: &Arrival) {
        let later = self.dice.wait(Span::from_secs(1), Span::from_days(2));
        let page = self.dice.pick(&self.words.pages).clone();
        let mut event = arrival.event.with_data(PageViewed { page }.into());
        event.occurred_at = event.occurred_at + later;
        let arrives_at = arrival.arrives_at + later;
        self.put(Arrival { event, arrives_at, ..*arrival }, Trouble::ReusedId, Simultaneous::No);
    }

    fn put(&mut self, arrival: Arrival, trouble: Trouble, simultaneous: Simultaneous) {
        let serial = self.serial;
        self.serial += 1;
        self.calendar.put(Planned { arrival, serial, trouble, simultaneous });
    }

    fn mint(&mut self, arrives_at: Micros) -> EventId {
        let random = mix(self.seed ^ mix(self.serial));
        EventId(match self.ids {
            IdStyle::Random => random_uuid(random, mix(random ^ self.serial)),
            IdStyle::ArrivalOrdered => ordered_uuid(arrives_at, self.serial, random),
        })
    }
}

/// A version 7 UUID (RFC 9562 §5.7) with the microseconds in `rand_a` and a counter first in `rand_b`, so that
/// ids sort exactly as their events arrive.
fn ordered_uuid(at: Micros, serial: u64, random: u64) -> Uuid {
    let (millis, micros) = (at.0.div_euclid(1_000), at.0.rem_euclid(1_000));
    // 12 + 62 bits, of which the builder overwrites the four above the first and the two above the second.
    let low = (serial & 0x3fff_ffff_ffff) << 16 | random & 0xffff;
    let tail = u128::from(micros.unsigned_abs()) << 64 | u128::from(low);
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&tail.to_be_bytes()[6..]);
    Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &bytes).into_uuid()
}

/// What a source's clock shows. Desks and mail gateways keep whole seconds.
const fn clock(source: Source, at: Micros) -> Micros {
    match source {
        Source::Desk | Source::Mail => Micros(at.0 - at.0.rem_euclid(1_000_000)),
        Source::Phone | Source::Web | Source::App | Source::Annotator => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_ids_sort_by_time_and_then_by_number() {
        let t = Micros(1_700_000_000_000_000);
        let ids = [
            ordered_uuid(t, 9, u64::MAX),
            ordered_uuid(t, 10, 0),
            ordered_uuid(Micros(t.0 + 1), 3, 0),
            ordered_uuid(Micros(t.0 + 1_000), 0, 0),
        ];
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn a_desk_keeps_whole_seconds_before_1970_too() {
        assert_eq!(clock(Source::Desk, Micros(-1)), Micros(-1_000_000));
        assert_eq!(clock(Source::Web, Micros(-1)), Micros(-1));
    }
}
