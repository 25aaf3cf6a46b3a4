//! Checks of credentials and accounts.

use std::collections::{BTreeMap, BTreeSet};

use super::findings::Findings;
use crate::{Account, CertificateRef, Credential, IssuerRef, KeyIdentifier, Library, Recipe, Sent};

pub(super) fn credential(library: &Library, credential: &Credential, findings: &mut Findings<'_>) {
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
    if recipe.given.is_some() && recipe.issuer != IssuerRef::Anchor("main".to_owned()) {
        let message = "a `given` certificate takes the place of one that the anchor `main` issues";
        findings.report("given", message.to_owned(), None);
    }
    for name in recipe.subject_of.iter().chain(&recipe.issuer_name_of) {
        findings.known("anchor", name, anchors);
    }
    if let KeyIdentifier::Anchor(name) = &recipe.authority_key_identifier {
        findings.known("anchor", name, anchors);
    }
}

/// Every anchor of an account.
fn names(account: &Account) -> impl Iterator<Item = &String> {
    account.anchors.keys().chain(account.spare_anchors.keys())
}

/// Anchors are named relative to the account an endpoint belongs to, so any account's will do here.
fn anchor_names(library: &Library) -> BTreeSet<String> {
    library.accounts.values().flat_map(|account| names(account).cloned()).collect()
}

pub(super) fn account(library: &Library, account: &Account, findings: &mut Findings<'_>) {
    findings.known("anchor", "main", account.anchors.keys());
    let nothing = BTreeMap::new();
    let own: BTreeSet<_> = names(account).cloned().collect();
    for name in account.spare_anchors.keys().filter(|name| account.anchors.contains_key(*name)) {
        findings.report(name, format!("`{name}` is an anchor and a spare one"), None);
    }
    for recipe in account.anchors.values().chain(account.spare_anchors.values()) {
        check_recipe(recipe, &nothing, &own, findings);
    }
    let references = account.all_crls().flat_map(|crl| crl.revoked.iter().chain([&crl.issuer]));
    for reference in references {
        match reference {
            CertificateRef::Anchor(name) => findings.known("anchor", name, &own),
            CertificateRef::Certificate { credential, certificate } => {
                findings.known("credential", credential, library.credentials.keys());
                if let Some(found) = library.credentials.get(credential) {
                    findings.known("certificate", certificate, found.certificates.keys());
                }
            }
        }
    }
}
