//! What has come of a handshake.

use mtls_scenarios::Alpn;
use rustls::pki_types::CertificateDer;

use crate::server::resumption::Origin;
use crate::tls::{Secret, Suite, Transcript};

/// What has come of a handshake.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What the client has shown, now or when the session began that it resumes.
    pub(super) list: Vec<CertificateDer<'static>>,
    pub(super) resumed: Option<Origin>,
    /// Whether something was forgiven that lets it in at a STRICT endpoint.
    pub(super) exempt: bool,
    /// Application data that came before the end.
    pub(super) early: Vec<u8>,
    pub(super) alpn: Option<Alpn>,
    pub(super) after: After,
}

impl Outcome {
    pub(super) fn new(alpn: Option<Alpn>) -> Self {
        let after = After::Tls12(After12 { client: Vec::new(), server: Vec::new(), done: false });
        let (list, early) = (Vec::new(), Vec::new());
        Self { list, resumed: None, exempt: false, early, alpn, after }
    }
}

/// What is needed after the handshake.
#[derive(Clone, Debug)]
pub(super) enum After {
    Tls12(After12),
    Tls13(Box<After13>),
}

/// What a renegotiation needs: `verify_data` of both sides (RFC 5746).
#[derive(Clone, Debug)]
pub(super) struct After12 {
    pub(super) client: Vec<u8>,
    pub(super) server: Vec<u8>,
    /// Whether there has been one.
    pub(super) done: bool,
}

/// The traffic secrets, and what was said.
#[derive(Clone, Debug)]
pub(super) struct After13 {
    pub(super) suite: &'static Suite,
    pub(super) client: Secret,
    pub(super) server: Secret,
    pub(super) transcript: Transcript,
    /// Whether the client is still to be asked for its certificate.
    pub(super) late: bool,
}
