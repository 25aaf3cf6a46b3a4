//! Progress on standard error: a bar on a terminal, a line now and then elsewhere.

use std::cell::Cell;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mtls_reports::model::{CaseResult, Disposition};

use super::args::Choice;
use super::terminal;

/// Shows how far a run is, or several that go on side by side.
pub(super) enum Progress {
    Bar { bar: ProgressBar, unexpected: Cell<usize> },
    Lines { done: Cell<usize>, total: usize, targets: bool },
    Silent,
}

impl Progress {
    /// `total` counts performances of cases, over all `targets`.
    pub(super) fn new(choice: Choice, total: usize, targets: usize) -> Self {
        let terminal = io::stderr().is_terminal();
        match (choice, terminal) {
            (Choice::Never, _) => Self::Silent,
            (Choice::Auto | Choice::Always, true) => Self::bar(total),
            (Choice::Auto | Choice::Always, false) => {
                Self::Lines { done: Cell::new(0), total, targets: targets > 1 }
            }
        }
    }

    fn bar(total: usize) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(10);
        let length = u64::try_from(total).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len} cases  {per_sec}  {msg}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self::Bar { bar, unexpected: Cell::new(0) }
    }

    /// A case was performed.
    pub(super) fn result(&self, result: &CaseResult) {
        match self {
            Self::Bar { bar, unexpected } => {
                if result.disposition == Disposition::Unexpected {
                    unexpected.set(unexpected.get() + 1);
                    bar.set_message(format!("{} not as expected", unexpected.get()));
                }
                bar.inc(1);
            }
            Self::Lines { done, total, .. } => {
                done.set(done.get() + 1);
                if done.get().is_multiple_of(500) {
                    terminal::note(&format!("{}/{total} cases", done.get()));
                }
            }
            Self::Silent => {}
        }
    }

    /// All that can be done at a target is done; `what` came of it.
    pub(super) fn target_done(&self, target: &str, what: &str) {
        let line = format!("{target}: {what}");
        match self {
            Self::Bar { bar, .. } => bar.println(line),
            Self::Lines { targets: true, .. } => terminal::note(&line),
            Self::Lines { .. } | Self::Silent => {}
        }
    }

    /// Writes a line to standard error, above the bar where there is one.
    pub(super) fn note(&self, line: &str) {
        match self {
            Self::Bar { bar, .. } => bar.suspend(|| terminal::note(line)),
            Self::Lines { .. } | Self::Silent => terminal::note(line),
        }
    }

    pub(super) fn finish(&self) {
        if let Self::Bar { bar, .. } = self {
            bar.finish_and_clear();
        }
    }
}
