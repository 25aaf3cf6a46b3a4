//! Accounts: whose customers a gate lets in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Recipe;

/// A customer of the platform under test: `accounts/<name>.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// One line for people.
    pub summary: String,
    /// The trust bundle that the account's endpoints are configured with, by name. `main` is the account's CA
    /// and must be there.
    pub anchors: BTreeMap<String, Recipe>,
    /// Revocation lists for those of its endpoints that check revocation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crls: Vec<Crl>,
}

/// A certificate revocation list (RFC 5280 5).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Crl {
    /// Who signs it: an anchor of the account, or a certificate of a credential.
    pub issuer: CertificateRef,
    /// The certificates it lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<CertificateRef>,
}

/// A certificate by where it is described.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateRef {
    /// An anchor of the account.
    Anchor(String),
    /// A certificate of a credential; its recipe must fix the serial and key algorithm.
    Certificate {
        /// Credential name.
        credential: String,
        /// Certificate name inside it.
        certificate: String,
    },
}
