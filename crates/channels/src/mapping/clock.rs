//! How a source writes times: formats in the words of `strftime`, and zones.
//!
//! Formats of numbers, English names and offsets, which nearly all are, are read by a parser of our own: it reads
//! hours past midnight (`24:15`), which chrono's refuses, and needs no second look at the format for every row.
//! Whatever else chrono knows is left to chrono.

use crate::timestamp::{self, days_from_epoch, days_in};
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{FixedOffset, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use std::str::FromStr;
use throughline_core::time::Micros;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// How a time is written.
#[derive(Clone, Debug)]
pub(super) enum Format {
    /// RFC 3339; without an offset too, if a zone is known.
    Rfc3339,
    /// A number of these microseconds since 1970.
    Unix(i64),
    /// By pieces that are read here.
    Pieces(Vec<Piece>),
    /// By chrono.
    Chrono(Vec<Item<'static>>),
}

/// A piece of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// This byte.
    Byte(u8),
    /// Any number of blanks, also none.
    Blank,
    Year,
    ShortYear,
    Month,
    MonthName,
    Day,
    Weekday,
    Hour,
    Hour12,
    Half,
    Minute,
    Second,
    /// A dot and digits, or nothing.
    Fraction,
    Offset,
}

/// A zone that a source's clocks keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    Offset(FixedOffset),
    Named(Tz),
}

/// A time as it was written: on the source's clock, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    Local(i64),
    Instant(i64),
}

impl Format {
    /// Reads a format; none if there is no such one.
    pub(super) fn new(text: &str) -> Option<Self> {
        Some(match text {
            "rfc3339" => Self::Rfc3339,
            "unix" => Self::Unix(SECOND),
            "unix-millis" => Self::Unix(1_000),
            "unix-micros" => Self::Unix(1),
            _ if !text.contains('%') => return None,
            _ => match pieces(text) {
                Some(pieces) => Self::Pieces(pieces),
                None => Self::Chrono(StrftimeItems::new(text).parse_to_owned().ok()?),
            },
        })
    }

    /// The instant that a text names; `None` if it does not, or needs a zone that nobody said.
    pub(super) fn read(&self, text: &str, zone: Option<Zone>) -> Option<Micros> {
        let written = match self {
            Self::Rfc3339 => {
                let local = || local_iso(text).map(Written::Local);
                timestamp::parse(text).map(|at| Written::Instant(at.0)).or_else(local)?
            }
            Self::Unix(unit) => Written::Instant(unix(text, *unit)?),
            Self::Pieces(pieces) => by_pieces(text.as_bytes(), pieces)?,
            Self::Chrono(items) => by_chrono(text, items)?,
        };
        match written {
            Written::Instant(micros) => Some(Micros(micros)),
            Written::Local(micros) => zone?.instant(micros),
        }
    }

    /// Whether texts of this format need a zone. Where the format does not say, they may.
    pub(super) fn needs_zone(&self) -> bool {
        match self {
            Self::Rfc3339 | Self::Unix(_) => false,
            Self::Pieces(pieces) => !pieces.contains(&Piece::Offset),
            Self::Chrono(items) => !items.iter().any(|item| format!("{item:?}").contains("Timezone")),
        }
    }
}

impl Zone {
    /// `UTC`, an offset, or a name of the IANA database.
    pub(super) fn new(text: &str) -> Option<Self> {
        if text == "UTC" {
            return FixedOffset::east_opt(0).map(Self::Offset);
        }
        FixedOffset::from_str(text).map(Self::Offset).or_else(|_| Tz::from_str(text).map(Self::Named)).ok()
    }

    /// The instant at which clocks showed this. In the hour that comes twice it is the first; in the one that is
    /// left out, what a clock showed that nobody had put forward.
    fn instant(self, local: i64) -> Option<Micros> {
        let seconds = match self {
            Self::Offset(offset) => i64::from(offset.local_minus_utc()),
            Self::Named(zone) => {
                let naive = chrono::DateTime::from_timestamp_micros(local)?.naive_utc();
                match zone.offset_from_local_datetime(&naive) {
                    LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => seconds_of(&offset),
                    LocalResult::None => {
                        let before = naive.checked_sub_signed(chrono::TimeDelta::hours(3))?;
                        seconds_of(&zone.offset_from_local_datetime(&before).earliest()?)
                    }
                }
            }
        };
        local.checked_sub(seconds * SECOND).map(Micros)
    }
}

/// The nearest of the instants that are whole days from `at`: the end of a call that is written as earlier than
/// its start was on the next day.
pub(super) const fn nearest_day(at: Micros, to: Micros) -> Micros {
    let apart = to.0.saturating_sub(at.0);
    let days = (apart + if apart < 0 { -DAY / 2 } else { DAY / 2 }) / DAY;
    Micros(at.0 + days * DAY)
}

fn seconds_of(offset: &impl Offset) -> i64 {
    i64::from(offset.fix().local_minus_utc())
}

fn local_iso(text: &str) -> Option<i64> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"));
    Some(local.ok()?.and_utc().timestamp_micros())
}

fn unix(text: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    let digits = fraction.get(..fraction.len().min(6)).filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    let part = if digits.is_empty() { 0 } else { digits.parse::<i64>().ok()? };
    whole.checked_add(part * unit / 10_i64.pow(digits.len() as u32))
}

fn by_chrono(text: &str, items: &[Item<'static>]) -> Option<Written> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, items.iter()).ok()?;
    if let Ok(instant) = parsed.to_datetime() {
        return Some(Written::Instant(instant.timestamp_micros()));
    }
    let local = parsed.to_naive_datetime_with_offset(0);
    let local = local.or_else(|_| parsed.to_naive_date().map(|date| date.and_time(chrono::NaiveTime::MIN)));
    Some(Written::Local(local.ok()?.and_utc().timestamp_micros()))
}

/// The pieces of a format; `None` if it has one that is not read here.
fn pieces(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    read_pieces(format, &mut pieces)?;
    // Without a whole day there is nothing that these could name.
    let year = pieces.iter().any(|piece| matches!(piece, Piece::Year | Piece::ShortYear));
    let month = pieces.iter().any(|piece| matches!(piece, Piece::Month | Piece::MonthName));
    (year && month && pieces.contains(&Piece::Day)).then_some(pieces)
}

fn read_pieces(format: &str, pieces: &mut Vec<Piece>) -> Option<()> {
    let mut bytes = format.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => match bytes.next()? {
                b'Y' => pieces.push(Piece::Year),
                b'y' => pieces.push(Piece::ShortYear),
                b'm' => pieces.push(Piece::Month),
                b'b' | b'B' | b'h' => pieces.push(Piece::MonthName),
                b'd' | b'e' => pieces.push(Piece::Day),
                b'a' | b'A' => pieces.push(Piece::Weekday),
                b'H' | b'k' => pieces.push(Piece::Hour),
                b'I' | b'l' => pieces.push(Piece::Hour12),
                b'p' | b'P' => pieces.push(Piece::Half),
                b'M' => pieces.push(Piece::Minute),
                b'S' => pieces.push(Piece::Second),
                b'z' => pieces.push(Piece::Offset),
                b'T' | b'X' => read_pieces("%H:%M:%S", pieces)?,
                b'R' => read_pieces("%H:%M", pieces)?,
                b'F' => read_pieces("%Y-%m-%d", pieces)?,
                b'D' | b'x' => read_pieces("%m/%d/%y", pieces)?,
                b'.' if bytes.next()? == b'f' => pieces.push(Piece::Fraction),
                b':' if bytes.next()? == b'z' => pieces.push(Piece::Offset),
                b'%' => pieces.push(Piece::Byte(b'%')),
                _ => return None,
            },
            b' ' | b'\t' => pieces.push(Piece::Blank),
            byte => pieces.push(Piece::Byte(byte)),
        }
    }
    Some(())
}

/// What is left of a text.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn number(&mut self, most: usize) -> Option<i64> {
        let digits = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let number = self.0[..digits].iter().fold(0, |n, byte| n * 10 + i64::from(byte - b'0'));
        self.0 = &self.0[digits..];
        Some(number)
    }

    /// A number below 100. A blank may stand for the first digit.
    fn two(&mut self) -> Option<i64> {
        if let [b' ', rest @ ..] = self.0 {
            self.0 = rest;
        }
        self.number(2)
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == byte).then_some(())
    }

    /// Which of the names stands here, by its first three letters; the whole name may.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let found = names.iter().position(|name| {
            self.0.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(&name.as_bytes()[..3]))
        })?;
        let whole = names[found].len();
        let is_whole =
            self.0.get(..whole).is_some_and(|text| text.eq_ignore_ascii_case(names[found].as_bytes()));
        self.0 = &self.0[if is_whole { whole } else { 3 }..];
        Some(found)
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn by_pieces(text: &[u8], pieces: &[Piece]) -> Option<Written> {
    let mut rest = Rest(text);
    let (mut year, mut month, mut day) = (0, 0, 0);
    let (mut hour, mut minute, mut second, mut micros) = (0, 0, 0, 0);
    let (mut afternoon, mut offset) = (None, None);
    for piece in pieces {
        match piece {
            Piece::Byte(byte) => rest.byte(*byte)?,
            Piece::Blank => rest.0 = rest.0.trim_ascii_start(),
            Piece::Year => year = rest.number(4)?,
            // As POSIX has it: 69 to 99 are of the last century.
            Piece::ShortYear => year = rest.two().map(|y| if y < 69 { 2000 + y } else { 1900 + y })?,
            Piece::Month => month = rest.two()?,
            Piece::MonthName => month = rest.name(&MONTHS)? as i64 + 1,
            Piece::Day => day = rest.two()?,
            Piece::Weekday => _ = rest.name(&WEEKDAYS)?,
            Piece::Hour => hour = rest.two().filter(|hour| *hour < 48)?,
            Piece::Hour12 => hour = rest.two().filter(|hour| (1..=12).contains(hour))? % 12,
            Piece::Half => {
                afternoon = Some(matches!(rest.0.first()?, b'p' | b'P'));
                rest.0 = rest.0.get(2..)?;
            }
            Piece::Minute => minute = rest.two().filter(|minute| *minute < 60)?,
            Piece::Second => second = rest.two().filter(|second| *second <= 60)?,
            Piece::Fraction => micros = fraction(&mut rest)?,
            Piece::Offset => offset = Some(offset_seconds(&mut rest)?),
        }
    }
    if !rest.0.is_empty() || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if afternoon == Some(true) && hour < 12 {
        hour += 12;
    }
    let seconds = days_from_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(match offset {
        Some(offset) => Written::Instant((seconds - offset) * SECOND + micros),
        None => Written::Local(seconds * SECOND + micros),
    })
}

fn fraction(rest: &mut Rest<'_>) -> Option<i64> {
    let [b'.' | b',', digits @ ..] = rest.0 else { return Some(0) };
    rest.0 = digits;
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let kept = count.min(6);
    let number = rest.number(kept)?;
    rest.0 = &digits[count..];
    Some(number * 10_i64.pow(6 - kept as u32))
}

fn offset_seconds(rest: &mut Rest<'_>) -> Option<i64> {
    if let [b'Z' | b'z', left @ ..] = rest.0 {
        rest.0 = left;
        return Some(0);
    }
    let sign = match rest.0 {
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    rest.0 = &rest.0[1..];
    let hours = rest.number(2).filter(|hours| *hours < 24)?;
    if let [b':', left @ ..] = rest.0 {
        rest.0 = left;
    }
    let minutes = rest.number(2).filter(|minutes| *minutes < 60)?;
    Some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(format: &str, text: &str, zone: &str) -> Option<String> {
        Format::new(format).unwrap().read(text, Zone::new(zone)).map(|at| at.to_string())
    }

    #[test]
    fn formats_are_read_as_they_are_written() {
        for (format, text, instant) in [
            ("%Y/%m/%d %H:%M:%S", "2012/10/9 14:50:17", "2012-10-09T14:50:17Z"),
            ("%y%m%d %H:%M:%S", "990101 0:00:31", "1999-01-01T00:00:31Z"),
            ("%a %b %d %H:%M:%S %z %Y", "Tue Oct 31 22:10:47 +0100 2017", "2017-10-31T21:10:47Z"),
            ("%d/%m/%Y %H:%M", "29/2/2016 01:23", "2016-02-29T01:23:00Z"),
            ("%Y%m%d", "19970101", "1997-01-01T00:00:00Z"),
            ("%d %B %Y %I:%M %p", "3 March 2021 12:05 AM", "2021-03-03T00:05:00Z"),
            ("%d-%b-%y %l.%M.%S%.f %p", "04-FEB-98 1.02.03.25 PM", "1998-02-04T13:02:03.250Z"),
            ("%Y-%m-%d %H:%M:%S%.f%:z", "2020-01-01 10:00:00-05:30", "2020-01-01T15:30:00Z"),
            ("%G-W%V-%u", "2015-W01-1", "2014-12-29T00:00:00Z"),
            ("unix", "86400.5", "1970-01-02T00:00:00.500Z"),
            ("unix-millis", "1500", "1970-01-01T00:00:01.500Z"),
        ] {
            assert_eq!(read(format, text, "UTC").as_deref(), Some(instant), "{format}");
        }
    }

    #[test]
    fn a_time_past_midnight_is_on_the_next_day() {
        assert_eq!(read("%Y-%m-%d %H:%M", "2020-12-31 24:15", "UTC").unwrap(), "2021-01-01T00:15:00Z");
        assert_eq!(read("%Y-%m-%d %H:%M", "2020-12-31 48:15", "UTC"), None);
        let at = |text: &str| Micros::from(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        let (start, end) = (at("1999-01-05T23:59:33Z"), at("1999-01-05T00:03:40Z"));
        assert_eq!(nearest_day(end, start).to_string(), "1999-01-06T00:03:40Z");
        let defect = at("1999-01-05T23:58:56Z");
        assert_eq!(nearest_day(defect, start), defect, "a clock that is wrong by seconds is no next day");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for (format, text) in [
            ("%Y-%m-%d", "2021-02-29"),
            ("%Y-%m-%d", "2021-02-28 "),
            ("%Y-%m-%d", ""),
            ("%H:%M %Y-%m-%d", "12:60 2021-02-28"),
            ("%d %b %Y", "1 Juno 2020"),
            ("unix", "12a"),
            ("unix", "1.x"),
            ("%a %Y-%m-%d", "Fry 2020-01-01"),
        ] {
            assert_eq!(read(format, text, "UTC"), None, "{format}: {text}");
        }
        assert!(Format::new("YYYY-MM-DD").is_none() && Format::new("%Y-%Q").is_none());
    }

    #[test]
    fn summer_time_comes_and_goes() {
        let rome = |text| read("%Y-%m-%d %H:%M", text, "Europe/Rome").unwrap();
        assert_eq!(rome("2021-01-01 12:00"), "2021-01-01T11:00:00Z");
        assert_eq!(rome("2021-07-01 12:00"), "2021-07-01T10:00:00Z");
        // Left out: two hours after midnight it was three.
        assert_eq!(rome("2021-03-28 02:30"), "2021-03-28T01:30:00Z");
        // Twice: the first one counts.
        assert_eq!(rome("2021-10-31 02:30"), "2021-10-31T00:30:00Z");
        assert_eq!(rome("2021-10-31 03:00"), "2021-10-31T02:00:00Z");
    }
}
