//! Octets as scripts write them.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::Repeated;

/// Most octets that one value of a script makes: the largest vector of TLS.
const MAX: usize = 1 << 24;

/// Octets. Written as in recipes, in hexadecimal or as an array of `{"hex": ..., "times": ...}`, or as `{"text": ...}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Octets(pub Vec<u8>);

/// Octets that are text.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Text {
    /// UTF-8.
    text: String,
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = Octets;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "hexadecimal digits, an array of {\"hex\": ..., \"times\": ...}, or {\"text\": ...}",
                )
            }

            fn visit_str<E: de::Error>(self, digits: &str) -> Result<Octets, E> {
                from_hex(digits).map(Octets)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, pieces: A) -> Result<Octets, A::Error> {
                let pieces = Vec::<Repeated>::deserialize(SeqAccessDeserializer::new(pieces))?;
                let mut octets = Vec::new();
                for Repeated { hex, times } in pieces {
                    let piece = from_hex(&hex)?;
                    let length = piece.len().saturating_mul(times).saturating_add(octets.len());
                    if length > MAX {
                        let what = "octets are more than any vector of TLS holds (16777216)";
                        return Err(de::Error::custom(format!("{length} {what}")));
                    }
                    octets.extend(piece.repeat(times));
                }
                Ok(Octets(octets))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Octets, A::Error> {
                let Text { text } = Text::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Octets(text.into_bytes()))
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

fn from_hex<E: de::Error>(digits: &str) -> Result<Vec<u8>, E> {
    let nibble = |digit: u8| char::from(digit).to_digit(16);
    let octet = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(nibble(high)? << 4 | nibble(low)?).ok(),
        _ => None,
    };
    let octets = digits.as_bytes().chunks(2).map(octet).collect::<Option<_>>();
    octets.ok_or_else(|| E::custom(format!("`{digits}` is no pairs of hexadecimal digits")))
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Octets {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ScriptOctets".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let as_in_recipes = generator.subschema_for::<crate::Octets>();
        let text = generator.subschema_for::<Text>();
        schemars::json_schema!({
            "description": "Octets: hexadecimal, pieces one after the other, or text.",
            "anyOf": [as_in_recipes, text]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Vec<u8>, String> {
        serde_json::from_str::<Octets>(json).map(|octets| octets.0).map_err(|e| e.to_string())
    }

    #[test]
    fn hexadecimal_pieces_and_text() {
        assert_eq!(read(r#""00fFa1""#).unwrap(), [0, 0xff, 0xa1]);
        assert_eq!(read(r#"{"text": "GET"}"#).unwrap(), b"GET");
        assert_eq!(read(r#"[{"hex": "07", "times": 2}, {"hex": "08"}]"#).unwrap(), [7, 7, 8]);
    }

    #[test]
    fn what_is_no_octets_is_refused() {
        assert!(read(r#""0g""#).unwrap_err().contains("`0g` is no pairs of hexadecimal digits"));
        assert!(read(r#""+1""#).unwrap_err().contains("hexadecimal"));
        assert!(read("\"123\"").unwrap_err().contains("hexadecimal"));
        let many = r#"[{"hex": "07", "times": 99999999}]"#;
        assert!(read(many).unwrap_err().contains("99999999 octets are more than"));
        assert!(read(r#"{"hex": "00"}"#).unwrap_err().contains("unknown field `hex`"));
    }
}
