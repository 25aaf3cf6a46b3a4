//! The event log: what is told of a run, and when.

use serde::{Deserialize, Serialize};

use super::{CaseResult, WaiverProblem};
use crate::PeerText;

/// First line of an event log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunHeader {
    /// Version of the log format; 1.
    pub format_version: u32,
    /// Version of the tool.
    pub tool_version: String,
    /// Start of the run, RFC 3339.
    pub started: String,
    /// Seed of keys, serials and marker.
    pub seed: u64,
    /// Target by name or address.
    pub target: String,
    /// The target's version, as it says itself.
    pub target_version: Option<PeerText>,
    /// Number of cases selected.
    pub selected: usize,
    /// Arguments that repeat this run for one case, up to the filter: `run --target nginx --seed 1`.
    pub rerun: String,
}

/// Last line of an event log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunFooter {
    /// Number of cases finished.
    pub finished: usize,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// Wall time, in microseconds.
    pub elapsed_us: u64,
    /// Waivers that close the gate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiver_problems: Vec<WaiverProblem>,
    /// Exit code that follows from the dispositions and the waivers.
    pub exit_code: u8,
}

/// One line of an event log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    RunStarted(RunHeader),
    /// A case is done; in the order of the plan.
    CaseFinished(Box<CaseResult>),
    /// The run ends.
    RunFinished(RunFooter),
}
