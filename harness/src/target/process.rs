//! A server process that cannot outlive the harness.
//!
//! A small shell stands between: it starts the server, forwards signals that it is told on its standard input, and
//! ends the server when that input closes, which the kernel sees to even if the harness is killed.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use super::command::drop_privileges;

/// `$0` is the log file, `$@` the server and its arguments. The grace period for a stuck server is 3 seconds; what
/// the server itself started goes with it (the process group, 0).
const SUPERVISOR: &str = r#"
exec 3<&0
"$@" </dev/null >>"$0" 2>&1 3<&- &
server=$!
{
  while read -r signal; do kill -s "$signal" "$server"; done <&3
  kill -s TERM "$server"
  sleep 3 & pause=$!
  wait "$pause"
  kill -s KILL 0
} 2>/dev/null &
guard=$!
wait "$server"
status=$?
while [ "$status" -gt 128 ] && kill -0 "$server" 2>/dev/null; do wait "$server"; status=$?; done
trap '' TERM
kill -s TERM 0
exit "$status"
"#;

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    supervisor: Child,
    signals: Option<ChildStdin>,
    log: PathBuf,
}

impl Process {
    /// Starts a command in a directory, as `nobody` where it must not be root; its output goes to `output.log` there.
    pub(super) fn start(
        words: &[String],
        directory: &Path,
        unprivileged: bool,
    ) -> io::Result<Self> {
        let log = directory.join("output.log");
        let mut command = Command::new("/bin/sh");
        if unprivileged {
            drop_privileges(&mut command, directory)?;
        }
        let mut supervisor = command
            .arg("-c")
            .arg(SUPERVISOR)
            .arg(&log)
            .args(words)
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C is for the harness; it stops the server when it is done with it.
            .process_group(0)
            .spawn()?;
        let signals = supervisor.stdin.take();
        Ok(Self { supervisor, signals, log })
    }

    /// Where the server's output is.
    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// How the server ended, if it has.
    pub(super) fn exited(&mut self) -> io::Result<Option<ExitStatus>> {
        self.supervisor.try_wait()
    }

    /// Sends the server a signal by name, without `SIG`.
    pub(super) async fn signal(&mut self, name: &str) -> io::Result<()> {
        match &mut self.signals {
            Some(signals) => {
                signals.write_all(format!("{name}\n").as_bytes()).await?;
                signals.flush().await
            }
            None => Err(io::Error::new(io::ErrorKind::NotConnected, "the server was stopped")),
        }
    }

    /// Stops the server and waits until it is gone.
    pub(super) async fn end(&mut self) -> io::Result<()> {
        drop(self.signals.take());
        match timeout(Duration::from_secs(5), self.supervisor.wait()).await {
            Ok(status) => status.map(drop),
            Err(_) => self.supervisor.kill().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|w| (*w).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_server_that_ends_at_once_is_noticed_with_its_output() {
        let directory = tempfile::tempdir().unwrap();
        let args = words(&["/bin/sh", "-c", "echo broken configuration; exit 7"]);
        let mut process = Process::start(&args, directory.path(), false).unwrap();
        let status = process.supervisor.wait().await.unwrap();
        assert_eq!(status.code(), Some(7));
        assert!(process.exited().unwrap().is_some());
        let log = std::fs::read_to_string(process.log()).unwrap();
        assert_eq!(log, "broken configuration\n");
    }

    #[tokio::test]
    async fn signals_reach_the_server_and_stopping_ends_it() {
        let directory = tempfile::tempdir().unwrap();
        let script = "trap 'echo reloaded; exit 3' HUP; echo up; while :; do sleep 0.01; done";
        let args = words(&["/bin/sh", "-c", script]);
        let mut process = Process::start(&args, directory.path(), false).unwrap();
        while !std::fs::read_to_string(process.log()).unwrap_or_default().contains("up") {
            tokio::task::yield_now().await;
        }
        process.signal("HUP").await.unwrap();
        let status = process.supervisor.wait().await.unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(std::fs::read_to_string(process.log()).unwrap().ends_with("reloaded\n"));
    }

    #[tokio::test]
    async fn a_stopped_server_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let script = "echo $$; while :; do sleep 0.01; done";
        let args = words(&["/bin/sh", "-c", script]);
        let mut process = Process::start(&args, directory.path(), false).unwrap();
        let log = process.log().to_owned();
        let pid = loop {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            if text.ends_with('\n') {
                break text.trim().to_owned();
            }
            tokio::task::yield_now().await;
        };
        process.end().await.unwrap();
        assert!(!Path::new("/proc").join(pid).exists());
    }
}
