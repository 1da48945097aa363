//! Time inside the engine: whole microseconds since 1970-01-01T00:00:00Z, without leap seconds.
//!
//! The API speaks `chrono::DateTime<Utc>`; the fold speaks [`Micros`], because it compares and subtracts times
//! far more often than it prints them. `now` is always an argument: nothing in this crate reads a clock.

use chrono::{DateTime, Utc};
use core::fmt;
use core::ops::{Add, Sub};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant, in microseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub i64);

/// An instant that may be missing, in the space of one: millions of contacts hold three of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct MaybeMicros(i64);

impl MaybeMicros {
    pub(crate) const NONE: Self = Self(i64::MIN);

    pub(crate) const fn some(at: Micros) -> Self {
        Self(at.0)
    }

    pub(crate) const fn get(self) -> Option<Micros> {
        if self.0 == i64::MIN { None } else { Some(Micros(self.0)) }
    }

    pub(crate) const fn take(&mut self) -> Option<Micros> {
        let was = self.get();
        *self = Self::NONE;
        was
    }
}

impl Default for MaybeMicros {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for MaybeMicros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

/// A length of time in microseconds. May be negative where two instants are subtracted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Span(pub i64);

impl Micros {
    /// Before everything that can happen.
    pub const MIN: Self = Self(i64::MIN);
    /// After everything that can happen.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant as the API's type. Instants that chrono cannot name (more than some 262,000 years from now)
    /// become its nearest one.
    pub fn to_datetime(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// The time from `earlier` to this instant; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many whole seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// So many hours of 3,600 seconds.
    pub const fn from_hours(hours: i64) -> Self {
        Self::from_secs(hours.saturating_mul(3_600))
    }

    /// So many days of 24 hours.
    pub const fn from_days(days: i64) -> Self {
        Self::from_hours(days.saturating_mul(24))
    }

    /// The length in seconds, with its fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl From<DateTime<Utc>> for Micros {
    fn from(t: DateTime<Utc>) -> Self {
        Self(t.timestamp_micros())
    }
}

impl From<Micros> for DateTime<Utc> {
    fn from(t: Micros) -> Self {
        t.to_datetime()
    }
}

impl Add<Span> for Micros {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Micros {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_datetime().format("%Y-%m-%dT%H:%M:%S%.fZ"))
    }
}

impl fmt::Debug for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Span {
    /// The two largest units that are not zero: `3d 4h`, `12m 5s`, `0.25s`.
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, micros) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let secs = micros / 1_000_000;
        let (d, h, m, s) = (secs / 86_400, secs / 3_600 % 24, secs / 60 % 60, secs % 60);
        to.write_str(sign)?;
        match (d, h, m, s) {
            (0, 0, 0, _) if micros % 1_000_000 != 0 => write!(to, "{}s", micros as f64 / 1e6),
            (0, 0, 0, s) => write!(to, "{s}s"),
            (0, 0, m, 0) => write!(to, "{m}m"),
            (0, 0, m, s) => write!(to, "{m}m {s}s"),
            (0, h, 0, _) => write!(to, "{h}h"),
            (0, h, m, _) => write!(to, "{h}h {m}m"),
            (d, 0, ..) => write!(to, "{d}d"),
            (d, h, ..) => write!(to, "{d}d {h}h"),
        }
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        // In our own bytes the number: the text cannot name every instant.
        if s.is_human_readable() { s.collect_str(self) } else { s.serialize_i64(self.0) }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Micros {
    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time", "description": "An instant, in UTC." })
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            DateTime::<Utc>::deserialize(d).map(Self::from)
        } else {
            i64::deserialize(d).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_span_prints_its_two_largest_units() {
        for (span, text) in [
            (Span::from_secs(0), "0s"),
            (Span(250_000), "0.25s"),
            (Span::from_secs(725), "12m 5s"),
            (Span::from_hours(25), "1d 1h"),
            (Span::from_hours(-2), "-2h"),
            (Span::from_days(3), "3d"),
        ] {
            assert_eq!(span.to_string(), text);
        }
    }

    #[test]
    fn an_instant_survives_the_way_through_chrono() {
        let t = Micros(1_330_000_000_123_456);
        assert_eq!(Micros::from(t.to_datetime()), t);
        assert_eq!(t.to_string(), "2012-02-23T12:26:40.123456Z");
    }
}
