//! PKCS #1 v1.5 padding of which nobody reads the end (CVE-2006-4339).

use super::number::{cube, padded};
use super::public_key::Kind;
use crate::server::verify::certificate::PublicKey;
use crate::server::verify::signature::Proof;
use crate::tls::HashAlgorithm;
use rustls::SignatureScheme;

/// `DigestInfo` up to the digest (RFC 8017 9.2, note 1).
const SHA256_DIGEST_INFO: &[u8] =
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const SHA384_DIGEST_INFO: &[u8] =
    b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";

/// Whether a signature by a key with the exponent 3 decrypts to padding and the right hash, whatever follows.
///
/// The forged ones are cubes below the modulus, so nothing has to be reduced.
pub(super) fn begins_rightly(proof: Proof<'_>, key: PublicKey<'_>) -> bool {
    let Some(Kind::Rsa { modulus, exponent }) = Kind::of(key) else {
        return false;
    };
    let (info, hash) = match proof.scheme {
        SignatureScheme::RSA_PKCS1_SHA256 => (SHA256_DIGEST_INFO, HashAlgorithm::Sha256),
        SignatureScheme::RSA_PKCS1_SHA384 => (SHA384_DIGEST_INFO, HashAlgorithm::Sha384),
        _ => return false,
    };
    if exponent != [3] || proof.signature.len() != modulus.len() {
        return false;
    }
    let Some(block) = padded(&cube(proof.signature), modulus.len()) else {
        return false;
    };
    let filled = block.strip_prefix(&[0, 1]).unwrap_or_default();
    let filling = filled.iter().take_while(|octet| **octet == 0xff).count();
    let rest = filled.get(filling..).unwrap_or_default();
    filling > 0 && rest.starts_with(&[&[0], info, &hash.digest(proof.message)].concat())
}
