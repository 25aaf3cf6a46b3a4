//! Progress on standard error: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mtls_reports::model::{CaseResult, Disposition};

use super::args::Choice;
use super::terminal;

/// Shows how far a run is.
pub(super) enum Progress {
    Bar { bar: ProgressBar, unexpected: usize },
    Lines { done: usize, total: usize },
    Silent,
}

impl Progress {
    pub(super) fn new(choice: Choice, total: usize) -> Self {
        let terminal = io::stderr().is_terminal();
        match (choice, terminal) {
            (Choice::Never, _) => Self::Silent,
            (Choice::Auto | Choice::Always, true) => Self::bar(total),
            (Choice::Auto | Choice::Always, false) => Self::Lines { done: 0, total },
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
        Self::Bar { bar, unexpected: 0 }
    }

    pub(super) fn result(&mut self, result: &CaseResult) {
        match self {
            Self::Bar { bar, unexpected } => {
                if result.disposition == Disposition::Unexpected {
                    *unexpected += 1;
                    bar.set_message(format!("{unexpected} not as expected"));
                }
                bar.inc(1);
            }
            Self::Lines { done, total } => {
                *done += 1;
                if (*done).is_multiple_of(500) {
                    terminal::note(&format!("{done}/{total} cases"));
                }
            }
            Self::Silent => {}
        }
    }

    pub(super) fn finish(&self) {
        if let Self::Bar { bar, .. } = self {
            bar.finish_and_clear();
        }
    }
}
