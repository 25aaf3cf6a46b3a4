//! `mtls-harness doctor`: which gates will refuse a client's files, why, and what to do about it.

use mtls_reports::ExitCode;
use rustls::pki_types::UnixTime;

use super::Failure;
use super::args::Doctor;
use super::terminal;
use crate::doctor::{Credential, Files, examine, moment};

/// Runs the command.
pub(super) fn doctor(arguments: &Doctor) -> Result<ExitCode, Failure> {
    let now = UnixTime::now();
    let at = match &arguments.at {
        Some(text) => moment(text, now).map_err(|e| Failure::invalid(&format!("--at: {e}")))?,
        None => now,
    };
    let credentials = match (&arguments.manifest, &arguments.cert) {
        (Some(manifest), _) => Credential::from_manifest(manifest),
        (None, Some(certificate)) => Credential::from_files(&Files {
            certificate: certificate.clone(),
            key: arguments.key.clone(),
            ca: arguments.ca.clone(),
        })
        .map(|credential| vec![credential]),
        (None, None) => return Err(Failure::invalid(&"give --cert FILE or --manifest FILE")),
    }
    .map_err(|e| Failure::invalid(&e))?;
    let examination = examine(&credentials, at);
    if arguments.json {
        let text =
            serde_json::to_string_pretty(&examination).map_err(|e| Failure::undecided(&e))?;
        terminal::say(&(text + "\n"));
    } else {
        terminal::say(&examination.to_text());
    }
    let refused = examination.counts.errors > 0;
    Ok(if refused { ExitCode::GateClosed } else { ExitCode::GateOpen })
}
