//! Signatures, through the crypto provider's algorithms and nothing else.

use mtls_scenarios::TlsVersion;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, PeerMisbehaved, SignatureScheme};

use super::certificate::PublicKey;
use super::refusal::Refusal;
use crate::tls::signs_tls13;

/// Verifies a signature on a certificate or CRL. The provider has no algorithm with SHA-1 or MD5, and none for
/// RSA keys below 2048 bits.
pub(super) fn verify(
    algorithms: &WebPkiSupportedAlgorithms,
    key: PublicKey<'_>,
    algorithm: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), Refusal> {
    let known = algorithms
        .all
        .iter()
        .find(|known| {
            known.signature_alg_id().as_ref() == algorithm
                && known.public_key_alg_id().as_ref() == key.algorithm
        })
        .ok_or(Refusal::UnsupportedSignatureAlgorithm)?;
    known.verify_signature(key.bits, message, signature).map_err(|_| Refusal::BadSignature)
}

/// What a `CertificateVerify` says, and what it has to say it about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof<'a> {
    pub(super) version: TlsVersion,
    /// The octets that have to be signed.
    pub(super) message: &'a [u8],
    pub(super) scheme: SignatureScheme,
    pub(super) signature: &'a [u8],
}

impl Proof<'_> {
    /// Verifies it with the key of a certificate.
    pub(super) fn verify(
        &self,
        algorithms: &WebPkiSupportedAlgorithms,
        key: PublicKey<'_>,
    ) -> Result<(), rustls::Error> {
        let is_for_key = |known: &&Algorithm| known.public_key_alg_id().as_ref() == key.algorithm;
        let found = match self.version {
            // A scheme does not fix the curve.
            TlsVersion::Tls12 => self.candidates(algorithms)?.iter().find(is_for_key),
            // RFC 8446 4.4.3: neither RSASSA-PKCS1-v1_5 nor SHA-1, and the scheme fixes the curve.
            TlsVersion::Tls13 if !signs_tls13(self.scheme) => {
                return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
            }
            TlsVersion::Tls13 => self.candidates(algorithms)?.first().filter(is_for_key),
        };
        found
            .ok_or(Refusal::UnsupportedSignatureAlgorithm)?
            .verify_signature(key.bits, self.message, self.signature)
            .map_err(|_| CertificateError::BadSignature.into())
    }

    fn candidates(
        &self,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<&'static [Algorithm], rustls::Error> {
        algorithms
            .mapping
            .iter()
            .find(|(known, _)| *known == self.scheme)
            .map(|(_, candidates)| *candidates)
            .ok_or_else(|| PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }
}

type Algorithm = &'static dyn rustls::pki_types::SignatureVerificationAlgorithm;
