//! A connection after its handshake: which policy let whom in.

use std::sync::Arc;

use mtls_scenarios::{Alpn, Mode};

use super::Fault;
use super::endpoint::{Endpoint, Generation};
use super::identity::Identity;

/// A connection after its handshake.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) generation: Arc<Generation>,
    /// The host that the client connected to.
    pub(super) host: String,
    pub(super) client: Client,
    /// Whether a fault lets it in without a certificate at a STRICT endpoint.
    pub(super) exempt: bool,
    pub(super) resumed: bool,
    pub(super) tls_version: &'static str,
    pub(super) alpn: Option<Alpn>,
    pub(super) marker: Arc<str>,
    pub(super) fault: Option<Fault>,
}

/// Who the client is.
#[derive(Debug)]
pub(super) enum Client {
    /// It has shown no certificate.
    Anonymous,
    /// It has proved who it is.
    Verified(Identity),
    /// It resumed a session whose certificate is no longer good.
    Refused,
}

impl Session {
    /// Whether nobody is served here without a certificate.
    pub(super) fn is_strict(&self) -> bool {
        self.generation.mode == Mode::Strict && !self.exempt
    }
}
