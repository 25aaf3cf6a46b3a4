//! A connection as the status page and the log show it.

use std::net::SocketAddr;

use mtls_reports::PeerText;
use mtls_scenarios::Alpn;
use serde::Serialize;

use super::stamp::Stamp;
use crate::server::{Admission, Identity, Rejection};

/// Subject alternative names that are shown.
const MAX_NAMES: usize = 8;

/// A connection that was let in or refused. What came from the peer is escaped and cut.
#[derive(Clone, Debug, Serialize)]
pub struct Visit {
    /// Number of the connection, from 1.
    pub connection: u64,
    /// The other end.
    pub peer: SocketAddr,
    /// The account that it reached, by prefix.
    pub account: Option<String>,
    /// The server name (SNI) of one that reached no account.
    pub server_name: Option<PeerText>,
    /// What came of it.
    pub outcome: Outcome,
    /// Whom its certificate names; proved only where the client is authenticated.
    pub who: Option<Who>,
    /// Why it was refused, for programs.
    pub reason: Option<&'static str>,
    /// Why it was refused, in words.
    pub why: Option<PeerText>,
    /// Whether it resumed a session.
    pub resumed: bool,
    /// `1.2` or `1.3`.
    pub tls: Option<&'static str>,
    /// Negotiated application protocol.
    pub alpn: Option<&'static str>,
}

/// A connection with what it has asked so far.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// When its handshake ended.
    pub time: Stamp,
    /// The connection.
    #[serde(flatten)]
    pub visit: Visit,
    /// Requests that were answered.
    pub requests: u64,
    /// The newest of them.
    pub last_request: Option<Asked>,
}

/// What came of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The client has proved who it is.
    Authenticated,
    /// The client was let in as nobody.
    Anonymous,
    /// The client was not let in.
    Refused,
}

impl Outcome {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::Anonymous => "anonymous",
            Self::Refused => "refused",
        }
    }
}

/// Whom a certificate names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Who {
    /// Subject (RFC 4514).
    pub subject: Option<PeerText>,
    /// The first subject alternative names.
    pub subject_alt_names: Vec<PeerText>,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub sha256: Option<String>,
}

impl Who {
    pub(super) fn of(identity: &Identity) -> Self {
        let names = identity.subject_alt_names.iter().take(MAX_NAMES);
        Self {
            subject: identity.subject.as_deref().map(PeerText::new),
            subject_alt_names: names.map(|name| PeerText::new(name)).collect(),
            sha256: identity.sha256.clone(),
        }
    }
}

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Method.
    pub method: PeerText,
    /// Path.
    pub path: PeerText,
    /// Status of the answer.
    pub status: u16,
}

impl Visit {
    fn new(connection: u64, peer: SocketAddr, outcome: Outcome) -> Self {
        Self {
            connection,
            peer,
            account: None,
            server_name: None,
            outcome,
            who: None,
            reason: None,
            why: None,
            resumed: false,
            tls: None,
            alpn: None,
        }
    }

    /// One without a handshake.
    pub(super) fn refused(
        (connection, peer): (u64, SocketAddr),
        account: Option<String>,
        server_name: Option<&str>,
        reason: &Rejection,
        presented: Option<&Identity>,
    ) -> Self {
        Self {
            server_name: server_name.filter(|_| account.is_none()).map(PeerText::new),
            account,
            who: presented.map(Who::of),
            reason: Some(reason.code()),
            why: Some(PeerText::new(&reason.to_string())),
            ..Self::new(connection, peer, Outcome::Refused)
        }
    }

    /// One after its handshake.
    pub(super) fn connected(
        (connection, peer): (u64, SocketAddr),
        account: Option<String>,
        client: &Admission,
        resumed: bool,
        (tls, alpn): (&'static str, Option<Alpn>),
    ) -> Self {
        let (outcome, identity, refusal) = match client {
            Admission::Authenticated(identity) => (Outcome::Authenticated, Some(identity), None),
            Admission::Anonymous => (Outcome::Anonymous, None, None),
            Admission::Refused { presented, refusal } => {
                (Outcome::Refused, presented.as_ref(), refusal.as_ref())
            }
        };
        let why = refusal.map(|refusal| PeerText::new(&format!("at resumption: {refusal}")));
        Self {
            account,
            who: identity.map(Who::of),
            reason: (outcome == Outcome::Refused).then_some("certificate"),
            why,
            resumed,
            tls: Some(tls),
            alpn: alpn.map(Alpn::as_str),
            ..Self::new(connection, peer, outcome)
        }
    }
}
