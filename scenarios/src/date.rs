//! Days, as files name them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use time::{Duration, Month};

use crate::from_text;

/// A day: an RFC 3339 `full-date`, such as `2027-01-31`, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Date(time::Date);

/// Text that is not a day.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a date: write `2027-01-31`")]
pub struct DateError(String);

impl Date {
    /// So many days later; the last day there is where it would be after that.
    #[must_use]
    pub fn plus_days(self, days: u16) -> Self {
        let later = self.0.checked_add(Duration::days(i64::from(days)));
        Self(later.unwrap_or(time::Date::MAX))
    }
}

impl From<time::Date> for Date {
    fn from(date: time::Date) -> Self {
        Self(date)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        parse(text).map(Self).ok_or_else(|| DateError(text.chars().take(40).collect()))
    }
}

fn parse(text: &str) -> Option<time::Date> {
    let plain =
        |(at, b): (usize, u8)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() };
    if text.len() != 10 || !text.bytes().enumerate().all(plain) {
        return None;
    }
    let year = text.get(..4)?.parse().ok()?;
    let month: u8 = text.get(5..7)?.parse().ok()?;
    let day = text.get(8..)?.parse().ok()?;
    time::Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text::deserialize(deserializer)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A day: an RFC 3339 `full-date`, such as `2027-01-31`, in UTC.",
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_written_and_counted() {
        let date: Date = "2028-02-28".parse().unwrap();
        assert_eq!(date.plus_days(2).to_string(), "2028-03-01");
        assert!(date < date.plus_days(1));
        assert_eq!("9999-12-31".parse::<Date>().unwrap().plus_days(9).to_string(), "9999-12-31");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2027-02-29",
            "2027-13-01",
            "27-01-01",
            "2027-1-1",
            "+027-01-01",
            "2027/01/01",
            "２027-01-0",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}
