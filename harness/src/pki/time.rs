//! Points in time of a recipe, and their encoding (RFC 5280 4.1.2.5).

use mtls_scenarios::When;
use rustls::pki_types::UnixTime;
use thiserror::Error;
use time::{Date, Month, OffsetDateTime, Time};

use super::der::{Node, Tag};

/// Text that is not a point in time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Neither form.
    #[error(
        "`{0}` is not a time: write `-30d`, `+1s`, `+5y` (units s, m, h, d, w, y) or `20491231235959Z`"
    )]
    Syntax(String),
    /// Outside the years 0 to 9999.
    #[error("`{0}` lies outside the years 0000 to 9999, which a certificate cannot say")]
    Range(String),
}

/// What relative times count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clock(OffsetDateTime);

impl Clock {
    /// A clock that stands at `now`, or at the end of the year 9999 when that is earlier.
    pub(crate) fn at(now: UnixTime) -> Self {
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX).min(END_OF_9999);
        Self(OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    /// The point in time that a recipe means.
    pub(crate) fn resolve(self, when: &When) -> Result<OffsetDateTime, TimeError> {
        let text = when.0.as_str();
        match text.as_bytes().first() {
            Some(b'+' | b'-') => self.relative(text),
            _ => absolute(text),
        }
    }

    fn relative(self, text: &str) -> Result<OffsetDateTime, TimeError> {
        let syntax = || TimeError::Syntax(text.to_owned());
        let range = || TimeError::Range(text.to_owned());
        let (number, unit) =
            text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(syntax)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            "y" => 365 * 86_400,
            _ => return Err(syntax()),
        };
        if !number
            .get(1..)
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(syntax());
        }
        let count: i64 = number.parse().map_err(|_| range())?;
        let seconds = count.checked_mul(unit).ok_or_else(range)?;
        self.0
            .checked_add(time::Duration::seconds(seconds))
            .filter(|at| (0..=9999).contains(&at.year()))
            .ok_or_else(range)
    }
}

/// 9999-12-31T23:59:59Z in Unix time.
const END_OF_9999: i64 = 253_402_300_799;

fn absolute(text: &str) -> Result<OffsetDateTime, TimeError> {
    let syntax = || TimeError::Syntax(text.to_owned());
    let digits =
        text.strip_suffix('Z').filter(|d| d.len() == 14 && d.bytes().all(|b| b.is_ascii_digit()));
    let digits = digits.ok_or_else(syntax)?;
    let part =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u16>().ok());
    let small = |from: usize| part(from, from + 2).and_then(|n| u8::try_from(n).ok());
    let build = || {
        let month = Month::try_from(small(4)?).ok()?;
        let date = Date::from_calendar_date(i32::from(part(0, 4)?), month, small(6)?).ok()?;
        let time = Time::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
        Some(date.with_time(time).assume_utc())
    };
    build().ok_or_else(syntax)
}

/// `Time`: `UTCTime` for the years 1950 to 2049, `GeneralizedTime` for all others.
pub(crate) fn to_node(at: OffsetDateTime) -> Node {
    let rest = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    if (1950..2050).contains(&at.year()) {
        Node::octets(Tag::UTC_TIME, format!("{:02}{rest}", at.year().rem_euclid(100)))
    } else {
        Node::octets(Tag::GENERALIZED_TIME, format!("{:04}{rest}", at.year()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn resolve(text: &str) -> Result<Vec<u8>, TimeError> {
        let clock = Clock::at(UnixTime::since_unix_epoch(Duration::from_secs(1_700_000_000)));
        let node = to_node(clock.resolve(&When(text.to_owned()))?);
        Ok(node.as_octets().unwrap().to_vec())
    }

    #[test]
    fn counts_from_the_clock() {
        // 1_700_000_000 is 2023-11-14T22:13:20Z.
        assert_eq!(resolve("+0s").unwrap(), b"231114221320Z");
        assert_eq!(resolve("-1d").unwrap(), b"231113221320Z");
        assert_eq!(resolve("+1y").unwrap(), b"241113221320Z");
        assert_eq!(resolve("+9999d").unwrap(), b"20510331221320Z");
    }

    // RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
    #[test]
    fn changes_form_at_2050() {
        assert_eq!(resolve("20491231235959Z").unwrap(), b"491231235959Z");
        assert_eq!(resolve("20500101000000Z").unwrap(), b"20500101000000Z");
        assert_eq!(resolve("19500101000000Z").unwrap(), b"500101000000Z");
        assert_eq!(resolve("19491231235959Z").unwrap(), b"19491231235959Z");
        assert_eq!(resolve("99991231235959Z").unwrap(), b"99991231235959Z");
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "+",
            "+d",
            "1d",
            "+1",
            "+1M",
            "+-1d",
            "-1.5d",
            "20231301000000Z",
            "2023-01-01",
            "é",
        ] {
            assert!(matches!(resolve(text), Err(TimeError::Syntax(_))), "{text}");
        }
        for text in ["+8000y", "-3000y", "+99999999999999999999d", "+9223372036854775807y"] {
            assert!(matches!(resolve(text), Err(TimeError::Range(_))), "{text}");
        }
    }
}
