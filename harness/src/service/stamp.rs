//! Points in time, as logs and people read them.

use std::fmt;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

/// A point in time, to the millisecond: RFC 3339, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(OffsetDateTime);

impl Stamp {
    pub(super) fn now() -> Self {
        Self(OffsetDateTime::now_utc())
    }

    /// The point that many seconds after 1970; the year 9999 stands for all after it.
    pub(super) fn from_unix(seconds: i64) -> Self {
        const LAST: i64 = 253_402_300_799;
        let at = OffsetDateTime::from_unix_timestamp(seconds.min(LAST));
        Self(at.unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// Day and time of day: `2031-02-28 13:05:59 UTC`.
    pub(super) fn words(self) -> String {
        format!("{} {} UTC", self.day(), self.clock())
    }

    /// The day: `2031-02-28`.
    pub(super) fn day(self) -> String {
        self.0.date().to_string()
    }

    /// The time of day: `13:05:59`.
    pub(super) fn clock(self) -> String {
        let (hour, minute, second) = self.0.to_hms();
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}.{:03}Z", self.day(), self.clock(), self.0.millisecond())
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_read_it() {
        let stamp = Stamp::from_unix(1_700_000_000);
        assert_eq!(stamp.to_string(), "2023-11-14T22:13:20.000Z");
        assert_eq!((stamp.day().as_str(), stamp.clock().as_str()), ("2023-11-14", "22:13:20"));
        assert_eq!(stamp.words(), "2023-11-14 22:13:20 UTC");
        assert_eq!(Stamp::from_unix(i64::MAX).day(), "9999-12-31");
        assert_eq!(Stamp::from_unix(i64::MIN).day(), "1970-01-01");
    }
}
