//! Checks across files: every name that is used must exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Source, did_you_mean};
use crate::library::Kind;
use crate::{
    Account, CertificateRef, Credential, IssuerRef, KeyIdentifier, Library, Mode, Recipe, Scenario,
    Sent, Start, Target,
};

/// Where problems of one file are collected.
struct Findings<'a> {
    source: Source<'a>,
    problems: &'a mut Vec<Diagnostic>,
}

impl Findings<'_> {
    fn report(&mut self, word: &str, message: String, help: Option<String>) {
        self.problems.push(self.source.about(word, message, help));
    }

    /// Reports `name` unless it is one of the known ones.
    fn known<'k>(&mut self, what: &str, name: &str, known: impl IntoIterator<Item = &'k String>) {
        let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
        if known.contains(&name) {
            return;
        }
        let help = did_you_mean(name, known.iter().copied()).or_else(|| {
            let shown: Vec<_> = known.iter().copied().take(12).collect();
            (!shown.is_empty()).then(|| format!("known are {}", shown.join(", ")))
        });
        self.report(name, format!("unknown {what} `{name}`"), help);
    }
}

/// Checks one parsed file against the rest of its library.
pub(crate) fn file(
    library: &Library,
    kind: Kind<'_>,
    source: Source<'_>,
    problems: &mut Vec<Diagnostic>,
) {
    let mut findings = Findings { source, problems };
    match kind {
        Kind::Scenario(id) => {
            id_is_plain(id, &mut findings);
            if let Some(scenario) = library.scenarios.get(id) {
                check_scenario(library, scenario, &mut findings);
            }
        }
        Kind::Credential(name) => {
            id_is_plain(name, &mut findings);
            if let Some(credential) = library.credentials.get(name) {
                check_credential(library, credential, &mut findings);
            }
        }
        Kind::Account(name) => {
            if let Some(account) = library.accounts.get(name) {
                check_account(library, account, &mut findings);
            }
        }
        Kind::Target(name) => {
            if let Some(found) = library.targets.get(name) {
                check_target(found, &mut findings);
                for endpoint in found.endpoints.values() {
                    if let Some(account) = &endpoint.account {
                        findings.known("account", account, library.accounts.keys());
                    }
                }
            }
        }
        Kind::Template(_) | Kind::Other => {}
    }
}

/// Checks a target file on its own.
pub(crate) fn target(target: &Target, source: Source<'_>, problems: &mut Vec<Diagnostic>) {
    check_target(target, &mut Findings { source, problems });
}

fn id_is_plain(id: &str, findings: &mut Findings<'_>) {
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !id.split('/').all(plain) {
        findings.report(
            id,
            format!("`{id}` is no id: only lower-case letters, digits and `-` between `/`"),
            Some("rename the file".to_owned()),
        );
    }
}

fn check_scenario(library: &Library, scenario: &Scenario, findings: &mut Findings<'_>) {
    let matrix = &scenario.matrix;
    if scenario.steps.is_empty() {
        findings.report("steps", "a scenario needs at least one step".to_owned(), None);
    }
    let axes = [
        ("mode", matrix.mode.is_empty(), has_duplicates(&matrix.mode)),
        ("tls", matrix.tls.is_empty(), has_duplicates(&matrix.tls)),
        ("key", matrix.key.is_empty(), has_duplicates(&matrix.key)),
        ("alpn", matrix.alpn.is_empty(), has_duplicates(&matrix.alpn)),
        ("credential", false, has_duplicates(&matrix.credential)),
    ];
    for (axis, empty, repeated) in axes {
        if empty {
            findings.report(axis, format!("the axis `{axis}` has no value"), None);
        }
        if repeated {
            findings.report(axis, format!("the axis `{axis}` has a value twice"), None);
        }
    }
    for name in &matrix.credential {
        findings.known("credential", name, library.credentials.keys());
    }
    for step in &scenario.steps {
        findings.known("credential", &step.control, library.credentials.keys());
        match &step.connect.credential {
            Some(name) => findings.known("credential", name, library.credentials.keys()),
            None if matrix.credential.is_empty() => findings.report(
                "connect",
                "the step names no credential and the matrix has no axis `credential`".to_owned(),
                Some("add `\"credential\": \"valid\"` to `connect`".to_owned()),
            ),
            None => {}
        }
        for mode in &matrix.mode {
            let by_mode = step.connect.endpoint;
            if by_mode.is_some_and(|named| named.for_mode(*mode).is_none()) {
                let message = format!("`endpoint` names none for mode `{}`", mode.as_str());
                findings.report("endpoint", message, None);
            }
        }
    }
}

fn has_duplicates<T: Ord>(values: &[T]) -> bool {
    values.iter().collect::<BTreeSet<_>>().len() != values.len()
}

fn check_credential(library: &Library, credential: &Credential, findings: &mut Findings<'_>) {
    let own = &credential.certificates;
    let anchors = anchor_names(library);
    for recipe in own.values() {
        check_recipe(recipe, own, &anchors, findings);
    }
    for sent in credential.send.iter().flatten() {
        match sent {
            Sent::Certificate(name) | Sent::Repeat { certificate: name, .. } => {
                findings.known("certificate", name, own.keys());
            }
            Sent::Anchor(name) => findings.known("anchor", name, &anchors),
        }
    }
    if let Some(name) = &credential.end_entity {
        findings.known("certificate", name, own.keys());
    }
}

fn check_recipe(
    recipe: &Recipe,
    own: &BTreeMap<String, Recipe>,
    anchors: &BTreeSet<String>,
    findings: &mut Findings<'_>,
) {
    match &recipe.issuer {
        IssuerRef::SelfSigned => {}
        IssuerRef::Anchor(name) => findings.known("anchor", name, anchors),
        IssuerRef::Certificate(name) => findings.known("certificate", name, own.keys()),
    }
    for name in recipe.subject_of.iter().chain(&recipe.issuer_name_of) {
        findings.known("anchor", name, anchors);
    }
    if let KeyIdentifier::Anchor(name) = &recipe.authority_key_identifier {
        findings.known("anchor", name, anchors);
    }
}

/// Anchors are named relative to the account an endpoint belongs to, so any account's will do here.
fn anchor_names(library: &Library) -> BTreeSet<String> {
    library.accounts.values().flat_map(|account| account.anchors.keys().cloned()).collect()
}

fn check_account(library: &Library, account: &Account, findings: &mut Findings<'_>) {
    findings.known("anchor", "main", account.anchors.keys());
    let nothing = BTreeMap::new();
    for recipe in account.anchors.values() {
        check_recipe(recipe, &nothing, &account.anchors.keys().cloned().collect(), findings);
    }
    let references = account.crls.iter().flat_map(|crl| crl.revoked.iter().chain([&crl.issuer]));
    for reference in references {
        match reference {
            CertificateRef::Anchor(name) => findings.known("anchor", name, account.anchors.keys()),
            CertificateRef::Certificate { credential, certificate } => {
                findings.known("credential", credential, library.credentials.keys());
                if let Some(found) = library.credentials.get(credential) {
                    findings.known("certificate", certificate, found.certificates.keys());
                }
            }
        }
    }
}

fn check_target(target: &Target, findings: &mut Findings<'_>) {
    for (name, listener) in &target.listeners {
        if matches!(target.start, Start::Running) && listener.address.is_none() {
            findings.report(
                name,
                format!("listener `{name}` of a running target has no address"),
                Some("add `\"address\": \"127.0.0.1:8443\"`".to_owned()),
            );
        }
    }
    for endpoint in target.endpoints.values() {
        findings.known("listener", &endpoint.listener, target.listeners.keys());
        if endpoint.account.is_none() && endpoint.mode != Mode::Public {
            findings.report(
                &endpoint.host,
                format!("endpoint `{}` asks for certificates of no account", endpoint.host),
                Some("add `\"account\": \"alpha\"`".to_owned()),
            );
        }
    }
}
