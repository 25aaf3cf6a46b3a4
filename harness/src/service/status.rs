//! What `/status.json` says. Additions keep `format_version`.

use std::net::SocketAddr;

use serde::Serialize;

use super::stamp::Stamp;
use super::visit::Entry;

/// The state of the service.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// 1.
    pub format_version: u32,
    /// Grows with everything that happens.
    pub revision: u64,
    /// What does not change while the service runs.
    #[serde(flatten)]
    pub facts: Facts,
    /// The policy in force, and what became of the attempts to change it.
    pub policy: PolicyStatus,
    /// Accounts in the order of the gate file.
    pub accounts: Vec<AccountStatus>,
    /// Connections that reached no account.
    pub refused_elsewhere: u64,
    /// The newest connections, newest first.
    pub connections: Vec<Entry>,
    /// Log lines that could not be written.
    pub log_lines_lost: u64,
}

/// What does not change while the service runs.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Version of the harness.
    pub version: &'static str,
    /// When the service started.
    pub started: Stamp,
    /// The gate file.
    pub config: String,
    /// Where the gate listens.
    pub listen: SocketAddr,
    /// Where the status page is.
    pub admin: SocketAddr,
    /// The file with the CA of the server certificate, where the service forged it.
    pub server_ca: Option<String>,
}

/// The policy in force.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyStatus {
    /// How many policies there have been, with this one.
    pub generation: u64,
    /// Since when it is in force.
    pub since: Stamp,
    /// What brought it.
    pub cause: Cause,
    /// The newest attempt at another, where it came to nothing.
    pub problem: Option<Problem>,
}

/// Why a policy was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The service started.
    Start,
    /// Somebody sent SIGHUP.
    Signal,
    /// A file changed.
    File,
}

/// A policy that was not taken. The one before stays in force.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// When it was read.
    pub time: Stamp,
    /// Why it was read.
    pub cause: Cause,
    /// What is wrong.
    pub message: String,
}

/// An account and who has come to it.
#[derive(Clone, Debug, Serialize)]
pub struct AccountStatus {
    /// Its prefix.
    pub prefix: String,
    /// Its host name.
    pub host: String,
    /// `strict` or `loose`.
    pub mode: &'static str,
    /// The CAs that it trusts.
    pub ca: Vec<Ca>,
    /// Whether it asks revocation lists.
    pub checks_revocation: bool,
    /// Its connections.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A CA certificate.
#[derive(Clone, Debug, Serialize)]
pub struct Ca {
    /// Subject (RFC 4514).
    pub subject: String,
    /// When it expires.
    pub not_after: Stamp,
    /// Whether it has.
    pub expired: bool,
}

/// Connections by what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Let in as somebody.
    pub authenticated: u64,
    /// Let in as nobody.
    pub anonymous: u64,
    /// Not let in.
    pub refused: u64,
}
