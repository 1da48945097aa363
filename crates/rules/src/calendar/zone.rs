//! The clocks of a place: stretches of time in which they run evenly.

use super::Local;
use super::week::DAY;
use alloc::{vec, vec::Vec};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use throughline_core::time::Micros;

/// From when on and until when changes of the clocks are looked for: 1970 and 2200. Outside of them clocks run on.
const LOOKED_AT: core::ops::Range<i64> = 0..84_006 * DAY;

/// Clocks are looked at once a week. A change that is taken back within one would be missed; no zone ever had one.
const STEP: i64 = 7 * DAY;

/// A zone's clocks, from 1970 on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zone {
    /// In order; the first counts before itself too.
    stretches: Vec<Stretch>,
}

/// A stretch of time in which clocks run evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) from: Micros,
    /// What the clocks are ahead of UTC, in microseconds.
    offset: i64,
}

impl Stretch {
    pub(super) const fn local(&self, at: Micros) -> Local {
        at.0.saturating_add(self.offset)
    }

    pub(super) const fn instant(&self, local: Local) -> Micros {
        Micros(local.saturating_sub(self.offset))
    }
}

impl Zone {
    pub(super) fn of(zone: Tz) -> Self {
        let offset = |at: i64| {
            let at = DateTime::from_timestamp_micros(at).unwrap_or_default().naive_utc();
            i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc()) * 1_000_000
        };
        let mut known = offset(LOOKED_AT.start);
        let mut stretches = vec![Stretch { from: Micros(LOOKED_AT.start), offset: known }];
        let mut before = LOOKED_AT.start;
        while before < LOOKED_AT.end {
            let after = before + STEP;
            if offset(after) == known {
                before = after;
                continue;
            }
            // Changes are at whole seconds.
            let (mut low, mut high) = (before / 1_000_000, after / 1_000_000);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                *(if offset(middle * 1_000_000) == known { &mut low } else { &mut high }) = middle;
            }
            known = offset(high * 1_000_000);
            stretches.push(Stretch { from: Micros(high * 1_000_000), offset: known });
            // There may be another change in the rest of the week.
            before = high * 1_000_000;
        }
        Self { stretches }
    }

    pub(super) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// The stretch that an instant is in.
    pub(super) fn place(&self, at: Micros) -> usize {
        self.stretches.partition_point(|s| s.from <= at).saturating_sub(1)
    }

    /// What the clocks show.
    pub(super) fn local(&self, at: Micros) -> Local {
        self.stretches[self.place(at)].local(at)
    }
}
