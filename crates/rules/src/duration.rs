//! Lengths of time as people write them: `90s`, `15m`, `24h`, `14d`, `1d 12h`.

use alloc::string::String;
use core::{fmt, str::FromStr};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;
use throughline_core::time::Span;

/// A length of time in a document; never negative, at most a century.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "alloc::string::String"))]
pub struct Duration(pub Span);

/// Why a text is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a length of time; write a number and s, m, h or d, for instance \"90s\", \"24h\" or \"1d 12h\"")]
pub struct NotADuration;

const LONGEST: Span = Span::from_days(36_525);

impl FromStr for Duration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        let mut total = Span::ZERO;
        for part in text.split_whitespace() {
            let unit = part.find(|c: char| !c.is_ascii_digit()).ok_or(NotADuration)?;
            let number: i64 = part[..unit].parse().map_err(|_| NotADuration)?;
            total = total
                + match &part[unit..] {
                    "s" => Span::from_secs(number),
                    "m" => Span::from_secs(number.saturating_mul(60)),
                    "h" => Span::from_hours(number),
                    "d" => Span::from_days(number),
                    _ => return Err(NotADuration),
                };
        }
        if text.trim().is_empty() || total > LONGEST { Err(NotADuration) } else { Ok(Self(total)) }
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, secs) in [("90s", 90), ("15m", 900), ("24h", 86_400), ("1d 12h", 129_600), ("0s", 0)] {
            assert_eq!(text.parse(), Ok(Duration(Span::from_secs(secs))), "{text}");
        }
        for text in ["", "  ", "24", "h", "-1h", "1w", "1.5h", "99999999d"] {
            assert_eq!(text.parse::<Duration>(), Err(NotADuration), "{text}");
        }
    }
}
