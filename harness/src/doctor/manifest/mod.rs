//! Credentials from a Kubernetes manifest: Secrets, `ConfigMap`s, or the YAML of an agent that carries them inline.
//!
//! Any field of any kind may hold PEM, or base64 of PEM or DER; its name says what it is for. The documents are
//! read as untrusted input: bounded in size, depth and repetition.

mod decode;
mod field;
mod pairing;
mod role;
mod yaml;

use std::path::Path;

use super::DoctorError;
use super::credential::{Credential, bounded_manifest};
use super::files;
use super::place::shown;

impl Credential {
    /// Reads the credentials that a manifest carries: YAML of one or more documents, or JSON.
    pub fn from_manifest(path: &Path) -> Result<Vec<Self>, DoctorError> {
        let name = path.display().to_string();
        let octets = files::read(path)?;
        let text = std::str::from_utf8(&octets)
            .map_err(|_| DoctorError::NotText { file: shown(&name) })?;
        Self::from_manifest_text(&name, text)
    }

    /// As [`Credential::from_manifest`], from a name for messages and text.
    pub fn from_manifest_text(name: &str, text: &str) -> Result<Vec<Self>, DoctorError> {
        let file = shown(name);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let documents = yaml::read(text).map_err(|problem| DoctorError::Yaml {
            file: file.clone(),
            line: problem.line,
            column: problem.column,
            problem: shown(&problem.message),
        })?;
        let objects = field::objects(name, &documents);
        let holdings: Vec<_> = objects.iter().map(pairing::Holding::of).collect();
        let clients = holdings.iter().map(pairing::Holding::clients).sum();
        let cas = holdings.iter().map(pairing::Holding::cas).sum();
        bounded_manifest(&file, clients, cas)?;
        let credentials = pairing::credentials(&holdings);
        if credentials.is_empty() {
            let problem = holdings.iter().find_map(|holding| holding.findings().first());
            let hint = match problem {
                Some(finding) => format!("{}: {}", finding.place, finding.what),
                None => "give the Secret itself, as `kubectl get secret NAME -o yaml` shows it"
                    .to_owned(),
            };
            return Err(DoctorError::NoCertificate { file, hint });
        }
        credentials.into_iter().map(Self::bounded).collect()
    }
}
