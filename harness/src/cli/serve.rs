//! `mtls-harness serve`: the mock gate, for clients to be tested with.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mtls_reports::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use super::args::Serve;
use super::interrupt::Interrupts;
use super::terminal;
use crate::service::{Service, Settings, check};

/// How often files are looked at.
const POLL: Duration = Duration::from_secs(1);
/// Name of the file that a forged server certificate's CA is written to, beside the gate file.
const SERVER_CA: &str = "mtls-harness-server-ca.crt";

/// Runs the command.
pub(super) fn serve(arguments: &Serve) -> Result<ExitCode, Failure> {
    if arguments.check {
        let hosts = check(&arguments.config).map_err(|e| Failure::invalid(&e))?;
        let hosts = hosts.iter().map(|(host, mode)| host_line(host, mode.as_str()));
        let hosts: String = hosts.collect();
        terminal::say(&format!("{} is good:\n{hosts}", arguments.config.display()));
        return Ok(ExitCode::GateOpen);
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|e| Failure::undecided(&e))?;
    let ended = runtime.block_on(carry_out(arguments));
    // A reader of the log that stands still must not keep the process.
    runtime.shutdown_background();
    ended
}

async fn carry_out(arguments: &Serve) -> Result<ExitCode, Failure> {
    let interrupts = Interrupts::listen(None);
    let mut hangup = signal(SignalKind::hangup()).map_err(|e| Failure::undecided(&e))?;
    let settings = Settings {
        config: arguments.config.clone(),
        server_ca: arguments.server_ca.clone().unwrap_or_else(|| beside(&arguments.config)),
        log: log(arguments)?,
        poll: POLL,
    };
    let mut service = Service::start(settings).await.map_err(|e| Failure::invalid(&e))?;
    let welcome = welcome(&service);
    if arguments.log.as_deref() == Some(Path::new("-")) {
        terminal::note(&welcome);
    } else {
        terminal::say(&format!("{welcome}\n"));
    }
    tokio::select! {
        () = service.look_after(async || { hangup.recv().await; }) => {}
        () = interrupts.asked() => {}
    }
    tokio::select! {
        () = service.stop() => Ok(ExitCode::GateOpen),
        () = interrupts.second() => Err(Failure::undecided(&"interrupted again: ended at once")),
    }
}

fn welcome(service: &Service) -> String {
    let status = service.status();
    let listen = status.facts.listen;
    let mut text = format!("gate at {listen}:\n");
    for account in &status.accounts {
        text.push_str(&host_line(&account.host, account.mode));
    }
    if let Some(ca) = &status.facts.server_ca {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "clients must trust {ca}, made anew at each start");
    }
    let _ = write!(text, "status page http://{}/", status.facts.admin);
    text
}

fn host_line(host: &str, mode: &str) -> String {
    format!("  {host}  {}\n", mode.to_uppercase())
}

fn log(arguments: &Serve) -> Result<Box<dyn Write + Send>, Failure> {
    match &arguments.log {
        None => Ok(Box::new(io::stderr())),
        Some(path) if path == Path::new("-") => Ok(Box::new(io::stdout())),
        Some(path) => {
            let file = OpenOptions::new().append(true).create(true).open(path);
            let failed = |e| format!("the log {} cannot be written: {e}", path.display());
            Ok(Box::new(file.map_err(|e| Failure::invalid(&failed(e)))?))
        }
    }
}

fn beside(config: &Path) -> PathBuf {
    config.parent().unwrap_or(Path::new("")).join(SERVER_CA)
}
