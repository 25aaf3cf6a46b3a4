//! How a client comes to a gate: a new connection, one that was kept open, or bytes on a socket.

use std::fmt;
use std::num::NonZeroU8;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{Mode, Role};

/// A connection to make.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// Where to; default by the cell's mode: STRICT = `alpha` or else `solo-strict`, LOOSE = `gamma` or else `solo-loose`.
    #[serde(default)]
    pub endpoint: Option<EndpointChoice>,
    /// Credential by name; the cell's when absent.
    #[serde(default)]
    pub credential: Option<String>,
    /// Account whose CA issues the credential; the endpoint's when absent.
    #[serde(default)]
    pub account: Option<String>,
    /// Keep what the gate gives to resume the session, under this name.
    #[serde(default)]
    pub keep_tickets: Option<String>,
    /// Offer to resume a session, with what was kept under this name.
    #[serde(default)]
    pub resume: Option<String>,
    /// Send the request for the protected resource as early data (RFC 8446 2.3), where the session allows it.
    #[serde(default)]
    pub early_data: bool,
    /// Keep the connection open, under this name.
    #[serde(default)]
    pub keep_open: Option<String>,
}

/// A connection to use again.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reuse {
    /// The name that it was kept under.
    pub connection: String,
    /// Endpoint whose resource is asked for; the one that was connected to when absent.
    #[serde(default)]
    pub endpoint: Option<EndpointChoice>,
}

/// Bytes to write to a socket, without TLS of our own.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// Endpoint on whose listener; default by the cell's mode.
    #[serde(default)]
    pub endpoint: Option<EndpointChoice>,
    /// What to write.
    pub send: RawBytes,
    /// Keep the socket open until the case ends, without reading; else the answer is read.
    #[serde(default)]
    pub hold: bool,
    /// How many sockets do so, one after the other.
    #[serde(default = "once")]
    pub times: NonZeroU8,
}

const fn once() -> NonZeroU8 {
    NonZeroU8::MIN
}

/// Bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RawBytes {
    /// Text with placeholders, as in [`Wording`](crate::Wording).
    Text(String),
    /// Hexadecimal digits.
    Hex(String),
}

impl RawBytes {
    /// Whether they are a request of HTTP.
    pub fn is_http(&self) -> bool {
        matches!(self, Self::Text(text) if text.contains(" HTTP/"))
    }
}

/// An endpoint, the same in every mode or one for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointChoice {
    /// For cells with mode `strict`.
    pub strict: Option<Role>,
    /// For cells with mode `loose`.
    pub loose: Option<Role>,
    /// For cells with mode `public`.
    pub public: Option<Role>,
}

/// The long form of an [`EndpointChoice`].
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct ByMode {
    /// For cells with mode `strict`.
    #[serde(default)]
    strict: Option<Role>,
    /// For cells with mode `loose`.
    #[serde(default)]
    loose: Option<Role>,
    /// For cells with mode `public`.
    #[serde(default)]
    public: Option<Role>,
}

impl EndpointChoice {
    /// The endpoint for cells of this mode.
    pub const fn for_mode(&self, mode: Mode) -> Option<Role> {
        match mode {
            Mode::Strict => self.strict,
            Mode::Loose => self.loose,
            Mode::Public => self.public,
        }
    }

    /// The endpoints that will do for a cell of this mode, best first; `choice` is what a step says.
    pub fn roles(choice: Option<Self>, mode: Mode) -> Vec<Role> {
        let named = choice.and_then(|choice| choice.for_mode(mode));
        match (named, mode) {
            (Some(role), _) => vec![role],
            (None, Mode::Strict) => vec![Role::Alpha, Role::SoloStrict],
            (None, Mode::Loose) => vec![Role::Gamma, Role::SoloLoose],
            (None, Mode::Public) => vec![Role::Public],
        }
    }
}

impl From<Role> for EndpointChoice {
    fn from(role: Role) -> Self {
        Self { strict: Some(role), loose: Some(role), public: Some(role) }
    }
}

/// Written as a role, or as an object with a role for each mode.
impl<'de> Deserialize<'de> for EndpointChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RoleOrMap;

        impl<'de> Visitor<'de> for RoleOrMap {
            type Value = EndpointChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a role such as \"alpha\", or an object with a role for each mode")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<EndpointChoice, E> {
                Role::deserialize(de::value::StrDeserializer::new(text)).map(EndpointChoice::from)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<EndpointChoice, A::Error> {
                let ByMode { strict, loose, public } =
                    ByMode::deserialize(MapAccessDeserializer::new(map))?;
                Ok(EndpointChoice { strict, loose, public })
            }
        }

        deserializer.deserialize_any(RoleOrMap)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for EndpointChoice {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EndpointChoice".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let role = generator.subschema_for::<Role>();
        let by_mode = generator.subschema_for::<ByMode>();
        schemars::json_schema!({
            "description": "An endpoint, the same in every mode or one for each.",
            "anyOf": [role, by_mode]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<EndpointChoice, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn one_role_for_all_modes_or_one_for_each() {
        assert_eq!(read("\"beta\"").unwrap(), Role::Beta.into());
        let each = read(r#"{"strict": "revoking-strict", "loose": "revoking-loose"}"#).unwrap();
        assert_eq!(each.for_mode(Mode::Loose), Some(Role::RevokingLoose));
        assert_eq!(each.for_mode(Mode::Public), None);
    }

    #[test]
    fn unknown_words_are_named() {
        let error = read("\"delta\"").unwrap_err();
        assert!(error.contains("unknown variant `delta`"), "{error}");
        let error = read(r#"{"strickt": "alpha"}"#).unwrap_err();
        assert!(error.contains("unknown field `strickt`"), "{error}");
    }
}
