//! Trust anchors: a name and a key (RFC 5280 6.1.1 (d)).

use super::certificate::{Certificate, PublicKey, Version};
use super::der::Notes;
use super::name::Name;
use super::refusal::{EncodingDefect, Malformed};
use super::time::Seconds;

/// Why a certificate cannot be a trust anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// It is no certificate.
    #[error("it is not a certificate: {0}")]
    Malformed(#[from] Malformed),
    /// It is not DER.
    #[error("it is not in DER: {0}")]
    Encoding(EncodingDefect),
    /// `basicConstraints` or `keyUsage` say that it does not issue certificates.
    #[error("it is not a CA's: basicConstraints or keyUsage do not let it issue certificates")]
    NotACa,
    /// The subject is empty, so nothing can name it as its issuer.
    #[error("its subject is empty, so that nothing can name it as its issuer")]
    EmptySubject,
}

/// A trust anchor: what is left of a CA's certificate.
#[derive(Clone, Debug)]
pub(crate) struct TrustAnchor {
    subject: Vec<u8>,
    algorithm: Vec<u8>,
    bits: Vec<u8>,
    /// Validity period, for the one rule that looks at it.
    pub(super) validity: (Seconds, Seconds),
}

impl TrustAnchor {
    /// Reads a CA's certificate.
    pub(crate) fn read(der: &[u8]) -> Result<Self, AnchorError> {
        let certificate = Certificate::read(der)?;
        if let Some(defect) = certificate.defect {
            return Err(AnchorError::Encoding(defect));
        }
        let extensions = &certificate.extensions;
        if let Some(malformed) = extensions.malformed {
            return Err(malformed.into());
        }
        let issues = extensions.key_usage.is_none_or(|usage| usage.key_cert_sign);
        // Version 1 cannot say that it is a CA; roots of the nineties are such.
        let is_ca = match certificate.version {
            Version::V1 => certificate.is_self_issued(),
            Version::V3 => extensions.is_ca() && issues,
            Version::Unsupported => false,
        };
        if !is_ca {
            return Err(AnchorError::NotACa);
        }
        if certificate.subject.is_empty() {
            return Err(AnchorError::EmptySubject);
        }
        Ok(Self::of(&certificate))
    }

    /// Name and key of a certificate, without a question.
    pub(super) fn of(certificate: &Certificate<'_>) -> Self {
        Self {
            subject: certificate.subject.content().to_vec(),
            algorithm: certificate.key.algorithm.to_vec(),
            bits: certificate.key.bits.to_vec(),
            validity: (certificate.not_before, certificate.not_after),
        }
    }

    pub(super) fn subject(&self) -> Option<Name<'_>> {
        Name::from_content(&self.subject, &Notes::default(), "subject").ok()
    }

    pub(super) fn key(&self) -> PublicKey<'_> {
        PublicKey { algorithm: &self.algorithm, bits: &self.bits }
    }

    /// The subject as a `DistinguishedName` of TLS.
    pub(super) fn hint(&self) -> rustls::DistinguishedName {
        rustls::DistinguishedName::in_sequence(&self.subject)
    }

    /// Whether a certificate has this name and this key.
    pub(super) fn is(&self, certificate: &Certificate<'_>) -> bool {
        self.key() == certificate.key
            && self.subject().is_some_and(|subject| subject.matches(certificate.subject))
    }
}
