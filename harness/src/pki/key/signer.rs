//! A private key, and every signature that a certificate or a TLS client needs of it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair};
use mtls_scenarios::{KeyAlgorithm, SignatureAlgorithm};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::PrivateKey;
use rustls::SignatureScheme;
use thiserror::Error;

use super::ecdsa::{DeterministicP256, Hash};
use super::posed::Posed;
use super::rsa::{self as portable_rsa, RsaHash};
use crate::pki::pem;

/// Why a key did not sign.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignError {
    /// The key's algorithm cannot make such a signature.
    #[error("a key of algorithm {key} cannot make the signature {signature}")]
    Unsuitable {
        /// The key's algorithm.
        key: &'static str,
        /// The signature asked for.
        signature: String,
    },
    /// The cryptographic library refused.
    #[error("the {key} key failed to sign with {signature}")]
    Failed {
        /// The key's algorithm.
        key: &'static str,
        /// The signature asked for.
        signature: String,
    },
}

/// A key pair. Shared between tasks behind an `Arc`; its private half shows in no `Debug` output.
pub struct Key {
    algorithm: KeyAlgorithm,
    public: Vec<u8>,
    spki: Vec<u8>,
    identifier: Vec<u8>,
    pkcs8: Vec<u8>,
    private: Arc<Private>,
    /// Least octets of a signature; shorter ones get leading zeros.
    signature_length: usize,
}

/// The parts of a [`Key`] before what follows from them is computed.
pub(super) struct KeyParts {
    pub(super) algorithm: KeyAlgorithm,
    pub(super) public: Vec<u8>,
    pub(super) pkcs8: Vec<u8>,
    pub(super) private: Private,
}

/// Private halves, by what signs with them.
#[expect(clippy::large_enum_variant, reason = "one a key, and keys are made once")]
pub(super) enum Private {
    /// `deterministic` for keys made from the seed; `pair` draws random nonces.
    Ecdsa {
        pair: EcdsaKeyPair,
        deterministic: Option<Deterministic>,
    },
    Ed25519(Ed25519KeyPair),
    /// `pair` for keys of 2048 bits and more; `portable` is read from PKCS #8 when first needed.
    Rsa {
        pair: Option<RsaKeyPair>,
        portable: OnceLock<Option<PrivateKey>>,
    },
}

/// Schemes of TLS 1.2 that no gate should list (RFC 9155).
const RSA_PKCS1_MD5: u16 = 0x0101;
const RSA_PKCS1_SHA1: u16 = 0x0201;
const ECDSA_SHA1: u16 = 0x0203;

/// ECDSA with the nonces of RFC 6979.
pub(super) enum Deterministic {
    P256(DeterministicP256),
    P384(Box<p384::ecdsa::SigningKey>),
    P521(Box<p521::ecdsa::SigningKey>),
}

impl Key {
    pub(super) fn new(parts: KeyParts) -> Self {
        let KeyParts { algorithm, public, pkcs8, private } = parts;
        let spki = super::encoding::subject_public_key_info(algorithm, &public);
        // RFC 5280 4.2.1.2, method 1; what openssl does too.
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &public);
        let identifier = digest.as_ref().to_vec();
        let private = Arc::new(private);
        Self { algorithm, public, spki, identifier, pkcs8, private, signature_length: 0 }
    }

    /// The same key under a public key that is not its own: what it signs does not verify.
    pub(crate) fn posing_as(&self, posed: Posed) -> Self {
        Self {
            algorithm: self.algorithm,
            public: self.public.clone(),
            spki: posed.spki,
            identifier: self.identifier.clone(),
            pkcs8: self.pkcs8.clone(),
            private: Arc::clone(&self.private),
            signature_length: posed.signature_length,
        }
    }

    fn padded(&self, signature: Vec<u8>) -> Vec<u8> {
        let mut padded = vec![0; self.signature_length.saturating_sub(signature.len())];
        padded.extend(signature);
        padded
    }

    /// The key's algorithm. A user's RSA key of a size that has no name counts as the next smaller one.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn subject_public_key_info(&self) -> &[u8] {
        &self.spki
    }

    /// Content of the `BIT STRING` in the key's own `SubjectPublicKeyInfo`.
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// Subject key identifier: SHA-1 of the public key bits (RFC 5280 4.2.1.2, method 1).
    pub fn key_identifier(&self) -> &[u8] {
        &self.identifier
    }

    /// The private key in PKCS #8 DER.
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The private key in PKCS #8 PEM.
    pub fn pkcs8_pem(&self) -> String {
        pem::encode("PRIVATE KEY", &self.pkcs8)
    }

    /// The signature that certificates get by default when this key signs them.
    pub fn default_signature(&self) -> SignatureAlgorithm {
        match self.algorithm {
            KeyAlgorithm::P256 => SignatureAlgorithm::EcdsaWithSha256,
            KeyAlgorithm::P384 => SignatureAlgorithm::EcdsaWithSha384,
            KeyAlgorithm::P521 => SignatureAlgorithm::EcdsaWithSha512,
            KeyAlgorithm::Ed25519 => SignatureAlgorithm::Ed25519,
            _ => SignatureAlgorithm::Sha256WithRsa,
        }
    }

    /// TLS signature schemes that the key can make, strongest first.
    pub fn schemes(&self) -> &'static [SignatureScheme] {
        match self.algorithm {
            KeyAlgorithm::P256 => &[SignatureScheme::ECDSA_NISTP256_SHA256],
            KeyAlgorithm::P384 => &[SignatureScheme::ECDSA_NISTP384_SHA384],
            KeyAlgorithm::P521 => &[SignatureScheme::ECDSA_NISTP521_SHA512],
            KeyAlgorithm::Ed25519 => &[SignatureScheme::ED25519],
            // RSASSA-PSS with SHA-512 needs 130 octets; a modulus of 1024 bits has 128.
            KeyAlgorithm::Rsa1024 => &[
                SignatureScheme::RSA_PSS_SHA384,
                SignatureScheme::RSA_PSS_SHA256,
                SignatureScheme::RSA_PKCS1_SHA512,
                SignatureScheme::RSA_PKCS1_SHA384,
                SignatureScheme::RSA_PKCS1_SHA256,
            ],
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => &[
                SignatureScheme::RSA_PSS_SHA512,
                SignatureScheme::RSA_PSS_SHA384,
                SignatureScheme::RSA_PSS_SHA256,
                SignatureScheme::RSA_PKCS1_SHA512,
                SignatureScheme::RSA_PKCS1_SHA384,
                SignatureScheme::RSA_PKCS1_SHA256,
            ],
        }
    }

    /// Signs a TLS handshake message (RFC 8446 4.2.3). ECDSA and RSASSA-PSS signatures differ from call to call.
    pub fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let name = || format!("{scheme:?}");
        if !self.schemes().contains(&scheme) {
            return Err(self.unsuitable(name()));
        }
        let signature = match &*self.private {
            Private::Ecdsa { pair, .. } => random_ecdsa(pair, message),
            Private::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Private::Rsa { pair, portable } => {
                let (pss, hash) = match scheme {
                    SignatureScheme::RSA_PSS_SHA256 => (true, RsaHash::Sha256),
                    SignatureScheme::RSA_PSS_SHA384 => (true, RsaHash::Sha384),
                    SignatureScheme::RSA_PSS_SHA512 => (true, RsaHash::Sha512),
                    SignatureScheme::RSA_PKCS1_SHA384 => (false, RsaHash::Sha384),
                    SignatureScheme::RSA_PKCS1_SHA512 => (false, RsaHash::Sha512),
                    _ => (false, RsaHash::Sha256),
                };
                self.sign_rsa(pair.as_ref(), portable, (pss, hash), message)
            }
        };
        signature.map(|signature| self.padded(signature)).ok_or_else(|| self.failed(name()))
    }

    /// Signs by any scheme that the key's algorithm can do, those included that TLS has given up: MD5 and SHA-1.
    ///
    /// # Errors
    /// Where the scheme is for keys of another algorithm.
    pub fn sign_any(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = match (&*self.private, u16::from(scheme)) {
            (Private::Rsa { portable, .. }, RSA_PKCS1_MD5) => {
                self.sign_rsa(None, portable, (false, RsaHash::Md5), message)
            }
            (Private::Rsa { portable, .. }, RSA_PKCS1_SHA1) => {
                self.sign_rsa(None, portable, (false, RsaHash::Sha1), message)
            }
            (Private::Ecdsa { deterministic: Some(Deterministic::P256(key)), .. }, ECDSA_SHA1) => {
                key.sign(Hash::SHA1, message)
            }
            _ => return self.sign(scheme, message),
        };
        signature.ok_or_else(|| self.failed(format!("{scheme:?}")))
    }

    /// Whether [`Key::sign_any`] can sign by this scheme. A user's own ECDSA key has only the hash that TLS gives it.
    pub fn can_sign(&self, scheme: SignatureScheme) -> bool {
        let given_up = match (&*self.private, u16::from(scheme)) {
            (Private::Rsa { .. }, RSA_PKCS1_MD5 | RSA_PKCS1_SHA1) => true,
            (Private::Ecdsa { deterministic, .. }, ECDSA_SHA1) => {
                matches!(deterministic, Some(Deterministic::P256(_)))
            }
            _ => false,
        };
        given_up || self.schemes().contains(&scheme)
    }

    /// Signs a certificate or a revocation list. The same message gives the same signature, except with
    /// a user's own ECDSA key.
    pub fn sign_certificate(
        &self,
        algorithm: SignatureAlgorithm,
        tbs: &[u8],
    ) -> Result<Vec<u8>, SignError> {
        let name = || format!("{algorithm:?}");
        let suitable = algorithm == self.default_signature() || self.is_suitable(algorithm);
        if !suitable {
            return Err(self.unsuitable(name()));
        }
        let signature = match &*self.private {
            Private::Ecdsa { deterministic: Some(key), .. } => key.sign(algorithm, tbs),
            Private::Ecdsa { pair, deterministic: None } => random_ecdsa(pair, tbs),
            Private::Ed25519(pair) => Some(pair.sign(tbs).as_ref().to_vec()),
            Private::Rsa { pair, portable } => {
                let hash = match algorithm {
                    SignatureAlgorithm::Md5WithRsa => RsaHash::Md5,
                    SignatureAlgorithm::Sha1WithRsa => RsaHash::Sha1,
                    SignatureAlgorithm::Sha384WithRsa => RsaHash::Sha384,
                    SignatureAlgorithm::Sha512WithRsa => RsaHash::Sha512,
                    _ => RsaHash::Sha256,
                };
                self.sign_rsa(pair.as_ref(), portable, (false, hash), tbs)
            }
        };
        signature.map(|signature| self.padded(signature)).ok_or_else(|| self.failed(name()))
    }

    fn is_suitable(&self, algorithm: SignatureAlgorithm) -> bool {
        match algorithm {
            // aws-lc-rs ties the hash to the curve, and only it signs with a user's key.
            SignatureAlgorithm::EcdsaWithSha256
            | SignatureAlgorithm::EcdsaWithSha384
            | SignatureAlgorithm::EcdsaWithSha512 => {
                matches!(&*self.private, Private::Ecdsa { deterministic: Some(_), .. })
            }
            SignatureAlgorithm::Ed25519 => false,
            _ => matches!(&*self.private, Private::Rsa { .. }),
        }
    }

    fn sign_rsa(
        &self,
        pair: Option<&RsaKeyPair>,
        portable: &OnceLock<Option<PrivateKey>>,
        (pss, hash): (bool, RsaHash),
        message: &[u8],
    ) -> Option<Vec<u8>> {
        let encoding: Option<&'static dyn RsaEncoding> = match (pss, hash) {
            (false, RsaHash::Sha256) => Some(&signature::RSA_PKCS1_SHA256),
            (false, RsaHash::Sha384) => Some(&signature::RSA_PKCS1_SHA384),
            (false, RsaHash::Sha512) => Some(&signature::RSA_PKCS1_SHA512),
            (true, RsaHash::Sha256) => Some(&signature::RSA_PSS_SHA256),
            (true, RsaHash::Sha384) => Some(&signature::RSA_PSS_SHA384),
            (true, RsaHash::Sha512) => Some(&signature::RSA_PSS_SHA512),
            (_, RsaHash::Md5 | RsaHash::Sha1) => None,
        };
        if let (Some(pair), Some(encoding)) = (pair, encoding) {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), message, &mut signature).ok()?;
            return Some(signature);
        }
        let key = portable.get_or_init(|| portable_rsa::parse(&self.pkcs8)).as_ref()?;
        if pss {
            portable_rsa::sign_pss(key, hash, message)
        } else {
            portable_rsa::sign_pkcs1(key, hash, message)
        }
    }

    fn unsuitable(&self, signature: String) -> SignError {
        SignError::Unsuitable { key: self.algorithm.as_str(), signature }
    }

    fn failed(&self, signature: String) -> SignError {
        SignError::Failed { key: self.algorithm.as_str(), signature }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn random_ecdsa(pair: &EcdsaKeyPair, message: &[u8]) -> Option<Vec<u8>> {
    pair.sign(&SystemRandom::new(), message).ok().map(|signature| signature.as_ref().to_vec())
}

impl Deterministic {
    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
        let (hash, digest) = match algorithm {
            SignatureAlgorithm::EcdsaWithSha384 => (Hash::SHA384, &aws_lc_rs::digest::SHA384),
            SignatureAlgorithm::EcdsaWithSha512 => (Hash::SHA512, &aws_lc_rs::digest::SHA512),
            _ => (Hash::SHA256, &aws_lc_rs::digest::SHA256),
        };
        let prehash = || aws_lc_rs::digest::digest(digest, message);
        match self {
            Self::P256(key) => key.sign(hash, message),
            Self::P384(key) => {
                let signature: p384::ecdsa::DerSignature =
                    key.sign_prehash(prehash().as_ref()).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            Self::P521(key) => {
                // The crate refuses hashes shorter than half a scalar; leading zeros do not change the number.
                let digest = prehash();
                let mut padded = vec![0; 66_usize.saturating_sub(digest.as_ref().len())];
                padded.extend_from_slice(digest.as_ref());
                let signature: p521::ecdsa::DerSignature = key.sign_prehash(&padded).ok()?;
                Some(signature.as_bytes().to_vec())
            }
        }
    }
}

impl Private {
    /// The public half as certificates hold it.
    pub(super) fn public(&self) -> Option<Vec<u8>> {
        match self {
            Self::Ecdsa { pair, .. } => Some(pair.public_key().as_ref().to_vec()),
            Self::Ed25519(pair) => Some(pair.public_key().as_ref().to_vec()),
            Self::Rsa { pair: Some(pair), .. } => Some(pair.public_key().as_ref().to_vec()),
            Self::Rsa { pair: None, portable } => {
                use rsa::pkcs1::EncodeRsaPublicKey;
                let key = portable.get()?.as_ref()?;
                Some(key.to_public_key().to_pkcs1_der().ok()?.as_bytes().to_vec())
            }
        }
    }
}

impl rcgen::PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match self.algorithm {
            KeyAlgorithm::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyAlgorithm::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyAlgorithm::P521 => &rcgen::PKCS_ECDSA_P521_SHA512,
            KeyAlgorithm::Ed25519 => &rcgen::PKCS_ED25519,
            _ => &rcgen::PKCS_RSA_SHA256,
        }
    }
}
