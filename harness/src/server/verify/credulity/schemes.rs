//! Verification by whatever scheme fits the key.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use md5::Digest as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::{Pkcs1v15Sign, PublicKey as RsaPublicKey};
use rustls::crypto::WebPkiSupportedAlgorithms;

use super::public_key::Kind;
use crate::server::verify::certificate::PublicKey;
use crate::server::verify::signature::Proof;

/// `DigestInfo` of MD5 up to the digest (RFC 8017 9.2, note 1).
const MD5_DIGEST_INFO: &[u8] =
    b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10";

/// Whether any scheme for this key verifies the signature, offered or not, weak or not.
pub(super) fn any_verifies(
    proof: Proof<'_>,
    algorithms: &WebPkiSupportedAlgorithms,
    key: PublicKey<'_>,
) -> bool {
    algorithms
        .all
        .iter()
        .filter(|known| known.public_key_alg_id().as_ref() == key.algorithm)
        .any(|known| known.verify_signature(key.bits, proof.message, proof.signature).is_ok())
        || match Kind::of(key) {
            Some(Kind::P256 { .. }) => ecdsa_with_sha1(key.bits, proof).is_some(),
            Some(Kind::Rsa { .. }) => {
                rsa_with_sha1(key.bits, proof) || rsa_with_md5(key.bits, proof)
            }
            Some(Kind::Ed25519 { .. }) | None => false,
        }
}

fn ecdsa_with_sha1(point: &[u8], proof: Proof<'_>) -> Option<()> {
    let key = VerifyingKey::from_sec1_bytes(point).ok()?;
    let signature = Signature::from_der(proof.signature).ok()?;
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, proof.message);
    key.verify_prehash(hash.as_ref(), &signature).ok()
}

fn rsa_with_sha1(key: &[u8], proof: Proof<'_>) -> bool {
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key)
        .verify(proof.message, proof.signature)
        .is_ok()
}

fn rsa_with_md5(key: &[u8], proof: Proof<'_>) -> bool {
    let hash = md5::Md5::digest(proof.message);
    let scheme = Pkcs1v15Sign { hash_len: Some(hash.len()), prefix: MD5_DIGEST_INFO.into() };
    RsaPublicKey::from_pkcs1_der(key)
        .is_ok_and(|key| key.verify(scheme, &hash, proof.signature).is_ok())
}
