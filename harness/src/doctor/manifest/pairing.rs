//! From what the objects hold to credentials: which key and which CA go with which certificate.

use super::decode;
use super::field::Object;
use super::role::{Role, stem};
use crate::doctor::certificate::Certificate;
use crate::doctor::contents::{Contents, FoundCertificate, FoundKey};
use crate::doctor::credential::{Credential, FileNames};
use crate::doctor::finding::Finding;
use crate::doctor::place::Place;

/// What one object holds.
#[derive(Default)]
pub(super) struct Holding {
    name: String,
    place: Place,
    clients: Vec<Held<Vec<FoundCertificate>>>,
    keys: Vec<Held<FoundKey>>,
    cas: Vec<FoundCertificate>,
    findings: Vec<Finding>,
}

/// Something, with the stem of its field's name.
struct Held<T> {
    stem: String,
    value: T,
}

impl Holding {
    /// Looks into all fields of an object.
    pub(super) fn of(object: &Object<'_>) -> Self {
        let mut holding =
            Self { name: object.name.clone(), place: object.place.clone(), ..Self::default() };
        for field in &object.fields {
            if let Some(contents) = decode::decode(field) {
                holding.add(&field.name, contents);
            }
        }
        holding
    }

    fn add(&mut self, name: &str, contents: Contents) {
        let stem = stem(name);
        self.findings.extend(contents.findings);
        let keys = contents.keys.into_iter();
        self.keys.extend(keys.map(|value| Held { stem: stem.clone(), value }));
        let is_ca = match Role::by_name(name) {
            Role::Ca => true,
            Role::Certificate => false,
            Role::Key | Role::Unknown => starts_with_ca(&contents.certificates),
        };
        if is_ca {
            self.cas.extend(contents.certificates);
        } else if !contents.certificates.is_empty() {
            self.clients.push(Held { stem, value: contents.certificates });
        }
    }

    /// How many client certificates it holds.
    pub(super) fn clients(&self) -> usize {
        self.clients.len()
    }

    /// How many CAs it holds.
    pub(super) fn cas(&self) -> usize {
        self.cas.len()
    }

    /// What is wrong with the object, where it holds nothing.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

fn starts_with_ca(certificates: &[FoundCertificate]) -> bool {
    certificates.first().is_some_and(|first| Certificate::read(first).is_ok_and(|c| c.is_ca()))
}

/// Makes credentials. A certificate takes the key of its own object that has the same stem, else the only one there
/// is, else a key of an object without certificates; the CA of its own object, else those of objects without clients.
pub(super) fn credentials(holdings: &[Holding]) -> Vec<Credential> {
    let elsewhere = |holding: &&Holding| holding.clients.is_empty();
    let spare_keys: Vec<_> = holdings
        .iter()
        .filter(elsewhere)
        .flat_map(|h| h.keys.iter().map(|key| &key.value))
        .collect();
    let spare_cas: Vec<_> = holdings.iter().filter(elsewhere).flat_map(|h| &h.cas).collect();
    let spare_findings: Vec<_> =
        holdings.iter().filter(elsewhere).flat_map(|h| &h.findings).cloned().collect();
    let mut credentials: Vec<Credential> = Vec::new();
    for holding in holdings {
        for client in &holding.clients {
            let mut keys = holding.keys_for(&client.stem);
            if keys.is_empty() {
                keys = spare_keys.iter().map(|&key| key.clone()).collect();
            }
            let cas = if holding.cas.is_empty() {
                spare_cas.iter().map(|&ca| ca.clone()).collect()
            } else {
                holding.cas.clone()
            };
            credentials.push(Credential {
                name: holding.name_of(client),
                place: holding.place.clone(),
                certificates: client.value.clone(),
                keys,
                cas,
                expects_key: true,
                findings: Vec::new(),
                names: FileNames::default(),
            });
        }
        // What is wrong with an object is said once, however many clients it holds.
        let index = credentials.len().saturating_sub(holding.clients.len());
        if let Some(first) = credentials.get_mut(index) {
            first.findings.extend(holding.findings.iter().cloned());
        }
    }
    if let Some(first) = credentials.first_mut() {
        first.findings.extend(spare_findings);
    }
    credentials
}

impl Holding {
    fn keys_for(&self, stem: &str) -> Vec<FoundKey> {
        let same: Vec<_> =
            self.keys.iter().filter(|key| key.stem == stem).map(|key| key.value.clone()).collect();
        if same.is_empty() && self.clients.len() == 1 {
            self.keys.iter().map(|key| key.value.clone()).collect()
        } else {
            same
        }
    }

    fn name_of(&self, client: &Held<Vec<FoundCertificate>>) -> String {
        let field = client.value.first().and_then(|first| first.place.field.as_deref());
        match field {
            Some(field) if self.clients.len() > 1 => format!("{}, {field}", self.name),
            _ => self.name.clone(),
        }
    }
}
