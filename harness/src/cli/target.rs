//! Which target the arguments mean.

use std::collections::BTreeMap;
use std::path::Path;

use mtls_scenarios::{Library, Mode, Start, Target, did_you_mean, read_target};

use super::Failure;
use super::args::Server;
use crate::pki::UserCa;
use crate::target::Remote;

/// A target with what belongs to it.
pub(super) struct Chosen {
    /// As it was named.
    pub(super) name: String,
    /// What its files are called, where there are others.
    pub(super) label: Option<String>,
    pub(super) target: Target,
    pub(super) templates: BTreeMap<String, String>,
    pub(super) user_ca: Option<UserCa>,
}

/// The target of this name.
pub(super) fn choose(name: &str, server: &Server, library: &Library) -> Result<Chosen, Failure> {
    if name.contains("://") {
        return by_url(name, server);
    }
    if let Some(target) = library.targets.get(name) {
        only_for_urls(server)?;
        return chosen(name, target.clone(), library.templates_of(name), server);
    }
    let path = Path::new(name);
    if name.contains('/') || path.extension().is_some() || path.exists() {
        only_for_urls(server)?;
        let (target, templates) = read_target(path).map_err(|e| Failure::invalid(&e))?;
        return chosen(name, target, templates, server);
    }
    let known = || library.targets.keys().map(String::as_str);
    let hint = did_you_mean(name, known()).unwrap_or_else(|| {
        let names: Vec<_> = known().collect();
        format!("known are {}; or give a target file or https://HOST:PORT", names.join(", "))
    });
    Err(Failure::invalid(&format!("unknown target `{name}`\n  help: {hint}")))
}

/// A target with the CA that it trusts, where the harness does not make it.
fn chosen(
    name: &str,
    target: Target,
    templates: BTreeMap<String, String>,
    server: &Server,
) -> Result<Chosen, Failure> {
    let runs = matches!(target.start, Start::Running);
    let user_ca = if runs { user_ca(server)? } else { None };
    if runs && user_ca.is_none() {
        let message = "a running target needs --ca and --ca-key: the CA that it trusts";
        return Err(Failure::invalid(&message));
    }
    Ok(Chosen { name: name.to_owned(), label: None, target, templates, user_ca })
}

fn by_url(url: &str, server: &Server) -> Result<Chosen, Failure> {
    let Some(mode) = server.mode else {
        let message = format!("--target {url} needs --mode strict or --mode loose");
        return Err(Failure::invalid(&message));
    };
    let Some(user_ca) = user_ca(server)? else {
        let message = format!(
            "--target {url} needs --ca and --ca-key: the certificate and private key of a CA that the server trusts \
             (`mtls-harness pki init DIR` makes one to configure it with)"
        );
        return Err(Failure::invalid(&message));
    };
    let remote = Remote {
        url: url.to_owned(),
        mode: Mode::from(mode),
        name: server.name.clone(),
        identity_header: server.identity_header.clone(),
        marker: server.marker.clone(),
        h2: server.h2,
    };
    let target = remote.describe().map_err(|e| Failure::invalid(&e))?;
    let (name, templates) = (url.to_owned(), BTreeMap::new());
    Ok(Chosen { name, label: None, target, templates, user_ca: Some(user_ca) })
}

fn user_ca(server: &Server) -> Result<Option<UserCa>, Failure> {
    match (&server.ca, &server.ca_key) {
        (Some(certificate), Some(key)) => {
            UserCa::load(certificate, key).map(Some).map_err(|e| Failure::invalid(&e))
        }
        _ => Ok(None),
    }
}

/// Refuses flags that a target file answers.
fn only_for_urls(server: &Server) -> Result<(), Failure> {
    let given = [
        ("--mode", server.mode.is_some()),
        ("--name", server.name.is_some()),
        ("--identity-header", server.identity_header.is_some()),
        ("--marker", server.marker.is_some()),
        ("--h2", server.h2),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            let message = format!(
                "{flag} goes with --target https://HOST:PORT; a target file says it itself"
            );
            Err(Failure::invalid(&message))
        }
        None => Ok(()),
    }
}
