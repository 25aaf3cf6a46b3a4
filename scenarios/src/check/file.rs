//! Which checks a file gets.

use super::findings::Findings;
use super::{pki, scenario, target};
use crate::diagnostic::{Diagnostic, Source};
use crate::library::Kind;
use crate::{Library, Target};

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
                scenario::check(library, scenario, &mut findings);
            }
        }
        Kind::Credential(name) => {
            id_is_plain(name, &mut findings);
            if let Some(credential) = library.credentials.get(name) {
                pki::credential(library, credential, &mut findings);
            }
        }
        Kind::Account(name) => {
            if let Some(account) = library.accounts.get(name) {
                pki::account(library, account, &mut findings);
            }
        }
        Kind::Target(name) => {
            if let Some(found) = library.targets.get(name) {
                id_is_plain(name, &mut findings);
                target::check(found, &mut findings);
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
pub(crate) fn lone_target(target: &Target, source: Source<'_>, problems: &mut Vec<Diagnostic>) {
    target::check(target, &mut Findings { source, problems });
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
