//! `ClientHello`s that say otherwise.

use serde::Deserialize;

use super::Octets;
use crate::TlsVersion;

/// What a `ClientHello` says otherwise. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HelloChange {
    /// Versions that are offered, whatever the cell's.
    #[serde(default)]
    pub versions: Option<Vec<TlsVersion>>,
    /// Cipher suites by code point.
    #[serde(default)]
    pub cipher_suites: Option<Vec<u16>>,
    /// `supported_groups` by code point: 29 is x25519, 23 secp256r1.
    #[serde(default)]
    pub groups: Option<Vec<u16>>,
    /// Groups of the `key_share`s; none makes the gate ask with a `HelloRetryRequest`.
    #[serde(default)]
    pub key_shares: Option<Vec<u16>>,
    /// `signature_algorithms` by code point.
    #[serde(default)]
    pub signature_algorithms: Option<Vec<u16>>,
    /// `legacy_session_id`.
    #[serde(default)]
    pub session_id: Option<Octets>,
    /// Contents of the `session_ticket` extension (RFC 5077).
    #[serde(default)]
    pub session_ticket: Option<Octets>,
    /// Whether the extended master secret is offered (RFC 7627).
    #[serde(default)]
    pub extended_master_secret: Option<bool>,
    /// A `padding` extension (RFC 7685) of so many octets.
    #[serde(default)]
    pub padding: Option<u16>,
    /// More extensions, at the front.
    #[serde(default)]
    pub extensions: Vec<HelloExtension>,
    /// Extensions that are left out, by code point.
    #[serde(default)]
    pub without: Vec<u16>,
}

/// An extension by code point.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HelloExtension {
    /// `ExtensionType`.
    pub kind: u16,
    /// `extension_data`.
    pub data: Octets,
}
