//! Places in a certificate and registered names that recipes and defects share.

use serde::{Deserialize, Serialize};

/// A place in a certificate (RFC 5280 4.1). An extension is the whole `Extension`, with identifier and criticality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the ASN.1 names say it")]
pub enum Field {
    Certificate,
    TbsCertificate,
    Version,
    SerialNumber,
    /// `tbsCertificate.signature`
    InnerSignatureAlgorithm,
    Issuer,
    Validity,
    NotBefore,
    NotAfter,
    Subject,
    SubjectPublicKeyInfo,
    /// The `[3]` wrapper around all extensions.
    Extensions,
    AuthorityKeyIdentifier,
    BasicConstraints,
    ExtendedKeyUsage,
    KeyUsage,
    NameConstraints,
    SubjectAltName,
    SubjectKeyIdentifier,
    /// `signatureAlgorithm`
    OuterSignatureAlgorithm,
    SignatureValue,
}

/// Extensions that a profile sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the ASN.1 names say it")]
pub enum ExtensionName {
    AuthorityKeyIdentifier,
    BasicConstraints,
    ExtendedKeyUsage,
    KeyUsage,
    NameConstraints,
    SubjectAltName,
    SubjectKeyIdentifier,
}

/// Certificate signature algorithms, by their registered names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the registered names say it")]
pub enum SignatureAlgorithm {
    #[serde(rename = "md5WithRSAEncryption")]
    Md5WithRsa,
    #[serde(rename = "sha1WithRSAEncryption")]
    Sha1WithRsa,
    #[serde(rename = "sha256WithRSAEncryption")]
    Sha256WithRsa,
    #[serde(rename = "sha384WithRSAEncryption")]
    Sha384WithRsa,
    #[serde(rename = "sha512WithRSAEncryption")]
    Sha512WithRsa,
    #[serde(rename = "ecdsa-with-SHA256")]
    EcdsaWithSha256,
    #[serde(rename = "ecdsa-with-SHA384")]
    EcdsaWithSha384,
    #[serde(rename = "ecdsa-with-SHA512")]
    EcdsaWithSha512,
    #[serde(rename = "Ed25519")]
    Ed25519,
}
