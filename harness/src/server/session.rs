//! A connection after its handshake: which policy let whom in.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mtls_scenarios::Alpn;

use super::Fault;
use super::endpoint::{Endpoint, Generation};
use super::identity::Identity;
use super::listener::{Choice, Listener};

/// A connection after its handshake.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) listener: Arc<Listener>,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) generation: Arc<Generation>,
    /// The host that the client connected to.
    pub(super) host: String,
    /// Whether the server name chose no endpoint, so that requests choose one. Only faults let that happen.
    pub(super) routed_by_host: bool,
    pub(super) client: Client,
    /// Whether a fault lets it in without a certificate at a STRICT endpoint.
    pub(super) exempt: bool,
    pub(super) resumed: bool,
    pub(super) tls_version: &'static str,
    pub(super) alpn: Option<Alpn>,
    /// Whether there has been a request.
    pub(super) used: AtomicBool,
    pub(super) fault: Option<Fault>,
}

/// What a handshake has settled, beside the endpoint.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) client: Client,
    pub(super) exempt: bool,
    pub(super) resumed: bool,
    pub(super) tls_version: &'static str,
    pub(super) alpn: Option<Alpn>,
}

impl Session {
    /// A connection to the endpoint that a server name has chosen.
    pub(super) fn new(
        listener: &Arc<Listener>,
        choice: &Choice,
        server_name: Option<&str>,
        terms: Terms,
    ) -> Self {
        let Terms { client, exempt, resumed, tls_version, alpn } = terms;
        Self {
            client,
            exempt,
            resumed,
            host: server_name.unwrap_or(&choice.endpoint.host).to_owned(),
            listener: Arc::clone(listener),
            endpoint: Arc::clone(&choice.endpoint),
            generation: Arc::clone(&choice.generation),
            routed_by_host: choice.routed_by_host,
            tls_version,
            alpn,
            used: AtomicBool::new(false),
            fault: listener.maker.fault,
        }
    }

    /// A connection without TLS; requests choose the endpoint. Only a fault serves it.
    pub(super) fn without_tls(listener: &Arc<Listener>) -> Option<Self> {
        let endpoint = Arc::clone(listener.endpoints.all().first()?);
        Some(Self {
            listener: Arc::clone(listener),
            generation: Arc::clone(&listener.unasking),
            host: endpoint.host.clone(),
            endpoint,
            routed_by_host: true,
            client: Client::Anonymous,
            exempt: false,
            resumed: false,
            tls_version: "none",
            alpn: None,
            used: AtomicBool::new(false),
            fault: listener.maker.fault,
        })
    }
}

/// Who the client is.
#[derive(Clone, Debug)]
pub(super) enum Client {
    /// It has shown no certificate.
    Anonymous,
    /// It has proved who it is.
    Verified(Identity),
    /// It resumed a session whose certificate is no longer good.
    Refused,
    /// It counts as verified, and nobody knows who it is. Only faults make such.
    Trusted,
    /// It has shown a certificate that is not valid, and is told about nevertheless. Only faults make such.
    Unverified(Identity),
}

impl Client {
    /// Whom the gate reports.
    pub(super) const fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Verified(identity) | Self::Unverified(identity) => Some(identity),
            Self::Anonymous | Self::Refused | Self::Trusted => None,
        }
    }

    /// Whether the gate vouches for it.
    pub(super) const fn is_verified(&self) -> bool {
        matches!(self, Self::Verified(_) | Self::Trusted)
    }
}
