//! A run as the renderers take it: in memory, from the runner or from an event log.

use crate::{
    Dispositions, ExitCode, Summary,
    model::{CaseResult, RunFooter, RunHeader, WaiverProblem},
};

/// A run: its header, its results in the order of the plan, and its footer where it got that far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What was run.
    pub header: RunHeader,
    /// The cases that are finished, in the order of the plan.
    pub results: Vec<CaseResult>,
    /// How it ended; `None` where the log stops before its end.
    pub footer: Option<RunFooter>,
}

impl Run {
    /// Whether the run came to its end: it has a footer, was not interrupted, and no selected case
    /// is missing.
    pub fn is_complete(&self) -> bool {
        !self.interrupted() && self.results.len() >= self.header.selected
    }

    /// Whether the run was cut short, as its footer or the lack of one says.
    pub fn interrupted(&self) -> bool {
        self.footer.as_ref().is_none_or(|footer| footer.interrupted)
    }

    /// Counts of the whole run and of each scenario.
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }

    /// Waivers that close the gate.
    pub fn waiver_problems(&self) -> &[WaiverProblem] {
        self.footer.as_ref().map_or(&[], |footer| &footer.waiver_problems)
    }

    /// What the run comes to, from the dispositions and the waivers; a footer that says otherwise is not asked.
    pub fn exit_code(&self) -> ExitCode {
        let counts: Dispositions = self.results.iter().map(|case| case.disposition).collect();
        let waiver_problems = self.waiver_problems().len();
        ExitCode::decide(self.header.selected, &counts, self.interrupted(), waiver_problems)
    }

    /// Finished cases per second of wall time, where that is known.
    pub fn cases_per_second(&self) -> Option<u64> {
        let elapsed_us = self.footer.as_ref()?.elapsed_us;
        let cases = u64::try_from(self.results.len()).ok()?;
        cases.checked_mul(1_000_000)?.checked_div(elapsed_us)
    }
}
