//! Opening hours within a day.

use alloc::string::{String, ToString};
use core::fmt;

/// The minutes of a day on a wall clock.
const DAY: u16 = 24 * 60;

/// Opening hours within a day, `09:00-17:00`: from the first minute on, up to and without the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hours {
    from: u16,
    to: u16,
}

/// A text that is no opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoHours {
    /// It is not written like hours.
    #[error("`{0}` is no time from one clock to another; write for instance \"09:00-17:00\"")]
    Unreadable(String),
    /// They end before they begin.
    #[error(
        "`{0}` ends before it begins; hours over midnight are two: until 24:00, and from 00:00 on the next day"
    )]
    Backwards(String),
}

impl Hours {
    /// The whole day.
    pub const ALL_DAY: Self = Self { from: 0, to: DAY };

    /// Reads `HH:MM-HH:MM`, the second clock up to `24:00`.
    pub fn parse(text: &str) -> Result<Self, NoHours> {
        let clocks =
            text.split_once('-').and_then(|(from, to)| Some((clock(from.trim())?, clock(to.trim())?)));
        match clocks {
            None => Err(NoHours::Unreadable(text.to_string())),
            Some((from, to)) if from >= to => Err(NoHours::Backwards(text.to_string())),
            Some((from, to)) => Ok(Self { from, to }),
        }
    }

    /// Whether two hours of a day have a minute in common.
    pub const fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// From and to, in microseconds since the clock showed 00:00.
    pub(super) const fn micros(self) -> (i64, i64) {
        (self.from as i64 * 60_000_000, self.to as i64 * 60_000_000)
    }
}

/// Minutes since midnight of `HH:MM`.
fn clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str| {
        let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        two.then(|| digits.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let at = hours * 60 + minutes;
    (minutes < 60 && at <= DAY).then_some(at)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_they_are_printed() {
        for text in ["09:00-17:00", "00:00-24:00", "13:30-13:31"] {
            assert_eq!(Hours::parse(text).map(|h| h.to_string()), Ok(text.to_string()));
        }
        for text in ["", "9-17", "09:00", "09:60-10:00", "24:01-24:02", "9:00-17:00", "09:00–17:00"] {
            assert!(matches!(Hours::parse(text), Err(NoHours::Unreadable(_))), "{text}");
        }
        for text in ["17:00-09:00", "09:00-09:00"] {
            assert!(matches!(Hours::parse(text), Err(NoHours::Backwards(_))), "{text}");
        }
    }
}
