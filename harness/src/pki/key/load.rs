//! A user's own private key, from PEM or DER.

use std::sync::OnceLock;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair,
};
use mtls_scenarios::KeyAlgorithm;
use rsa::PrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::traits::PublicKeyParts;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use thiserror::Error;

use super::signer::{Key, KeyParts, Private};

/// Why bytes are not a private key that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// PEM without a private key section, or DER of another kind.
    #[error("no unencrypted private key found (PKCS #8, SEC 1 or PKCS #1, in PEM or DER)")]
    NotAKey,
    /// An encrypted key.
    #[error("the private key is encrypted; decrypt it first, for example with `openssl pkey`")]
    Encrypted,
    /// Another algorithm, curve or size.
    #[error(
        "the private key is damaged or of an algorithm that is not supported (P-256, P-384, P-521, Ed25519, RSA of 1024 to 8192 bits)"
    )]
    Unsupported,
}

const CURVES: [(KeyAlgorithm, &EcdsaSigningAlgorithm); 3] = [
    (KeyAlgorithm::P256, &ECDSA_P256_SHA256_ASN1_SIGNING),
    (KeyAlgorithm::P384, &ECDSA_P384_SHA384_ASN1_SIGNING),
    (KeyAlgorithm::P521, &ECDSA_P521_SHA512_ASN1_SIGNING),
];

impl Key {
    /// Reads a private key from PEM (the first key section) or DER.
    pub fn from_pem_or_der(input: &[u8]) -> Result<Self, KeyError> {
        if input.windows(11).any(|window| window == b"-----BEGIN ") {
            let encrypted = input.windows(9).any(|window| window == b"ENCRYPTED");
            let missing = if encrypted { KeyError::Encrypted } else { KeyError::NotAKey };
            let der = PrivateKeyDer::from_pem_slice(input).map_err(|_| missing)?;
            Self::from_der(der.secret_der())
        } else {
            Self::from_der(input)
        }
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        super::super::der::read(der).map_err(|_| KeyError::NotAKey)?;
        let parts =
            ecdsa(der).or_else(|| ed25519(der)).or_else(|| rsa(der)).or_else(|| rsa_short(der));
        parts.map(Self::new).ok_or(KeyError::Unsupported)
    }
}

fn ecdsa(der: &[u8]) -> Option<KeyParts> {
    CURVES.into_iter().find_map(|(algorithm, curve)| {
        let pair = EcdsaKeyPair::from_private_key_der(curve, der).ok()?;
        let pkcs8 = pair.to_pkcs8v1().ok()?.as_ref().to_vec();
        parts(algorithm, pkcs8, Private::Ecdsa { pair, deterministic: None })
    })
}

fn ed25519(der: &[u8]) -> Option<KeyParts> {
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()?;
    let pkcs8 = pair.to_pkcs8v1().ok()?.as_ref().to_vec();
    parts(KeyAlgorithm::Ed25519, pkcs8, Private::Ed25519(pair))
}

fn rsa(der: &[u8]) -> Option<KeyParts> {
    let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)).ok()?;
    let algorithm = match pair.public_modulus_len() {
        512.. => KeyAlgorithm::Rsa4096,
        384.. => KeyAlgorithm::Rsa3072,
        _ => KeyAlgorithm::Rsa2048,
    };
    let document: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().ok()?;
    let pkcs8 = document.as_ref().to_vec();
    parts(algorithm, pkcs8, Private::Rsa { pair: Some(pair), portable: OnceLock::new() })
}

/// RSA below 2048 bits, which aws-lc-rs refuses.
fn rsa_short(der: &[u8]) -> Option<KeyParts> {
    let key = PrivateKey::from_pkcs8_der(der).or_else(|_| PrivateKey::from_pkcs1_der(der)).ok()?;
    if !(128..256).contains(&key.size()) {
        return None;
    }
    let pkcs8 = key.to_pkcs8_der().ok()?.as_bytes().to_vec();
    let portable = OnceLock::from(Some(key));
    parts(KeyAlgorithm::Rsa1024, pkcs8, Private::Rsa { pair: None, portable })
}

fn parts(algorithm: KeyAlgorithm, pkcs8: Vec<u8>, private: Private) -> Option<KeyParts> {
    Some(KeyParts { algorithm, public: private.public()?, pkcs8, private })
}
