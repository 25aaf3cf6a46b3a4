//! Waiver files: read before the run, drafted after it.

use std::path::{Path, PathBuf};

use mtls_reports::model::WaiverProblem;
use mtls_reports::{ExitCode, Run as Finished, TargetWaivers, Waivers, draft, write_new};
use mtls_scenarios::{Date, FILL_IN, Library, ReadWaiversError, WaiverFile, read_waivers};
use time::OffsetDateTime;

use super::args::Run;
use super::{Failure, output, terminal};

/// The waivers that the arguments name, and where drafts of new ones go.
pub(super) struct WaiverFiles {
    waivers: Waivers,
    draft: Option<PathBuf>,
    today: Date,
}

impl WaiverFiles {
    /// Reads the files; what could not be written afterwards is refused now.
    pub(super) fn read(arguments: &Run, library: &Library) -> Result<Self, Failure> {
        let today = Date::from(OffsetDateTime::now_utc().date());
        let read = read_waivers(&arguments.waivers, library, today).map_err(|error| {
            let code = match error {
                ReadWaiversError::TooWide(_) => ExitCode::GateClosed,
                _ => ExitCode::InvalidUse,
            };
            Failure { code, message: error.to_string() }
        })?;
        let draft = arguments.write_waivers.clone();
        draft.as_deref().map_or(Ok(()), check)?;
        Ok(Self { waivers: Waivers::new(read, today), draft, today })
    }

    /// Those in force for a target in the version that it reports.
    pub(super) fn for_target(&self, target: &str, version: Option<&str>) -> TargetWaivers {
        self.waivers.for_target(target, version)
    }

    /// Waivers that close the gate after a run.
    pub(super) fn problems(&self, finished: &Finished) -> Vec<WaiverProblem> {
        self.waivers.problems(finished)
    }

    /// Drafts waivers for what failed unexpectedly, where that is wanted.
    pub(super) fn draft<'a>(
        &self,
        runs: impl Iterator<Item = &'a Finished>,
        library: &Library,
    ) -> Result<(), Failure> {
        let Some(path) = &self.draft else { return Ok(()) };
        let waivers: Vec<_> = runs.flat_map(|run| draft(run, library, self.today)).collect();
        if waivers.is_empty() {
            terminal::note(&format!("nothing to waive: {} is not written", path.display()));
            return Ok(());
        }
        let number = waivers.len();
        let file = WaiverFile { schema: None, waivers };
        let mut text = serde_json::to_vec_pretty(&file).map_err(|e| Failure::undecided(&e))?;
        text.push(b'\n');
        write_new(path, &text).map_err(|e| Failure::undecided(&e))?;
        terminal::note(&format!(
            "drafted {number} waiver{} in {}: write reason and owner where it says {FILL_IN}; as it is the file is refused",
            if number == 1 { "" } else { "s" },
            path.display(),
        ));
        Ok(())
    }
}

/// Refuses to draft over a file that is there.
fn check(path: &Path) -> Result<(), Failure> {
    let argument = format!("--write-waivers {}", path.display());
    output::check(&argument, path)?;
    if path.symlink_metadata().is_ok() {
        let message = format!("{argument}: the file is there already and is not written over");
        return Err(Failure::invalid(&message));
    }
    Ok(())
}
