//! Points in time, as they are asked for and shown.

use mtls_scenarios::When;
use rustls::pki_types::UnixTime;
use time::OffsetDateTime;

use crate::pki::Clock;

/// Text that is not a point in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time: write `2027-01-31`, `2027-01-31T12:00:00Z` or `+30d` (units s, m, h, d, w, y)"
)]
pub struct MomentError(String);

/// Reads a date, a date with time (RFC 3339, in UTC), or a distance from now.
pub fn moment(text: &str, now: UnixTime) -> Result<UnixTime, MomentError> {
    let error = || MomentError(text.to_owned());
    let when = if text.starts_with(['+', '-']) {
        text.to_owned()
    } else {
        compact(text).ok_or_else(error)?
    };
    let at = Clock::at(now).resolve(&When(when)).map_err(|_| error())?;
    // The clock of a gate cannot stand before 1970.
    let seconds = u64::try_from(at.unix_timestamp()).map_err(|_| error())?;
    Ok(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
}

/// RFC 3339 without its separators.
fn compact(text: &str) -> Option<String> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let digits = |part: &str, shape: &str| {
        let same = |(c, s): (char, char)| if s == '0' { c.is_ascii_digit() } else { c == s };
        (part.len() == shape.len() && part.chars().zip(shape.chars()).all(same))
            .then(|| part.replace(['-', ':'], ""))
    };
    Some(digits(date, "0000-00-00")? + &digits(time, "00:00:00Z")?)
}

/// The day, for people.
pub(super) fn day(seconds: i64) -> String {
    instant(seconds).get(..10).unwrap_or_default().to_owned()
}

/// RFC 3339 in UTC.
pub(super) fn instant(seconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = at.to_hms();
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Whole days from one moment to a later one.
pub(super) fn days(from: i64, to: i64) -> i64 {
    to.saturating_sub(from).div_euclid(86_400)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_form_is_read() {
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_780_000_000));
        for (text, shown) in [
            ("2027-01-31", "2027-01-31T00:00:00Z"),
            ("2027-01-31T12:34:56Z", "2027-01-31T12:34:56Z"),
            ("+1d", "2026-05-29T20:26:40Z"),
            ("-1y", "2025-05-28T20:26:40Z"),
        ] {
            let at = moment(text, now).unwrap();
            assert_eq!(instant(i64::try_from(at.as_secs()).unwrap()), shown, "{text}");
        }
        for text in
            ["", "today", "2027-13-01", "2027-1-1", "27-01-31", "2027-01-31T12:00", "1d", "-99y"]
        {
            assert!(moment(text, now).is_err(), "{text}");
        }
    }
}
