//! `mtls-harness run`: from arguments to an exit code.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mtls_reports::model::{CaseResult, Disposition, RunFooter, RunHeader};
use mtls_reports::{ExitCode, LOG_FORMAT_VERSION, PeerText, Run as Finished};
use mtls_scenarios::{Library, Program};
use rustls::pki_types::UnixTime;

use super::Failure;
use super::args::Run;
use super::interrupt::Interrupts;
use super::progress::Progress;
use super::recordings::Recordings;
use super::reports::Reports;
use super::rerun::rerun;
use super::selection::{load, nothing_selected, select};
use super::target::{Chosen, choose};
use super::terminal;
use super::waivers::WaiverFiles;
use crate::pki::OpensslRecipe;
use crate::run::{Context, Dialogues, Ending, Options, Origin, Performed, Plan, World, preflight};
use crate::server::Fault;
use crate::target::{Blueprint, Workshop};

/// Runs the command.
pub(super) fn run(arguments: Run) -> Result<ExitCode, Failure> {
    let library = load(&arguments.selection)?;
    let plan = select(&library, &arguments.selection)?;
    let job = Job::new(arguments, library, plan, Dialogues::OfProblems)?;
    if job.plan.cases.is_empty() {
        terminal::note(&nothing_selected(&job.library, &job.arguments.selection));
        return Ok(ExitCode::NothingSelected);
    }
    let show = |finished: &Finished, job: &Job| {
        let style = terminal::style(&job.arguments.gate.display, None);
        job.reports.write(finished, style)
    };
    carry_out(job, show)
}

/// Performs the cases of a job and shows what came of them.
pub(super) fn carry_out(
    job: Job,
    show: impl FnOnce(&Finished, &Job) -> Result<(), Failure>,
) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::undecided(&format!("failed to start the runtime: {e}")))?;
    let result = runtime.block_on(async {
        let interrupts = Interrupts::listen();
        tokio::select! {
            result = job.carry_out(&interrupts, show) => result,
            () = interrupts.second() => Err(Failure::undecided(&"interrupted again: ended at once")),
        }
    });
    // Abandoned probes must not hold up the exit.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

/// Everything that a run needs.
pub(super) struct Job {
    arguments: Run,
    library: Arc<Library>,
    chosen: Chosen,
    reports: Reports,
    recordings: Recordings,
    waivers: WaiverFiles,
    fault: Option<Fault>,
    plan: Plan,
    dialogues: Dialogues,
}

impl Job {
    /// Reads what the arguments name; what cannot be done is refused now.
    pub(super) fn new(
        arguments: Run,
        library: Library,
        plan: Plan,
        dialogues: Dialogues,
    ) -> Result<Self, Failure> {
        let chosen = choose(&arguments.gate, &library)?;
        let reports = Reports::new(&arguments.report)?;
        let recordings = Recordings::new(&arguments)?;
        recordings.check(&plan)?;
        let waivers = WaiverFiles::read(&arguments, &library)?;
        let fault = match &arguments.gate.fault {
            Some(name) => Some(name.parse::<Fault>().map_err(|e| Failure::invalid(&e))?),
            None => None,
        };
        let library = Arc::new(library);
        Ok(Self {
            arguments,
            library,
            chosen,
            reports,
            recordings,
            waivers,
            fault,
            plan,
            dialogues,
        })
    }

    async fn carry_out(
        self,
        interrupts: &Interrupts,
        show: impl FnOnce(&Finished, &Self) -> Result<(), Failure>,
    ) -> Result<ExitCode, Failure> {
        let started = tokio::select! {
            context = self.context() => context?,
            () = interrupts.first() => return Err(too_early()),
        };
        let context = Arc::new(started);
        let ready = tokio::select! {
            ready = preflight(&context) => ready.map_err(|e| Failure::undecided(&e)),
            () = interrupts.first() => Err(too_early()),
        };
        let driven = match ready {
            Ok(()) => self.drive(&context, interrupts).await,
            Err(failure) => Err(failure),
        };
        let keep_logs = self.arguments.gate.keep_logs
            || driven.as_ref().is_ok_and(|(run, _)| run.exit_code() != ExitCode::GateOpen);
        self.stop(context, keep_logs).await;
        let (finished, unwritten) = driven?;
        // What was found is told before what could not be written.
        show(&finished, &self)?;
        self.waivers.draft(std::slice::from_ref(&finished), &self.library)?;
        if let Some(first) = unwritten.first() {
            return Err(Failure::undecided(first));
        }
        Ok(self.exit_code(&finished))
    }

    async fn context(&self) -> Result<Context, Failure> {
        let Chosen { target, templates, user_ca } = &self.chosen;
        let openssl = if self.plan.uses(&self.library, Program::OpensslRecipe) {
            let made = tokio::task::spawn_blocking(OpensslRecipe::carry_out).await;
            Some(made.map_err(|e| Failure::undecided(&e))?)
        } else {
            None
        };
        let origin = Origin {
            seed: self.arguments.gate.seed,
            epoch: UnixTime::now(),
            library: &self.library,
            user_ca: user_ca.clone(),
            openssl,
        };
        let world = World::new(origin).map_err(|e| Failure::invalid(&e))?;
        let material = world.material(&self.library, target).map_err(|e| Failure::invalid(&e))?;
        let authorized = self.arguments.gate.server.authorized;
        let blueprint = Blueprint {
            target: target.clone(),
            templates: Arc::new(templates.clone()),
            workshop: Workshop::default(),
            material,
            fault: self.fault,
            authorized,
        };
        let options = Options {
            jobs: usize::from(self.arguments.jobs),
            timeout: Duration::from_secs_f64(self.arguments.gate.timeout),
            fail_fast: self.arguments.fail_fast,
            pedantic: self.arguments.gate.pedantic,
            dialogues: self.dialogues,
            keep_recordings: self.recordings.are_wanted(),
        };
        let mut context =
            Context::start(blueprint, world, Arc::clone(&self.library), options).await.map_err(
                |e| if e.is_users() { Failure::invalid(&e) } else { Failure::undecided(&e) },
            )?;
        let version = context.target.version().map(PeerText::as_str);
        context.waivers = self.waivers.for_target(&self.arguments.gate.target, version);
        Ok(context)
    }

    /// Performs the cases; also says what could not be written though the run went on.
    async fn drive(
        &self,
        context: &Arc<Context>,
        interrupts: &Interrupts,
    ) -> Result<(Finished, Vec<String>), Failure> {
        let started = Instant::now();
        let header = self.header(context);
        let mut logs = self.reports.start(&header)?;
        let mut writing = self.recordings.start()?;
        let mut progress =
            Progress::new(self.arguments.gate.display.progress, self.plan.cases.len());
        let mut results = Vec::with_capacity(self.plan.cases.len());
        let ending = crate::run::run(context, self.plan.clone(), interrupts.first(), |performed| {
            let Performed { result, recordings } = performed;
            progress.result(&result);
            logs.case(&result);
            writing.case(recordings);
            results.push(result);
        })
        .await;
        progress.finish();
        let mut finished = Finished { header, results, footer: None };
        let mut footer = RunFooter {
            finished: finished.results.len(),
            interrupted: ending == Ending::Interrupted,
            elapsed_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            ..RunFooter::default()
        };
        finished.footer = Some(footer.clone());
        footer.waiver_problems = self.waivers.problems(&finished);
        finished.footer = Some(footer.clone());
        footer.exit_code = self.exit_code(&finished).code();
        finished.footer = Some(footer.clone());
        let logged = logs.finish(&footer).map_err(|e| e.to_string());
        let unwritten = [logged, writing.finish()].into_iter().filter_map(Result::err);
        Ok((finished, unwritten.collect()))
    }

    fn header(&self, context: &Context) -> RunHeader {
        RunHeader {
            format_version: LOG_FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            started: now(),
            seed: self.arguments.gate.seed,
            target: self.arguments.gate.target.clone(),
            target_version: context.target.version().cloned(),
            selected: self.plan.cases.len(),
            rerun: rerun(&self.arguments.gate, self.arguments.selection.scenarios.as_ref()),
        }
    }

    fn exit_code(&self, finished: &Finished) -> ExitCode {
        let code = finished.exit_code();
        let as_known = |result: &CaseResult| {
            matches!(result.disposition, Disposition::Expected | Disposition::Waived)
        };
        let only_undecided = finished.is_complete() && finished.results.iter().any(as_known);
        if code == ExitCode::Undecided && self.arguments.allow_undecided && only_undecided {
            return ExitCode::GateOpen;
        }
        code
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
        match owned.stop(keep_logs).await {
            Ok(Some(path)) => {
                terminal::note(&format!("the server's logs are in {}", path.display()));
            }
            Ok(None) => {}
            Err(error) => terminal::note(&format!("warning: failed to stop the target: {error}")),
        }
    }
}

/// This moment, RFC 3339.
fn now() -> String {
    let now = time::OffsetDateTime::now_utc().truncate_to_second();
    now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

fn too_early() -> Failure {
    Failure::undecided(&"interrupted before the first case")
}
