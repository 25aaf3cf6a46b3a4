//! What all starts of a launched server share: where its programs are, what it says of itself, what was built of it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use mtls_reports::PeerText;
use mtls_scenarios::{Build, Launch};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::OnceCell;

use super::command::{self, Runs};
use super::launched::{LaunchError, failed_to};
use super::template::fill;

/// Where servers live that an ordinary user's `PATH` leaves out.
const MORE_FOLDERS: [&str; 4] = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin"];
/// Most time that a program may take to say its version.
const VERSION_WITHIN: Duration = Duration::from_secs(5);
/// Most time that a build may take: compilers begin with nothing on a new machine.
const BUILD_WITHIN: Duration = Duration::from_secs(300);

/// What all starts of a launched server share. Clones share it, too; what was built goes with the last of them.
#[derive(Clone, Debug, Default)]
pub struct Workshop(Arc<OnceCell<Equipment>>);

/// The tools of a workshop.
#[derive(Debug)]
pub(super) struct Equipment {
    /// The server, and the programs that it needs by name.
    programs: Programs,
    /// What it says its version is.
    pub(super) version: Option<PeerText>,
    /// Where it was built, if it was.
    build: Option<Built>,
}

/// Where a build is.
#[derive(Debug)]
enum Built {
    /// In a directory that goes with it.
    For(TempDir),
    /// In one of the user's, who carries out the command himself.
    On(PathBuf),
}

/// A server that is on this machine.
#[derive(Clone, Debug)]
pub struct Present {
    /// Where its program is.
    pub program: PathBuf,
    /// What it says its version is.
    pub version: Option<PeerText>,
}

/// Looks for the programs of a launch, and asks the server for its version.
///
/// # Errors
/// One of them is not there; the error says how to install it.
pub async fn look_for(launch: &Launch) -> Result<Present, LaunchError> {
    let programs = Programs::find(launch)?;
    let version = programs.version(launch).await;
    Ok(Present { program: programs.program, version })
}

/// Programs that were found.
#[derive(Clone, Debug)]
struct Programs {
    program: PathBuf,
    needs: BTreeMap<String, PathBuf>,
}

impl Workshop {
    /// Finds and builds what a launch needs, the first time.
    pub(super) async fn equip(
        &self,
        launch: &Launch,
        files: &BTreeMap<String, String>,
    ) -> Result<&Equipment, LaunchError> {
        self.0.get_or_try_init(|| Equipment::new(launch, files)).await
    }
}

impl Equipment {
    async fn new(launch: &Launch, files: &BTreeMap<String, String>) -> Result<Self, LaunchError> {
        let programs = Programs::find(launch)?;
        let version = programs.version(launch).await;
        let build = build(launch, files, &programs).await?;
        Ok(Self { programs, version, build })
    }

    /// The same with the build left to the user, in this directory: its sources are written there. Also his command.
    pub(super) async fn on_paper(
        launch: &Launch,
        files: &BTreeMap<String, String>,
        directory: &Path,
    ) -> Result<(Self, Option<Vec<String>>), LaunchError> {
        let programs = Programs::find(launch)?;
        let version = programs.version(launch).await;
        let Some(build) = &launch.build else {
            return Ok((Self { programs, version, build: None }, None));
        };
        fs::create_dir_all(directory).map_err(failed_to("make a directory"))?;
        let command = write_sources(build, files, &programs, directory)?;
        let build = Some(Built::On(directory.to_owned()));
        Ok((Self { programs, version, build }, Some(command)))
    }

    /// What a placeholder about programs stands for.
    pub(super) fn value(&self, name: &str, argument: &str) -> Option<String> {
        let build = self.build.as_ref().map(|build| match build {
            Built::For(directory) => directory.path(),
            Built::On(directory) => directory,
        });
        match (name, build) {
            ("BUILD", Some(build)) => Some(build.to_string_lossy().into_owned()),
            _ => self.programs.value(name, argument),
        }
    }
}

impl Programs {
    /// The first of the names of each program that can be found.
    fn find(launch: &Launch) -> Result<Self, LaunchError> {
        let missing = |programs: &[String]| LaunchError::Missing {
            programs: programs.to_vec(),
            install: launch.install.clone(),
        };
        let program = find(&launch.program).ok_or_else(|| missing(&launch.program))?;
        let needs = launch.needs.iter().map(|name| {
            let names = std::slice::from_ref(name);
            find(names).map(|path| (name.clone(), path)).ok_or_else(|| missing(names))
        });
        Ok(Self { program, needs: needs.collect::<Result<_, _>>()? })
    }

    fn value(&self, name: &str, argument: &str) -> Option<String> {
        let path = match (name, argument) {
            ("PROGRAM", "") => &self.program,
            ("PROGRAM", needed) => self.needs.get(needed)?,
            _ => return None,
        };
        Some(path.to_string_lossy().into_owned())
    }

    /// The first line that the server prints about its version.
    async fn version(&self, launch: &Launch) -> Option<PeerText> {
        let mut command = Command::new(&self.program);
        command.args(&launch.version).stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(VERSION_WITHIN, command.output()).await.ok()?.ok()?;
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        // Some begin with other news.
        let mut lines = text.lines().map(str::trim);
        let line = lines.find(|line| line.contains(|c: char| c.is_ascii_digit()))?;
        // Some name themselves by where they lie, which is nobody's business.
        let line = line.strip_prefix(&*self.program.to_string_lossy()).unwrap_or(line);
        let words: Vec<_> = line.split_whitespace().collect();
        Some(PeerText::new(&words.join(" ")))
    }
}

/// Builds what a launch says is to be built.
async fn build(
    launch: &Launch,
    files: &BTreeMap<String, String>,
    programs: &Programs,
) -> Result<Option<Built>, LaunchError> {
    let Some(build) = &launch.build else { return Ok(None) };
    let mut builder = tempfile::Builder::new();
    // Whoever runs the server must be able to read what was built.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    let directory = builder.prefix("mtls-harness-build-").permissions(open).tempdir();
    let directory = directory.map_err(failed_to("make a temporary directory"))?;
    let words = write_sources(build, files, programs, directory.path())?;
    let unprivileged = launch.unprivileged;
    let runs = Runs { directory: directory.path(), within: BUILD_WITHIN, unprivileged };
    command::carry_out(&words, runs).await?;
    Ok(Some(Built::For(directory)))
}

/// Writes the sources of a build; the command that makes something of them.
fn write_sources(
    build: &Build,
    files: &BTreeMap<String, String>,
    programs: &Programs,
    directory: &Path,
) -> Result<Vec<String>, LaunchError> {
    for (name, file) in &build.files {
        let text = files.get(file).ok_or_else(|| LaunchError::NoTemplate(file.clone()))?;
        fs::write(directory.join(name), text).map_err(failed_to("write the sources"))?;
    }
    let value = |name: &str, argument: &str| match name {
        "BUILD" => Some(directory.to_string_lossy().into_owned()),
        _ => programs.value(name, argument),
    };
    let words: Result<Vec<_>, _> = build.command.iter().map(|word| fill(word, value)).collect();
    words.map_err(|source| LaunchError::Template {
        file: "the target file's `build`".to_owned(),
        source,
    })
}

/// The first of the programs that can be found, by name in the usual folders or by path. The harness finds itself wherever it is.
fn find(programs: &[String]) -> Option<PathBuf> {
    let own = env::current_exe().ok();
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> =
        env::split_paths(&path).chain(MORE_FOLDERS.iter().map(PathBuf::from)).collect();
    programs.iter().find_map(|program| {
        if program.contains('/') {
            return Some(PathBuf::from(program)).filter(|path| path.is_file());
        }
        if let Some(own) = &own
            && own.file_name().is_some_and(|name| name == program.as_str())
        {
            return Some(own.clone());
        }
        folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_harness_finds_itself_wherever_it_is() {
        let own = env::current_exe().unwrap();
        let name = own.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(find(&[name]), Some(own));
    }

    #[tokio::test]
    async fn a_version_does_not_tell_where_the_program_lies() {
        let launch = r#"{"program": ["/bin/sh"], "command": [], "install": "",
            "version": ["-c", "echo hello; echo \"$0  version:   1.2\""]}"#;
        let launch = serde_json::from_str(launch).unwrap();
        let present = look_for(&launch).await.unwrap();
        assert_eq!(present.version.unwrap().as_str(), "version: 1.2");
    }
}
