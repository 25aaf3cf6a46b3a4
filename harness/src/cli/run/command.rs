//! The command: what is selected, performed, shown and written.

use std::time::Duration;

use mtls_reports::{Comparison, ExitCode};

use super::Job;
use crate::cli::args::Run;
use crate::cli::interrupt::{ENDING, Interrupts};
use crate::cli::selection::{load, nothing_selected, select};
use crate::cli::{Failure, terminal};
use crate::run::Dialogues;

/// Runs the command.
pub(in crate::cli) fn run(arguments: Run) -> Result<ExitCode, Failure> {
    let mut library = load(&arguments.selection)?;
    arguments.gate.trust.rekey(&mut library)?;
    let plan = select(&library, &arguments.selection)?;
    let nothing = plan.cases.is_empty().then(|| nothing_selected(&library, &arguments.selection));
    let job = Job::new(arguments, library, plan, Dialogues::OfProblems)?;
    if let Some(nothing) = nothing {
        terminal::note(&nothing);
        return Ok(ExitCode::NothingSelected);
    }
    carry_out(job, |results, job| {
        let style = terminal::style(&job.arguments.gate.display, None);
        job.reports.write(results, style)
    })
}

/// Performs the cases of a job and shows what came of them.
pub(in crate::cli) fn carry_out(
    job: Job,
    show: impl FnOnce(&Comparison, &Job) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::undecided(&format!("failed to start the runtime: {e}")))?;
    let result = runtime.block_on(async {
        let interrupts = Interrupts::listen(Some(ENDING));
        tokio::select! {
            result = job.carry_out(&interrupts, show) => result,
            () = interrupts.second() => Err(Failure::undecided(&"interrupted again: ended at once")),
        }
    });
    // Abandoned probes must not hold up the exit.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}
