//! One target: started, looked at, driven, stopped.

use std::sync::Arc;
use std::time::Instant;

use mtls_reports::model::{CaseResult, RunFooter, RunHeader};
use mtls_reports::{ExitCode, LOG_FORMAT_VERSION, PeerText, Run};

use super::Job;
use super::credentials::Credentials;
use super::repetitions::Repetitions;
use crate::cli::Failure;
use crate::cli::interrupt::Interrupts;
use crate::cli::progress::Progress;
use crate::cli::recordings::Writing;
use crate::cli::reports::Logs;
use crate::cli::rerun::rerun_at;
use crate::cli::target::Chosen;
use crate::cli::target_list::Naming;
use crate::run::{Context, Ending, Performed, World, preflight};
use crate::target::{Blueprint, LaunchError, StartError, Workshop};

/// One target of a job.
#[derive(Clone, Copy)]
pub(super) struct Trial<'a> {
    pub(super) job: &'a Job,
    pub(super) chosen: &'a Chosen,
    pub(super) credentials: &'a Credentials,
    pub(super) progress: &'a Progress,
    pub(super) interrupts: &'a Interrupts,
}

/// What came of a trial.
pub(super) struct Tried {
    pub(super) run: Run,
    /// What could not be written though the run went on.
    pub(super) unwritten: Vec<String>,
}

/// Why a trial came to nothing.
pub(super) enum Stopped {
    /// The server's program is not on this machine.
    Missing(Failure),
    /// Anything else.
    Failed(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Stopped {
    /// Whichever it is, as a failure.
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::Missing(failure) | Self::Failed(failure) => failure,
        }
    }
}

impl Trial<'_> {
    /// Whether it is no failure that the server is not on this machine: nobody asked for it by name.
    pub(super) fn may_be_missing(&self) -> bool {
        self.job.naming == Naming::All
    }

    /// Performs the cases of the job at the target.
    pub(super) async fn carry_out(&self) -> Result<Tried, Stopped> {
        let started = tokio::select! {
            biased;
            () = self.interrupts.asked() => return Err(too_early().into()),
            context = self.context() => context?,
        };
        let context = Arc::new(started);
        let ready = tokio::select! {
            ready = preflight(&context) => ready.map_err(|e| Failure::undecided(&e)),
            () = self.interrupts.asked() => Err(too_early()),
        };
        let tried = match ready {
            Ok(()) => self.drive(&context).await,
            Err(failure) => Err(failure),
        };
        let keep_logs = self.job.arguments.gate.keep_logs
            || tried.as_ref().is_ok_and(|tried| tried.run.exit_code() != ExitCode::GateOpen);
        self.stop(context, keep_logs).await;
        Ok(tried?)
    }

    async fn context(&self) -> Result<Context, Stopped> {
        let wallet = self.credentials.for_target(self.chosen)?;
        let blueprint = blueprint(self.job, self.chosen, wallet.world())?;
        let library = &self.job.library;
        let (wallet, library) = (Arc::clone(wallet), Arc::clone(library));
        let context = Context::with_wallet(blueprint, wallet, library, self.job.options()).await;
        let mut context = context.map_err(|error| match error {
            StartError::Launch(LaunchError::Missing { .. }) => {
                Stopped::Missing(Failure::undecided(&error))
            }
            error if error.is_users() => Failure::invalid(&error).into(),
            error => Failure::undecided(&error).into(),
        })?;
        let version = context.target.version().map(PeerText::as_str);
        context.waivers = self.job.waivers.for_target(&self.chosen.name, version);
        Ok(context)
    }

    /// Performs the cases, as often as they are to be.
    async fn drive(&self, context: &Arc<Context>) -> Result<Tried, Failure> {
        let started = Instant::now();
        let header = self.header(context);
        let label = self.chosen.label.as_deref();
        let mut taken = Taken {
            progress: self.progress,
            logs: self.job.reports.start(&header, label)?,
            writing: self.job.recordings.start(label)?,
            results: Vec::with_capacity(self.job.plan.cases.len()),
        };
        let mut repetitions = Repetitions::default();
        let count = self.job.repetitions();
        let mut ending = Ending::Complete;
        for number in 1..=count {
            let plan = self.job.plan.clone();
            ending = crate::run::run(context, plan, self.interrupts.asked(), |performed| {
                let result = taken.performed(performed);
                if number < count {
                    repetitions.keep(result);
                } else {
                    taken.settled(repetitions.settle(result));
                }
            })
            .await;
            if ending != Ending::Complete {
                break;
            }
        }
        repetitions.leave(&self.job.plan).for_each(|result| taken.settled(result));
        let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut footer = RunFooter {
            finished: taken.results.len(),
            interrupted: ending == Ending::Interrupted,
            elapsed_us,
            ..RunFooter::default()
        };
        let Taken { logs, writing, results, .. } = taken;
        let mut run = Run { header, results, footer: Some(footer.clone()) };
        footer.waiver_problems = self.job.waivers.problems(&run);
        run.footer = Some(footer.clone());
        footer.exit_code = self.job.exit_code_of(&run).code();
        run.footer = Some(footer.clone());
        let logged = logs.finish(&footer).map_err(|e| e.to_string());
        let unwritten = [logged, writing.finish()].into_iter().filter_map(Result::err);
        Ok(Tried { run, unwritten: unwritten.collect() })
    }

    fn header(&self, context: &Context) -> RunHeader {
        let arguments = &self.job.arguments;
        RunHeader {
            format_version: LOG_FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            started: now(),
            seed: arguments.gate.seed,
            target: self.chosen.name.clone(),
            target_version: context.target.version().cloned(),
            selected: self.job.plan.cases.len(),
            rerun: rerun_at(
                &arguments.gate,
                &self.chosen.name,
                arguments.selection.scenarios.as_ref(),
            ),
        }
    }

    async fn stop(&self, context: Arc<Context>, keep_logs: bool) {
        // Abandoned cases hold the context until they notice; they are few and short.
        let mut context = context;
        let owned = loop {
            match Arc::try_unwrap(context) {
                Ok(owned) => break owned,
                Err(shared) => {
                    context = shared;
                    tokio::task::yield_now().await;
                }
            }
        };
        let server = match self.job.naming {
            Naming::One => "the server".to_owned(),
            Naming::Several | Naming::All => self.chosen.name.clone(),
        };
        match owned.stop(keep_logs).await {
            Ok(Some(path)) => {
                self.progress.note(&format!("{server}'s logs are in {}", path.display()));
            }
            Ok(None) => {}
            Err(error) => {
                self.progress.note(&format!("warning: failed to stop {server}: {error}"));
            }
        }
    }
}

/// What a target of a job is brought up from.
pub(super) fn blueprint(job: &Job, chosen: &Chosen, world: &World) -> Result<Blueprint, Failure> {
    let Chosen { target, templates, .. } = chosen;
    let material = world.material(&job.library, target);
    Ok(Blueprint {
        target: target.clone(),
        templates: Arc::new(templates.clone()),
        workshop: Workshop::default(),
        material: material.map_err(|e| Failure::invalid(&e))?,
        fault: job.fault,
        authorized: job.arguments.gate.server.authorized,
    })
}

/// Where the results of a run go as they come.
struct Taken<'a> {
    progress: &'a Progress,
    logs: Logs,
    writing: Writing,
    results: Vec<CaseResult>,
}

impl Taken<'_> {
    /// A case was performed, perhaps not for the last time.
    fn performed(&mut self, performed: Performed) -> CaseResult {
        let Performed { result, recordings } = performed;
        self.progress.result(&result);
        self.writing.case(recordings);
        result
    }

    /// A case has come to its end.
    fn settled(&mut self, result: CaseResult) {
        self.logs.case(&result);
        self.results.push(result);
    }
}

/// This moment, RFC 3339.
fn now() -> String {
    let now = time::OffsetDateTime::now_utc().truncate_to_second();
    now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

pub(super) fn too_early() -> Failure {
    Failure::undecided(&"interrupted before the first case")
}
