//! Commands that come before or beside a launched server: builds, preparations, reloads.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use mtls_reports::PeerText;
use tokio::process::Command;

use super::launched::{LaunchError, failed_to};

/// Who is `nobody`, and his group, on every Linux.
const NOBODY: u32 = 65534;
/// How much of a log an error shows.
const LOG_LINES: usize = 12;
/// How many octets of a log's end are looked at for that.
const LOG_OCTETS: usize = 64 << 10;

/// Where and how a command is carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runs<'a> {
    pub(super) directory: &'a Path,
    pub(super) within: Duration,
    /// As `nobody`, where we are root.
    pub(super) unprivileged: bool,
}

/// Carries out a command to its end; its output goes to `commands.log` in its directory.
///
/// # Errors
/// It cannot be started, fails, or takes too long.
pub(super) async fn carry_out(words: &[String], runs: Runs<'_>) -> Result<(), LaunchError> {
    let [program, arguments @ ..] = words else { return Ok(()) };
    let shown = words.join(" ");
    let log = runs.directory.join("commands.log");
    let output = File::options().create(true).append(true).open(&log);
    let output = output.map_err(failed_to("write a log"))?;
    let errors = output.try_clone().map_err(failed_to("write a log"))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(runs.directory).stdin(Stdio::null());
    command.stdout(output).stderr(errors).kill_on_drop(true);
    if runs.unprivileged {
        drop_privileges(&mut command, runs.directory).map_err(failed_to("leave root"))?;
    }
    let failed = |how: String| LaunchError::Command {
        command: PeerText::new(&shown),
        how,
        log: log_end(&[&log]),
    };
    match tokio::time::timeout(runs.within, command.status()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(failed(status.to_string())),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed(format!("not done within {} s", runs.within.as_secs()))),
    }
}

/// Makes a command run as `nobody`, who gets its directory, where we are root.
pub(super) fn drop_privileges(command: &mut Command, directory: &Path) -> io::Result<()> {
    if !is_root(directory)? {
        return Ok(());
    }
    give_away(directory)?;
    command.uid(NOBODY).gid(NOBODY);
    Ok(())
}

/// Whether we are root: who made the directory is who we are, unless it was given away already.
fn is_root(directory: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let probe = tempfile::Builder::new().tempfile_in(directory)?;
    Ok(probe.as_file().metadata()?.uid() == 0)
}

fn give_away(path: &Path) -> io::Result<()> {
    std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY))?;
    if path.symlink_metadata()?.is_dir() {
        for entry in fs::read_dir(path)? {
            give_away(&entry?.path())?;
        }
    }
    Ok(())
}

/// The last lines of some logs together, made harmless.
pub(super) fn log_end(logs: &[&Path]) -> String {
    let mut text = String::new();
    for log in logs {
        let octets = fs::read(log).unwrap_or_default();
        let end = octets.get(octets.len().saturating_sub(LOG_OCTETS)..).unwrap_or_default();
        text.push_str(&String::from_utf8_lossy(end));
    }
    let lines: Vec<_> = text.lines().collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    let shown = lines.iter().skip(from).map(|line| format!("    {}", PeerText::new(line)));
    shown.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_command_that_fails_is_told_with_its_output() {
        let directory = tempfile::tempdir().unwrap();
        let within = Duration::from_secs(60);
        let runs = Runs { directory: directory.path(), within, unprivileged: false };
        carry_out(&words(&["/bin/sh", "-c", "echo fine"]), runs).await.unwrap();
        let fails = words(&["/bin/sh", "-c", "printf 'no \\033[2J' >&2; exit 7"]);
        let error = carry_out(&fails, runs).await.unwrap_err().to_string();
        assert!(error.contains("exit status: 7"), "{error}");
        assert!(error.contains("    fine\n    no \\u{1b}[2J"), "{error}");
        let missing = carry_out(&words(&["/no/such/program"]), runs).await.unwrap_err();
        assert!(missing.to_string().contains("/no/such/program"), "{missing}");
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_ended() {
        let directory = tempfile::tempdir().unwrap();
        let within = Duration::from_millis(1);
        let runs = Runs { directory: directory.path(), within, unprivileged: false };
        let error = carry_out(&words(&["/bin/sleep", "1000"]), runs).await.unwrap_err();
        assert!(error.to_string().contains("not done within"), "{error}");
    }

    #[tokio::test]
    async fn without_privileges_a_command_can_write_in_its_directory() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), "").unwrap();
        let within = Duration::from_secs(60);
        let runs = Runs { directory: directory.path(), within, unprivileged: true };
        let script = "test \"$(id -u)\" -ne 0 && echo x > file && echo y > other";
        carry_out(&words(&["/bin/sh", "-c", script]), runs).await.unwrap();
        assert_eq!(fs::read_to_string(directory.path().join("other")).unwrap(), "y\n");
    }
}
