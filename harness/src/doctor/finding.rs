//! What was found, and the form of the rules that find it.

use serde::Serialize;

use super::gate::Gate;
use super::place::{Place, shown};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// At least one kind of gate refuses it, however that gate is set up.
    Error,
    /// It depends on how a gate is set up, or it will not stay good for long.
    Warning,
    /// No gate minds; worth knowing.
    Note,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What is known about a kind of finding, whatever the certificate.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    /// Who refuses it, or may.
    pub(super) gates: &'static [Gate],
    pub(super) remedy: &'static str,
    /// Commands to paste; `{certificate}`, `{key}` and `{ca}` stand for the user's files.
    pub(super) commands: &'static [&'static str],
}

impl Rule {
    /// A finding under this rule.
    pub(super) fn at(&self, place: &Place, what: impl AsRef<str>) -> Finding {
        Finding {
            id: self.id,
            severity: self.severity,
            what: shown(what.as_ref()),
            place: place.clone(),
            gates: self.gates.iter().map(|gate| gate.as_str()).collect(),
            remedy: self.remedy,
            commands: self.commands.iter().map(|&command| command.to_owned()).collect(),
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the rule.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in a line.
    pub what: String,
    /// Where.
    #[serde(rename = "where")]
    pub place: Place,
    /// Who refuses it, or may.
    pub gates: Vec<&'static str>,
    /// What to do about it.
    pub remedy: &'static str,
    /// Commands that do it.
    pub commands: Vec<String>,
}
