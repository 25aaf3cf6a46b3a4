//! RSA: the pool of test keys, and what aws-lc-rs will not sign (1024 bits, MD5, SHA-1).

use aws_lc_rs::digest;
use md5::Digest as _;
use mtls_scenarios::KeyAlgorithm;
use rsa::pkcs8::DecodePrivateKey;
use rsa::pss::Pss;
use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::{Pkcs1v15Sign, PrivateKey};

/// Hash functions of RSA signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RsaHash {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl RsaHash {
    fn digest(self, message: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Md5 => return md5::Md5::digest(message).to_vec(),
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        };
        digest::digest(algorithm, message).as_ref().to_vec()
    }

    /// `DigestInfo` up to the digest (RFC 8017 9.2, note 1).
    const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Md5 => {
                b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10"
            }
            Self::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
            Self::Sha256 => {
                b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
            }
            Self::Sha384 => {
                b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
            }
            Self::Sha512 => {
                b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
            }
        }
    }
}

/// Reads a private key from PKCS #8.
pub(super) fn parse(pkcs8: &[u8]) -> Option<PrivateKey> {
    PrivateKey::from_pkcs8_der(pkcs8).ok()
}

/// RSASSA-PKCS1-v1_5; the same message gives the same signature.
pub(super) fn sign_pkcs1(key: &PrivateKey, hash: RsaHash, message: &[u8]) -> Option<Vec<u8>> {
    let digest = hash.digest(message);
    let scheme = Pkcs1v15Sign { hash_len: Some(digest.len()), prefix: hash.prefix().into() };
    key.sign(scheme, &digest).ok()
}

/// RSASSA-PSS with a salt as long as the digest; `None` where the modulus is too short for the hash.
pub(super) fn sign_pss(key: &PrivateKey, hash: RsaHash, message: &[u8]) -> Option<Vec<u8>> {
    let digest = hash.digest(message);
    match hash {
        RsaHash::Sha256 => key.sign(Pss::<Sha256>::new(), &digest).ok(),
        RsaHash::Sha384 => key.sign(Pss::<Sha384>::new(), &digest).ok(),
        RsaHash::Sha512 => key.sign(Pss::<Sha512>::new(), &digest).ok(),
        RsaHash::Md5 | RsaHash::Sha1 => None,
    }
}

macro_rules! pool {
    ($size:literal: $($number:literal)*) => {
        &[$(include_bytes!(concat!("../test-keys/rsa", $size, "-", $number, ".der"))),*]
    };
}

static RSA1024: &[&[u8]] = pool!("1024": "0" "1" "2" "3");
static RSA2048: &[&[u8]] = pool!("2048": "0" "1" "2" "3" "4" "5" "6" "7");
static RSA3072: &[&[u8]] = pool!("3072": "0" "1" "2" "3");
static RSA4096: &[&[u8]] = pool!("4096": "0" "1" "2" "3");

/// The test keys of a size in PKCS #8, and how many of them, at the end, are for trust anchors.
/// Empty for an algorithm that is not RSA.
pub(super) fn pool(algorithm: KeyAlgorithm) -> (&'static [&'static [u8]], usize) {
    match algorithm {
        KeyAlgorithm::Rsa1024 => (RSA1024, 1),
        KeyAlgorithm::Rsa2048 => (RSA2048, 3),
        KeyAlgorithm::Rsa3072 => (RSA3072, 1),
        KeyAlgorithm::Rsa4096 => (RSA4096, 1),
        KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521 | KeyAlgorithm::Ed25519 => {
            (&[], 0)
        }
    }
}
