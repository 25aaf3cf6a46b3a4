//! Which target the arguments mean.

use std::collections::BTreeMap;
use std::path::Path;

use mtls_scenarios::{Library, Mode, Start, Target, did_you_mean, read_target};

use super::Failure;
use super::args::Server;
use crate::run::Trust;
use crate::target::{IdentityAt, Remote};

/// A target with what belongs to it.
pub(super) struct Chosen {
    /// As it was named.
    pub(super) name: String,
    /// What its files are called, where there are others.
    pub(super) label: Option<String>,
    pub(super) target: Target,
    pub(super) templates: BTreeMap<String, String>,
    pub(super) trust: Trust,
}

/// The target of this name, with what the user lends for one that runs already.
pub(super) fn choose(
    name: &str,
    server: &Server,
    trust: &Trust,
    library: &Library,
) -> Result<Chosen, Failure> {
    if server.crl && !matches!(trust, Trust::Bundle(_)) {
        let message =
            "--crl goes with --pki: which certificates other revocation lists name is not known";
        return Err(Failure::invalid(&message));
    }
    if name.contains("://") {
        return chosen(name, by_url(name, server)?, BTreeMap::new(), trust);
    }
    if let Some(target) = library.targets.get(name) {
        only_for_urls(server)?;
        return chosen(name, target.clone(), library.templates_of(name), trust);
    }
    let path = Path::new(name);
    if name.contains('/') || path.extension().is_some() || path.exists() {
        only_for_urls(server)?;
        let (target, templates) = read_target(path).map_err(|e| Failure::invalid(&e))?;
        return chosen(name, target, templates, trust);
    }
    let known = || library.targets.keys().map(String::as_str);
    let hint = did_you_mean(name, known()).unwrap_or_else(|| {
        let names: Vec<_> = known().collect();
        format!("known are {}; or give a target file or https://HOST:PORT", names.join(", "))
    });
    Err(Failure::invalid(&format!("unknown target `{name}`\n  help: {hint}")))
}

/// A target with what the user lends for it, if the two go together.
fn chosen(
    name: &str,
    target: Target,
    templates: BTreeMap<String, String>,
    trust: &Trust,
) -> Result<Chosen, Failure> {
    let runs = matches!(target.start, Start::Running);
    let trust = if runs { trust.clone() } else { Trust::Forged };
    trust.check(&target).map_err(|e| Failure::invalid(&e))?;
    Ok(Chosen { name: name.to_owned(), label: None, target, templates, trust })
}

fn by_url(url: &str, server: &Server) -> Result<Target, Failure> {
    let Some(mode) = server.mode else {
        let message = format!("--target {url} needs --mode strict or --mode loose");
        return Err(Failure::invalid(&message));
    };
    let header = server.identity_header.clone().map(IdentityAt::Header);
    let remote = Remote {
        url: url.to_owned(),
        mode: Mode::from(mode),
        name: server.name.clone(),
        identity: header.or_else(|| server.identity_json.clone().map(IdentityAt::Json)),
        identity_path: server.identity_path.clone(),
        marker: server.marker.clone(),
        crl: server.crl,
        h2: server.h2,
    };
    remote.describe().map_err(|e| Failure::invalid(&e))
}

/// Refuses flags that a target file answers.
fn only_for_urls(server: &Server) -> Result<(), Failure> {
    let given = [
        ("--mode", server.mode.is_some()),
        ("--name", server.name.is_some()),
        ("--identity-header", server.identity_header.is_some()),
        ("--identity-json", server.identity_json.is_some()),
        ("--identity-path", server.identity_path.is_some()),
        ("--crl", server.crl),
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
