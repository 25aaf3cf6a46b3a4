//! The doctor as a whole, on forged certificates.

mod credentials;
mod forms;
mod manifests;
mod output;

use std::collections::BTreeSet;
use std::time::Duration;

use mtls_scenarios::{KeyAlgorithm, Library};
use rustls::pki_types::UnixTime;

use super::credential::{Credential, FileNames};
use super::diagnosis::Diagnosis;
use super::place::Place;
use super::{contents::Contents, examine, table};
use crate::pki::{Authority, Forge, Minted, pem};

/// 2026-05-28.
const EPOCH: u64 = 1_780_000_000;
const DAY: i64 = 86_400;

/// The epoch, so many days later.
fn after(days: i64) -> UnixTime {
    let seconds = EPOCH.saturating_add_signed(days * DAY);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

/// What certificates come from.
struct World {
    library: Library,
    forge: Forge,
    authority: Authority,
}

impl World {
    fn new() -> Self {
        let library = Library::embedded().unwrap();
        let forge = Forge::new(7, after(0));
        let authority = forge.authority("alpha", &library.accounts["alpha"]).unwrap();
        Self { library, forge, authority }
    }

    /// A credential of the library.
    fn mint(&self, name: &str, algorithm: KeyAlgorithm) -> Minted {
        let credential = &self.library.credentials[name];
        self.forge.mint(name, credential, &self.authority, algorithm, after(0)).unwrap()
    }

    /// A credential written out as JSON.
    fn forge(&self, json: &str) -> Minted {
        let credential = serde_json::from_str(json).unwrap();
        self.forge.mint("own", &credential, &self.authority, KeyAlgorithm::P256, after(0)).unwrap()
    }

    /// The PEM of an anchor.
    fn anchor(&self, name: &str) -> String {
        pem::encode("CERTIFICATE", self.authority.certificate(name).unwrap())
    }

    /// The PEM of every anchor of the account.
    fn anchors(&self) -> String {
        let anchors = self.authority.trust_bundle(None);
        anchors.iter().map(|der| pem::encode("CERTIFICATE", der)).collect()
    }
}

/// The `certificate_list` as a file.
fn chain_pem(minted: &Minted) -> String {
    let list = minted.certificate_list.iter().flatten();
    list.map(|der| pem::encode("CERTIFICATE", der)).collect()
}

fn key_pem(minted: &Minted) -> String {
    minted.key.as_ref().unwrap().pkcs8_pem()
}

/// Diagnosis of three texts, without files.
fn diagnose(certificate: &str, key: &str, ca: &str, at: UnixTime) -> Diagnosis {
    let read = |text: &str, name: &str| Contents::read(text.as_bytes(), &Place::file(name));
    let credential = Credential {
        name: "client.crt".to_owned(),
        place: Place::file("client.crt"),
        certificates: read(certificate, "client.crt").certificates,
        keys: read(key, "client.key").keys,
        cas: read(ca, "ca.crt").certificates,
        expects_key: true,
        findings: Vec::new(),
        names: FileNames::default(),
    };
    examine(&[credential], at).credentials.pop().unwrap()
}

/// The ids that were found. That there is no subjectAltName is so of nearly every sample.
fn ids(diagnosis: &Diagnosis) -> BTreeSet<&'static str> {
    let ids = diagnosis.findings.iter().map(|finding| finding.id);
    ids.filter(|id| *id != table::NO_SAN.id).collect()
}

#[test]
fn every_rule_is_found_in_some_sample() {
    let mut found: BTreeSet<&str> = [table::NO_SAN.id, table::KEY_READABLE.id].into();
    found.extend(credentials::SAMPLES.iter().flat_map(|(_, ids)| *ids));
    found.extend(credentials::ELSEWHERE);
    found.extend(forms::samples(&World::new()).iter().flat_map(|sample| sample.ids));
    found.extend(manifests::samples(&World::new()).iter().flat_map(|(_, ids)| *ids));
    let all: BTreeSet<&str> = table::ALL.iter().map(|rule| rule.id).collect();
    let missing: Vec<_> = all.difference(&found).collect();
    assert!(missing.is_empty(), "no sample for {missing:?}");
    assert!(found.is_subset(&all), "{:?}", found.difference(&all));
}
