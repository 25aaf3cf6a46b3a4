//! Octets as scripts write them.

use serde::Deserialize;

/// Most octets that one value of a script makes: the largest vector of TLS.
const MAX: usize = 1 << 24;

/// Octets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawOctets")]
pub struct Octets(pub Vec<u8>);

/// How octets are written.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Octets"))]
#[serde(rename_all = "snake_case")]
enum RawOctets {
    /// Hexadecimal digits.
    Hex(String),
    /// Text, UTF-8.
    Text(String),
    /// One octet many times.
    Fill {
        /// The octet.
        octet: u8,
        /// How often.
        count: usize,
    },
}

/// Octets that cannot be made.
#[derive(Clone, Debug, thiserror::Error)]
enum OctetsError {
    #[error("`{0}` is no pairs of hexadecimal digits")]
    NotHex(String),
    #[error("{0} octets are more than any vector of TLS holds (16777216)")]
    TooMany(usize),
}

impl TryFrom<RawOctets> for Octets {
    type Error = OctetsError;

    fn try_from(raw: RawOctets) -> Result<Self, OctetsError> {
        match raw {
            RawOctets::Text(text) => Ok(Self(text.into_bytes())),
            RawOctets::Fill { count, .. } if count > MAX => Err(OctetsError::TooMany(count)),
            RawOctets::Fill { octet, count } => Ok(Self(vec![octet; count])),
            RawOctets::Hex(digits) => match from_hex(&digits) {
                Some(octets) => Ok(Self(octets)),
                None => Err(OctetsError::NotHex(digits)),
            },
        }
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => u8::try_from(nibble(high)? << 4 | nibble(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Octets {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        RawOctets::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        RawOctets::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<u8>, String> {
        serde_json::from_str::<Octets>(json).map(|octets| octets.0).map_err(|e| e.to_string())
    }

    #[test]
    fn hex_text_and_fill() {
        assert_eq!(read(r#"{"hex": "00fFa1"}"#).unwrap(), [0, 0xff, 0xa1]);
        assert_eq!(read(r#"{"text": "GET"}"#).unwrap(), b"GET");
        assert_eq!(read(r#"{"fill": {"octet": 7, "count": 3}}"#).unwrap(), [7, 7, 7]);
    }

    #[test]
    fn what_is_no_octets_is_refused() {
        assert!(read(r#"{"hex": "0g"}"#).unwrap_err().contains("hexadecimal"));
        assert!(read(r#"{"hex": "+1"}"#).unwrap_err().contains("hexadecimal"));
        assert!(
            read(r#"{"fill": {"octet": 7, "count": 99999999}}"#).unwrap_err().contains("16777216")
        );
    }
}
