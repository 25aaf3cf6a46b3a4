//! What is examined: a client's certificates and key, with the CA that is to have issued them.

use super::DoctorError;
use super::contents::{FoundCertificate, FoundKey};
use super::finding::Finding;
use super::place::Place;

/// Certificates of one client that are looked at.
const MAX_CERTIFICATES: usize = 64;
/// Private keys of one client that are looked at.
const MAX_KEYS: usize = 16;
/// CAs of one client that are looked at.
const MAX_CAS: usize = 512;
/// Clients of one manifest that are looked at.
const MAX_CLIENTS: usize = 128;

/// Holds a number to its limit.
fn bounded(place: &str, what: &'static str, count: usize, limit: usize) -> Result<(), DoctorError> {
    if count > limit {
        return Err(DoctorError::TooMany { place: place.to_owned(), what, count, limit });
    }
    Ok(())
}

/// Holds a manifest to its limits, before what its clients share is given to each of them.
pub(super) fn bounded_manifest(
    place: &str,
    clients: usize,
    shared_cas: usize,
) -> Result<(), DoctorError> {
    bounded(place, "client certificates", clients, MAX_CLIENTS)?;
    bounded(place, "CAs", shared_cas, MAX_CAS)
}

/// One client's credential, as it was found.
#[derive(Clone)]
pub struct Credential {
    /// What people call it: the file, or the object of a manifest.
    pub(super) name: String,
    pub(super) place: Place,
    /// As the client would send them.
    pub(super) certificates: Vec<FoundCertificate>,
    pub(super) keys: Vec<FoundKey>,
    pub(super) cas: Vec<FoundCertificate>,
    /// Where the key was expected, if it was.
    pub(super) expects_key: bool,
    /// What was found on the way here: forms, encodings, files.
    pub(super) findings: Vec<Finding>,
    pub(super) names: FileNames,
}

impl Credential {
    /// Holds the credential to its limits.
    pub(super) fn bounded(self) -> Result<Self, DoctorError> {
        bounded(&self.name, "certificates", self.certificates.len(), MAX_CERTIFICATES)?;
        bounded(&self.name, "private keys", self.keys.len(), MAX_KEYS)?;
        bounded(&self.name, "CAs", self.cas.len(), MAX_CAS)?;
        Ok(self)
    }
}

/// File names for the commands that findings propose.
#[derive(Clone, Debug)]
pub(super) struct FileNames {
    pub(super) certificate: String,
    pub(super) key: String,
    pub(super) ca: String,
}

impl Default for FileNames {
    fn default() -> Self {
        let name = str::to_owned;
        Self { certificate: name("client.crt"), key: name("client.key"), ca: name("ca.crt") }
    }
}

impl FileNames {
    /// A command with the names in their places.
    pub(super) fn fill(&self, command: &str) -> String {
        command
            .replace("{certificate}", &quoted(&self.certificate, "client.crt"))
            .replace("{key}", &quoted(&self.key, "client.key"))
            .replace("{ca}", &quoted(&self.ca, "ca.crt"))
    }
}

/// A file name for a shell; one that cannot be shown gives way to its usual name.
fn quoted(name: &str, usual: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    if name.is_empty() || name.starts_with('-') || name.chars().any(char::is_control) {
        usual.to_owned()
    } else if name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_the_files_and_nothing_else() {
        let names = FileNames {
            certificate: "my cert's.pem".to_owned(),
            key: "a\u{1b}[2J".to_owned(),
            ..FileNames::default()
        };
        assert_eq!(
            names.fill("x {certificate} {key} {ca}"),
            r"x 'my cert'\''s.pem' client.key ca.crt"
        );
    }
}
