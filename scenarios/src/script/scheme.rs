//! Signature schemes by name.

use serde::Deserialize;

macro_rules! schemes {
    ($($variant:ident = $code:literal $name:literal,)*) => {
        /// A signature scheme, in the spelling of the registry `TLS SignatureScheme`; with pairs of TLS 1.2 that have no
        /// name there, and values that nobody has.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Scheme {
            $(
                #[doc = concat!("`", stringify!($code), "`.")]
                #[serde(rename = $name)]
                $variant,
            )*
        }

        impl Scheme {
            /// Its code point.
            pub const fn code(self) -> u16 {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            /// The word used in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

schemes! {
    RsaPkcs1Md5 = 0x0101 "rsa_pkcs1_md5",
    RsaPkcs1Sha1 = 0x0201 "rsa_pkcs1_sha1",
    EcdsaSha1 = 0x0203 "ecdsa_sha1",
    RsaPkcs1Sha256 = 0x0401 "rsa_pkcs1_sha256",
    EcdsaSecp256r1Sha256 = 0x0403 "ecdsa_secp256r1_sha256",
    RsaPkcs1Sha384 = 0x0501 "rsa_pkcs1_sha384",
    EcdsaSecp384r1Sha384 = 0x0503 "ecdsa_secp384r1_sha384",
    RsaPkcs1Sha512 = 0x0601 "rsa_pkcs1_sha512",
    EcdsaSecp521r1Sha512 = 0x0603 "ecdsa_secp521r1_sha512",
    RsaPssRsaeSha256 = 0x0804 "rsa_pss_rsae_sha256",
    RsaPssRsaeSha384 = 0x0805 "rsa_pss_rsae_sha384",
    RsaPssRsaeSha512 = 0x0806 "rsa_pss_rsae_sha512",
    Ed25519 = 0x0807 "ed25519",
    Ed448 = 0x0808 "ed448",
    RsaPssPssSha256 = 0x0809 "rsa_pss_pss_sha256",
    RsaPssPssSha384 = 0x080a "rsa_pss_pss_sha384",
    RsaPssPssSha512 = 0x080b "rsa_pss_pss_sha512",
    Anonymous = 0x0000 "anonymous",
    Grease = 0x0a0a "grease",
}
