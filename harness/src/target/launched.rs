//! Servers that the harness starts itself: found, configured from templates, waited for, stopped.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use std::{env, fs};

use mtls_reports::PeerText;
use mtls_scenarios::{Launch, Reload, Spoilt, Target};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::change::ChangeError;
use super::configuration::Configuration;
use super::material::Material;
use super::ports::Ports;
use super::process::Process;
use super::template::UnknownPlaceholder;

/// Where servers live that an ordinary user's `PATH` leaves out.
const MORE_FOLDERS: [&str; 4] = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin"];
/// How often a start is tried: another process may take a port between our choice and the server's bind.
const ATTEMPTS: usize = 3;
/// Pause between looks at a port that is not open yet.
const POLL: Duration = Duration::from_millis(5);
/// How much of a server's log an error shows.
const LOG_LINES: usize = 12;

/// A server of the user's machine could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// None of the programs is there.
    #[error("no `{}` found on this machine; {install}", programs.join("` or `"))]
    Missing {
        /// The names that were looked for.
        programs: Vec<String>,
        /// What the target file says about that.
        install: String,
    },
    /// A template asks for something that is not there.
    #[error("{file}: {source}")]
    Template {
        /// The template.
        file: String,
        /// What is wrong with it.
        source: UnknownPlaceholder,
    },
    /// The target file names a template that was not read.
    #[error("template `{0}` does not exist beside the target file")]
    NoTemplate(String),
    /// Files or processes.
    #[error("failed to {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// It ended by itself.
    #[error("the server ended at its start ({status}); its log says:\n{log}")]
    Ended {
        /// How.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// It runs and does not listen.
    #[error("the server did not listen on {address} within {seconds} s; its log says:\n{log}")]
    NotReady {
        /// Where it should have listened.
        address: SocketAddr,
        /// How long it was waited for.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
}

/// A launched server.
#[derive(Debug)]
pub(super) struct Launched {
    process: Process,
    launch: Launch,
    program: PathBuf,
    directory: TempDir,
    generation: u64,
    ports: Ports,
    pub(super) version: Option<PeerText>,
}

/// What a server's configuration says.
#[derive(Clone, Copy)]
pub(super) struct Policy<'a> {
    pub(super) target: &'a Target,
    pub(super) templates: &'a BTreeMap<String, String>,
    pub(super) material: &'a Material,
    /// A CA file that is spoilt: account and how.
    pub(super) spoilt: Option<(&'a str, Spoilt)>,
}

impl Launched {
    pub(super) async fn start(policy: Policy<'_>, launch: &Launch) -> Result<Self, LaunchError> {
        let program = find(&launch.program).ok_or_else(|| LaunchError::Missing {
            programs: launch.program.clone(),
            install: launch.install.clone(),
        })?;
        let version = version_of(&program, &launch.version).await;
        let mut attempt = 1;
        loop {
            match Self::try_start(policy, launch, &program).await {
                Err(LaunchError::Ended { log, .. })
                    if attempt < ATTEMPTS && log.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                Ok(launched) => return Ok(Self { version, ..launched }),
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_start(
        policy: Policy<'_>,
        launch: &Launch,
        program: &Path,
    ) -> Result<Self, LaunchError> {
        let directory = tempfile::Builder::new()
            .prefix("mtls-harness-")
            .tempdir()
            .map_err(failed_to("make a temporary directory"))?;
        let ports = Ports::choose(policy.target.listeners.keys());
        let ports = ports.map_err(failed_to("find a free port"))?;
        let addresses = ports.addresses();
        let configuration =
            Configuration { policy, launch, directory: directory.path(), addresses };
        let args = configuration.write(1)?;
        let process = Process::start(program, &args, directory.path())
            .map_err(failed_to("start the server"))?;
        let mut launched = Self {
            process,
            launch: launch.clone(),
            program: program.to_owned(),
            directory,
            generation: 1,
            ports,
            version: None,
        };
        match launched.wait_until_ready(launch.ready_within).await {
            Ok(()) => Ok(launched),
            Err(error) => {
                launched.stop(false).await.map_err(failed_to("stop the server"))?;
                Err(error)
            }
        }
    }

    /// Where its listeners are.
    pub(super) const fn addresses(&self) -> &BTreeMap<String, SocketAddr> {
        self.ports.addresses()
    }

    async fn wait_until_ready(&mut self, seconds: u64) -> Result<(), LaunchError> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        for address in self.addresses().clone().into_values() {
            while TcpStream::connect(address).await.is_err() {
                let exited = self.process.exited().map_err(failed_to("look after the server"))?;
                if let Some(status) = exited {
                    return Err(LaunchError::Ended { status, log: self.log_end() });
                }
                if Instant::now() >= deadline {
                    return Err(LaunchError::NotReady { address, seconds, log: self.log_end() });
                }
                sleep(POLL).await;
            }
        }
        Ok(())
    }

    /// The last lines that the server wrote to its output or to `error.log`, made harmless.
    fn log_end(&self) -> String {
        let output = fs::read(self.process.log()).unwrap_or_default();
        let errors = fs::read(self.directory.path().join("error.log")).unwrap_or_default();
        let text = String::from_utf8_lossy(&[output, errors].concat()).into_owned();
        let lines: Vec<_> = text.lines().collect();
        let from = lines.len().saturating_sub(LOG_LINES);
        let shown = lines.iter().skip(from).map(|line| format!("    {}", PeerText::new(line)));
        shown.collect::<Vec<_>>().join("\n")
    }

    /// Writes a new configuration and makes the server read it. The generation that shows that it did.
    pub(super) async fn reload(&mut self, policy: Policy<'_>) -> Result<u64, ChangeError> {
        let Some(Reload::Signal(name)) = self.launch.reload.clone() else {
            let reason = "the target file does not say how to reload".to_owned();
            return Err(ChangeError::Unsupported(reason));
        };
        self.configure(policy)?;
        self.process.signal(&name).await?;
        Ok(self.generation)
    }

    /// Writes a new configuration, stops the server and starts it again where it was.
    pub(super) async fn restart(&mut self, policy: Policy<'_>) -> Result<(), ChangeError> {
        let args = self.configure(policy)?;
        self.process.end().await?;
        self.process = Process::start(&self.program, &args, self.directory.path())?;
        self.wait_until_ready(self.launch.ready_within).await.map_err(ChangeError::Launch)
    }

    fn configure(&mut self, policy: Policy<'_>) -> Result<Vec<String>, LaunchError> {
        self.generation += 1;
        let (directory, addresses) = (self.directory.path(), self.ports.addresses());
        Configuration { policy, launch: &self.launch, directory, addresses }.write(self.generation)
    }

    /// Stops the server; `keep` leaves its directory, whose path is returned.
    pub(super) async fn stop(mut self, keep: bool) -> io::Result<Option<PathBuf>> {
        self.process.end().await?;
        if keep {
            return Ok(Some(self.directory.keep()));
        }
        self.directory.close().map(|()| None)
    }
}

pub(super) fn failed_to(what: &str) -> impl Fn(io::Error) -> LaunchError + use<> {
    let what = what.to_owned();
    move |source| LaunchError::Io { what: what.clone(), source }
}

/// The first of the programs that can be found, by name in the usual folders or by path.
fn find(programs: &[String]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> =
        env::split_paths(&path).chain(MORE_FOLDERS.iter().map(PathBuf::from)).collect();
    programs.iter().find_map(|program| {
        if program.contains('/') {
            return Some(PathBuf::from(program)).filter(|path| path.is_file());
        }
        folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file())
    })
}

/// The first line that a program prints about its version.
async fn version_of(program: &Path, args: &[String]) -> Option<PeerText> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(5), output).await.ok()?.ok()?;
    let text = [output.stdout, output.stderr].concat();
    let line = String::from_utf8_lossy(&text).lines().next()?.trim().to_owned();
    Some(PeerText::new(&line)).filter(|text| !text.is_empty())
}
