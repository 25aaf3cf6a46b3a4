//! How a server signals that it refuses: by alert, HTTP status or close.

use std::collections::BTreeSet;

use mtls_scenarios::{Mode, TlsVersion};

use super::documented::is_public;
use super::markdown::{list, table};
use crate::Run;
use crate::model::{CaseResult, Outcome, TlsRefusal};
use crate::words::{version, word};

/// A class of clients that are refused, and the scenario that shows it.
pub(super) struct Class {
    name: &'static str,
    pub(super) scenario: &'static str,
    pub(super) has_certificate: bool,
}

const fn class(name: &'static str, scenario: &'static str) -> Class {
    Class { name, scenario, has_certificate: true }
}

/// The classes, in the order of the page.
pub(super) const CLASSES: [Class; 7] = [
    Class { name: "no certificate", scenario: "baseline/no-certificate", has_certificate: false },
    class("expired", "certificate/expired"),
    class("not valid yet", "certificate/not-yet-valid"),
    class("unknown CA", "path/unknown-ca"),
    class("bad signature", "certificate/tampered-signature"),
    class("wrong purpose", "certificate/eku-server-auth"),
    class("revoked", "revocation/revoked"),
];

/// Modes and versions, in the order of the page.
const PLACES: [(Mode, TlsVersion); 4] = [
    (Mode::Strict, TlsVersion::Tls12),
    (Mode::Strict, TlsVersion::Tls13),
    (Mode::Loose, TlsVersion::Tls12),
    (Mode::Loose, TlsVersion::Tls13),
];

/// The table of a run. Every class has a row, so that none is conspicuous for being left out.
pub(super) fn signals(run: &Run) -> String {
    let rows: Vec<Vec<String>> = CLASSES.iter().map(|class| row(run, class)).collect();
    let places =
        PLACES.map(|(mode, tls)| format!("{}, TLS {}", mode.as_str().to_uppercase(), version(tls)));
    let header: Vec<&str> =
        std::iter::once("client").chain(places.iter().map(String::as_str)).collect();
    table(&header, &rows)
}

fn row(run: &Run, class: &Class) -> Vec<String> {
    let cases = run.results.iter().filter(|case| case.scenario == class.scenario);
    let cases: Vec<&CaseResult> = cases.filter(|case| is_public(case)).collect();
    let cells = PLACES.map(|(mode, tls)| {
        let here = cases.iter().filter(|case| (case.mode, case.tls) == (mode, tls));
        let seen: BTreeSet<String> = here.filter_map(|case| signal(case)).collect();
        list(seen)
    });
    std::iter::once(class.name.to_owned()).chain(cells).collect()
}

/// What came of a case, as Markdown.
pub(super) fn signal(case: &CaseResult) -> Option<String> {
    Some(match &case.observed.as_ref()?.outcome {
        Outcome::RejectedTls(TlsRefusal::Alert { name: Some(name), .. }) => {
            format!("`{}`", word(name))
        }
        Outcome::RejectedTls(TlsRefusal::Alert { code, name: None }) => format!("alert {code}"),
        Outcome::RejectedTls(TlsRefusal::Close) => "close".to_owned(),
        Outcome::RejectedTls(TlsRefusal::Reset) => "reset".to_owned(),
        Outcome::RejectedHttp { status } => format!("HTTP {status}"),
        Outcome::RejectedProtocol { .. } => "an error of the protocol".to_owned(),
        Outcome::Anonymous => "served as nobody".to_owned(),
        Outcome::Authenticated { .. } => "let in".to_owned(),
        Outcome::Timeout { .. } | Outcome::Error { .. } => return None,
    })
}
