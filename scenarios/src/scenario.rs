//! A scenario: what is done to a gate, and what must come of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Action, KeyAlgorithm, Matrix, Script, Step, Wording};

/// `scenarios/<class>/<name>.json`; its id is that path without the suffix.
#[derive(Clone, Debug, Deserialize)]
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
    /// Faults of the mock gate (`run --fault NAME`) that must turn it red; `selftest` holds it to that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catches: Vec<String>,
    /// The axes; default: STRICT and LOOSE, TLS 1.2 and 1.3, P-256, HTTP/1.1.
    #[serde(default)]
    pub matrix: Matrix,
    /// An axis of its own: what the client says otherwise, by a name that goes into the case id. The step that says
    /// `"vary": true` is worded so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variants: BTreeMap<String, Wording>,
    /// What is done, in order. The first step that does not come out as expected decides.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// Whether it must have a gate to itself: it changes the gate, or may bring it down.
    pub fn needs_own_gate(&self) -> bool {
        self.operates() || self.strains_gate()
    }

    /// Whether it changes the gate as its operator would.
    pub fn operates(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Operate(_)))
    }

    /// Whether it may bring the gate down.
    pub fn strains_gate(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Operate(_) | Step::Wait(_) => false,
            Step::Visit(visit) => visit.canary || matches!(visit.action, Action::Raw(_)),
        })
    }

    /// Whether a client of it waits to be sent away.
    pub fn outwaits(&self) -> bool {
        self.scripts().any(Script::outwaits)
    }

    /// Whether the key algorithm matters: it has several, or a script that only keys of one kind can follow.
    pub fn is_about_keys(&self) -> bool {
        self.matrix.key != [KeyAlgorithm::P256]
            || self.scripts().any(Script::is_for_one_kind_of_key)
    }

    /// Every script in it.
    fn scripts(&self) -> impl Iterator<Item = &Script> {
        let says = self.steps.iter().filter_map(|step| match step {
            Step::Visit(visit) => Some(&visit.say),
            Step::Operate(_) | Step::Wait(_) => None,
        });
        says.chain(self.variants.values()).filter_map(|say| say.script.as_ref())
    }

    /// Whether it waits for time to pass, which a real server makes it do in earnest.
    pub fn waits(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Wait(_)))
    }
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
