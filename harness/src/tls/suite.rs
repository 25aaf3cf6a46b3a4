//! The cipher suites spoken here.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Algorithm, CHACHA20_POLY1305};
use rustls::{CipherSuite, ProtocolVersion};

use super::hash::HashAlgorithm;

/// Versions of TLS spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl From<Version> for ProtocolVersion {
    fn from(version: Version) -> Self {
        match version {
            Version::Tls12 => Self::TLSv1_2,
            Version::Tls13 => Self::TLSv1_3,
        }
    }
}

/// Authenticated encryption of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aead {
    /// AES-128 in GCM.
    Aes128Gcm,
    /// AES-256 in GCM.
    Aes256Gcm,
    /// `ChaCha20` with Poly1305.
    ChaCha20Poly1305,
}

impl Aead {
    /// Octets of a key.
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }

    pub(super) const fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Aes128Gcm => &AES_128_GCM,
            Self::Aes256Gcm => &AES_256_GCM,
            Self::ChaCha20Poly1305 => &CHACHA20_POLY1305,
        }
    }
}

/// A cipher suite and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its number.
    pub id: CipherSuite,
    /// The one version that it belongs to.
    pub version: Version,
    /// Hash of the key schedule and of `Finished`.
    pub hash: HashAlgorithm,
    /// What protects records.
    pub aead: Aead,
    /// Whether the server's key is RSA (or else ECDSA); TLS 1.3 leaves it to the signature scheme.
    pub signs_with_rsa: Option<bool>,
}

impl Suite {
    /// All, TLS 1.3 first.
    pub const ALL: &'static [Self] = &[
        tls13(CipherSuite::TLS13_AES_128_GCM_SHA256, Aead::Aes128Gcm),
        tls13(CipherSuite::TLS13_AES_256_GCM_SHA384, Aead::Aes256Gcm),
        tls13(CipherSuite::TLS13_CHACHA20_POLY1305_SHA256, Aead::ChaCha20Poly1305),
        ecdsa(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, Aead::Aes128Gcm),
        ecdsa(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, Aead::Aes256Gcm),
        ecdsa(CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, Aead::ChaCha20Poly1305),
        rsa(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, Aead::Aes128Gcm),
        rsa(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, Aead::Aes256Gcm),
        rsa(CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, Aead::ChaCha20Poly1305),
    ];

    /// The suite with this number; `None` if it is not spoken here.
    pub fn find(id: CipherSuite) -> Option<&'static Self> {
        Self::ALL.iter().find(|suite| suite.id == id)
    }
}

const fn tls13(id: CipherSuite, aead: Aead) -> Suite {
    Suite { id, version: Version::Tls13, hash: hash(aead), aead, signs_with_rsa: None }
}

const fn ecdsa(id: CipherSuite, aead: Aead) -> Suite {
    Suite { id, version: Version::Tls12, hash: hash(aead), aead, signs_with_rsa: Some(false) }
}

const fn rsa(id: CipherSuite, aead: Aead) -> Suite {
    Suite { id, version: Version::Tls12, hash: hash(aead), aead, signs_with_rsa: Some(true) }
}

/// In all suites spoken here, SHA-384 goes with AES-256 and with nothing else.
const fn hash(aead: Aead) -> HashAlgorithm {
    match aead {
        Aead::Aes256Gcm => HashAlgorithm::Sha384,
        Aead::Aes128Gcm | Aead::ChaCha20Poly1305 => HashAlgorithm::Sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_names_say() {
        for suite in Suite::ALL {
            let name = suite.id.as_str().unwrap();
            assert_eq!(suite.version == Version::Tls13, name.starts_with("TLS13_"), "{name}");
            assert_eq!(suite.hash == HashAlgorithm::Sha384, name.ends_with("_SHA384"), "{name}");
            assert_eq!(suite.signs_with_rsa == Some(true), name.contains("_RSA_"), "{name}");
            assert_eq!(suite.signs_with_rsa == Some(false), name.contains("_ECDSA_"), "{name}");
            let aead = match suite.aead {
                Aead::Aes128Gcm => "AES_128_GCM",
                Aead::Aes256Gcm => "AES_256_GCM",
                Aead::ChaCha20Poly1305 => "CHACHA20_POLY1305",
            };
            assert!(name.contains(aead), "{name}");
            assert_eq!(suite.aead.key_len(), suite.aead.algorithm().key_len());
            assert_eq!(Suite::find(suite.id), Some(suite));
        }
        assert_eq!(Suite::find(CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA), None);
    }
}
