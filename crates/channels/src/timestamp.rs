//! RFC 3339 times.

use chrono::DateTime;
use throughline_core::time::Micros;

/// What is expected where a time should stand.
pub(crate) const EXPECTED: &str = "an RFC 3339 time with an offset, such as 2024-05-01T09:30:00Z";

/// Reads a time with an offset. What is finer than a microsecond is cut off.
pub(crate) fn parse(text: &str) -> Option<Micros> {
    in_utc(text.as_bytes()).or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|t| t.to_utc().into()))
}

/// The one form that nearly every log uses, `YYYY-MM-DDThh:mm:ss[.fraction]` with `Z` or `+00:00`, at a tenth of
/// the general parser's cost. Says `None` to whatever it is not sure of.
fn in_utc(text: &[u8]) -> Option<Micros> {
    let number = |from: usize, digits: usize| {
        text.get(from..from + digits)?
            .iter()
            .try_fold(0_i64, |n, byte| byte.is_ascii_digit().then(|| n * 10 + i64::from(byte - b'0')))
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if text.len() < 20 || marks.iter().any(|&(at, mark)| text[at] != mark) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    // A leap second is left to the general parser.
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if day < 1 || day > days_in(year, month) {
        return None;
    }
    let (mut at, mut micros) = (19, 0);
    if text[at] == b'.' {
        let digits = text[20..].iter().take_while(|b| b.is_ascii_digit()).count();
        let kept = digits.min(6);
        micros = number(20, kept)? * 10_i64.pow(6 - kept as u32);
        at = 20 + digits;
        if digits == 0 {
            return None;
        }
    }
    matches!(&text[at..], b"Z" | b"+00:00").then(|| {
        let seconds = days_from_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        Micros(seconds * 1_000_000 + micros)
    })
}

pub(crate) const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day is the
/// last of its year and month lengths follow 153 days in five months.
pub(crate) const fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    #[test]
    fn the_short_way_and_the_general_one_agree() {
        for text in [
            "2012-10-09T14:50:17+00:00",
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59.999999999Z",
            "1969-12-31T23:59:59.5Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            let general = DateTime::parse_from_rfc3339(text).unwrap().to_utc();
            assert_eq!(in_utc(text.as_bytes()), Some(general.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2012",
            "2012-13-01T00:00:00Z",
            "2011-02-29T00:00:00Z",
            "2012-10-09T14:50:17",
            "2012-10-09T14:50:17.Z",
            "2012-10-09T24:00:00Z",
            "tomorrow, early in the morning",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2012-10-09T16:50:17+02:00"), parse("2012-10-09T14:50:17Z"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(20_240_501), ..ProptestConfig::default() })]

        #[test]
        fn every_instant_comes_back(micros in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            let text = Micros(micros).to_string();
            prop_assert_eq!(in_utc(text.as_bytes()), Some(Micros(micros)));
        }

        #[test]
        fn it_says_what_chrono_says(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,9})?(Z|[+-]0[0-9]:00)") {
            let general = DateTime::parse_from_rfc3339(&text).ok().map(|t| Micros::from(t.to_utc()));
            prop_assert_eq!(parse(&text), general);
        }
    }
}
