//! What a waiver file says.

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::CasePattern;
use crate::{Date, Discrepancy};

/// `waivers.json`: failures that are known, and who answers for them until when.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WaiverFile {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The waivers. Where several are good for a case, the first is named.
    pub waivers: Vec<Waiver>,
}

/// One kind of failure of some cases at one target.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Which cases: `certificate/expired@loose,*`.
    pub cases: CasePattern,
    /// The target as `--target` names it: `nginx`.
    pub target: String,
    /// Glob over the whole version text that the target reports, such as `nginx/1.22.*`; every version when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How they fail. A case that fails otherwise is not waived.
    pub discrepancy: Discrepancy,
    /// Why that may be so.
    pub reason: String,
    /// Public ones: CVE, advisory, upstream issue, documentation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, at most two years ahead.
    pub expires: Date,
}

impl Waiver {
    /// Whether it is about this target in this version.
    pub fn is_about(&self, target: &str, version: Option<&str>) -> bool {
        let of_version = |glob: &String| version.is_some_and(|v| WildMatch::new(glob).matches(v));
        self.target == target && self.version.as_ref().is_none_or(of_version)
    }

    /// Whether it has run out.
    pub fn is_expired(&self, today: Date) -> bool {
        self.expires < today
    }
}
