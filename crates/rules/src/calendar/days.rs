//! Days that are different: holidays, and days with hours of their own.

use super::week::{DAY, Week};
use super::{Hours, LAST_YEAR, Local};
use alloc::vec::Vec;
use chrono::{Datelike, NaiveDate};
use core::fmt;
use core::str::FromStr;

/// A day of a rulebook: one date, or one that comes every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// `2026-04-03`.
    Once(NaiveDate),
    /// `12-25`: month and day. The 29th of February comes in leap years.
    Yearly(u8, u8),
}

/// An ordinary week, and the days on which other hours hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Days {
    week: Week,
    /// In order.
    different: Vec<Different>,
}

#[derive(Clone, Debug, PartialEq)]
struct Different {
    /// Midnight at its begin.
    from: Local,
    /// In order, without overlap, as times of day.
    hours: Vec<(i64, i64)>,
    open: i64,
    /// How much more is open on the days of this list before it than in ordinary weeks; mostly less.
    more_before: i64,
}

impl Days {
    /// Of two accounts of one day the last counts.
    pub(super) fn new(week: Week, different: impl IntoIterator<Item = (NaiveDate, Vec<Hours>)>) -> Self {
        let mut list: Vec<Different> = Vec::new();
        for (date, hours) in different {
            let from = i64::from(date.to_epoch_days()) * DAY;
            let mut hours: Vec<(i64, i64)> = hours.into_iter().map(Hours::micros).collect();
            hours.sort_unstable();
            let mut end = 0;
            hours.retain_mut(|(from, to)| {
                *from = (*from).max(end);
                end = end.max(*to);
                from < to
            });
            let open = hours.iter().map(|(from, to)| to - from).sum();
            let day = Different { from, hours, open, more_before: 0 };
            match list.binary_search_by_key(&from, |d| d.from) {
                Ok(known) => list[known] = day,
                Err(place) => list.insert(place, day),
            }
        }
        let mut more = 0;
        for day in &mut list {
            day.more_before = more;
            more += day.open - week.open(day.from, day.from + DAY);
        }
        Self { week, different: list }
    }

    pub(super) fn is_open(&self, at: Local) -> bool {
        match self.begun(at).map(|last| &self.different[last]) {
            Some(day) if at < day.from + DAY => day.open_until(at) < day.open_until(at + 1),
            _ => self.week.is_open(at),
        }
    }

    /// How much of `[from, to)` is open.
    pub(super) fn open(&self, from: Local, to: Local) -> i64 {
        self.week.open(from, to) + self.more_until(to) - self.more_until(from)
    }

    /// The first time with so much open since `from`; more than nothing is asked for.
    pub(super) fn first_with(&self, from: Local, open: i64) -> Option<Local> {
        // Behind the last different day that begins with less, weeks are ordinary as far as the time that is looked for.
        let less = self.different.partition_point(|day| day.from <= from || self.open(from, day.from) < open);
        let Some(day) = less.checked_sub(1).map(|last| &self.different[last]) else {
            return self.week.first_with(from, open);
        };
        let begin = day.from.max(from);
        let missing = if day.from <= from { open } else { open - self.open(from, day.from) };
        let until = day.from + DAY;
        let on_that_day = if begin < until { day.open_until(until) - day.open_until(begin) } else { 0 };
        if missing <= on_that_day {
            return Some(day.first_with(day.open_until(begin) + missing));
        }
        self.week.first_with(begin.max(until), missing - on_that_day)
    }

    /// The last different day that began by then.
    fn begun(&self, at: Local) -> Option<usize> {
        self.different.partition_point(|day| day.from <= at).checked_sub(1)
    }

    fn more_until(&self, at: Local) -> i64 {
        let Some(day) = self.begun(at).map(|last| &self.different[last]) else { return 0 };
        let at = at.min(day.from + DAY);
        day.more_before + day.open_until(at) - self.week.open(day.from, at)
    }
}

impl Different {
    /// How much of the day is open until then.
    fn open_until(&self, at: Local) -> i64 {
        let at = at - self.from;
        self.hours.iter().map(|(from, to)| (at.min(*to) - from).max(0)).sum()
    }

    /// The first time at which so much of the day was open; it has so much.
    fn first_with(&self, open: i64) -> Local {
        let mut missing = open;
        for (from, to) in &self.hours {
            if missing <= to - from {
                return self.from + from + missing;
            }
            missing -= to - from;
        }
        self.from + DAY
    }
}

impl Day {
    /// The dates that it stands for.
    pub fn dates(self) -> impl Iterator<Item = NaiveDate> {
        let (once, years, month, day) = match self {
            Self::Once(date) => (Some(date), 0..0, 0, 0),
            Self::Yearly(month, day) => (None, 1970..LAST_YEAR + 1, month, day),
        };
        let yearly =
            years.filter_map(move |year| NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day)));
        once.into_iter().chain(yearly)
    }
}

impl FromStr for Day {
    type Err = ();

    /// Reads `YYYY-MM-DD` or `MM-DD`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-').map(|part| part.bytes().all(|b| b.is_ascii_digit()).then_some(part));
        let mut next = |digits: usize| {
            parts.next().flatten().filter(|p| p.len() == digits).and_then(|p| p.parse::<u16>().ok())
        };
        let year = if text.len() == 10 { Some(next(4).ok_or(())?) } else { None };
        let (month, day) = (next(2).ok_or(())?, next(2).ok_or(())?);
        if parts.next().is_some() {
            return Err(());
        }
        // Any leap year tells whether the day exists in one.
        let date = NaiveDate::from_ymd_opt(i32::from(year.unwrap_or(2000)), u32::from(month), u32::from(day));
        let date =
            date.filter(|date| year.is_none() || (1970..=LAST_YEAR).contains(&date.year())).ok_or(())?;
        Ok(match year {
            Some(_) => Self::Once(date),
            None => Self::Yearly(date.month() as u8, date.day() as u8),
        })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(date) => write!(f, "{date}"),
            Self::Yearly(month, day) => write!(f, "{month:02}-{day:02}"),
        }
    }
}
