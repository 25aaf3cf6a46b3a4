//! `mtls-harness explain --steps` and `--vendor-report`: a case for people to repeat, and for a vendor to read.

use std::fs;
use std::path::{Path, PathBuf};

use mtls_reports::model::{CaseResult, Disposition, Verdict};
use mtls_reports::{Finding, Run as Finished, describe, vendor_report, write_report};
use mtls_scenarios::{Case, Scenario};

use super::args::Explain;
use super::rerun::rerun_at;
use super::run::Job;
use super::{Failure, output, terminal};
use crate::run::{ByHandError, Guide, Telling, by_hand, shell_word};

/// What to write, looked at before anything is done.
#[derive(Debug)]
pub(super) struct Papers {
    directory: PathBuf,
    report: Option<PathBuf>,
}

impl Papers {
    /// Reads the arguments; what could not be written afterwards is refused now. `None` where nothing is asked for.
    pub(super) fn new(arguments: &Explain) -> Result<Option<Self>, Failure> {
        let report = arguments.vendor_report.clone();
        if let Some(path) = &report {
            output::check(&format!("--vendor-report {}", path.display()), path)?;
        }
        let beside = report.as_ref().map(|path| path.with_extension("steps"));
        let Some(directory) = arguments.steps.clone().or(beside) else { return Ok(None) };
        let is_free = match fs::read_dir(&directory) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        };
        if !is_free {
            let message = format!(
                "`{}` exists and is not an empty directory; name a new one with --steps",
                directory.display()
            );
            return Err(Failure::invalid(&message));
        }
        let directory = std::path::absolute(directory).map_err(|e| Failure::invalid(&e))?;
        Ok(Some(Self { directory, report }))
    }

    /// Writes the steps, and the report where one is asked for. `job` is the case, not performed yet; `finished` what came of
    /// it, where it was.
    pub(super) fn write(
        &self,
        arguments: &Explain,
        (scenario, case): (&Scenario, &Case),
        job: &Job,
        finished: Option<&Finished>,
    ) -> Result<(), Failure> {
        let result = finished.and_then(|finished| finished.results.first());
        let reported = match (&self.report, finished.zip(result)) {
            (Some(path), Some((finished, result))) => {
                must_be_unexpected(result)?;
                Some((path, finished, result))
            }
            _ => None,
        };
        let gate = &arguments.gate;
        let run = rerun_at(gate, &gate.target, arguments.scenarios.as_ref());
        let telling = Telling {
            rerun: format!("{run} --filter {}", shell_word(&case.id)),
            why: super::explain::wrapped(&scenario.why).lines().map(str::to_owned).collect(),
            observed: result.map(observed).unwrap_or_default(),
        };
        let guide = self.guide(job, arguments.port, case, &telling);
        let guide = guide.inspect_err(|_| {
            // Half of the steps are of no use to anybody.
            let _ = fs::remove_dir_all(&self.directory);
        })?;
        let directory = self.directory.display().to_string();
        terminal::say(&format!("\nBy hand, in {directory}:\n\n{}", guide.steps));
        if let Some((path, finished, result)) = reported {
            let finding = Finding {
                run: &finished.header,
                case: result,
                why: &scenario.why,
                references: &scenario.references,
                platform: &platform(),
                configuration: &guide.configuration,
                steps: &guide.steps,
                directory: &directory,
            };
            write_report(path, vendor_report(&finding).as_bytes())
                .map_err(|e| Failure::undecided(&e))?;
            terminal::say(&format!(
                "\nWrote a draft to {}; SECURITY.md says how to send it to the vendor\n",
                path.display()
            ));
        }
        Ok(())
    }

    fn guide(
        &self,
        job: &Job,
        port: Option<u16>,
        case: &Case,
        telling: &Telling,
    ) -> Result<Guide, Failure> {
        fs::create_dir_all(&self.directory).map_err(|e| cannot_write(&self.directory, &e))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|e| Failure::undecided(&format!("failed to start the runtime: {e}")))?;
        runtime.block_on(async {
            let (context, paper) = job.on_paper(&self.directory, port).await?;
            let guide = by_hand(&context, Some(paper), case, &self.directory, telling).await;
            guide.map_err(|error| match error {
                ByHandError::NotPerformed(_) => Failure::invalid(&error),
                _ => Failure::undecided(&error),
            })
        })
    }
}

/// Whoever reports what is as it should be, or what nobody has seen, wastes a vendor's time.
fn must_be_unexpected(result: &CaseResult) -> Result<(), Failure> {
    if result.disposition == Disposition::Unexpected {
        return Ok(());
    }
    Err(match &result.verdict {
        Verdict::Inconclusive { reason } => {
            Failure::undecided(&format!("nothing to report yet, the case is undecided: {reason}"))
        }
        Verdict::Skipped { reason } => {
            Failure::invalid(&format!("nothing to report: the case is not performed: {reason}"))
        }
        Verdict::Pass(_) => {
            Failure::invalid(&"nothing to report: the case is as expected at this target")
        }
        Verdict::Fail(_) => Failure::invalid(&"nothing to report: the case is waived"),
    })
}

/// What came of a case, a line each.
fn observed(result: &CaseResult) -> Vec<String> {
    let seen = |observed: Option<&_>| observed.map_or_else(|| "done".to_owned(), describe);
    let steps = result.steps.iter().zip(1..);
    let steps = steps.map(|(step, number)| {
        format!("Step {number}, {}: {}", step.action, seen(step.observed.as_ref()))
    });
    let mut lines: Vec<_> = steps.collect();
    if lines.is_empty() {
        lines.push(seen(result.observed.as_ref()));
    }
    let verdict = if result.explanation.is_empty() { "as expected" } else { &result.explanation };
    lines.push(format!("Verdict: {verdict}"));
    lines
}

/// The machine, as it says itself.
fn platform() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name.map_or(std::env::consts::OS, |name| name.trim_matches('"'));
    format!("{name}, {}", std::env::consts::ARCH)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::invalid(&format!("cannot write `{}`: {error}", path.display()))
}
