//! `CertificateVerify` that is signed otherwise.

use serde::Deserialize;

use super::{Octets, Scheme};

/// How the `CertificateVerify` is signed. What is absent is done honestly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// With whose key.
    #[serde(default)]
    pub key: Option<SigningKey>,
    /// By which scheme, registry spelling: `rsa_pkcs1_sha256`. It is named, too, unless `announce` says otherwise.
    #[serde(default)]
    pub scheme: Option<Scheme>,
    /// Which scheme is named, whatever is done.
    #[serde(default)]
    pub announce: Option<Scheme>,
    /// For which side of the connection (TLS 1.3).
    #[serde(default, rename = "as")]
    pub signed_as: Option<SignedAs>,
    /// Over which messages.
    #[serde(default)]
    pub transcript: Option<SigningTranscript>,
    /// What is made of the signature.
    #[serde(default)]
    pub forge: Option<Forgery>,
}

/// Whose key signs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SigningKey {
    /// A key of the same algorithm that belongs to nobody: the certificate is stolen.
    Other,
    /// The key of a credential, by name.
    Of(String),
}

/// What the signed octets of TLS 1.3 begin with (RFC 8446 4.4.3).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignedAs {
    /// Sixty-four spaces and this context string.
    Context(SigningContext),
    /// Nothing: the transcript hash alone is signed.
    Bare,
    /// The transcript itself, as in TLS 1.2; in TLS 1.2 what TLS 1.3 would sign.
    OtherVersion,
}

/// A context string.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SigningContext {
    /// `TLS 1.3, server CertificateVerify`.
    Server,
    /// Any other.
    Text(String),
}

/// Which messages are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SigningTranscript {
    /// None.
    Empty,
    /// All up to the client's `Certificate`, without it.
    WithoutCertificate,
    /// The `ClientHello` alone.
    ClientHello,
    /// The right ones, and the first octet of the client's random is another.
    OtherRandom,
}

/// What is made of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Forgery {
    /// The one of the last handshake of this case's lying client.
    Replayed,
    /// These octets.
    Octets(Octets),
    /// ECDSA: numbers `r` and `s`; Ed25519: `R` and `S`.
    Numbers(Numbers),
    /// RSA: the number itself.
    Rsa(Number),
    /// RSA with the exponent 3: PKCS#1 v1.5 padding, the hash, and after it whatever makes the whole a cube
    /// (CVE-2006-4339). Needs no private key.
    CubeWithGarbage,
    /// ECDSA: the right numbers, encoded otherwise.
    Der(DerForm),
}

/// Numbers of a signature; those that are absent stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// The first.
    #[serde(default)]
    pub r: Option<Number>,
    /// The second.
    #[serde(default)]
    pub s: Option<Number>,
}

/// A number in a signature. The modulus of ECDSA and Ed25519 is the group order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// 0. As an Ed25519 point: 32 zero octets, a point of small order.
    Zero,
    /// 1. As an Ed25519 point: the neutral element.
    One,
    /// The modulus.
    Modulus,
    /// The modulus less 1.
    ModulusLessOne,
    /// The right number and the modulus.
    PlusModulus,
    /// The right number with a minus (ECDSA).
    Negative,
}

/// Encodings of an ECDSA signature that are not DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DerForm {
    /// A length in more octets than it needs.
    LongLength,
    /// Zero octets in front of a number.
    LeadingZeros,
    /// An element more inside the sequence.
    ExtraElement,
    /// Octets after the sequence.
    TrailingOctets,
    /// No sequence: both numbers in 32 octets each (as IEEE P1363 has them).
    Plain,
}
