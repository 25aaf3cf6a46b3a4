//! Kinds of keys and signatures, by their object identifiers.

use std::fmt;

use x509_parser::der_parser::asn1_rs::Oid;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The kind of a public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// With the length of the modulus in bits.
    Rsa(usize),
    /// `id-RSASSA-PSS`.
    RsaPss,
    P256,
    P384,
    P521,
    /// A named curve that no TLS client certificate should have.
    OtherCurve(String),
    /// The curve is spelled out instead of named.
    ExplicitCurve,
    Ed25519,
    Ed448,
    /// A dotted identifier.
    Unknown(String),
}

impl KeyKind {
    pub(super) fn of(spki: &SubjectPublicKeyInfo<'_>) -> Self {
        let algorithm = spki.algorithm.algorithm.to_id_string();
        match algorithm.as_str() {
            "1.2.840.113549.1.1.1" => match spki.parsed() {
                Ok(PublicKey::RSA(key)) => Self::Rsa(key.key_size()),
                _ => Self::Unknown(algorithm),
            },
            "1.2.840.113549.1.1.10" => Self::RsaPss,
            "1.2.840.10045.2.1" => {
                let parameters = spki.algorithm.parameters.as_ref();
                match parameters.and_then(|value| value.as_oid().ok()) {
                    Some(curve) => Self::curve(&curve),
                    None => Self::ExplicitCurve,
                }
            }
            "1.3.101.112" => Self::Ed25519,
            "1.3.101.113" => Self::Ed448,
            _ => Self::Unknown(algorithm),
        }
    }

    fn curve(curve: &Oid<'_>) -> Self {
        let dotted = curve.to_id_string();
        match dotted.as_str() {
            "1.2.840.10045.3.1.7" => Self::P256,
            "1.3.132.0.34" => Self::P384,
            "1.3.132.0.35" => Self::P521,
            "1.3.132.0.10" => Self::OtherCurve("secp256k1".to_owned()),
            "1.3.132.0.33" => Self::OtherCurve("P-224".to_owned()),
            "1.2.840.10045.3.1.1" => Self::OtherCurve("P-192".to_owned()),
            _ => Self::OtherCurve(dotted),
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::RsaPss => f.write_str("RSA-PSS"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::OtherCurve(name) | Self::Unknown(name) => f.write_str(name),
            Self::ExplicitCurve => f.write_str("explicit curve"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
        }
    }
}

/// The algorithm of a signature, and how good its hash is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignatureKind {
    pub(super) name: String,
    pub(super) hash: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Md5,
    Sha1,
    /// SHA-2, or an algorithm that has no hash of its own to choose.
    Other,
}

/// Names of RFC 3279, 4055, 5758 and 8410.
const SIGNATURES: [(&str, &str, Hash); 15] = [
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption", Hash::Md5),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", Hash::Md5),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Hash::Sha1),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS", Hash::Other),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Hash::Other),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", Hash::Other),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", Hash::Other),
    ("1.2.840.10040.4.3", "dsa-with-SHA1", Hash::Sha1),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1", Hash::Sha1),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224", Hash::Other),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", Hash::Other),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", Hash::Other),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Hash::Other),
    ("1.3.101.112", "Ed25519", Hash::Other),
    ("1.3.101.113", "Ed448", Hash::Other),
];

impl SignatureKind {
    pub(super) fn of(algorithm: &Oid<'_>) -> Self {
        let dotted = algorithm.to_id_string();
        let known = SIGNATURES.into_iter().find(|(oid, _, _)| *oid == dotted);
        match known {
            Some((_, name, hash)) => Self { name: name.to_owned(), hash },
            None => Self { name: dotted, hash: Hash::Other },
        }
    }
}
