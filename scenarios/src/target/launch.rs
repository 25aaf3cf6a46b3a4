//! How the harness starts a server itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Mode;

/// How to start a server in the foreground.
///
/// Placeholders, in words of commands and in files: `@RUN@` (a directory of its own, removed afterwards), `@PROGRAM@` and
/// `@PROGRAM:<name>@` (where the program, or one of `needs`, was found), `@BUILD@` (the directory of `build`),
/// `@PORT:<listener>@`, `@HOST:<role>@`, `@MODE:<role>@` (in the server's words, see `modes`), `@SERVER_CERT@`, `@SERVER_KEY@`,
/// `@SERVER_CERT:rsa@`, `@SERVER_KEY:rsa@` (the same with an RSA key), `@SERVER_CHAIN@` (the certificate with its CA's after it), `@CA:<account>@` (trust bundle), `@CRL:<account>@`,
/// `@MARKER:<role>@` (the secret of that endpoint), `@GENERATION@` (counts configurations, from 1), `@ENDPOINTS@` (a table
/// of all endpoints, for small servers).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// The server: names or paths, the first that is found is taken. `mtls-harness` is the harness itself.
    pub program: Vec<String>,
    /// Other programs that it needs, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Arguments that make the program print its version.
    pub version: Vec<String>,
    /// What to tell a user who does not have it.
    pub install: String,
    /// What is made once for all the starts of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// Files to write into `@RUN@` before the start: name there -> template beside the target file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// Commands to carry out in `@RUN@` before the first start, one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepare: Vec<Vec<String>>,
    /// The command that runs the server in the foreground, in `@RUN@`.
    pub command: Vec<String>,
    /// A command that ends once the server serves, where accepting a connection does not show that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ready: Vec<String>,
    /// Whether the server refuses to run as root: it is then run as `nobody`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unprivileged: bool,
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

const fn ten() -> u64 {
    10
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What is made once for all the starts of a run, such as a compiled program.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Files to write into `@BUILD@`: name there -> file beside the target file.
    pub files: BTreeMap<String, String>,
    /// The command, carried out in `@BUILD@`. Of the placeholders it may use `@BUILD@` and `@PROGRAM@`.
    pub command: Vec<String>,
}

/// Ways to make a server read its configuration again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reload {
    /// A signal by name, without `SIG`: `HUP`.
    Signal(String),
    /// A command, carried out in `@RUN@`; if it fails, the server has refused.
    Command(Vec<String>),
    /// It watches its files.
    Watches,
}
