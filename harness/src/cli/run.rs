//! `mtls-harness run`: from arguments to an exit code.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mtls_reports::model::{Disposition, RunFooter, RunHeader};
use mtls_reports::{
    ExitCode, Format, LOG_FORMAT_VERSION, LogError, LogWriter, Run as Finished, grid, render,
    write_report,
};
use mtls_scenarios::{Filter, Library, Program, did_you_mean};
use rustls::pki_types::UnixTime;

use super::Failure;
use super::args::{Run, Selection};
use super::interrupt::Interrupts;
use super::progress::Progress;
use super::target::{Chosen, choose};
use super::terminal;
use crate::pki::OpensslRecipe;
use crate::run::{Context, Ending, Options, Origin, Plan, World, plan, preflight};
use crate::server::Fault;
use crate::target::start;

/// A report to write.
struct Wanted {
    format: Format,
    /// None for standard output.
    path: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(arguments: Run) -> Result<ExitCode, Failure> {
    let library = Arc::new(load(&arguments.selection)?);
    let chosen = choose(&arguments, &library)?;
    let wanted = arguments.report.iter().map(|text| wanted(text)).collect::<Result<Vec<_>, _>>()?;
    let fault = match &arguments.fault {
        Some(name) => Some(name.parse::<Fault>().map_err(|e| Failure::invalid(&e))?),
        None => None,
    };
    let plan = select(&library, &arguments.selection)?;
    if plan.cases.is_empty() {
        terminal::note(&nothing_selected(&library, &arguments.selection));
        return Ok(ExitCode::NothingSelected);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::undecided(&format!("failed to start the runtime: {e}")))?;
    let job = Job { arguments, library, chosen, wanted, fault, plan };
    let result = runtime.block_on(async {
        let interrupts = Interrupts::listen();
        tokio::select! {
            result = job.carry_out(&interrupts) => result,
            () = interrupts.second() => Err(Failure::undecided(&"interrupted again: ended at once")),
        }
    });
    // Abandoned probes must not hold up the exit.
    runtime.shutdown_timeout(Duration::from_millis(200));
    result
}

/// The library that the arguments name.
pub(super) fn load(selection: &Selection) -> Result<Library, Failure> {
    match &selection.scenarios {
        Some(directory) => Library::with_directory(directory),
        None => Library::embedded(),
    }
    .map_err(|e| Failure::invalid(&e))
}

/// The cases that the arguments select.
pub(super) fn select(library: &Library, selection: &Selection) -> Result<Plan, Failure> {
    let filter = Filter::new(&selection.filter).map_err(|e| Failure::invalid(&e))?;
    Ok(plan(library, &filter))
}

/// What to say when no case is selected.
pub(super) fn nothing_selected(library: &Library, selection: &Selection) -> String {
    let known = || library.scenarios.keys().map(String::as_str);
    let hint = selection
        .filter
        .iter()
        .find_map(|pattern| did_you_mean(pattern.split('@').next().unwrap_or(pattern), known()))
        .unwrap_or_else(|| "`mtls-harness list` shows all scenarios".to_owned());
    format!("nothing selected: no case matches {}; {hint}", selection.filter.join(", "))
}

fn wanted(text: &str) -> Result<Wanted, Failure> {
    let Some((format, path)) = text.split_once('=') else {
        let message = format!("--report {text}: write FORMAT=PATH, such as junit=report.xml");
        return Err(Failure::invalid(&message));
    };
    let format = format.parse::<Format>().map_err(|e| Failure::invalid(&e))?;
    if path == "-" {
        return Ok(Wanted { format, path: None });
    }
    let path = PathBuf::from(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.as_os_str().is_empty() || folder.is_some_and(|folder| !folder.is_dir()) {
        let message = format!("--report {text}: there is no such folder; make it first");
        return Err(Failure::invalid(&message));
    }
    if path.is_dir() {
        return Err(Failure::invalid(&format!("--report {text}: that is a folder; name a file")));
    }
    Ok(Wanted { format, path: Some(path) })
}

/// Everything that a run needs.
struct Job {
    arguments: Run,
    library: Arc<Library>,
    chosen: Chosen,
    wanted: Vec<Wanted>,
    fault: Option<Fault>,
    plan: Plan,
}

impl Job {
    async fn carry_out(self, interrupts: &Interrupts) -> Result<ExitCode, Failure> {
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
        let keep_logs = self.arguments.keep_logs
            || driven.as_ref().is_ok_and(|(run, _)| run.exit_code() != ExitCode::GateOpen);
        self.stop(context, keep_logs).await;
        let (finished, logged) = driven?;
        // What was found is told before what could not be written.
        self.report(&finished)?;
        logged.map_err(|e| Failure::undecided(&e))?;
        Ok(self.exit_code(&finished))
    }

    async fn context(&self) -> Result<Context, Failure> {
        let Chosen { target, templates, user_ca } = &self.chosen;
        let uses_openssl = self.plan.uses(&self.library, Program::OpensslRecipe);
        let origin = Origin {
            seed: self.arguments.seed,
            epoch: UnixTime::now(),
            library: &self.library,
            user_ca: user_ca.clone(),
            openssl: uses_openssl.then(OpensslRecipe::carry_out),
        };
        let world = World::new(origin).map_err(|e| Failure::invalid(&e))?;
        let material = world.material(&self.library, target).map_err(|e| Failure::invalid(&e))?;
        let authorized = self.arguments.server.authorized;
        let running =
            start(target.clone(), templates, &material, self.fault, authorized).await.map_err(
                |e| if e.is_users() { Failure::invalid(&e) } else { Failure::undecided(&e) },
            )?;
        let options = Options {
            jobs: usize::from(self.arguments.jobs),
            timeout: Duration::from_secs_f64(self.arguments.timeout),
            fail_fast: self.arguments.fail_fast,
            pedantic: self.arguments.pedantic,
        };
        Ok(Context::new(running, world, Arc::clone(&self.library), options))
    }

    /// Performs the cases; also says whether the event logs could be written.
    async fn drive(
        &self,
        context: &Arc<Context>,
        interrupts: &Interrupts,
    ) -> Result<(Finished, Result<(), LogError>), Failure> {
        let started = Instant::now();
        let header = self.header(context);
        let mut logs = self.open_logs(&header)?;
        let mut progress = Progress::new(self.arguments.display.progress, self.plan.cases.len());
        let mut results = Vec::with_capacity(self.plan.cases.len());
        let mut log_error = None;
        let ending = crate::run::run(context, self.plan.clone(), interrupts.first(), |result| {
            progress.result(&result);
            for log in &mut logs {
                if let Err(error) = log.case(&result) {
                    log_error.get_or_insert(error);
                }
            }
            results.push(result);
        })
        .await;
        progress.finish();
        let mut finished = Finished { header, results, footer: None };
        let mut footer = RunFooter {
            finished: finished.results.len(),
            interrupted: ending == Ending::Interrupted,
            elapsed_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            exit_code: 0,
        };
        finished.footer = Some(footer.clone());
        footer.exit_code = self.exit_code(&finished).code();
        finished.footer = Some(footer.clone());
        for log in logs {
            if let Err(error) = log.finish(&footer) {
                log_error.get_or_insert(error);
            }
        }
        Ok((finished, log_error.map_or(Ok(()), Err)))
    }

    fn header(&self, context: &Context) -> RunHeader {
        RunHeader {
            format_version: LOG_FORMAT_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            started: jiff::Timestamp::now().to_string(),
            seed: self.arguments.seed,
            target: self.arguments.target.clone(),
            target_version: context.target.version().cloned(),
            selected: self.plan.cases.len(),
            rerun: self.rerun(),
        }
    }

    /// The arguments that repeat this run, but for the filter.
    fn rerun(&self) -> String {
        let arguments = &self.arguments;
        let server = &arguments.server;
        let mut words = vec!["run".to_owned()];
        let mut flag = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                words.push(format!("{name} {}", shell_word(&value)));
            }
        };
        let path = |path: &PathBuf| path.to_string_lossy().into_owned();
        flag("--target", Some(arguments.target.clone()).filter(|target| target != "mock"));
        flag(
            "--mode",
            server.mode.map(|mode| mtls_scenarios::Mode::from(mode).as_str().to_owned()),
        );
        flag("--ca", server.ca.as_ref().map(path));
        flag("--ca-key", server.ca_key.as_ref().map(path));
        flag("--name", server.name.clone());
        flag("--identity-header", server.identity_header.clone());
        flag("--marker", server.marker.clone());
        flag("--scenarios", arguments.selection.scenarios.as_ref().map(path));
        flag("--fault", arguments.fault.clone());
        flag("--seed", Some(arguments.seed).filter(|seed| *seed != 1).map(|seed| seed.to_string()));
        for (name, given) in [
            ("--h2", server.h2),
            ("--pedantic", arguments.pedantic),
            ("--authorized", server.authorized),
        ] {
            if given {
                words.push(name.to_owned());
            }
        }
        words.join(" ")
    }

    /// Event logs are written while the run goes on, so that a crash loses at most a line.
    fn open_logs(&self, header: &RunHeader) -> Result<Vec<LogWriter<File>>, Failure> {
        let paths = self.wanted.iter().filter(|wanted| wanted.format == Format::Jsonl);
        paths
            .filter_map(|wanted| wanted.path.as_ref())
            .map(|path| {
                let file = File::create(path).map_err(|e| {
                    Failure::invalid(&format!("failed to write {}: {e}", path.display()))
                })?;
                LogWriter::start(file, header).map_err(|e| Failure::undecided(&e))
            })
            .collect()
    }

    fn report(&self, finished: &Finished) -> Result<(), Failure> {
        // Standard output is either for people or for a program.
        if self.wanted.iter().all(|wanted| wanted.path.is_some()) {
            let style = terminal::style(&self.arguments.display, None);
            terminal::say(&grid(finished, style));
        }
        for wanted in &self.wanted {
            let render = || render(wanted.format, finished).map_err(|e| Failure::undecided(&e));
            match &wanted.path {
                Some(_) if wanted.format == Format::Jsonl => {}
                Some(path) => {
                    write_report(path, &render()?).map_err(|e| Failure::undecided(&e))?;
                }
                None => terminal::say(&String::from_utf8_lossy(&render()?)),
            }
        }
        Ok(())
    }

    fn exit_code(&self, finished: &Finished) -> ExitCode {
        let code = finished.exit_code();
        let only_undecided = finished.is_complete()
            && finished.results.iter().any(|result| result.disposition == Disposition::Expected);
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
        match owned.target.stop(keep_logs).await {
            Ok(Some(path)) => {
                terminal::note(&format!("the server's logs are in {}", path.display()));
            }
            Ok(None) => {}
            Err(error) => terminal::note(&format!("warning: failed to stop the target: {error}")),
        }
    }
}

fn too_early() -> Failure {
    Failure::undecided(&"interrupted before the first case")
}

/// Quotes a word for a shell where it needs it.
fn shell_word(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:,=@%+".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(shell_word("https://127.0.0.1:8443/a"), "https://127.0.0.1:8443/a");
        assert_eq!(shell_word("it's; rm"), r"'it'\''s; rm'");
        assert_eq!(shell_word(""), "''");
    }
}
