//! The axes a scenario can be multiplied over.

use serde::{Deserialize, Serialize};

/// The axes of a scenario; each case is one combination of their values.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// Gate modes.
    #[serde(default = "both_modes")]
    pub mode: Vec<Mode>,
    /// TLS versions; the client offers exactly this one.
    #[serde(default = "both_versions")]
    pub tls: Vec<TlsVersion>,
    /// Algorithms for those keys of the credential that say `"algorithm": "cell"`.
    #[serde(default = "p256_only")]
    pub key: Vec<KeyAlgorithm>,
    /// Application protocols; the client offers exactly this one.
    #[serde(default = "http1_only")]
    pub alpn: Vec<Alpn>,
    /// How sessions are resumed. `psk` makes cells with TLS 1.3 only, the others with TLS 1.2 only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumption: Vec<Resumption>,
    /// Credentials, where one scenario covers several; a step that names none uses the cell's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential: Vec<String>,
}

fn both_modes() -> Vec<Mode> {
    vec![Mode::Strict, Mode::Loose]
}

fn both_versions() -> Vec<TlsVersion> {
    vec![TlsVersion::Tls12, TlsVersion::Tls13]
}

fn p256_only() -> Vec<KeyAlgorithm> {
    vec![KeyAlgorithm::P256]
}

fn http1_only() -> Vec<Alpn> {
    vec![Alpn::Http1]
}

impl Default for Matrix {
    fn default() -> Self {
        Self {
            mode: both_modes(),
            tls: both_versions(),
            key: p256_only(),
            alpn: http1_only(),
            resumption: Vec::new(),
            credential: Vec::new(),
        }
    }
}

/// What a gate asks of its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// No client authentication: no `CertificateRequest` is sent.
    Public,
    /// Only clients with a valid certificate are accepted.
    Strict,
    /// Clients with and without a certificate are accepted.
    Loose,
}

/// TLS protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[serde(rename = "1.3")]
    Tls13,
}

/// Public key algorithm and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum KeyAlgorithm {
    /// ECDSA on secp256r1.
    P256,
    /// ECDSA on secp384r1.
    P384,
    /// ECDSA on secp521r1.
    P521,
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// RSA, 1024 bits: too small to be accepted.
    Rsa1024,
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
}

/// Application protocol (ALPN identification sequence).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Alpn {
    /// HTTP/1.1.
    #[serde(rename = "http/1.1")]
    Http1,
    /// HTTP/2 over TLS.
    #[serde(rename = "h2")]
    H2,
}

/// What carries a session from one connection to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Resumption {
    /// A pre-shared key (TLS 1.3, RFC 8446 2.2).
    Psk,
    /// A session ticket (TLS 1.2, RFC 5077).
    SessionTicket,
    /// A session id (TLS 1.2, RFC 5246 7.3); the client does not offer to take tickets.
    SessionId,
}

impl Resumption {
    /// The version that it exists in.
    pub const fn version(self) -> TlsVersion {
        match self {
            Self::Psk => TlsVersion::Tls13,
            Self::SessionTicket | Self::SessionId => TlsVersion::Tls12,
        }
    }

    /// The word used in JSON and in case ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Psk => "psk",
            Self::SessionTicket => "session_ticket",
            Self::SessionId => "session_id",
        }
    }
}

impl Mode {
    /// The word used in JSON and in case ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Strict => "strict",
            Self::Loose => "loose",
        }
    }
}

impl TlsVersion {
    /// The word used in case ids: `tls1.2`, `tls1.3`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tls12 => "tls1.2",
            Self::Tls13 => "tls1.3",
        }
    }

    /// `TLS 1.2`, `TLS 1.3`: for people.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}

impl KeyAlgorithm {
    /// Whether every implementation must take its signatures (RFC 8446 9.1).
    pub const fn is_mandatory(self) -> bool {
        match self {
            Self::P256 | Self::Rsa1024 | Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => true,
            Self::P384 | Self::P521 | Self::Ed25519 => false,
        }
    }

    /// Every algorithm.
    pub const ALL: [Self; 8] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
        Self::Rsa1024,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// The word used in JSON and in case ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Ed25519 => "ed25519",
            Self::Rsa1024 => "rsa1024",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
        }
    }
}

impl Alpn {
    /// The ALPN identification sequence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http1 => "http/1.1",
            Self::H2 => "h2",
        }
    }
}
