//! What happens at a gate, for whoever wants to know.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode, Uri};
use mtls_scenarios::Alpn;

use super::identity::Identity;
use super::presented::Presented;
use super::rejection::Rejection;
use super::session::{Client, Session};
use super::verify::Refusal;

/// Is told what happens at a gate. It is called on the gate's own tasks and must not block them.
pub trait Observer: fmt::Debug + Send + Sync {
    /// Something has happened.
    fn notice(&self, event: GateEvent);
}

/// Something that happened on a connection. Everything in it that a peer chose is as the peer sent it.
#[derive(Clone, Debug)]
pub struct GateEvent {
    /// Number of the connection, from 1, unique while the gate runs.
    pub connection: u64,
    /// The other end.
    pub peer: SocketAddr,
    /// What happened.
    pub happened: Happened,
}

/// What can happen on a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Happened {
    /// There was no handshake.
    Refused {
        /// The server name (SNI) that the client asked for.
        server_name: Option<String>,
        /// The endpoint that it reached, if any.
        host: Option<String>,
        /// Why.
        reason: Rejection,
        /// Whom its certificate names, where it presented one: nothing of it is proved.
        presented: Option<Identity>,
    },
    /// The handshake is done.
    Connected {
        /// The endpoint.
        host: String,
        /// Who the client is.
        client: Admission,
        /// Whether it resumed a session.
        resumed: bool,
        /// `1.2` or `1.3`.
        tls_version: &'static str,
        /// Negotiated application protocol.
        alpn: Option<Alpn>,
    },
    /// A request was answered.
    Answered {
        /// The endpoint.
        host: String,
        /// Request method.
        method: String,
        /// Path of the request.
        path: String,
        /// Status of the answer.
        status: u16,
    },
}

/// Who a client is after its handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It has proved who it is.
    Authenticated(Identity),
    /// It has shown no certificate.
    Anonymous,
    /// It resumed a session whose certificate is no longer good; its requests are refused.
    Refused {
        /// Whom the certificate names.
        presented: Option<Identity>,
        /// Why it is no longer good.
        refusal: Option<Refusal>,
    },
}

/// Hands out connection numbers.
#[derive(Debug, Default)]
pub(super) struct Observation {
    observer: Option<Arc<dyn Observer>>,
    connections: AtomicU64,
}

impl Observation {
    pub(super) fn new(observer: Option<Arc<dyn Observer>>) -> Self {
        Self { observer, connections: AtomicU64::new(0) }
    }

    pub(super) fn connection(&self, peer: SocketAddr) -> Reporter {
        let connection = self.connections.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        Reporter { observer: self.observer.clone(), connection, peer }
    }
}

/// Tells the observer, where there is one, what happens on a connection.
#[derive(Clone, Debug)]
pub(super) struct Reporter {
    observer: Option<Arc<dyn Observer>>,
    connection: u64,
    peer: SocketAddr,
}

impl Reporter {
    fn tell(&self, happened: impl FnOnce() -> Happened) {
        if let Some(observer) = &self.observer {
            let Self { connection, peer, .. } = *self;
            observer.notice(GateEvent { connection, peer, happened: happened() });
        }
    }

    pub(super) fn refused(
        &self,
        server_name: Option<&str>,
        host: Option<&str>,
        reason: Rejection,
        presented: Option<&Presented>,
    ) {
        self.tell(|| Happened::Refused {
            server_name: server_name.map(str::to_owned),
            host: host.map(str::to_owned),
            reason,
            presented: presented.map(Presented::identity),
        });
    }

    pub(super) fn connected(&self, session: &Session, presented: Option<&Presented>) {
        self.tell(|| Happened::Connected {
            host: session.endpoint.host.clone(),
            client: match &session.client {
                Client::Refused => Admission::Refused {
                    presented: presented.map(Presented::identity),
                    refusal: presented.and_then(|presented| presented.refusal.clone()),
                },
                client if client.is_verified() => {
                    Admission::Authenticated(client.identity().cloned().unwrap_or_default())
                }
                _ => Admission::Anonymous,
            },
            resumed: session.resumed,
            tls_version: session.tls_version,
            alpn: session.alpn,
        });
    }

    pub(super) fn answered(
        &self,
        session: &Session,
        method: &Method,
        uri: &Uri,
        status: StatusCode,
    ) {
        self.tell(|| Happened::Answered {
            host: session.endpoint.host.clone(),
            method: method.as_str().to_owned(),
            path: uri.path().to_owned(),
            status: status.as_u16(),
        });
    }
}
