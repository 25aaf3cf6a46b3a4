//! What the arguments mean, and what comes of it at one target or several.

use std::sync::Arc;
use std::time::Duration;

use mtls_reports::model::{CaseResult, Disposition};
use mtls_reports::{Column, Comparison, ExitCode, Found, Run as Finished};
use mtls_scenarios::{Library, Start};

use super::credentials::Credentials;
use super::side_by_side;
use super::trial::{Stopped, Trial, Tried, too_early};
use crate::cli::Failure;
use crate::cli::args::Run;
use crate::cli::interrupt::Interrupts;
use crate::cli::progress::Progress;
use crate::cli::recordings::Recordings;
use crate::cli::reports::Reports;
use crate::cli::rerun::rerun;
use crate::cli::target::Chosen;
use crate::cli::target_list::{Naming, choose_all};
use crate::cli::waivers::WaiverFiles;
use crate::run::{Dialogues, Options, Plan};
use crate::server::Fault;

/// Everything that a run needs.
pub(in crate::cli) struct Job {
    pub(super) arguments: Run,
    pub(super) library: Arc<Library>,
    pub(super) targets: Vec<Chosen>,
    /// How the targets were named.
    pub(super) naming: Naming,
    pub(super) reports: Reports,
    pub(super) recordings: Recordings,
    pub(super) waivers: WaiverFiles,
    pub(super) fault: Option<Fault>,
    pub(super) plan: Plan,
    dialogues: Dialogues,
}

impl Job {
    /// Reads what the arguments name; what cannot be done is refused now.
    pub(in crate::cli) fn new(
        arguments: Run,
        library: Library,
        plan: Plan,
        dialogues: Dialogues,
    ) -> Result<Self, Failure> {
        let (naming, targets) = choose_all(&arguments.gate, &library)?;
        let reports = Reports::new(&arguments.report, naming != Naming::One)?;
        let recordings = Recordings::new(&arguments)?;
        recordings.check(&plan)?;
        let waivers = WaiverFiles::read(&arguments, &library)?;
        let fault = match &arguments.gate.fault {
            Some(name) => Some(name.parse::<Fault>().map_err(|e| Failure::invalid(&e))?),
            None => None,
        };
        let is_mock = |chosen: &Chosen| matches!(chosen.target.start, Start::Embedded);
        if fault.is_some() && naming != Naming::One && !targets.iter().all(is_mock) {
            return Err(Failure::invalid(&"--fault is for the mock gate only"));
        }
        let library = Arc::new(library);
        Ok(Self {
            arguments,
            library,
            targets,
            naming,
            reports,
            recordings,
            waivers,
            fault,
            plan,
            dialogues,
        })
    }

    /// Performs the cases at every target, and shows what came of it.
    pub(super) async fn carry_out(
        self,
        interrupts: &Interrupts,
        show: impl FnOnce(&Comparison, &Self) -> Result<(), Failure>,
    ) -> Result<ExitCode, Failure> {
        let credentials = tokio::select! {
            credentials = Credentials::of(&self) => credentials?,
            () = interrupts.asked() => return Err(too_early()),
        };
        let display = &self.arguments.gate.display;
        let progress = Progress::new(display.progress, self.visits(), self.targets.len());
        let trial = |chosen| Trial {
            job: &self,
            chosen,
            credentials: &credentials,
            progress: &progress,
            interrupts,
        };
        let (columns, unwritten) = match self.targets.as_slice() {
            [only] if self.naming == Naming::One => {
                let Tried { run, unwritten } =
                    trial(only).carry_out().await.map_err(Stopped::failure)?;
                let found = Found::Run(Box::new(run));
                (vec![Column { target: only.name.clone(), found }], unwritten)
            }
            several => side_by_side::carry_out(several.iter().map(trial), self.at_once()).await,
        };
        progress.finish();
        let comparison = Comparison { arguments: rerun(&self.arguments), columns };
        // What was found is told before what could not be written.
        show(&comparison, &self)?;
        self.waivers.draft(comparison.runs(), &self.library)?;
        match unwritten.first() {
            Some(first) => Err(Failure::undecided(first)),
            None => Ok(self.exit_code(&comparison)),
        }
    }

    /// Performances of cases, over all targets and repetitions.
    fn visits(&self) -> usize {
        self.plan.cases.len() * self.targets.len() * self.repetitions()
    }

    pub(super) fn repetitions(&self) -> usize {
        self.arguments.repeat.map_or(1, usize::from)
    }

    /// Targets under way at once.
    fn at_once(&self) -> usize {
        usize::from(self.arguments.targets_at_once).min(self.targets.len()).max(1)
    }

    /// How a run goes about its cases: targets that are under way at once share the jobs.
    pub(super) fn options(&self) -> Options {
        Options {
            jobs: usize::from(self.arguments.jobs).div_ceil(self.at_once()),
            timeout: Duration::from_secs_f64(self.arguments.gate.timeout),
            fail_fast: self.arguments.fail_fast,
            pedantic: self.arguments.gate.pedantic,
            dialogues: self.dialogues,
            keep_recordings: self.recordings.are_wanted(),
        }
    }

    /// The worst over the targets.
    fn exit_code(&self, comparison: &Comparison) -> ExitCode {
        let code = |column: &Column| match &column.found {
            Found::Run(run) => Some(self.exit_code_of(run)),
            Found::Failed(_) | Found::Missing(_) => column.exit_code(),
        };
        let codes = comparison.columns.iter().filter_map(code);
        codes.reduce(ExitCode::worse).unwrap_or(ExitCode::Undecided)
    }

    /// What a run comes to, as the user wants undecided cases to be taken.
    pub(super) fn exit_code_of(&self, run: &Finished) -> ExitCode {
        let code = run.exit_code();
        let as_known = |result: &CaseResult| {
            matches!(result.disposition, Disposition::Expected | Disposition::Waived)
        };
        let only_undecided = run.is_complete() && run.results.iter().any(as_known);
        if code == ExitCode::Undecided && self.arguments.allow_undecided && only_undecided {
            return ExitCode::GateOpen;
        }
        code
    }
}
