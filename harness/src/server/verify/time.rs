//! Dates of certificates and CRLs (RFC 5280 4.1.2.5).

use super::der::{Reader, Tlv, tag};
use super::refusal::{EncodingDefect, Malformed};

/// Seconds since 1970, also before.
pub(super) type Seconds = i64;

/// First second of 2050: from here on dates are `GeneralizedTime`.
pub(super) const START_OF_2050: Seconds = 2_524_608_000;

/// Reads a `Time`.
pub(super) fn read(reader: &mut Reader<'_, '_>, what: &'static str) -> Result<Seconds, Malformed> {
    let time = reader.any(what)?;
    let seconds = seconds(time).ok_or(Malformed::new(what))?;
    if time.tag == tag::GENERALIZED_TIME && seconds < START_OF_2050 {
        reader.notes().note(EncodingDefect::TimeType);
    }
    Ok(seconds)
}

/// Whether the next value is a `Time`.
pub(super) fn is_next(reader: &Reader<'_, '_>) -> bool {
    matches!(reader.peek(), Some(tag::UTC_TIME | tag::GENERALIZED_TIME))
}

fn seconds(time: Tlv<'_>) -> Option<Seconds> {
    let (year, rest) = match time.tag {
        tag::UTC_TIME => {
            let (year, rest) = number(time.value, 2)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        tag::GENERALIZED_TIME => number(time.value, 4)?,
        _ => return None,
    };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest, 2)?;
    let (second, rest) = number(rest, 2)?;
    let valid = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    (rest == b"Z" && valid)
        .then(|| ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(text: &[u8], digits: usize) -> Option<(i64, &[u8])> {
    let (head, rest) = text.split_at_checked(digits)?;
    let value = head.iter().try_fold(0_i64, |value, digit| {
        digit.is_ascii_digit().then(|| value * 10 + i64::from(digit - b'0'))
    })?;
    Some((value, rest))
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar, counted in years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::verify::der::Notes;

    fn read_time(tag: u8, text: &str) -> (Option<Seconds>, bool) {
        let mut der = vec![tag, u8::try_from(text.len()).unwrap()];
        der.extend_from_slice(text.as_bytes());
        let notes = Notes::default();
        let seconds = read(&mut Reader::new(&der, &notes), "time").ok();
        (seconds, notes.first().is_some())
    }

    #[test]
    fn known_dates() {
        for (tag, text, seconds) in [
            (tag::UTC_TIME, "700101000000Z", 0),
            (tag::UTC_TIME, "000229235959Z", 951_868_799),
            (tag::UTC_TIME, "491231235959Z", START_OF_2050 - 1),
            (tag::UTC_TIME, "500101000000Z", -631_152_000),
            (tag::GENERALIZED_TIME, "20500101000000Z", START_OF_2050),
            (tag::GENERALIZED_TIME, "99991231235959Z", 253_402_300_799),
        ] {
            assert_eq!(read_time(tag, text), (Some(seconds), false), "{text}");
        }
    }

    #[test]
    fn early_generalized_time_is_noted() {
        assert_eq!(
            read_time(tag::GENERALIZED_TIME, "20491231235959Z"),
            (Some(START_OF_2050 - 1), true)
        );
    }

    #[test]
    fn nonsense_is_malformed() {
        for text in [
            "",
            "7001010000Z",
            "700101000000",
            "700101000000+0100",
            "701301000000Z",
            "700230000000Z",
            "010229000000Z",
            "700101240000Z",
            "700101006000Z",
            "70010100000aZ",
        ] {
            assert_eq!(read_time(tag::UTC_TIME, text).0, None, "{text}");
        }
        assert_eq!(read_time(tag::GENERALIZED_TIME, "20500101000000.5Z").0, None);
    }
}
