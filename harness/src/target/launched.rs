//! Servers that the harness starts itself: found, configured from templates, waited for, stopped.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use std::{env, fs};

use mtls_reports::PeerText;
use mtls_scenarios::{Launch, Reload, Target};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use super::material::{Material, Written};
use super::process::Process;
use super::template::{UnknownPlaceholder, fill};

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
    reload: Option<Reload>,
    directory: TempDir,
    pub(super) addresses: BTreeMap<String, SocketAddr>,
    pub(super) version: Option<PeerText>,
}

impl Launched {
    pub(super) async fn start(
        target: &Target,
        launch: &Launch,
        templates: &BTreeMap<String, String>,
        material: &Material,
    ) -> Result<Self, LaunchError> {
        let program = find(&launch.program).ok_or_else(|| LaunchError::Missing {
            programs: launch.program.clone(),
            install: launch.install.clone(),
        })?;
        let version = version_of(&program, &launch.version).await;
        let mut attempt = 1;
        loop {
            match Self::try_start(target, launch, templates, material, &program).await {
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
        target: &Target,
        launch: &Launch,
        templates: &BTreeMap<String, String>,
        material: &Material,
        program: &Path,
    ) -> Result<Self, LaunchError> {
        let directory = tempfile::Builder::new()
            .prefix("mtls-harness-")
            .tempdir()
            .map_err(failed_to("make a temporary directory"))?;
        let written =
            material.write(directory.path()).map_err(failed_to("write certificates and keys"))?;
        let addresses = free_ports(target).map_err(failed_to("find a free port"))?;
        let values = Values { target, material, written: &written, addresses: &addresses };
        let value = |name: &str, argument: &str| values.get(directory.path(), name, argument);
        for (name, template) in &launch.files {
            let text =
                templates.get(template).ok_or_else(|| LaunchError::NoTemplate(template.clone()))?;
            let filled = fill(text, value)
                .map_err(|source| LaunchError::Template { file: template.clone(), source })?;
            fs::write(directory.path().join(name), filled)
                .map_err(failed_to("write the configuration"))?;
        }
        let args = launch.args.iter().map(|arg| fill(arg, value)).collect::<Result<Vec<_>, _>>();
        let args = args.map_err(|source| LaunchError::Template {
            file: "the target file's `args`".to_owned(),
            source,
        })?;
        let process = Process::start(program, &args, directory.path())
            .map_err(failed_to("start the server"))?;
        let mut launched =
            Self { process, reload: launch.reload.clone(), directory, addresses, version: None };
        match launched.wait_until_ready(launch.ready_within).await {
            Ok(()) => Ok(launched),
            Err(error) => {
                launched.stop(false).await.map_err(failed_to("stop the server"))?;
                Err(error)
            }
        }
    }

    async fn wait_until_ready(&mut self, seconds: u64) -> Result<(), LaunchError> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        for address in self.addresses.clone().into_values() {
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

    /// Makes the server read its configuration again.
    pub(super) async fn reload(&mut self) -> io::Result<()> {
        match &self.reload {
            Some(Reload::Signal(name)) => self.process.signal(name).await,
            None => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "the target file does not say how to reload",
            )),
        }
    }

    /// Stops the server; `keep` leaves its directory, whose path is returned.
    pub(super) async fn stop(self, keep: bool) -> io::Result<Option<PathBuf>> {
        self.process.stop().await?;
        if keep {
            return Ok(Some(self.directory.keep()));
        }
        self.directory.close().map(|()| None)
    }
}

fn failed_to(what: &str) -> impl Fn(io::Error) -> LaunchError + use<> {
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

/// A free loopback port for every listener; all are held until all are chosen, so they differ.
fn free_ports(target: &Target) -> io::Result<BTreeMap<String, SocketAddr>> {
    let mut held = Vec::new();
    let mut addresses = BTreeMap::new();
    for name in target.listeners.keys() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        addresses.insert(name.clone(), listener.local_addr()?);
        held.push(listener);
    }
    Ok(addresses)
}

/// What placeholders stand for.
struct Values<'a> {
    target: &'a Target,
    material: &'a Material,
    written: &'a Written,
    addresses: &'a BTreeMap<String, SocketAddr>,
}

impl Values<'_> {
    fn get(&self, directory: &Path, name: &str, argument: &str) -> Option<String> {
        let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
        match name {
            "RUN" => Some(directory.to_string_lossy().into_owned()),
            "PORT" => self.addresses.get(argument).map(|address| address.port().to_string()),
            "HOST" => {
                let mut endpoints = self.target.endpoints.iter();
                endpoints
                    .find(|(role, _)| role.as_str() == argument)
                    .map(|(_, endpoint)| endpoint.host.clone())
            }
            "SERVER_CERT" => Some(shown(&self.written.server_certificate)),
            "SERVER_KEY" => Some(shown(&self.written.server_key)),
            "CA" => self.written.trust_bundles.get(argument).map(shown),
            "CRL" => self.written.crls.get(argument).map(shown),
            "MARKER" => Some(self.material.marker.clone()),
            _ => None,
        }
    }
}
