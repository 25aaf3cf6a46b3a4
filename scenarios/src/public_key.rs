//! Public keys that nobody has the private key of.

use serde::{Deserialize, Serialize};

use crate::Octets;

/// A public key to write into a certificate instead of the key's own.
///
/// What has to be signed with it is signed with the key all the same, and does not verify.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PublicKey {
    /// An RSA key of any size. Signatures get leading zeros up to the length of its modulus, so that they are
    /// worth computing with.
    Rsa(RsaPublicKey),
    /// A key of any algorithm.
    Other {
        /// Dotted object identifier of the algorithm.
        algorithm: String,
        /// The algorithm's parameters in DER; none when empty.
        #[serde(default = "nothing")]
        parameters: Octets,
        /// Content of the `BIT STRING`.
        key: Octets,
    },
}

/// `RSAPublicKey` (RFC 8017 A.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RsaPublicKey {
    /// Bits of the modulus, a multiple of 8.
    pub bits: usize,
    /// Whether the modulus is even.
    #[serde(default)]
    pub even: bool,
    /// `publicExponent`, big-endian; 65537 when absent.
    #[serde(default = "usual_exponent")]
    pub exponent: Octets,
}

fn nothing() -> Octets {
    Octets::from("")
}

fn usual_exponent() -> Octets {
    Octets::from("010001")
}
