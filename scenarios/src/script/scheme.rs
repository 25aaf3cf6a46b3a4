//! Signature schemes by name.

use serde::Deserialize;

/// The registry `TLS SignatureScheme`, with the pairs of TLS 1.2 (RFC 5246 7.4.1.4.1) that have no name there, and a value
/// that nobody has (RFC 8701).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the registered names say it")]
pub enum Scheme {
    RsaPkcs1Md5,
    RsaPkcs1Sha1,
    EcdsaSha1,
    RsaPkcs1Sha256,
    EcdsaSecp256r1Sha256,
    RsaPkcs1Sha384,
    EcdsaSecp384r1Sha384,
    RsaPkcs1Sha512,
    EcdsaSecp521r1Sha512,
    RsaPssRsaeSha256,
    RsaPssRsaeSha384,
    RsaPssRsaeSha512,
    Ed25519,
    Ed448,
    RsaPssPssSha256,
    RsaPssPssSha384,
    RsaPssPssSha512,
    Anonymous,
    Grease,
}

impl Scheme {
    /// Its code point.
    pub const fn code(self) -> u16 {
        match self {
            Self::RsaPkcs1Md5 => 0x0101,
            Self::RsaPkcs1Sha1 => 0x0201,
            Self::EcdsaSha1 => 0x0203,
            Self::RsaPkcs1Sha256 => 0x0401,
            Self::EcdsaSecp256r1Sha256 => 0x0403,
            Self::RsaPkcs1Sha384 => 0x0501,
            Self::EcdsaSecp384r1Sha384 => 0x0503,
            Self::RsaPkcs1Sha512 => 0x0601,
            Self::EcdsaSecp521r1Sha512 => 0x0603,
            Self::RsaPssRsaeSha256 => 0x0804,
            Self::RsaPssRsaeSha384 => 0x0805,
            Self::RsaPssRsaeSha512 => 0x0806,
            Self::Ed25519 => 0x0807,
            Self::Ed448 => 0x0808,
            Self::RsaPssPssSha256 => 0x0809,
            Self::RsaPssPssSha384 => 0x080a,
            Self::RsaPssPssSha512 => 0x080b,
            Self::Anonymous => 0x0000,
            Self::Grease => 0x0a0a,
        }
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaPkcs1Md5 => "rsa_pkcs1_md5",
            Self::RsaPkcs1Sha1 => "rsa_pkcs1_sha1",
            Self::EcdsaSha1 => "ecdsa_sha1",
            Self::RsaPkcs1Sha256 => "rsa_pkcs1_sha256",
            Self::EcdsaSecp256r1Sha256 => "ecdsa_secp256r1_sha256",
            Self::RsaPkcs1Sha384 => "rsa_pkcs1_sha384",
            Self::EcdsaSecp384r1Sha384 => "ecdsa_secp384r1_sha384",
            Self::RsaPkcs1Sha512 => "rsa_pkcs1_sha512",
            Self::EcdsaSecp521r1Sha512 => "ecdsa_secp521r1_sha512",
            Self::RsaPssRsaeSha256 => "rsa_pss_rsae_sha256",
            Self::RsaPssRsaeSha384 => "rsa_pss_rsae_sha384",
            Self::RsaPssRsaeSha512 => "rsa_pss_rsae_sha512",
            Self::Ed25519 => "ed25519",
            Self::Ed448 => "ed448",
            Self::RsaPssPssSha256 => "rsa_pss_pss_sha256",
            Self::RsaPssPssSha384 => "rsa_pss_pss_sha384",
            Self::RsaPssPssSha512 => "rsa_pss_pss_sha512",
            Self::Anonymous => "anonymous",
            Self::Grease => "grease",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_registry() {
        let read = |name: &str| serde_json::from_str::<Scheme>(&format!("\"{name}\""));
        assert_eq!(read("ecdsa_secp256r1_sha256").unwrap().code(), 0x0403);
        assert_eq!(read("rsa_pss_rsae_sha512").unwrap(), Scheme::RsaPssRsaeSha512);
        assert_eq!(read("ed25519").unwrap().as_str(), "ed25519");
        let error = read("rsa_pss_sha256").unwrap_err().to_string();
        assert!(
            error.contains("expected one of") && error.contains("rsa_pss_rsae_sha256"),
            "{error}"
        );
    }
}
