//! What a document says of calendars: checked, and made ready to count with.

use super::check::words;
use super::document::{CalendarRules, Document};
use crate::calendar::{Calendar, Day, Hours};
use crate::mistake::{Mistake, line_of};
use alloc::{collections::BTreeMap, format, string::String, string::ToString, vec::Vec};
use chrono::{NaiveDate, Weekday};
use throughline_core::name::{Interner, Name, Sym};
use toml::Spanned;

const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// A calendar, by its place among those of its rulebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CalendarIx(u16);

/// The calendars of a rulebook, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendars(Vec<(Sym, Calendar)>);

impl Calendars {
    /// Those of a document that has no mistake.
    pub(super) fn compile(document: &Document, names: &mut Interner) -> Self {
        let compiled = document
            .calendars
            .iter()
            .filter_map(|(name, rules)| Some((names.intern(name.as_ref()), read(rules, &mut |_, _| ())?)));
        Self(compiled.collect())
    }

    /// The one of a name.
    pub(super) fn named(&self, name: Option<&Spanned<String>>, names: &Interner) -> Option<CalendarIx> {
        let name = names.get(name?.as_ref())?;
        let place = self.0.iter().position(|(known, _)| *known == name)?;
        u16::try_from(place).ok().map(CalendarIx)
    }

    #[inline]
    pub(super) fn get(&self, ix: Option<CalendarIx>) -> Option<&Calendar> {
        self.0.get(usize::from(ix?.0)).map(|(_, calendar)| calendar)
    }

    pub(super) fn name(&self, ix: Option<CalendarIx>) -> Option<Sym> {
        self.0.get(usize::from(ix?.0)).map(|(name, _)| *name)
    }
}

/// Finds every mistake in `[calendars]`, and in the keys that name one.
pub(super) fn check(text: &str, document: &Document) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut say = |at: usize, message: String| mistakes.push(Mistake { line: line_of(text, at), message });
    for (name, rules) in &document.calendars {
        if let Err(e) = Name::new(name.as_ref()) {
            say(name.span().start, format!("a calendar's name is none: {e}"));
        }
        let sound = read(rules, &mut say).is_some();
        let empty = rules.hours.values().chain(rules.special.values()).all(Vec::is_empty);
        if sound && empty {
            let message = "this calendar never opens, so nothing would ever be due; give it hours, for instance `hours.mon-fri = [\"09:00-17:00\"]`";
            say(name.span().start, message.into());
        }
    }
    let of_targets = document.targets.iter().filter_map(|t| t.as_ref().calendar.as_ref());
    for named in document.cases.calendar.iter().chain(of_targets) {
        if !document.calendars.keys().any(|known| known.as_ref() == named.as_ref()) {
            let known = words(document.calendars.keys().map(|c| c.as_ref().as_str()));
            let name = named.as_ref();
            let message =
                format!("there is no calendar `{name}`; write one of {known}, or add [calendars.{name}]");
            say(named.span().start, message);
        }
    }
    mistakes
}

/// Reads one calendar. What is wrong is said, each where it stands; none if anything is.
fn read(rules: &CalendarRules, say: &mut impl FnMut(usize, String)) -> Option<Calendar> {
    let mut sound = true;
    let mut say = |at: usize, message: String| {
        sound = false;
        say(at, message);
    };
    let zone = rules.zone.as_ref().parse::<chrono_tz::Tz>();
    if zone.is_err() {
        let zone = rules.zone.as_ref();
        let message = format!(
            "there is no time zone `{zone}`; write one of the IANA database, for instance \"Europe/Berlin\" or \"UTC\""
        );
        say(rules.zone.span().start, message);
    }
    let week = read_week(rules, &mut say);
    let different = read_days(rules, &mut say);
    sound.then(|| Calendar::new(zone.unwrap_or_default(), week, different))
}

fn read_week(rules: &CalendarRules, say: &mut impl FnMut(usize, String)) -> Vec<(Weekday, Hours)> {
    let mut week: Vec<(Weekday, Hours)> = Vec::new();
    let mut seen: BTreeMap<u32, &str> = BTreeMap::new();
    for (days, hours) in &rules.hours {
        let hours = read_hours(hours, say);
        let Some(which) = weekdays(days.as_ref()) else {
            let message = format!(
                "`{}` is no day and no days of the week; write for instance `mon`, `sat` or `mon-fri`",
                days.as_ref()
            );
            say(days.span().start, message);
            continue;
        };
        for day in which {
            if let Some(first) = seen.insert(day.num_days_from_monday(), days.as_ref()) {
                let message =
                    format!("`{first}` and `{}` have a day in common; write each day once", days.as_ref());
                say(days.span().start, message);
                break;
            }
            week.extend(hours.iter().map(|h| (day, *h)));
        }
    }
    week
}

/// Holidays are closed, and special days have hours of their own, which count where a day is both.
fn read_days(rules: &CalendarRules, say: &mut impl FnMut(usize, String)) -> Vec<(NaiveDate, Vec<Hours>)> {
    let mut different: Vec<(NaiveDate, Vec<Hours>)> = Vec::new();
    for holiday in &rules.holidays {
        if let Some(day) = read_day(holiday, say) {
            different.extend(day.dates().map(|date| (date, Vec::new())));
        }
    }
    // A day that comes every year before one date, so that the one date counts.
    let mut special: Vec<(Day, Vec<Hours>)> = Vec::new();
    for (day, hours) in &rules.special {
        let hours = read_hours(hours, say);
        special.extend(read_day(day, say).map(|day| (day, hours)));
    }
    special.sort_by_key(|(day, _)| matches!(day, Day::Once(_)));
    different.extend(
        special.into_iter().flat_map(|(day, hours)| day.dates().map(move |date| (date, hours.clone()))),
    );
    different
}

fn read_day(day: &Spanned<String>, say: &mut impl FnMut(usize, String)) -> Option<Day> {
    let read = day.as_ref().parse().ok();
    if read.is_none() {
        let message = format!(
            "`{}` is no day; write a date, \"2026-04-03\", or month and day for every year, \"12-25\"",
            day.as_ref()
        );
        say(day.span().start, message);
    }
    read
}

fn read_hours(hours: &[Spanned<String>], say: &mut impl FnMut(usize, String)) -> Vec<Hours> {
    let mut read: Vec<Hours> = Vec::new();
    for text in hours {
        match Hours::parse(text.as_ref()) {
            Err(e) => say(text.span().start, e.to_string()),
            Ok(hours) => {
                if let Some(other) = read.iter().find(|other| other.overlaps(&hours)) {
                    say(text.span().start, format!("`{hours}` overlaps `{other}`; write them as one"));
                }
                read.push(hours);
            }
        }
    }
    read
}

/// `mon`, or `mon-fri`; `sat-mon` goes over Sunday.
fn weekdays(text: &str) -> Option<Vec<Weekday>> {
    let day = |word: &str| WEEK.iter().find(|(known, _)| *known == word).map(|(_, day)| *day);
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (day(first)?, day(last)?),
        None => (day(text)?, day(text)?),
    };
    let mut days = Vec::from([first]);
    while days.last() != Some(&last) {
        days.push(days.last()?.succ());
    }
    Some(days)
}
