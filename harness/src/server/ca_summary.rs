//! What people want to know about a CA that an account trusts.

use rustls::pki_types::CertificateDer;

use super::verify::Certificate;

/// A CA certificate in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaSummary {
    /// Subject (RFC 4514).
    pub subject: String,
    /// `notAfter`, in seconds since 1970.
    pub not_after: i64,
}

impl CaSummary {
    /// Reads a certificate; `None` where it is none.
    pub fn of(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::read(der).ok()?;
        Some(Self { subject: certificate.subject_text(), not_after: certificate.not_after() })
    }
}
