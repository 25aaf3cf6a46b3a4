//! Credentials as data: what certificates to forge, and what of them to send.
//!
//! A credential is a set of named certificate [`Recipe`]s and the `certificate_list` to send.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{IssuerRef, KeyIdentifier, Recipe};

/// A client credential: `credentials/<name>.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// One line for people.
    pub summary: String,
    /// Certificates to forge, by a name of the file's own choosing. A recipe may name another one
    /// as its issuer; cycles are an error.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub certificates: BTreeMap<String, Recipe>,
    /// The `certificate_list` to send, in order. Absent: the client has no certificate at all.
    /// Empty: it claims to have one, sends an empty list and signs all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Vec<Sent>>,
    /// The program that makes it, where it is not forged from recipes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<Program>,
    /// The certificate whose subject and fingerprint the gate must report when it accepts, and whose key
    /// signs the handshake. Default: the first certificate sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_entity: Option<String>,
}

impl Credential {
    /// The anchors of the account that it is issued under, sends, or takes a name or key identifier from.
    pub fn anchors(&self) -> BTreeSet<&str> {
        fn of_recipe(recipe: &Recipe) -> [Option<&str>; 4] {
            let issuer = match &recipe.issuer {
                IssuerRef::Anchor(name) => Some(name.as_str()),
                IssuerRef::SelfSigned | IssuerRef::Certificate(_) => None,
            };
            let key_identifier = match &recipe.authority_key_identifier {
                KeyIdentifier::Anchor(name) => Some(name.as_str()),
                KeyIdentifier::Issuer | KeyIdentifier::Absent | KeyIdentifier::Hex(_) => None,
            };
            [issuer, key_identifier, recipe.subject_of.as_deref(), recipe.issuer_name_of.as_deref()]
        }
        let sent = self.send.iter().flatten().filter_map(|sent| match sent {
            Sent::Anchor(name) => Some(name.as_str()),
            Sent::Certificate(_) | Sent::Repeat { .. } => None,
        });
        let made_by = self.made_by.map(|program| match program {
            Program::OpensslRecipe => "openssl-recipe",
        });
        let recipes = self.certificates.values().flat_map(of_recipe).flatten();
        recipes.chain(sent).chain(made_by).collect()
    }
}

/// Programs of the user's machine that make credentials the way their documentation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// `openssl`, by the recipe that platforms give their customers: its CA becomes the anchor `openssl-recipe` of
    /// account alpha.
    OpensslRecipe,
}

/// One element of the `certificate_list`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// A certificate of this credential by name.
    Certificate(String),
    /// A trust anchor of the account that the endpoint belongs to: `anchor`.
    Anchor(String),
    /// The same certificate a number of times.
    Repeat {
        /// A certificate of this credential by name.
        certificate: String,
        /// How many times.
        times: usize,
    },
}
