//! Configuration of the mock gate, and everything that can be wrong with it.

use std::collections::BTreeMap;
use std::time::Duration;

use mtls_scenarios::Mode;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use super::verify::{AnchorError, CrlError};
use super::{CaFileError, Fault};

/// What a gate serves, and to whom.
#[derive(Debug)]
pub struct GateConfig {
    /// Server certificate and its issuers; good for all hosts.
    pub certificates: Vec<CertificateDer<'static>>,
    /// Private key of the server certificate.
    pub key: PrivateKeyDer<'static>,
    /// Customers.
    pub accounts: Vec<GateAccount>,
    /// Sockets by name.
    pub listeners: BTreeMap<String, Vec<GateEndpoint>>,
    /// What to break on purpose.
    pub fault: Option<Fault>,
    /// Bounds on what a peer can take.
    pub limits: Limits,
}

/// What of a gate's configuration can change while it runs.
#[derive(Debug)]
pub struct GatePolicy {
    /// Customers.
    pub accounts: Vec<GateAccount>,
    /// Endpoints by listener; the listeners are those that the gate has.
    pub listeners: BTreeMap<String, Vec<GateEndpoint>>,
    /// Another server certificate with its key, if it is to change.
    pub server: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

/// A customer of the gate.
#[derive(Clone, Debug)]
pub struct GateAccount {
    /// Name, unique.
    pub name: String,
    /// Prefix of its host names, unique: one label.
    pub prefix: String,
    /// CA certificates that its endpoints trust.
    pub anchors: Vec<CertificateDer<'static>>,
    /// Revocation lists for those of its endpoints that ask for them.
    pub crls: Vec<CertificateRevocationListDer<'static>>,
}

/// A host name on a listener.
#[derive(Clone, Debug)]
pub struct GateEndpoint {
    /// Host name: SNI and `Host` of its clients.
    pub host: String,
    /// Body of its `/protected`: the secret that only authenticated clients get.
    pub marker: String,
    /// Its mode.
    pub mode: Mode,
    /// Account whose CAs it trusts; a public one needs none.
    pub account: Option<String>,
    /// Whether it asks the account's revocation lists.
    pub check_crls: bool,
}

impl GateAccount {
    /// The host name that the account's prefix gives.
    pub fn host(&self) -> String {
        format!("{}.agents.test", self.prefix)
    }
}

/// Bounds on what a peer can take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time for the whole handshake.
    pub handshake: Duration,
    /// Time for a connection in all.
    pub connection: Duration,
    /// Connections at a time, on each listener; more wait to be accepted.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            connection: Duration::from_secs(60),
            connections: 1024,
        }
    }
}

/// What is wrong with a gate's configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Two accounts of one name.
    #[error("account '{0}' is registered twice")]
    DuplicateAccount(String),
    /// Two accounts of one prefix.
    #[error("prefix '{prefix}' of account '{account}' is taken by account '{taken_by}'")]
    DuplicatePrefix {
        /// The prefix.
        prefix: String,
        /// The account that wants it.
        account: String,
        /// The account that has it.
        taken_by: String,
    },
    /// A prefix that is not one DNS label.
    #[error(
        "prefix '{prefix}' of account '{account}' is not one DNS label of letters, digits and hyphens"
    )]
    InvalidPrefix {
        /// The prefix.
        prefix: String,
        /// The account that wants it.
        account: String,
    },
    /// Two endpoints of one host on a listener.
    #[error("host '{host}' occurs twice on listener '{listener}'")]
    DuplicateHost {
        /// The host.
        host: String,
        /// The listener.
        listener: String,
    },
    /// A host that is not a DNS name.
    #[error("host '{host}' on listener '{listener}' is not a DNS name")]
    InvalidHost {
        /// The host.
        host: String,
        /// The listener.
        listener: String,
    },
    /// A listener without endpoints.
    #[error("listener '{0}' has no endpoints")]
    EmptyListener(String),
    /// An endpoint of an account that does not exist.
    #[error("host '{host}' belongs to account '{account}', which is not registered")]
    UnknownAccount {
        /// The endpoint's host.
        host: String,
        /// The account that is missing.
        account: String,
    },
    /// An endpoint that authenticates clients and has nobody to trust.
    #[error("host '{host}' is {} and has no account whose CAs it could trust", mode.as_str())]
    NoAccount {
        /// The endpoint's host.
        host: String,
        /// Its mode.
        mode: Mode,
    },
    /// An account without trust anchors.
    #[error("account '{0}' has no CA certificate")]
    NoAnchors(String),
    /// A certificate that is no trust anchor.
    #[error("CA certificate {index} of account '{account}' cannot be a trust anchor: {reason}")]
    Anchor {
        /// The account.
        account: String,
        /// Position, from zero.
        index: usize,
        /// Why.
        reason: AnchorError,
    },
    /// A revocation list that is of no use.
    #[error("revocation list {index} of account '{account}' cannot be used: {reason}")]
    Crl {
        /// The account.
        account: String,
        /// Position, from zero.
        index: usize,
        /// Why.
        reason: CrlError,
    },
    /// The server's own certificate or key.
    #[error("the server certificate or its key cannot be used")]
    ServerCertificate(#[source] rustls::Error),
    /// A policy is about sockets that the gate does not have.
    #[error("the gate has no listener '{0}'")]
    NoSuchListener(String),
    /// A control names an endpoint that does not exist.
    #[error("no endpoint has the host '{0}'")]
    UnknownHost(String),
    /// A control names an account that does not exist.
    #[error("account '{0}' is not registered")]
    NoSuchAccount(String),
    /// A file of CA certificates cannot be used.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// There is no key for tickets.
    #[error("the system gives no random numbers for a ticket key")]
    NoRandom,
}
