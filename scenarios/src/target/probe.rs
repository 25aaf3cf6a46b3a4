//! How a gate is asked whom it sees.

use serde::{Deserialize, Serialize};

/// How to ask a gate who we are, and how to ask for what only authenticated clients may have.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Path that is served to everyone the gate serves, with its view of the client.
    pub identity_path: String,
    /// How that view is read; absent = the HTTP status alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentitySource>,
    /// Path that is served to authenticated clients only; the same as `identity_path` where there is one for both.
    pub protected_path: String,
    /// Text that only the protected resource returns; `@MARKER@` for a random one of a launched target, another one at each
    /// endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
}

/// Where in a response the gate's view of the client stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct IdentitySource {
    /// Whether the client is verified: the value ...
    pub verified: ValueSource,
    /// ... that says so; `*` for any but the anonymous ones.
    pub verified_value: String,
    /// Values of `verified` that say that there is no certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anonymous_values: Vec<String>,
    /// Subject, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<ValueSource>,
    /// SHA-256 of the certificate, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<ValueSource>,
    /// SHA-1 of the certificate, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha1: Option<ValueSource>,
    /// Whether the session was resumed: the value ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<ValueSource>,
    /// ... that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_value: Option<String>,
}

/// A value in a response.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// A response header by name.
    Header(String),
    /// A JSON pointer (RFC 6901) into the body.
    Json(String),
    /// The rest of the first line of the body that begins with this text; space around it does not count.
    Line(String),
    /// The SHA-256 of the first certificate in the body that is written in PEM.
    PemSha256,
}
