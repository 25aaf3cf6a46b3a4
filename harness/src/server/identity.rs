//! What the gate reports about a client.

use rustls::pki_types::CertificateDer;
use serde::Serialize;

use super::verify::{Certificate, hex};

/// Whom a certificate names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Subject (RFC 4514); `None` where the certificate cannot be read.
    pub subject: Option<String>,
    /// Subject alternative names as text.
    pub subject_alt_names: Vec<String>,
    /// SHA-256 of the certificate, lower-case hexadecimal.
    pub sha256: String,
}

impl Identity {
    pub(super) fn of(der: &CertificateDer<'_>) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
        let certificate = Certificate::read(der).ok();
        Self {
            subject: certificate.map(|certificate| certificate.subject_text()),
            subject_alt_names: certificate
                .map(|certificate| certificate.subject_alt_names())
                .unwrap_or_default(),
            sha256: hex(digest.as_ref()),
        }
    }
}

/// The body of `/whoami`: everything the gate knows about the client of this connection.
#[derive(Debug, Serialize)]
pub(super) struct WhoAmI<'a> {
    /// Host name of the endpoint.
    pub(super) endpoint: &'a str,
    /// Whether the client has proved who it is.
    pub(super) verified: bool,
    pub(super) subject: Option<&'a str>,
    pub(super) subject_alt_names: Option<&'a [String]>,
    pub(super) sha256: Option<&'a str>,
    pub(super) resumed: bool,
    /// `1.2` or `1.3`.
    pub(super) tls_version: &'a str,
    /// Negotiated application protocol.
    pub(super) alpn: Option<&'a str>,
}
