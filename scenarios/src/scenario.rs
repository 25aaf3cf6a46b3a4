//! A scenario: what is done to a gate, and what must come of it.

use serde::{Deserialize, Serialize};

use crate::{Alert, Expect, Matrix, Mode, Role};

/// `scenarios/<class>/<name>.json`; its id is that path without the suffix.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// One line: the situation, not the verdict.
    pub title: String,
    /// What letting in (or locking out) wrongly would cost.
    pub severity: Severity,
    /// Why it matters and what to do about it, for a reader who has just seen it fail.
    pub why: String,
    /// RFC sections, CVE ids, advisories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// The axes; default: STRICT and LOOSE, TLS 1.2 and 1.3, P-256, HTTP/1.1.
    #[serde(default)]
    pub matrix: Matrix,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// How bad a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One step and its expectation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Connect, ask who the gate thinks we are, and ask for the protected resource.
    pub connect: Connect,
    /// What must come of it.
    pub expect: Expect,
    /// Alerts that fit a refusal best: they give grade `exact` (required with `--pedantic`); any other refusal gives `ok`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert: Vec<Alert>,
    /// Credential of the positive twin that must be let in on the same path before a refusal counts.
    #[serde(default = "default_control")]
    pub control: String,
}

fn default_control() -> String {
    "valid".to_owned()
}

/// Where to connect, as whom, by which names.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// Endpoint; default by the cell's mode: STRICT = `alpha` or else `solo-strict`, LOOSE = `gamma` or else `solo-loose`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<ByMode>,
    /// Credential by name; the cell's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// `server_name`; the endpoint's host when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// `Host` or `:authority`; the endpoint's host when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// An endpoint for each mode of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ByMode {
    /// For cells with mode `strict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<Role>,
    /// For cells with mode `loose`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loose: Option<Role>,
    /// For cells with mode `public`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public: Option<Role>,
}

impl ByMode {
    /// The endpoint for cells of this mode.
    pub const fn for_mode(&self, mode: Mode) -> Option<Role> {
        match mode {
            Mode::Strict => self.strict,
            Mode::Loose => self.loose,
            Mode::Public => self.public,
        }
    }
}

impl Connect {
    /// The endpoints that will do for a cell of this mode, best first.
    pub fn endpoints(&self, mode: Mode) -> Vec<Role> {
        let named = self.endpoint.and_then(|by_mode| by_mode.for_mode(mode));
        match (named, mode) {
            (Some(role), _) => vec![role],
            (None, Mode::Strict) => vec![Role::Alpha, Role::SoloStrict],
            (None, Mode::Loose) => vec![Role::Gamma, Role::SoloLoose],
            (None, Mode::Public) => vec![Role::Public],
        }
    }
}
