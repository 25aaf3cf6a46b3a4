//! Why a certificate is refused, and which alert says so.

use std::sync::Arc;

use rustls::pki_types::UnixTime;
use rustls::{CertificateError, OtherError};

/// What could not be read, by its ASN.1 name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {what}")]
pub struct Malformed {
    what: &'static str,
}

impl Malformed {
    pub(super) const fn new(what: &'static str) -> Self {
        Self { what }
    }
}

/// An encoding that a BER reader takes and that DER or RFC 5280 forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodingDefect {
    /// X.690 10.1: the length has more octets than it needs.
    #[error("a length has more octets than it needs")]
    NonMinimalLength,
    /// X.690 8.3.2: the integer has more octets than it needs.
    #[error("an integer has more octets than it needs")]
    NonMinimalInteger,
    /// X.690 11.1: `TRUE` is 0xff.
    #[error("a boolean is neither 0x00 nor 0xff")]
    Boolean,
    /// Octets after the certificate.
    #[error("octets follow the certificate")]
    TrailingBytes,
    /// RFC 5280 4.1.1.2: the two `signatureAlgorithm` fields must be the same.
    #[error("the inner and the outer signature algorithm differ")]
    AlgorithmMismatch,
    /// RFC 5280 4.1.2.5: dates through 2049 are `UTCTime`.
    #[error("a date before 2050 is not a UTCTime")]
    TimeType,
    /// X.690 11.5: the default version is not encoded.
    #[error("version 1 is spelled out")]
    ExplicitVersion1,
}

/// Why a client's certificates are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A certificate is not one.
    #[error("a certificate cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// A certificate is not DER.
    #[error("a certificate is not in DER: {0}")]
    Encoding(EncodingDefect),
    /// RFC 5280 4.1.2.1: neither version 3 nor, where policy allows it, 1.
    #[error("the version of a certificate is not supported, or does not go with its fields")]
    Version,
    /// RFC 5280 6.1.4 (k): an issuer must be version 3.
    #[error("an issuer has a certificate older than version 3")]
    IssuerVersion,
    /// RFC 5280 4.1.2.2: positive, at most 20 octets.
    #[error("a serial number is negative, zero or too long")]
    SerialNumber,
    /// RFC 5280 4.2: at most one instance of an extension.
    #[error("an extension occurs twice")]
    DuplicateExtension,
    /// RFC 5280 4.2: a critical extension that is not understood.
    #[error("a critical extension is not understood")]
    UnknownCriticalExtension,
    /// RFC 5280 6.1.3 (a) (2).
    #[error("a certificate is not valid yet")]
    NotYetValid {
        /// When it was looked at, seconds since 1970.
        now: u64,
        /// Its `notBefore`.
        not_before: u64,
    },
    /// RFC 5280 6.1.3 (a) (2).
    #[error("a certificate has expired")]
    Expired {
        /// When it was looked at, seconds since 1970.
        now: u64,
        /// Its `notAfter`.
        not_after: u64,
    },
    /// RFC 5280 4.2.1.3: `keyUsage` without `digitalSignature`.
    #[error("keyUsage does not allow the client to sign a handshake")]
    NotForSigning,
    /// RFC 5280 6.1.4 (n): `keyUsage` without `keyCertSign`.
    #[error("keyUsage does not allow an issuer to sign certificates")]
    NotForCertificateSigning,
    /// RFC 5280 4.2.1.12: `extKeyUsage` without `clientAuth`.
    #[error("extKeyUsage does not allow client authentication")]
    NotForClientAuthentication,
    /// A CA's certificate where an end-entity's belongs.
    #[error("the client's certificate is a CA's")]
    CaAsEndEntity,
    /// RFC 5280 4.1.2.6: nobody is named.
    #[error("a certificate names nobody")]
    EmptySubject,
    /// RFC 5280 6.1.4 (k).
    #[error("an issuer is not a CA")]
    NotACa,
    /// RFC 5280 6.1.4 (m), or more certificates than this validator follows.
    #[error("the certification path is too long")]
    PathTooLong,
    /// RFC 5280 6.1.3 (b), (c).
    #[error("a name is outside what an issuer may name")]
    NameConstraints,
    /// RFC 5280 6.1.3 (a) (1).
    #[error("a signature is wrong")]
    BadSignature,
    /// A signature algorithm or key type that is not supported, or a key that does not go with it.
    #[error("a signature algorithm is not supported for its key")]
    UnsupportedSignatureAlgorithm,
    /// No certification path leads to a trust anchor.
    #[error("no certification path leads to a trust anchor")]
    UnknownIssuer,
    /// RFC 5280 6.3.3.
    #[error("a certificate is revoked")]
    Revoked,
    /// RFC 5280 6.3.3: no revocation list says anything about a certificate.
    #[error("no revocation list covers a certificate")]
    UnknownRevocationStatus,
    /// RFC 5280 6.3.3 (a): the revocation list is out of date.
    #[error("the revocation list of an issuer is out of date")]
    StaleRevocationList,
    /// More octets, or more work, than a client is granted.
    #[error("the certificate_list asks for too much work")]
    TooMuchWork,
    /// A deliberate fault refuses it.
    #[error("refused by a deliberate fault")]
    Fault,
}

impl From<Refusal> for rustls::Error {
    fn from(refusal: Refusal) -> Self {
        let error = match &refusal {
            // bad_certificate is what RFC 8446 4.4.2.4 wants for MD5 and SHA-1; rustls would send decrypt_error for
            // an algorithm that it does not support.
            Refusal::UnsupportedSignatureAlgorithm
            | Refusal::Malformed(_)
            | Refusal::Encoding(_)
            | Refusal::Version
            | Refusal::SerialNumber
            | Refusal::DuplicateExtension
            | Refusal::EmptySubject => CertificateError::BadEncoding,
            Refusal::UnknownCriticalExtension => CertificateError::UnhandledCriticalExtension,
            Refusal::NotYetValid { now, not_before } => {
                CertificateError::NotValidYetContext { time: at(*now), not_before: at(*not_before) }
            }
            Refusal::Expired { now, not_after } => {
                CertificateError::ExpiredContext { time: at(*now), not_after: at(*not_after) }
            }
            Refusal::NotForSigning
            | Refusal::NotForClientAuthentication
            | Refusal::CaAsEndEntity => CertificateError::InvalidPurpose,
            Refusal::BadSignature => CertificateError::BadSignature,
            Refusal::UnknownIssuer => CertificateError::UnknownIssuer,
            Refusal::Revoked => CertificateError::Revoked,
            Refusal::UnknownRevocationStatus => CertificateError::UnknownRevocationStatus,
            Refusal::StaleRevocationList => CertificateError::ExpiredRevocationList,
            Refusal::Fault => CertificateError::ApplicationVerificationFailure,
            Refusal::IssuerVersion
            | Refusal::NotForCertificateSigning
            | Refusal::NotACa
            | Refusal::PathTooLong
            | Refusal::NameConstraints
            | Refusal::TooMuchWork => CertificateError::Other(OtherError(Arc::new(refusal))),
        };
        Self::InvalidCertificate(error)
    }
}

fn at(seconds: u64) -> UnixTime {
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}
