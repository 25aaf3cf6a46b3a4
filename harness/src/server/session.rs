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
    pub(super) client: Client,
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
    /// Whether the endpoint serves nobody without a certificate.
    pub(super) fn is_strict(&self) -> bool {
        self.generation.mode == Mode::Strict
    }
}
