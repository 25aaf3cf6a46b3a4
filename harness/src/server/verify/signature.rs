//! Signatures, through the crypto provider's algorithms and nothing else.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::{CertificateError, DigitallySignedStruct, PeerMisbehaved, SignatureScheme};

use super::certificate::PublicKey;
use super::refusal::Refusal;

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

/// Verifies a `CertificateVerify` of TLS 1.2, where a scheme does not fix the curve.
pub(super) fn verify_tls12(
    algorithms: &WebPkiSupportedAlgorithms,
    key: PublicKey<'_>,
    message: &[u8],
    signed: &DigitallySignedStruct,
) -> Result<(), rustls::Error> {
    let candidates = candidates(algorithms, signed.scheme)?;
    let algorithm = candidates
        .iter()
        .find(|known| known.public_key_alg_id().as_ref() == key.algorithm)
        .ok_or(Refusal::UnsupportedSignatureAlgorithm)?;
    check(*algorithm, key, message, signed)
}

/// Verifies a `CertificateVerify` of TLS 1.3 (RFC 8446 4.4.3): neither RSASSA-PKCS1-v1_5 nor SHA-1, and the
/// scheme fixes the curve.
pub(super) fn verify_tls13(
    algorithms: &WebPkiSupportedAlgorithms,
    key: PublicKey<'_>,
    message: &[u8],
    signed: &DigitallySignedStruct,
) -> Result<(), rustls::Error> {
    if !is_for_tls13(signed.scheme) {
        return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    }
    let algorithm = candidates(algorithms, signed.scheme)?
        .first()
        .filter(|known| known.public_key_alg_id().as_ref() == key.algorithm)
        .ok_or(Refusal::UnsupportedSignatureAlgorithm)?;
    check(*algorithm, key, message, signed)
}

fn is_for_tls13(scheme: SignatureScheme) -> bool {
    !matches!(
        scheme,
        SignatureScheme::RSA_PKCS1_SHA1
            | SignatureScheme::ECDSA_SHA1_Legacy
            | SignatureScheme::RSA_PKCS1_SHA256
            | SignatureScheme::RSA_PKCS1_SHA384
            | SignatureScheme::RSA_PKCS1_SHA512
    )
}

type Algorithm = &'static dyn rustls::pki_types::SignatureVerificationAlgorithm;

fn candidates(
    algorithms: &WebPkiSupportedAlgorithms,
    scheme: SignatureScheme,
) -> Result<&'static [Algorithm], rustls::Error> {
    algorithms
        .mapping
        .iter()
        .find(|(known, _)| *known == scheme)
        .map(|(_, candidates)| *candidates)
        .ok_or_else(|| PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
}

fn check(
    algorithm: Algorithm,
    key: PublicKey<'_>,
    message: &[u8],
    signed: &DigitallySignedStruct,
) -> Result<(), rustls::Error> {
    algorithm
        .verify_signature(key.bits, message, signed.signature())
        .map_err(|_| CertificateError::BadSignature.into())
}
