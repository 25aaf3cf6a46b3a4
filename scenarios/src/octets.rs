//! Octets in hexadecimal, also very many of them.

use std::fmt;

use serde::de::value::SeqAccessDeserializer;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Octets: hexadecimal, or pieces one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Octets {
    /// Hexadecimal digits.
    Hex(String),
    /// Pieces, one after the other.
    Pieces(Vec<Repeated>),
}

/// The same octets a number of times.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Repeated {
    /// Hexadecimal digits.
    pub hex: String,
    /// How many times.
    #[serde(default = "once")]
    pub times: usize,
}

pub(crate) const fn once() -> usize {
    1
}

impl From<&str> for Octets {
    fn from(hex: &str) -> Self {
        Self::Hex(hex.to_owned())
    }
}

/// Written as text, or as an array of objects.
impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrPieces;

        impl<'de> Visitor<'de> for TextOrPieces {
            type Value = Octets;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("hexadecimal digits, or an array of {\"hex\": ..., \"times\": ...}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Octets, E> {
                Ok(Octets::from(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, pieces: A) -> Result<Octets, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(pieces)).map(Octets::Pieces)
            }
        }

        deserializer.deserialize_any(TextOrPieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Octets, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn text_or_pieces() {
        assert_eq!(read("\"0500\"").unwrap(), Octets::from("0500"));
        let pieces = read(r#"[{"hex": "3080", "times": 9}, {"hex": "0500"}]"#).unwrap();
        let piece = |hex: &str, times| Repeated { hex: hex.to_owned(), times };
        assert_eq!(pieces, Octets::Pieces(vec![piece("3080", 9), piece("0500", 1)]));
        assert_eq!(read(&serde_json::to_string(&pieces).unwrap()).unwrap(), pieces);
    }

    #[test]
    fn what_is_neither_is_explained() {
        assert!(read("5").unwrap_err().contains("expected hexadecimal digits"));
        assert!(read(r#"[{"hexx": ""}]"#).unwrap_err().contains("unknown field `hexx`"));
    }
}
