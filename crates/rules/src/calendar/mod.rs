//! Calendars: when we are at work, and how much of a stretch of time that is.
//!
//! A calendar is a week of opening hours on the clocks of a place, with days that are different. It is open at an
//! instant if the wall clock of its zone shows an open time then. From that follows what summer time does: an hour that
//! the clocks leave out is not worked, one that they show twice is worked twice, and a Sunday from 0 to 24 h is 23 or
//! 25 hours long twice a year.
//!
//! Everything stands on one number: how much of the time before an instant was open ([`Calendar::between`] is the
//! difference of two). So open time adds up, whatever the zone does. The rules of the zones are those of
//! [`ZONES_VERSION`], compiled in.
//!
//! ```
//! use chrono::DateTime;
//! use throughline_core::time::{Micros, Span};
//! use throughline_rules::calendar::{Calendar, Hours, Tz, Weekday};
//!
//! let nine_to_five = Hours::parse("09:00-17:00").unwrap();
//! let weekdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
//! let office = Calendar::new(Tz::Europe__Berlin, weekdays.map(|day| (day, nine_to_five)), []);
//!
//! let at = |text: &str| Micros::from(DateTime::parse_from_rfc3339(text).unwrap().to_utc());
//! let friday = at("2026-03-27T16:30:00+01:00");
//! assert_eq!(office.after(friday, Span::from_hours(1)), Some(at("2026-03-30T09:30:00+02:00"))); // Monday, summer time
//! assert_eq!(office.between(friday, at("2026-03-30T12:00:00+02:00")), Span(12_600_000_000));    // 3.5 hours
//! ```

mod days;
mod hours;
mod waits;
mod week;
mod zone;

pub use chrono::{NaiveDate, Weekday};
pub use chrono_tz::Tz;
pub use days::Day;
pub use hours::{Hours, NoHours};
pub use waits::WorkingTime;

use alloc::vec::Vec;
use days::Days;
use throughline_core::time::{Micros, Span};
use week::Week;
use zone::Zone;

/// The release of the IANA time zone database whose rules calendars go by.
pub const ZONES_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

/// The last year of which days that come every year are known. Instants after it are of ordinary weeks.
pub const LAST_YEAR: i32 = 2199;

/// A week of opening hours on the clocks of a place, with days that are different.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    zone: Zone,
    days: Days,
    /// How much of the time before each stretch of the zone was open.
    open_before: Vec<i64>,
}

/// Microseconds of a wall clock since its 1970-01-01T00:00.
type Local = i64;

impl Calendar {
    /// A calendar on the clocks of a zone: the hours of each weekday, of which a day can have several, and the days that
    /// are different. Hours that overlap count once.
    pub fn new(
        zone: Tz,
        week: impl IntoIterator<Item = (Weekday, Hours)>,
        different: impl IntoIterator<Item = (NaiveDate, Vec<Hours>)>,
    ) -> Self {
        let zone = Zone::of(zone);
        let days = Days::new(Week::new(week), different);
        let mut open_before = Vec::with_capacity(zone.stretches().len());
        let mut open = 0;
        let mut before: Option<zone::Stretch> = None;
        for stretch in zone.stretches() {
            if let Some(before) = before {
                open += days.open(before.local(before.from), before.local(stretch.from));
            }
            open_before.push(open);
            before = Some(*stretch);
        }
        Self { zone, days, open_before }
    }

    /// Whether it is open at an instant.
    pub fn is_open(&self, at: Micros) -> bool {
        self.days.is_open(self.zone.local(at))
    }

    /// How much of `[from, to)` is open; nothing if `to` is before `from`.
    pub fn between(&self, from: Micros, to: Micros) -> Span {
        if to <= from {
            return Span::ZERO;
        }
        Span(self.open_until(to) - self.open_until(from))
    }

    /// The first instant at which `[from, instant)` has so much open time; `from` itself if that is none. No instant if
    /// the calendar does not open any more.
    pub fn after(&self, from: Micros, open: Span) -> Option<Micros> {
        if open <= Span::ZERO {
            return Some(from);
        }
        let wanted = self.open_until(from).checked_add(open.0)?;
        // The stretch in which the clocks stand when so much was open: the last that begins with less.
        let stretch = self.open_before.partition_point(|before| *before < wanted).checked_sub(1)?;
        let missing = wanted - self.open_before[stretch];
        let stretch = &self.zone.stretches()[stretch];
        self.days.first_with(stretch.local(stretch.from), missing).map(|local| stretch.instant(local))
    }

    /// How much of the time before an instant is open, counted from the zone's first stretch.
    fn open_until(&self, at: Micros) -> i64 {
        let place = self.zone.place(at);
        let stretch = &self.zone.stretches()[place];
        self.open_before[place] + self.days.open(stretch.local(stretch.from), stretch.local(at))
    }
}
