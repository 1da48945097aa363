//! An ordinary week: hours that come again every seven days.

use super::{Hours, Local};
use alloc::vec::Vec;
use chrono::Weekday;

pub(super) const DAY: i64 = 24 * 3_600 * 1_000_000;
const WEEK: i64 = 7 * DAY;

/// 1970-01-01 was a Thursday: so long before it the week began.
const MONDAY_BEFORE: i64 = 3 * DAY;

/// The hours of a week, from Monday on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Week {
    /// In order, without overlap: from, to, and how much of the week before is open.
    hours: Vec<Stretch>,
    open: i64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    from: i64,
    to: i64,
    open_before: i64,
}

impl Week {
    pub(super) fn new(hours: impl IntoIterator<Item = (Weekday, Hours)>) -> Self {
        let mut within: Vec<(i64, i64)> = hours
            .into_iter()
            .map(|(day, hours)| {
                let midnight = i64::from(day.num_days_from_monday()) * DAY;
                let (from, to) = hours.micros();
                (midnight + from, midnight + to)
            })
            .collect();
        within.sort_unstable();
        let (mut merged, mut open): (Vec<Stretch>, i64) = (Vec::new(), 0);
        for (from, to) in within {
            match merged.last_mut() {
                Some(last) if from <= last.to => {
                    open += (to - last.to).max(0);
                    last.to = last.to.max(to);
                }
                _ => {
                    merged.push(Stretch { from, to, open_before: open });
                    open += to - from;
                }
            }
        }
        Self { hours: merged, open }
    }

    pub(super) fn is_open(&self, at: Local) -> bool {
        let at = (at + MONDAY_BEFORE).rem_euclid(WEEK);
        self.hours.iter().any(|h| h.from <= at && at < h.to)
    }

    /// How much of `[from, to)` is open.
    pub(super) fn open(&self, from: Local, to: Local) -> i64 {
        self.open_until(to) - self.open_until(from)
    }

    /// The first time with so much open since `from`; more than nothing is asked for. None if nothing is ever open.
    pub(super) fn first_with(&self, from: Local, open: i64) -> Option<Local> {
        if self.open == 0 {
            return None;
        }
        let wanted = self.open_until(from) + open;
        // A whole week is over only when the next one opens, so the last minute of a week still belongs to it.
        let weeks = (wanted - 1).div_euclid(self.open);
        let within = wanted - weeks * self.open;
        let last = self.hours.partition_point(|h| h.open_before < within) - 1;
        let hours = &self.hours[last];
        Some(weeks * WEEK + hours.from + (within - hours.open_before) - MONDAY_BEFORE)
    }

    /// How much was open from the Monday before 1970 on; negative before it.
    fn open_until(&self, at: Local) -> i64 {
        let at = at + MONDAY_BEFORE;
        let (weeks, within) = (at.div_euclid(WEEK), at.rem_euclid(WEEK));
        let begun = self.hours.partition_point(|h| h.from <= within);
        let open = match begun.checked_sub(1).map(|last| &self.hours[last]) {
            None => 0,
            Some(hours) => hours.open_before + within.min(hours.to) - hours.from,
        };
        weeks * self.open + open
    }
}
