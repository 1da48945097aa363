//! Instants as a story tells them: `day 2 10:00`, with seconds where they matter: `day 2 10:00:01`.

use throughline_core::time::{Micros, Span};

/// The midnight at which day 1 begins: 2026-01-01T00:00:00Z, a Thursday.
pub const DAY_ONE: Micros = Micros(1_767_225_600_000_000);

const DAY: i64 = 86_400_000_000;
const SECOND: i64 = 1_000_000;

/// The instant that a day's number and a time of day name.
pub(super) fn read(day: &str, time: &str) -> Option<Micros> {
    let number = |text: &str, limit: i64| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|n| digits && *n < limit)
    };
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?, 24)?, number(parts.next()?, 60)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 60))?;
    let day = number(day, 100_000).filter(|day| *day > 0)?;
    let within = Span::from_secs(hour * 3_600 + minute * 60 + second);
    parts.next().is_none().then(|| DAY_ONE + Span::from_days(day - 1) + within)
}

/// The same text with every quotation that is an instant of the story as RFC 3339 has it.
pub(super) fn written_out(text: &str) -> String {
    let read = |quoted: &str| {
        let (day, time) = quoted.strip_prefix("day ")?.split_once(' ')?;
        Some(read(day, time)?.to_string())
    };
    // Every other piece stands in quotation marks.
    let pieces = text.split('"').enumerate();
    let pieces: Vec<String> = pieces
        .map(|(n, piece)| if n % 2 == 1 { read(piece) } else { None }.unwrap_or_else(|| piece.to_owned()))
        .collect();
    pieces.join("\"")
}

/// The words for an instant.
/// ```
/// use throughline_core::time::Span;
/// use throughline_testkit::scenario::{DAY_ONE, moment};
///
/// assert_eq!(moment(DAY_ONE + Span::from_hours(34)), "day 2 10:00");
/// ```
pub fn moment(at: Micros) -> String {
    let passed = at.since(DAY_ONE).0;
    let (day, rest) = (passed.div_euclid(DAY) + 1, passed.rem_euclid(DAY));
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let minutes = format!("day {day} {:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
    match (seconds % 60, fraction) {
        (0, 0) => minutes,
        (second, 0) => format!("{minutes}:{second:02}"),
        (second, _) => {
            format!("{minutes}:{second:02}.{}", format!("{fraction:06}").trim_end_matches('0'))
        }
    }
}

/// The instant that begins a text in the form of RFC 3339 and in UTC, and how many bytes it takes.
pub(super) fn rfc3339(text: &str) -> Option<(Micros, usize)> {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes().get(..FORM.len())?;
    let fits = |(b, form): (&u8, &u8)| if *form == b'0' { b.is_ascii_digit() } else { b == form };
    if !bytes.iter().zip(FORM).all(fits) {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let secs = number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
    let rest = &text[FORM.len()..];
    let digits = rest.strip_prefix('.').map_or(0, |r| r.bytes().take_while(u8::is_ascii_digit).count());
    let fraction =
        if digits == 0 { 0 } else { format!("{:0<6.6}", &rest[1..=digits]).parse::<i64>().ok()? };
    let end = FORM.len() + if digits == 0 { 0 } else { digits + 1 };
    let micros = (days_from_civil(year, month, day) * 86_400 + secs) * SECOND + fraction;
    text[end..].starts_with('Z').then_some((Micros(micros), end + 1))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar (Howard Hinnant's algorithm).
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_it_is_written() {
        for text in ["day 1 00:00", "day 2 10:00", "day 366 23:59:59"] {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(read(words[1], words[2]).map(moment).as_deref(), Some(text));
        }
        for (day, time) in
            [("0", "10:00"), ("1", "24:00"), ("1", "10"), ("1", "10:00:00:00"), ("+1", "10:00")]
        {
            assert_eq!(read(day, time), None, "{day} {time}");
        }
    }

    #[test]
    fn quoted_instants_are_written_out() {
        let text = "from = \"day 2 06:00\" # day 2 06:00\ntopics = [\"day trip\"]";
        let expected = "from = \"2026-01-02T06:00:00Z\" # day 2 06:00\ntopics = [\"day trip\"]";
        assert_eq!(written_out(text), expected);
    }

    #[test]
    fn a_printed_instant_is_found_again() {
        for at in [Micros(1_767_225_600_000_000), Micros(951_782_400_123_400), Micros(0)] {
            let text = at.to_string();
            assert_eq!(rfc3339(&text), Some((at, text.len())));
        }
        assert_eq!(rfc3339("2026-01-01 00:00:00Z"), None);
    }
}
