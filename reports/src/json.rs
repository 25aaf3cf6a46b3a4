//! `report.json`: one versioned document with everything a run came to.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    RenderError, Run, Summary,
    model::{CaseResult, RunFooter, RunHeader},
};

/// Version of `report.json`. Fields are added within a version, never removed or given another
/// meaning.
pub const FORMAT_VERSION: u32 = 1;

/// `report.json`. Readers ignore fields they do not know.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report<'a> {
    /// Version of this format; 1.
    pub format_version: u32,
    /// What was run.
    pub header: Cow<'a, RunHeader>,
    /// Counts of the run and of each scenario.
    pub summary: Summary,
    /// The finished cases in the order of the plan.
    pub cases: Cow<'a, [CaseResult]>,
    /// How the run ended; `null` where it was cut off.
    pub footer: Option<Cow<'a, RunFooter>>,
}

impl<'a> Report<'a> {
    /// The report of a run.
    pub fn of(run: &'a Run) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            header: Cow::Borrowed(&run.header),
            summary: run.summary(),
            cases: Cow::Borrowed(&run.results),
            footer: run.footer.as_ref().map(Cow::Borrowed),
        }
    }
}

pub(crate) fn render(run: &Run) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(&Report::of(run))?;
    bytes.push(b'\n');
    Ok(bytes)
}
