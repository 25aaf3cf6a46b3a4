//! A target file: how to start or reach a gate, what it promises, how it reports identity.

mod launch;
mod probe;
mod protocol;
mod role;

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

pub use self::launch::{Build, Launch, Reload};
pub use self::probe::{HttpProbe, IdentitySource, Probe, ValueSource};
pub use self::protocol::{Echo, Postgresql, Prelude, Protocol};
pub use self::role::Role;
use crate::{Alpn, LooseFamily, Mode, Policy, Promise};

/// `targets/<name>/target.json`. Text in `launch` and in its template files may hold `@NAME@` placeholders.
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
    /// Seconds that it may take to answer a client, where that is more than the run gives its probes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_within: Option<u64>,
    /// Cases that such a gate bears at once, where the run would have more: 1 for a server that takes one connection after
    /// the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_at_once: Option<NonZeroU16>,
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
    Launch(Box<Launch>),
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
