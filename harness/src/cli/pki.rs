//! `mtls-harness pki init`: certificates on disk, to configure a server with.

use std::collections::BTreeMap;

use mtls_reports::ExitCode;
use rustls::pki_types::UnixTime;

use super::Failure;
use super::args::{Pki, PkiCommand, PkiInit, Selection};
use super::selection::load;
use super::terminal;
use crate::pki::{Bundle, Forge, ForgeError};

/// Runs the command.
pub(super) fn pki(arguments: &Pki) -> Result<ExitCode, Failure> {
    match &arguments.command {
        PkiCommand::Init(init) => write(init),
    }
}

fn write(init: &PkiInit) -> Result<ExitCode, Failure> {
    let selection = Selection { filter: Vec::new(), scenarios: init.scenarios.clone() };
    let library = load(&selection)?;
    let forge = Forge::new(init.seed, UnixTime::now());
    let accounts = library
        .accounts
        .iter()
        .map(|(name, account)| {
            let authority = forge.authority(name, account)?;
            Ok((name.clone(), (account.clone(), authority)))
        })
        .collect::<Result<BTreeMap<_, _>, ForgeError>>()
        .map_err(|e| Failure::invalid(&e))?;
    // A credential that is minted for the moment of its use would be stale on disk.
    let clients: Vec<String> = library
        .credentials
        .iter()
        .filter(|(_, credential)| {
            credential.send.is_some()
                && credential.made_by.is_none()
                && !crate::pki::is_at_use(credential)
        })
        .map(|(name, _)| name.clone())
        .collect();
    let server_names: Vec<&str> = init.server_names.iter().map(String::as_str).collect();
    let bundle = Bundle {
        accounts: &accounts,
        credentials: &library.credentials,
        clients: &clients,
        algorithm: init.key,
        server_names: &server_names,
    };
    forge.write_bundle(&init.directory, &bundle).map_err(|e| Failure::invalid(&e))?;
    let directory = init.directory.display();
    terminal::say(&format!(
        "wrote {} client credentials under {} CAs to {directory}; {directory}/README.txt says what is what\n\n\
         Configure your server with\n  \
         its certificate and key  {directory}/server/server.crt {directory}/server/server.key\n  \
         whom to trust            {directory}/alpha/ca.crt\n  \
         revocation lists         {directory}/alpha/crl.pem, only if it is to check them; add --crl below\n\
         then:\n  \
         mtls-harness run --target https://127.0.0.1:8443 --mode strict --pki {directory}\n",
        clients.len(),
        accounts.len(),
    ));
    Ok(ExitCode::GateOpen)
}
