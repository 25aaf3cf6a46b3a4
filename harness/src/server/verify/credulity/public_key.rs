//! Public keys as numbers.

use rustls::pki_types::alg_id;

use super::number::trimmed;
use crate::server::verify::certificate::PublicKey;
use crate::server::verify::der::{Notes, Reader};

/// Order of the group of P-256 (FIPS 186-5, SP 800-186 3.2.1.3).
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Order of the group of Ed25519 (RFC 8032 5.1).
const ED25519_ORDER: [u8; 32] = [
    0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c, 0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];

/// A public key by what its signatures consist of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two numbers below the order of the group.
    P256 {
        /// The order.
        order: &'static [u8],
    },
    /// A point and a number, little-endian.
    Ed25519 {
        /// The order, big-endian.
        order: &'static [u8],
    },
    /// One number below the modulus.
    Rsa {
        /// The modulus, without leading zeros.
        modulus: Vec<u8>,
        /// The exponent, without leading zeros.
        exponent: Vec<u8>,
    },
}

impl Kind {
    /// What kind of key this is; `None` for those that no scenario forges signatures for.
    pub(super) fn of(key: PublicKey<'_>) -> Option<Self> {
        if key.algorithm == alg_id::ECDSA_P256.as_ref() {
            Some(Self::P256 { order: &P256_ORDER })
        } else if key.algorithm == alg_id::ED25519.as_ref() {
            Some(Self::Ed25519 { order: &ED25519_ORDER })
        } else if key.algorithm == alg_id::RSA_ENCRYPTION.as_ref() {
            let notes = Notes::default();
            let mut numbers = Reader::new(key.bits, &notes).sequence("RSAPublicKey").ok()?;
            let modulus = trimmed(numbers.integer("modulus").ok()?).to_vec();
            let exponent = trimmed(numbers.integer("publicExponent").ok()?).to_vec();
            Some(Self::Rsa { modulus, exponent })
        } else {
            None
        }
    }
}
