//! The configuration of a launched server: certificates, keys and filled templates in a directory of its own.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use mtls_scenarios::{Endpoint, Launch, Role};

use super::launched::{LaunchError, Policy, failed_to};
use super::material::Written;
use super::template::fill;

/// What is written, and where.
pub(super) struct Configuration<'a> {
    pub(super) policy: Policy<'a>,
    pub(super) launch: &'a Launch,
    pub(super) directory: &'a Path,
    pub(super) addresses: &'a BTreeMap<String, SocketAddr>,
}

impl Configuration<'_> {
    /// Writes it over what is there; the arguments to start the server with.
    pub(super) fn write(&self, generation: u64) -> Result<Vec<String>, LaunchError> {
        let Policy { templates, material, spoilt, .. } = self.policy;
        let written =
            material.write(self.directory).map_err(failed_to("write certificates and keys"))?;
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
            fs::write(self.directory.join(name), filled)
                .map_err(failed_to("write the configuration"))?;
        }
        let args: Result<_, _> = self.launch.args.iter().map(|arg| fill(arg, value)).collect();
        args.map_err(|source| LaunchError::Template {
            file: "the target file's `args`".to_owned(),
            source,
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
            "SERVER_KEY" => written.server(argument).map(|server| shown(&server.key)),
            "CA" => written.trust_bundles.get(argument).map(shown),
            "CRL" => written.crls.get(argument).map(shown),
            "MARKER" => self.endpoint(argument).map(|(role, _)| self.policy.material.marker(role)),
            "GENERATION" => Some(generation.to_string()),
            _ => None,
        }
    }

    fn endpoint(&self, role: &str) -> Option<(Role, &Endpoint)> {
        let mut endpoints = self.policy.target.endpoints.iter();
        endpoints.find(|(known, _)| known.as_str() == role).map(|(role, found)| (*role, found))
    }
}
