//! `comparison-v1`: one versioned document with several runs and how they compare.

use serde::{Deserialize, Serialize};

use super::{Comparison, Found, Row};
use crate::{RenderError, json::Report};

/// Version of the document. Fields are added within a version, never removed or given another
/// meaning.
pub const COMPARISON_FORMAT_VERSION: u32 = 1;

/// The document. Readers ignore fields they do not know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComparisonReport<'a> {
    /// Version of this format; 1.
    pub format_version: u32,
    /// Arguments that repeat all of it.
    pub arguments: String,
    /// The worst exit code of the targets.
    pub exit_code: u8,
    /// What that exit code means.
    pub exit_meaning: String,
    /// The targets, in the order in which they were named.
    pub targets: Vec<TargetReport<'a>>,
    /// The scenarios in the order of the plan.
    pub rows: Vec<Row>,
}

/// One target of the document: exactly one of the optional fields is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TargetReport<'a> {
    /// Target by name or address.
    pub target: String,
    /// Its run, as `report-v1` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report<'a>>,
    /// Why it could not be tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// Why it was left out: this machine lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

impl<'a> ComparisonReport<'a> {
    /// The document of a comparison.
    pub fn of(comparison: &'a Comparison) -> Self {
        let exit_code = comparison.exit_code();
        let targets = comparison.columns.iter().map(|column| {
            let target = column.target.clone();
            let nothing = TargetReport { target, report: None, failed: None, missing: None };
            match &column.found {
                Found::Run(run) => TargetReport { report: Some(Report::of(run)), ..nothing },
                Found::Failed(why) => TargetReport { failed: Some(why.clone()), ..nothing },
                Found::Missing(why) => TargetReport { missing: Some(why.clone()), ..nothing },
            }
        });
        Self {
            format_version: COMPARISON_FORMAT_VERSION,
            arguments: comparison.arguments.clone(),
            exit_code: exit_code.code(),
            exit_meaning: exit_code.meaning().to_owned(),
            targets: targets.collect(),
            rows: comparison.rows(),
        }
    }
}

pub(crate) fn render(comparison: &Comparison) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec(&ComparisonReport::of(comparison))?;
    bytes.push(b'\n');
    Ok(bytes)
}
