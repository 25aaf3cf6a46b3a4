//! `pki.json`: which file of a bundle is what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name of the file.
pub(super) const FILE: &str = "pki.json";
/// The format that is written and read.
pub(super) const FORMAT_VERSION: u32 = 1;

/// What is in a bundle. Paths are relative to its directory.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// Format of this file.
    pub(super) format_version: u32,
    /// The program that wrote it.
    pub(super) written_by: String,
    /// By account name.
    pub(super) accounts: BTreeMap<String, ManifestAccount>,
}

/// The files of an account.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestAccount {
    /// What its endpoints trust: all anchors that are not spare.
    pub(super) trust_bundle: String,
    /// Its revocation lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) revocation_lists: Option<String>,
    /// Its anchors, by name.
    pub(super) anchors: BTreeMap<String, Pair>,
    /// Anchors that no endpoint trusts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) spare_anchors: BTreeMap<String, Pair>,
    /// CAs of credentials that have revocation lists of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) list_issuers: Vec<ListIssuer>,
}

/// A certificate with its key.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// A certificate of a credential that must stay the same, as a revocation list is signed with its key.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListIssuer {
    /// The credential's name.
    pub(super) credential: String,
    /// The certificate's name in it.
    pub(super) name: String,
    /// Its files.
    pub(super) files: Pair,
}
