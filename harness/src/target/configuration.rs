//! The configuration of a launched server: certificates, keys and filled templates in a directory of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use mtls_scenarios::{Endpoint, Launch, Reload, Role};

use super::launched::{LaunchError, Policy, failed_to};
use super::material::{Written, replace};
use super::template::fill;
use super::workshop::Equipment;

/// The table of all endpoints.
const ENDPOINTS: &str = "endpoints.tsv";

/// What is written, and where.
pub(super) struct Configuration<'a> {
    pub(super) policy: Policy<'a>,
    pub(super) launch: &'a Launch,
    pub(super) directory: &'a Path,
    pub(super) addresses: &'a BTreeMap<String, SocketAddr>,
    pub(super) equipment: &'a Equipment,
}

/// The commands of a launch with its placeholders filled in.
pub(super) struct Commands {
    pub(super) prepare: Vec<Vec<String>>,
    pub(super) start: Vec<String>,
    pub(super) ready: Vec<String>,
    pub(super) reload: Option<Vec<String>>,
}

impl Configuration<'_> {
    /// Writes it over what is there; the commands that go with it.
    pub(super) fn write(&self, generation: u64) -> Result<Commands, LaunchError> {
        let Policy { templates, material, spoilt, .. } = self.policy;
        let written =
            material.write(self.directory).map_err(failed_to("write certificates and keys"))?;
        let endpoints = self.directory.join(ENDPOINTS);
        replace(&endpoints, &self.endpoints(&written, generation))
            .map_err(failed_to("write the configuration"))?;
        if let Some((account, how)) = spoilt
            && let Some(path) = written.trust_bundles.get(account)
        {
            material.spoil(account, path, how).map_err(failed_to("spoil the CA file"))?;
        }
        let value = |name: &str, argument: &str| self.value(&written, generation, name, argument);
        for (name, template) in &self.launch.files {
            let text =
                templates.get(template).ok_or_else(|| LaunchError::NoTemplate(template.clone()))?;
            let filled = fill(text, value)
                .map_err(|source| LaunchError::Template { file: template.clone(), source })?;
            replace(&self.directory.join(name), &filled)
                .map_err(failed_to("write the configuration"))?;
        }
        let in_target_file = |source| LaunchError::Template {
            file: "the target file's commands".to_owned(),
            source,
        };
        let fill_in = |words: &[String]| {
            let words: Result<Vec<_>, _> = words.iter().map(|word| fill(word, value)).collect();
            words.map_err(in_target_file)
        };
        let prepare = self.launch.prepare.iter().map(|words| fill_in(words));
        Ok(Commands {
            prepare: prepare.collect::<Result<_, _>>()?,
            start: fill_in(&self.launch.command)?,
            ready: fill_in(&self.launch.ready)?,
            reload: match &self.launch.reload {
                Some(Reload::Command(words)) => Some(fill_in(words)?),
                Some(Reload::Signal(_) | Reload::Watches) | None => None,
            },
        })
    }

    /// What a placeholder stands for.
    fn value(
        &self,
        written: &Written,
        generation: u64,
        name: &str,
        argument: &str,
    ) -> Option<String> {
        let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
        match name {
            "RUN" => Some(self.directory.to_string_lossy().into_owned()),
            "PORT" => self.addresses.get(argument).map(|address| address.port().to_string()),
            "HOST" => self.endpoint(argument).map(|(_, endpoint)| endpoint.host.clone()),
            "MODE" => {
                let (_, endpoint) = self.endpoint(argument)?;
                self.launch.modes.get(&endpoint.mode).cloned()
            }
            "SERVER_CERT" => written.server(argument).map(|server| shown(&server.certificate)),
            "SERVER_CHAIN" => Some(shown(&written.server_chain)),
            "SERVER_KEY" => written.server(argument).map(|server| shown(&server.key)),
            "CA" => written.trust_bundles.get(argument).map(shown),
            "CRL" => written.crls.get(argument).map(shown),
            "MARKER" => self.endpoint(argument).map(|(role, _)| self.policy.material.marker(role)),
            "GENERATION" => Some(generation.to_string()),
            "ENDPOINTS" => Some(shown(&self.directory.join(ENDPOINTS))),
            _ => self.equipment.value(name, argument),
        }
    }

    /// The endpoints as a table for small servers: a line for each, of the fields role, host, port, mode, CA file, CRL file,
    /// secret, generation, with tabs between and `-` for what there is not.
    fn endpoints(&self, written: &Written, generation: u64) -> String {
        let mut table = String::new();
        for (role, endpoint) in &self.policy.target.endpoints {
            let port = self.addresses.get(&endpoint.listener).map_or(0, SocketAddr::port);
            let file = |files: &BTreeMap<String, PathBuf>| {
                let path = endpoint.account.as_ref().and_then(|account| files.get(account));
                path.map_or_else(|| "-".to_owned(), |path| path.to_string_lossy().into_owned())
            };
            let crl = if endpoint.crl { file(&written.crls) } else { "-".to_owned() };
            let fields = [
                role.as_str().to_owned(),
                endpoint.host.clone(),
                port.to_string(),
                endpoint.mode.as_str().to_owned(),
                file(&written.trust_bundles),
                crl,
                self.policy.material.marker(*role),
                generation.to_string(),
            ];
            table.push_str(&fields.join("\t"));
            table.push('\n');
        }
        table
    }

    fn endpoint(&self, role: &str) -> Option<(Role, &Endpoint)> {
        let mut endpoints = self.policy.target.endpoints.iter();
        endpoints.find(|(known, _)| known.as_str() == role).map(|(role, found)| (*role, found))
    }
}
