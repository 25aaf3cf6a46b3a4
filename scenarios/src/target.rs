//! A target file: how to start or reach a gate, what it promises, how it reports identity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Alpn, LooseFamily, Mode, Policy, Promise};

/// `targets/<name>.json`. Text in `launch` and in its template files may hold `@NAME@` placeholders.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// One line for people.
    pub summary: String,
    /// How it comes to run.
    pub start: Start,
    /// Sockets by name.
    pub listeners: BTreeMap<String, Listener>,
    /// What it provides, by role.
    pub endpoints: BTreeMap<Role, Endpoint>,
    /// How to read who the gate thinks the client is.
    pub probe: Probe,
    /// Anchors of the accounts that its endpoints trust (`main`, ...); all that the account has when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchors: Option<Vec<String>>,
    /// Seconds that it promises to give a handshake at most: who has not finished by then is sent away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handshake_timeout: Option<u64>,
    /// Application protocols it speaks.
    #[serde(default = "http1_only")]
    pub alpn: Vec<Alpn>,
    /// How its LOOSE endpoints treat an invalid certificate, where it promises one way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loose_family: Option<LooseFamily>,
    /// Promises where the standards leave a choice.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<Policy, Promise>,
}

fn http1_only() -> Vec<Alpn> {
    vec![Alpn::Http1]
}

/// How a target comes to run.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// It is the mock gate, inside this process.
    Embedded,
    /// It runs already; its listeners have addresses.
    Running,
    /// The harness starts it, on free loopback ports.
    Launch(Launch),
}

/// How to start a server in the foreground.
///
/// Placeholders: `@RUN@` (a directory of its own, removed afterwards), `@PORT:<listener>@`, `@HOST:<role>@`,
/// `@MODE:<role>@` (in the server's words, see `modes`), `@SERVER_CERT@`, `@SERVER_KEY@`, `@SERVER_CERT:rsa@`,
/// `@SERVER_KEY:rsa@` (the same with an RSA key), `@CA:<account>@` (trust bundle), `@CRL:<account>@`, `@MARKER:<role>@`
/// (the secret of that endpoint), `@GENERATION@` (counts configurations, from 1).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// Program: names or paths, the first that is found is taken.
    pub program: Vec<String>,
    /// Arguments.
    pub args: Vec<String>,
    /// Arguments that make it print its version.
    pub version: Vec<String>,
    /// What to tell a user who does not have it.
    pub install: String,
    /// Files to write into `@RUN@` before the start: name there -> template beside the target file.
    pub files: BTreeMap<String, String>,
    /// What the server calls the modes, for `@MODE:<role>@`. Without it the modes of its endpoints cannot be changed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<Mode, String>,
    /// How to make it read its configuration again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reload: Option<Reload>,
    /// Response header that holds `@GENERATION@`: how a new configuration shows that it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation_header: Option<String>,
    /// Seconds until every listener must accept a TCP connection.
    #[serde(default = "ten")]
    pub ready_within: u64,
}

fn ten() -> u64 {
    10
}

/// Ways to make a server read its configuration again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reload {
    /// A signal by name, without `SIG`: `HUP`.
    Signal(String),
}

/// A listening socket.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// `address:port` of a running server; absent for others, which get a free loopback port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A role played by a name on a listener.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Listener by name.
    pub listener: String,
    /// Host name: SNI and `Host` of its clients.
    pub host: String,
    /// Its mode.
    pub mode: Mode,
    /// Account whose anchors it trusts; none for a public one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether it checks the account's revocation lists.
    #[serde(default)]
    pub crl: bool,
}

/// Where scenarios happen. Scenarios name endpoints by role; a target provides as many as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// No client authentication.
    Public,
    /// STRICT, CA of account alpha.
    Alpha,
    /// STRICT, CA of account beta, same listener as alpha.
    Beta,
    /// LOOSE, CA of account alpha, same listener as alpha.
    Gamma,
    /// STRICT, CA of account alpha, alone on a listener.
    SoloStrict,
    /// LOOSE, CA of account alpha, alone on a listener.
    SoloLoose,
    /// STRICT, CA and CRLs of account alpha.
    RevokingStrict,
    /// LOOSE, CA and CRLs of account alpha.
    RevokingLoose,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Public,
        Self::Alpha,
        Self::Beta,
        Self::Gamma,
        Self::SoloStrict,
        Self::SoloLoose,
        Self::RevokingStrict,
        Self::RevokingLoose,
    ];

    /// The mode that an endpoint of this role has until it is changed.
    pub const fn mode(self) -> Mode {
        match self {
            Self::Public => Mode::Public,
            Self::Gamma | Self::SoloLoose | Self::RevokingLoose => Mode::Loose,
            Self::Alpha | Self::Beta | Self::SoloStrict | Self::RevokingStrict => Mode::Strict,
        }
    }

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Gamma => "gamma",
            Self::SoloStrict => "solo-strict",
            Self::SoloLoose => "solo-loose",
            Self::RevokingStrict => "revoking-strict",
            Self::RevokingLoose => "revoking-loose",
        }
    }
}

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
