//! The validators that are run: this harness's own and rustls-webpki's.

use std::sync::Arc;

use mtls_reports::PeerText;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use serde::Serialize;

use super::finding::{Finding, Rule, Severity};
use super::gate::Gate;
use super::place::Place;
use super::table;
use crate::server::verify::{Checks, PathValidator, Refusal};

/// What a validator says about the certificates, as a gate would get them.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The validator.
    pub validator: &'static str,
    /// Whether it lets the client in.
    pub accepts: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The rule that the refusal belongs to, where it says so itself.
    #[serde(skip)]
    rule: Option<&'static Rule>,
}

const OWN: &str = "RFC 5280 (this harness)";
const RUSTLS: &str = "rustls (WebPkiClientVerifier)";

/// Asks both, with these CAs and at this time. Without a CA there is nothing to ask.
pub(super) fn ask(
    sent: &[CertificateDer<'_>],
    cas: &[CertificateDer<'_>],
    at: UnixTime,
) -> Vec<Verdict> {
    let (Some((client, others)), false) = (sent.split_first(), cas.is_empty()) else {
        return Vec::new();
    };
    vec![own(client, others, cas, at), rustls(client, others, cas, at)]
}

/// A finding for a refusal whose reason no rule sees beforehand; and one for a refusal that nothing else explains.
pub(super) fn findings(verdicts: &[Verdict], known: &[Finding], place: &Place) -> Vec<Finding> {
    let is_known = |rule: &Rule| known.iter().any(|finding| finding.id == rule.id);
    let explained = known.iter().any(|finding| finding.severity == Severity::Error);
    let told = |verdict: &&Verdict| {
        verdict.rule.is_some_and(|rule| {
            // aws-lc verifies nothing with a short RSA key, whatever the signature.
            let short_key = rule.id == table::WRONG_SIGNATURE.id && is_known(&table::RSA_SHORT);
            !is_known(rule) && !short_key
        })
    };
    let refusals = || verdicts.iter().filter(|verdict| !verdict.accepts);
    let verdict = match refusals().find(told) {
        Some(verdict) => verdict,
        None if explained => return Vec::new(),
        None => match refusals().next() {
            Some(verdict) => verdict,
            None => return Vec::new(),
        },
    };
    let reason = verdict.reason.as_deref().unwrap_or("it refuses");
    let rule = verdict.rule.unwrap_or(&table::PATH_REFUSED);
    let mut finding = rule.at(place, format!("{}: {reason}.", verdict.validator));
    if !rule.gates.contains(&Gate::Every) {
        finding.gates.extend(refusals().map(|refusal| refusal.validator));
    }
    vec![finding]
}

fn own(
    client: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    cas: &[CertificateDer<'_>],
    at: UnixTime,
) -> Verdict {
    let validator = match PathValidator::new(cas, None, Checks::default()) {
        Ok(validator) => validator,
        Err(error) => return refused(OWN, &error, None),
    };
    match validator.validate(client, others, at) {
        Ok(()) => accepted(OWN),
        Err(refusal) => {
            let rule = match refusal {
                Refusal::BadSignature => Some(&table::WRONG_SIGNATURE),
                Refusal::NameConstraints => Some(&table::NAME_CONSTRAINTS),
                Refusal::PathTooLong => Some(&table::PATH_LENGTH),
                _ => None,
            };
            refused(OWN, &refusal, rule)
        }
    }
}

fn rustls(
    client: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    cas: &[CertificateDer<'_>],
    at: UnixTime,
) -> Verdict {
    let mut roots = RootCertStore::empty();
    for ca in cas {
        if let Err(error) = roots.add(ca.clone().into_owned()) {
            return refused(RUSTLS, &format!("a CA cannot be used: {error}"), None);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier =
        match WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build() {
            Ok(verifier) => verifier,
            Err(error) => return refused(RUSTLS, &error, None),
        };
    match verifier.verify_client_cert(client, others, at) {
        Ok(_) => accepted(RUSTLS),
        Err(error) => refused(RUSTLS, &error, None),
    }
}

fn accepted(validator: &'static str) -> Verdict {
    Verdict { validator, accepts: true, reason: None, rule: None }
}

fn refused(
    validator: &'static str,
    reason: &impl std::fmt::Display,
    rule: Option<&'static Rule>,
) -> Verdict {
    let reason = Some(PeerText::new(&reason.to_string()).as_str().to_owned());
    Verdict { validator, accepts: false, reason, rule }
}
