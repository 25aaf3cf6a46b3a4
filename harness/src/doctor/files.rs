//! A credential from files.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::DoctorError;
use super::contents::Contents;
use super::credential::{Credential, FileNames};
use super::finding::Finding;
use super::place::{Place, shown};
use super::table;

/// Longest file that is read.
const MAX_FILE: u64 = 4 << 20;

/// The files of one client.
#[derive(Clone, Debug)]
pub struct Files {
    /// The client's certificate, and the intermediates after it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: Option<PathBuf>,
    /// The CA that gates are to trust.
    pub ca: Option<PathBuf>,
}

/// Reads a file, up to the limit.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, DoctorError> {
    let file = shown(&path.display().to_string());
    let mut octets = Vec::new();
    let taken = File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut octets));
    match taken {
        Err(source) => Err(DoctorError::Read { file, source }),
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= MAX_FILE) => Ok(octets),
        Ok(_) => Err(DoctorError::TooLong { file }),
    }
}

impl Credential {
    /// Reads the files.
    pub fn from_files(files: &Files) -> Result<Self, DoctorError> {
        let mut certificate = Part::read(&files.certificate)?;
        let mut key = files.key.as_deref().map(Part::read).transpose()?;
        let ca = files.ca.as_deref().map(Part::read).transpose()?;
        let mut findings = Vec::new();
        if let Some(key) = &mut key {
            findings.extend(unswapped(&mut certificate, key));
        }
        certificate.demand_certificate()?;
        if let Some(key) = &key {
            key.demand_key()?;
        }
        if let Some(ca) = &ca {
            ca.demand_certificate()?;
        }
        findings.extend(misplaced(&certificate, key.as_ref(), ca.as_ref()));
        findings.extend(key.as_ref().and_then(Part::readable_by_others));
        let mut names = FileNames { certificate: certificate.name, ..FileNames::default() };
        findings.extend(certificate.contents.findings);
        let mut keys = Vec::new();
        let expects_key = key.is_some();
        if let Some(key) = key {
            names.key = key.name;
            keys = key.contents.keys;
            findings.extend(key.contents.findings);
        }
        keys.extend(certificate.contents.keys);
        let mut cas = Vec::new();
        if let Some(ca) = ca {
            names.ca = ca.name;
            cas = ca.contents.certificates;
            findings.extend(ca.contents.findings);
        }
        Self {
            name: certificate.place.file.clone(),
            place: certificate.place,
            certificates: certificate.contents.certificates,
            keys,
            cas,
            expects_key,
            findings,
            names,
        }
        .bounded()
    }
}

/// One of the files.
struct Part {
    path: PathBuf,
    name: String,
    place: Place,
    contents: Contents,
}

impl Part {
    fn read(path: &Path) -> Result<Self, DoctorError> {
        let name = path.display().to_string();
        let place = Place::file(&name);
        let contents = Contents::read(&read(path)?, &place);
        Ok(Self { path: path.to_owned(), name, place, contents })
    }

    fn demand_certificate(&self) -> Result<(), DoctorError> {
        if !self.contents.certificates.is_empty() {
            return Ok(());
        }
        let hint = if self.contents.keys.is_empty() {
            self.hint("neither a PEM section `CERTIFICATE` nor a certificate in DER was found")
        } else {
            "it holds a private key; is it the wrong file?".to_owned()
        };
        Err(DoctorError::NoCertificate { file: self.place.file.clone(), hint })
    }

    fn demand_key(&self) -> Result<(), DoctorError> {
        if !self.contents.keys.is_empty() {
            return Ok(());
        }
        let hint = if self.contents.certificates.is_empty() {
            self.hint("neither a PEM section `PRIVATE KEY` nor a key in DER was found")
        } else {
            "it holds a certificate; is it the wrong file?".to_owned()
        };
        Err(DoctorError::NoKey { file: self.place.file.clone(), hint })
    }

    /// What the file holds instead, as far as that can be told.
    fn hint(&self, otherwise: &str) -> String {
        let damage = self.contents.findings.first().map(|finding| finding.what.as_str());
        self.contents.instead.or(damage).unwrap_or(otherwise).to_owned()
    }

    /// Whether the file lets every user of the machine read the key.
    #[cfg(unix)]
    fn readable_by_others(&self) -> Option<Finding> {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = std::fs::metadata(&self.path).ok().filter(std::fs::Metadata::is_file)?;
        let mode = metadata.permissions().mode() & 0o777;
        let what = format!("Every user of the machine may read the key (mode {mode:04o}).");
        (mode & 0o004 != 0).then(|| table::KEY_READABLE.at(&self.place, what))
    }

    #[cfg(not(unix))]
    fn readable_by_others(&self) -> Option<Finding> {
        None
    }
}

/// Takes the two files the other way round where each holds what belongs into the other.
fn unswapped(certificate: &mut Part, key: &mut Part) -> Option<Finding> {
    let swapped = certificate.contents.certificates.is_empty()
        && !certificate.contents.keys.is_empty()
        && key.contents.keys.is_empty()
        && !key.contents.certificates.is_empty();
    if !swapped {
        return None;
    }
    std::mem::swap(certificate, key);
    let what = format!("This file holds the certificate, `{}` the key.", key.place.file);
    Some(table::FILES_SWAPPED.at(&certificate.place, what))
}

/// What stands in a file where it does not belong.
fn misplaced(certificate: &Part, key: Option<&Part>, ca: Option<&Part>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let same_file = key.is_some_and(|key| key.path == certificate.path);
    if !certificate.contents.keys.is_empty() && !same_file {
        let what = "A private key stands in the certificate's file.";
        findings.push(table::KEY_IN_CERTIFICATE_FILE.at(&certificate.place, what));
    }
    if let Some(key) = key.filter(|key| !key.contents.certificates.is_empty()) {
        let what = "A certificate stands in the key's file.";
        findings.push(table::CERTIFICATE_IN_KEY_FILE.at(&key.place, what));
    }
    if let Some(ca) = ca.filter(|ca| !ca.contents.keys.is_empty()) {
        let what = "A private key stands in the CA's file.";
        findings.push(table::KEY_IN_CA_FILE.at(&ca.place, what));
    }
    findings
}
