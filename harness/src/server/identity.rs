//! What the gate reports about a client.

use rustls::pki_types::CertificateDer;
use serde::Serialize;

use super::Fault;
use super::verify::{Certificate, hex};

/// Whom a certificate names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Subject (RFC 4514); `None` where the certificate cannot be read.
    pub subject: Option<String>,
    /// Subject alternative names as text.
    pub subject_alt_names: Vec<String>,
    /// SHA-256 of the certificate, lower-case hexadecimal; only faults leave it out.
    pub sha256: Option<String>,
}

impl Identity {
    /// Whom a certificate names, as a gate with or without a fault reports it.
    pub(super) fn of(der: &CertificateDer<'_>, fault: Option<Fault>) -> Self {
        match fault.and_then(|fault| careless_subject(der, fault)) {
            Some(subject) => {
                Self { subject: Some(subject), subject_alt_names: Vec::new(), sha256: None }
            }
            None => Self::whole(der),
        }
    }

    fn whole(der: &CertificateDer<'_>) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
        let certificate = Certificate::read(der).ok();
        Self {
            subject: certificate.map(|certificate| certificate.subject_text()),
            subject_alt_names: certificate
                .map(|certificate| certificate.subject_alt_names())
                .unwrap_or_default(),
            sha256: Some(hex(digest.as_ref())),
        }
    }
}

/// The subject as a gate reports it that loses part of it; it reports nothing else.
fn careless_subject(der: &CertificateDer<'_>, fault: Fault) -> Option<String> {
    let certificate = Certificate::read(der).ok()?;
    match fault {
        Fault::CommonNameUpToNul => {
            certificate.subject_text().split("\\00").next().map(str::to_owned)
        }
        Fault::UnescapedIdentity => Some(certificate.unescaped_subject_text()),
        Fault::LastCommonName => certificate.common_names().last().map(|name| format!("CN={name}")),
        Fault::NormalisedIdentity => Some(normalised(&certificate.subject_text())),
        Fault::UnorderedNames => {
            let mut rdns = certificate.subject_rdns();
            rdns.sort_unstable();
            Some(rdns.join(","))
        }
        _ => None,
    }
}

/// A subject without escaped spaces, which are those at the ends of values, and without what is not ASCII.
fn normalised(subject: &str) -> String {
    subject.replace("\\ ", "").chars().filter(char::is_ascii).collect()
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
