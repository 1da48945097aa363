//! Calendars: the known examples, and laws over random calendars on the clocks of places that do odd things.
#![allow(clippy::unwrap_used)]
#![allow(clippy::disallowed_methods, reason = "`THROUGHLINE_CASES` is read from the environment")]

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use throughline_core::time::{Micros, Span};
use throughline_rules::calendar::{Calendar, Day, Hours, WorkingTime};

const WEEKDAYS: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const MINUTE: i64 = 60_000_000;

fn hours(text: &str) -> Hours {
    Hours::parse(text).unwrap()
}

fn weekdays(zone: Tz, of_each: &[&str]) -> Calendar {
    let week = WEEKDAYS.iter().flat_map(|day| of_each.iter().map(|text| (*day, hours(text))));
    Calendar::new(zone, week, [])
}

/// An instant of January 2026 in UTC; the 5th is a Monday.
fn january(day: u32, clock: &str) -> Micros {
    at(&format!("2026-01-{day:02}T{clock}:00Z"))
}

fn at(text: &str) -> Micros {
    Micros::from(DateTime::parse_from_rfc3339(text).unwrap().to_utc())
}

fn minutes(n: i64) -> Span {
    Span(n * MINUTE)
}

#[test]
fn deadlines_come_out_as_in_the_known_examples() {
    let nine_to_five = weekdays(Tz::UTC, &["09:00-17:00"]);
    let with_lunch = weekdays(Tz::UTC, &["08:00-12:00", "13:30-18:00"]);
    for (calendar, start, target, deadline) in [
        // Chatwoot #13392: a question on Friday evening, one before work begins.
        (&nine_to_five, january(9, "16:30"), 60, january(12, "09:30")),
        (&nine_to_five, january(7, "07:00"), 120, january(7, "11:00")),
        // Zammad's manual: two working days.
        (&nine_to_five, january(5, "09:00"), 16 * 60, january(6, "17:00")),
        (&with_lunch, january(7, "12:30"), 60, january(7, "14:30")),
    ] {
        assert_eq!(calendar.after(start, minutes(target)), Some(deadline), "from {start}");
        assert_eq!(calendar.between(start, deadline), minutes(target));
    }
}

#[test]
fn a_sunday_has_as_many_hours_as_the_clocks_give_it() {
    let sundays = Calendar::new(Tz::Europe__Berlin, [(Weekday::Sun, Hours::ALL_DAY)], []);
    for (day, length) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)] {
        let midnight = |days: i64| {
            let date: NaiveDate = day.parse().unwrap();
            let date = date + chrono::Days::new(u64::try_from(days).unwrap());
            let local = date.and_hms_opt(0, 0, 0).unwrap();
            Micros::from(Tz::Europe__Berlin.from_local_datetime(&local).unwrap().to_utc())
        };
        assert_eq!(sundays.between(midnight(0), midnight(1)), Span::from_hours(length), "{day}");
        assert_eq!(sundays.after(midnight(0), Span::from_hours(length)), Some(midnight(1)), "{day}");
    }
}

#[test]
fn a_pause_in_closed_hours_does_not_count() {
    let office = weekdays(Tz::UTC, &["09:00-17:00"]);
    let working = WorkingTime::of(Some(&office));
    let start = january(5, "16:00");
    // From an hour before work ends to an hour after it began: two hours of work are paused, and the night is not.
    let pauses = [(january(5, "16:30"), january(6, "10:00")), (january(6, "20:00"), january(7, "06:00"))];
    assert_eq!(working.after(start, minutes(60), pauses.into_iter()), Some(january(6, "10:30")));
    assert_eq!(working.between(start, january(7, "09:00"), pauses.into_iter()), minutes(30 + 7 * 60));
    // Without a calendar every moment counts.
    let always = WorkingTime::of(None);
    assert_eq!(always.after(start, minutes(60), pauses.into_iter()), Some(january(6, "10:30")));
}

#[test]
fn a_calendar_that_never_opens_has_no_deadline() {
    let never = Calendar::new(Tz::UTC, [], []);
    assert_eq!(never.after(january(5, "09:00"), minutes(1)), None);
    assert_eq!(never.after(january(5, "09:00"), Span::ZERO), Some(january(5, "09:00")));
    let once = Calendar::new(
        Tz::UTC,
        [],
        [("2026-01-10".parse().unwrap(), vec![hours("10:00-12:00"), hours("11:00-13:00")])],
    );
    assert_eq!(once.after(january(5, "09:00"), minutes(180)), Some(january(10, "13:00")));
    assert_eq!(once.after(january(5, "09:00"), minutes(181)), None);
}

#[test]
fn days_are_read_as_they_are_printed() {
    for text in ["2026-04-03", "12-25", "02-29"] {
        assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
    }
    for text in
        ["", "2026-02-30", "02-30", "13-01", "12-25-", "1969-12-31", "2200-01-01", "26-04-03", "2026-4-3"]
    {
        assert!(text.parse::<Day>().is_err(), "{text}");
    }
    let leap_days: Vec<NaiveDate> = "02-29".parse::<Day>().unwrap().dates().take(2).collect();
    assert_eq!(leap_days, ["1972-02-29".parse().unwrap(), "1976-02-29".parse().unwrap()]);
}

/// Places with summer time on either half of the world, of half an hour, with a month's break for Ramadan, that left out
/// a whole day, that are not whole hours ahead, and none of it.
const PLACES: [Tz; 9] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Africa__Casablanca,
    Tz::Pacific__Apia,
    Tz::Asia__Kathmandu,
    Tz::America__Sao_Paulo,
    Tz::Africa__Monrovia,
];

/// What the rule says, without any of the arithmetic.
#[derive(Clone, Debug)]
struct Rule {
    zone: Tz,
    week: Vec<(Weekday, Hours)>,
    different: Vec<(NaiveDate, Vec<Hours>)>,
}

impl Rule {
    fn calendar(&self) -> Calendar {
        Calendar::new(self.zone, self.week.iter().copied(), self.different.iter().cloned())
    }

    fn is_open(&self, at: Micros) -> bool {
        let local = self.zone.from_utc_datetime(&at.to_datetime().naive_utc()).naive_local();
        let minute = local.hour() * 60 + local.minute();
        let within = |h: &Hours| {
            let text = h.to_string();
            let clock = |t: &str| t[..2].parse::<u32>().unwrap() * 60 + t[3..].parse::<u32>().unwrap();
            let (from, to) = text.split_once('-').unwrap();
            clock(from) <= minute && minute < clock(to)
        };
        match self.different.iter().rev().find(|(date, _)| *date == local.date()) {
            Some((_, hours)) => hours.iter().any(within),
            None => self.week.iter().any(|(day, hours)| *day == local.weekday() && within(hours)),
        }
    }
}

fn some_hours() -> impl Strategy<Value = Hours> {
    (0_u16..1_440, 1_u16..=1_440).prop_map(|(from, length)| {
        let to = (from + length).min(1_440);
        hours(&format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60))
    })
}

/// A calendar, and a minute near which a clock of some place is changed, or any other.
fn rule_and_minute() -> impl Strategy<Value = (Rule, i64)> {
    let week =
        prop::collection::vec(((0_u8..7).prop_map(|d| Weekday::try_from(d).unwrap()), some_hours()), 0..9);
    let near = prop_oneof![
        // Changes: Berlin, New York, Lord Howe, Casablanca's Ramadan, Apia's lost day, São Paulo, Monrovia.
        prop::sample::select(vec![
            "2026-03-29T01:00:00Z",
            "2026-10-25T01:00:00Z",
            "2026-03-08T07:00:00Z",
            "2026-04-04T15:00:00Z",
            "2026-02-15T02:00:00Z",
            "2011-12-30T10:00:00Z",
            "2018-11-04T03:00:00Z",
            "1972-01-07T00:44:30Z",
        ])
        .prop_map(|text| at(text).0 / MINUTE),
        0_i64..4_000_000_000 / 60,
    ];
    (prop::sample::select(PLACES.to_vec()), week, near, -4_000_i64..4_000).prop_flat_map(
        |(zone, week, near, off)| {
            let minute = (near + off).max(0);
            let today = Micros(near * MINUTE).to_datetime().date_naive();
            let day = (-4_i32..5).prop_map(move |days| {
                NaiveDate::from_num_days_from_ce_opt(today.num_days_from_ce() + days).unwrap()
            });
            let different = prop::collection::vec((day, prop::collection::vec(some_hours(), 0..3)), 0..4);
            (different.prop_map(move |different| Rule { zone, week: week.clone(), different }), Just(minute))
        },
    )
}

fn config() -> ProptestConfig {
    let cases = std::env::var("THROUGHLINE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(13),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn open_time_is_the_minutes_in_which_the_clock_shows_open_hours(
        (rule, minute) in rule_and_minute(),
        length in 0_i64..3_000,
    ) {
        let calendar = rule.calendar();
        // Monrovia was 44 minutes and 30 seconds behind until 1972, so a minute of UTC need not be one of the clock.
        let half = MINUTE / 2;
        let mut open = 0;
        for step in minute * 2..(minute + length) * 2 {
            let is_open = rule.is_open(Micros(step * half));
            prop_assert_eq!(calendar.is_open(Micros(step * half)), is_open, "at {}", Micros(step * half));
            open += i64::from(is_open) * half;
        }
        let (from, to) = (Micros(minute * MINUTE), Micros((minute + length) * MINUTE));
        prop_assert_eq!(calendar.between(from, to), Span(open));
    }

    #[test]
    fn open_time_adds_up(
        (rule, minute) in rule_and_minute(),
        first in 0_i64..100_000_000_000,
        second in 0_i64..100_000_000_000_000,
    ) {
        let calendar = rule.calendar();
        let (a, b) = (Micros(minute * MINUTE), Micros(minute * MINUTE + first));
        let c = b + Span(second);
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        prop_assert!(calendar.between(a, c) <= c.since(a));
    }

    #[test]
    fn a_deadline_is_the_first_instant_with_so_much_open_time(
        (rule, minute) in rule_and_minute(),
        target in prop_oneof![1_i64..3_000 * MINUTE, 1_i64..100_000 * MINUTE],
    ) {
        let (calendar, from) = (rule.calendar(), Micros(minute * MINUTE));
        match calendar.after(from, Span(target)) {
            Some(due) => {
                prop_assert_eq!(calendar.between(from, due), Span(target));
                prop_assert!(calendar.between(from, due - Span(1)) < Span(target));
            }
            None => prop_assert!(
                calendar.between(from, from + Span::from_days(100_000)) < Span(target) && rule.week.is_empty(),
            ),
        }
    }

    #[test]
    fn a_deadline_with_pauses_is_the_first_instant_with_so_much_time_outside_of_them(
        (rule, minute) in rule_and_minute(),
        target in 1_i64..3_000 * MINUTE,
        steps in prop::collection::vec((1_i64..1_000 * MINUTE, 0_i64..1_000 * MINUTE), 0..5),
        with_calendar in any::<bool>(),
    ) {
        let calendar = rule.calendar();
        let working = WorkingTime::of(with_calendar.then_some(&calendar));
        let from = Micros(minute * MINUTE);
        let mut at = from;
        let pauses: Vec<(Micros, Micros)> = steps
            .iter()
            .map(|(after, length)| {
                let begin = at + Span(*after);
                at = begin + Span(*length);
                (begin, at)
            })
            .collect();
        let counted = |until: Micros| working.between(from, until, pauses.iter().copied());
        if let Some(due) = working.after(from, Span(target), pauses.iter().copied()) {
            prop_assert_eq!(counted(due), Span(target));
            prop_assert!(counted(due - Span(1)) < Span(target));
            prop_assert!(pauses.iter().all(|(begin, end)| due <= *begin || due > *end));
        }
    }
}
