//! Forged signatures: numbers and encodings that no honest signer makes.
//!
//! None of it needs the private key of the certificate. A verifier that skips one range check, or reads what it should
//! have compared, takes them for good.

mod ecdsa;
mod ed25519;
mod number;
mod rsa;

use mtls_scenarios::KeyAlgorithm;
use mtls_scenarios::script::Forgery;

use super::failure::Failure;
use crate::pki::Key;

/// What a forged signature starts from.
pub(super) struct Original<'a> {
    /// The key that signed.
    pub(super) key: &'a Key,
    /// Content that was signed.
    pub(super) content: &'a [u8],
    /// The signature.
    pub(super) signature: Vec<u8>,
    /// That of the last handshake, where there was one.
    pub(super) replayed: Option<Vec<u8>>,
}

/// Forges a signature.
pub(super) fn forge(original: Original<'_>, forgery: &Forgery) -> Result<Vec<u8>, Failure> {
    let Original { key, content, signature, replayed } = original;
    let algorithm = key.algorithm();
    let unable = || {
        Failure::Unable(format!("a key of algorithm {} has no such signature", algorithm.as_str()))
    };
    match forgery {
        Forgery::Octets(octets) => Ok(octets.0.clone()),
        Forgery::Replayed => replayed.ok_or_else(|| {
            Failure::Unable(
                "there was no earlier handshake whose signature could be replayed".into(),
            )
        }),
        Forgery::Numbers(numbers) => match algorithm {
            KeyAlgorithm::Ed25519 => ed25519::forge(&signature, *numbers),
            _ => ecdsa::forge(algorithm, &signature, *numbers),
        }
        .ok_or_else(unable),
        Forgery::Der(form) => ecdsa::encode_otherwise(&signature, *form).ok_or_else(unable),
        Forgery::Rsa(number) => rsa::number(key, &signature, *number).ok_or_else(unable),
        Forgery::CubeWithGarbage => rsa::cube_with_garbage(key, content).ok_or_else(unable),
    }
}
