//! Servers that the harness starts itself: found, configured from templates, waited for, stopped.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use mtls_reports::PeerText;
use mtls_scenarios::{Launch, Reload, Spoilt, Target};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::change::{ChangeError, Changed};
use super::command::{Runs, carry_out, log_end};
use super::configuration::{Commands, Configuration};
use super::material::Material;
use super::ports::Ports;
use super::process::Process;
use super::template::UnknownPlaceholder;
use super::workshop::Workshop;

/// How often a start is tried: another process may take a port between our choice and the server's bind.
const ATTEMPTS: usize = 3;
/// Pause between looks at a port that is not open yet.
const POLL: Duration = Duration::from_millis(5);
/// Most time that a stopped server's processes may go on to accept connections.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// Most time for each command that prepares a start, or reloads.
const COMMAND_WITHIN: Duration = Duration::from_secs(30);

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
    /// A command that comes before or beside the server.
    #[error("`{command}` failed ({how}); its log says:\n{log}")]
    Command {
        /// The command.
        command: PeerText,
        /// How it failed.
        how: String,
        /// The end of its log.
        log: String,
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
    workshop: Workshop,
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
    pub(super) async fn start(
        policy: Policy<'_>,
        launch: &Launch,
        workshop: &Workshop,
    ) -> Result<Self, LaunchError> {
        let mut attempt = 1;
        loop {
            match Self::try_start(policy, launch, workshop).await {
                Err(LaunchError::Ended { log, .. })
                    if attempt < ATTEMPTS && log.contains("Address already in use") =>
                {
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    async fn try_start(
        policy: Policy<'_>,
        launch: &Launch,
        workshop: &Workshop,
    ) -> Result<Self, LaunchError> {
        let equipment = workshop.equip(launch, policy.templates).await?;
        let directory = tempfile::Builder::new().prefix("mtls-harness-").tempdir();
        let directory = directory.map_err(failed_to("make a temporary directory"))?;
        let ports = Ports::choose(policy.target.listeners.keys());
        let ports = ports.map_err(failed_to("find a free port"))?;
        let configuration = Configuration {
            policy,
            launch,
            directory: directory.path(),
            addresses: ports.addresses(),
            equipment,
        };
        let commands = configuration.write(1)?;
        for words in &commands.prepare {
            carry_out(words, runs_in(directory.path(), launch)).await?;
        }
        let process = Process::start(&commands.start, directory.path(), launch.unprivileged)
            .map_err(failed_to("start the server"))?;
        let mut launched = Self {
            process,
            launch: launch.clone(),
            workshop: workshop.clone(),
            directory,
            generation: 1,
            ports,
            version: equipment.version.clone(),
        };
        match launched.wait_until_ready(&commands.ready).await {
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

    /// Waits until every listener accepts connections, and then for the command that knows more, where there is one.
    async fn wait_until_ready(&mut self, command: &[String]) -> Result<(), LaunchError> {
        let seconds = self.launch.ready_within;
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
        carry_out(command, runs_in(self.directory.path(), &self.launch)).await
    }

    /// Its last words, if it has ended by itself.
    pub(super) fn ended(&mut self) -> io::Result<Option<String>> {
        let status = self.process.exited()?;
        Ok(status.map(|status| {
            format!("the server ended ({status}); its log says:\n{}", self.log_end())
        }))
    }

    /// Waits until nobody accepts connections any more: of a server with many processes some may outlive the first.
    async fn wait_until_gone(&self) {
        let deadline = Instant::now() + GONE_WITHIN;
        for address in self.addresses().values() {
            while Instant::now() < deadline && TcpStream::connect(address).await.is_ok() {
                sleep(POLL).await;
            }
        }
    }

    /// The last lines that the server wrote to its output or to `error.log`.
    fn log_end(&self) -> String {
        log_end(&[self.process.log(), &self.directory.path().join("error.log")])
    }

    /// Writes a new configuration and makes the server read it.
    pub(super) async fn reload(&mut self, policy: Policy<'_>) -> Result<Changed, ChangeError> {
        let commands = self.configure(policy).await?;
        match self.launch.reload.clone() {
            Some(Reload::Signal(name)) => self.process.signal(&name).await?,
            Some(Reload::Command(_)) => {
                let words = commands.reload.unwrap_or_default();
                let done = carry_out(&words, runs_in(self.directory.path(), &self.launch)).await;
                if let Err(LaunchError::Command { log, .. }) = done {
                    return Ok(Changed::Refused(PeerText::new(&log)));
                }
                done?;
            }
            Some(Reload::Watches) => {}
            None => {
                let reason = "the target file does not say how to reload".to_owned();
                return Err(ChangeError::Unsupported(reason));
            }
        }
        Ok(match &self.launch.generation_header {
            Some(header) => Changed::Told { generation: self.generation, header: header.clone() },
            None => Changed::Applied,
        })
    }

    /// Writes a new configuration, stops the server and starts it again where it was.
    pub(super) async fn restart(&mut self, policy: Policy<'_>) -> Result<(), ChangeError> {
        let commands = self.configure(policy).await?;
        self.process.end().await?;
        self.wait_until_gone().await;
        let directory = self.directory.path();
        self.process = Process::start(&commands.start, directory, self.launch.unprivileged)?;
        self.wait_until_ready(&commands.ready).await.map_err(ChangeError::Launch)
    }

    async fn configure(&mut self, policy: Policy<'_>) -> Result<Commands, LaunchError> {
        self.generation += 1;
        let equipment = self.workshop.equip(&self.launch, policy.templates).await?;
        let configuration = Configuration {
            policy,
            launch: &self.launch,
            directory: self.directory.path(),
            addresses: self.ports.addresses(),
            equipment,
        };
        configuration.write(self.generation)
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

const fn runs_in<'a>(directory: &'a Path, launch: &Launch) -> Runs<'a> {
    Runs { directory, within: COMMAND_WITHIN, unprivileged: launch.unprivileged }
}

pub(super) fn failed_to(what: &str) -> impl Fn(io::Error) -> LaunchError + use<> {
    let what = what.to_owned();
    move |source| LaunchError::Io { what: what.clone(), source }
}
