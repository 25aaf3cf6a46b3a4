//! The examination of one credential, and of all that were found.

use rustls::pki_types::{CertificateDer, UnixTime};
use serde::Serialize;

use super::certificate::Certificate;
use super::check::{self, Chain, Subject};
use super::contents::FoundCertificate;
use super::credential::Credential;
use super::finding::{Finding, Severity};
use super::moment::{days, instant};
use super::place::Place;
use super::validators::{self, Verdict};

/// Version of the JSON form.
pub const FORMAT_VERSION: u32 = 1;

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Examination {
    /// Version of the JSON form.
    pub format_version: u32,
    /// The time that was asked about (RFC 3339).
    pub at: String,
    /// How many findings there are of each severity.
    pub counts: Counts,
    /// One diagnosis a credential.
    pub credentials: Vec<Diagnosis>,
}

/// How many findings there are of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// What some gate refuses.
    pub errors: usize,
    /// What may be refused, or soon will be.
    pub warnings: usize,
    /// What is worth knowing.
    pub notes: usize,
}

/// What is to be said about one credential.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// The file, or the object of a manifest.
    pub name: String,
    /// What was looked at.
    pub certificates: Vec<Summary>,
    /// The private key, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeySummary>,
    /// What the validators say; none where no CA was given.
    pub verdicts: Vec<Verdict>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
}

/// A certificate in short.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Client, intermediate or CA.
    pub role: Role,
    /// Where it stands.
    #[serde(rename = "where")]
    pub place: Place,
    /// Issuer (RFC 4514).
    pub issuer: String,
    /// From when (RFC 3339).
    pub not_before: String,
    /// Until when (RFC 3339).
    pub not_after: String,
    /// Whole days from the time asked about; negative after the end.
    pub days_left: i64,
    /// Kind of the public key.
    pub key: String,
    /// Algorithm of the signature.
    pub signature: String,
}

/// What a certificate is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The client's own.
    Client,
    /// Something else that the client sends.
    Intermediate,
    /// What gates are to trust.
    Ca,
}

/// The private key in short; nothing of the key itself.
#[derive(Clone, Debug, Serialize)]
pub struct KeySummary {
    /// Where it stands.
    #[serde(rename = "where")]
    pub place: Place,
    /// How it is written.
    pub form: &'static str,
    /// Whether it is the certificate's; `None` where that cannot be told.
    pub matches: Option<bool>,
}

/// Examines credentials, as of a point in time.
pub fn examine(credentials: &[Credential], at: UnixTime) -> Examination {
    let credentials: Vec<_> =
        credentials.iter().map(|credential| diagnose(credential, at)).collect();
    let mut counts = Counts::default();
    for finding in credentials.iter().flat_map(|diagnosis| &diagnosis.findings) {
        match finding.severity {
            Severity::Error => counts.errors += 1,
            Severity::Warning => counts.warnings += 1,
            Severity::Note => counts.notes += 1,
        }
    }
    Examination { format_version: FORMAT_VERSION, at: instant(seconds(at)), counts, credentials }
}

fn diagnose(credential: &Credential, at: UnixTime) -> Diagnosis {
    let mut findings = credential.findings.clone();
    let sent = readable(&credential.certificates, &mut findings);
    let cas = readable(&credential.cas, &mut findings);
    let verdicts = validators::ask(&ders(&credential.certificates), &ders(&credential.cas), at);
    let now = seconds(at);
    let mut certificates = Vec::new();
    let client = client(&sent, credential);
    if let Some(client) = client {
        let chain = Chain::build(client, &sent, &cas);
        let subject = Subject { credential, client, sent: &sent, cas: &cas, chain: &chain, now };
        findings.extend(check::all(&subject));
        certificates = summaries(&subject);
    }
    findings.extend(validators::findings(&verdicts, &findings, &credential.place));
    for command in findings.iter_mut().flat_map(|finding| &mut finding.commands) {
        *command = credential.names.fill(command);
    }
    findings.sort_by_key(|finding| finding.severity);
    let key = credential.keys.first().map(|key| KeySummary {
        place: key.place.clone(),
        form: key.form.as_str(),
        matches: client.and_then(|client| check::matches(&client.public_key, key).ok()),
    });
    Diagnosis { name: credential.name.clone(), certificates, key, verdicts, findings }
}

/// The client's own certificate: the first, unless the key belongs to a later one.
fn client<'a>(sent: &'a [Certificate], credential: &Credential) -> Option<&'a Certificate> {
    let owner = credential.keys.iter().find_map(|key| {
        sent.iter().find(|certificate| check::matches(&certificate.public_key, key) == Ok(true))
    });
    owner.or(sent.first())
}

fn readable(found: &[FoundCertificate], findings: &mut Vec<Finding>) -> Vec<Certificate> {
    let mut certificates = Vec::new();
    for found in found {
        match Certificate::read(found) {
            Ok(certificate) => certificates.push(certificate),
            Err(finding) => findings.push(*finding),
        }
    }
    certificates
}

fn ders(found: &[FoundCertificate]) -> Vec<CertificateDer<'_>> {
    found.iter().map(|found| CertificateDer::from(found.der.as_slice())).collect()
}

fn summaries(subject: &Subject<'_>) -> Vec<Summary> {
    let sent = subject.sent.iter().map(|certificate| {
        let is_client = certificate.der == subject.client.der;
        (if is_client { Role::Client } else { Role::Intermediate }, certificate)
    });
    let cas = subject.cas.iter().map(|certificate| (Role::Ca, certificate));
    sent.chain(cas)
        .map(|(role, certificate)| Summary {
            role,
            place: certificate.place.clone(),
            issuer: certificate.issuer.text.clone(),
            not_before: instant(certificate.not_before),
            not_after: instant(certificate.not_after),
            days_left: days(subject.now, certificate.not_after),
            key: certificate.key.to_string(),
            signature: certificate.signature.name.clone(),
        })
        .collect()
}

fn seconds(at: UnixTime) -> i64 {
    i64::try_from(at.as_secs()).unwrap_or(i64::MAX)
}
