//! Points in time.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, ops::Add, ops::Sub, str::FromStr, time::Duration};

/// A point in time with millisecond precision. JSON has it as RFC 3339 text in UTC, such as `2026-12-05T19:30:00.000Z`.
///
/// The current time comes from the server's `Environment`, so that tests and the simulator control it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(i64);

impl Instant {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before that.
    pub const fn from_millis(millis: i64) -> Self {
        Instant(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z; negative before that.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The time elapsed since `earlier`; zero if `earlier` is later, as clocks of two processes may differ.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;
    fn sub(self, duration: Duration) -> Instant {
        Instant(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(time) => formatter.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(formatter, "{} ms", self.0),
        }
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Instant {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|time| Instant(time.timestamp_millis()))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("an instant must look like 2026-12-05T19:30:00Z"))
    }
}

/// A point in time as a clock shows it that is some minutes ahead of UTC. JSON has it as RFC 3339 text with the offset, such as
/// `2026-10-25T02:30:00+02:00`: when clocks go back, only the offset tells which of two equal local times is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetTime {
    /// The point in time, to the second.
    pub at: Instant,
    /// How many minutes the clock is ahead of UTC; negative in the Americas.
    pub offset_minutes: i32,
}

impl OffsetTime {
    fn to_chrono(self) -> Option<DateTime<FixedOffset>> {
        let offset = FixedOffset::east_opt(self.offset_minutes.checked_mul(60)?)?;
        Some(DateTime::<Utc>::from_timestamp_millis(self.at.0)?.with_timezone(&offset))
    }

    /// What the clock shows, such as `02:30`.
    pub fn clock_time(self) -> String {
        self.to_chrono().map(|time| time.format("%H:%M").to_string()).unwrap_or_default()
    }

    /// The offset from UTC, such as `+02:00`.
    pub fn utc_offset(self) -> String {
        self.to_chrono().map(|time| time.format("%:z").to_string()).unwrap_or_default()
    }
}

impl fmt::Display for OffsetTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_chrono() {
            Some(time) => formatter.write_str(&time.to_rfc3339_opts(SecondsFormat::Secs, false)),
            None => write!(formatter, "{} {:+} min", self.at, self.offset_minutes),
        }
    }
}

impl FromStr for OffsetTime {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|time| OffsetTime {
            at: Instant(time.timestamp_millis()),
            offset_minutes: time.offset().local_minus_utc() / 60,
        })
    }
}

impl Serialize for OffsetTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OffsetTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom("a time with its offset must look like 2026-10-25T02:30:00+02:00"))
    }
}
