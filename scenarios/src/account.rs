//! Accounts: whose customers a gate lets in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Recipe, When};

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
    /// CAs that no endpoint trusts until an operation says so, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub spare_anchors: BTreeMap<String, Recipe>,
    /// Revocation lists for those of its endpoints that check revocation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crls: Vec<Crl>,
    /// Revocation lists that an operation loads in the place of `crls`, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub crl_sets: BTreeMap<String, Vec<Crl>>,
}

impl Account {
    /// Every revocation list.
    pub fn all_crls(&self) -> impl Iterator<Item = &Crl> {
        self.crls.iter().chain(self.crl_sets.values().flatten())
    }
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
    /// `thisUpdate`; an hour ago when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub this_update: Option<When>,
    /// `nextUpdate`; in 30 days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_update: Option<When>,
    /// `revocationDate` of its entries; an hour ago when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_date: Option<When>,
}

/// A certificate by where it is described.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CertificateRef {
    /// An anchor of the account, a spare one too.
    Anchor(String),
    /// A certificate of a credential; its recipe must fix the serial and key algorithm.
    Certificate {
        /// Credential name.
        credential: String,
        /// Certificate name inside it.
        certificate: String,
    },
}
