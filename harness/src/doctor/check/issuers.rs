//! The certificates that issue: intermediates, and the CA itself.

use super::Subject;
use crate::doctor::certificate::Certificate;
use crate::doctor::finding::Finding;
use crate::doctor::table;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let chain = subject.chain;
    let mut findings = Vec::new();
    for issuer in chain.intermediates().chain(chain.cas()) {
        findings.extend(authority(issuer));
        findings.extend(purposes(issuer));
    }
    findings.extend(root(subject));
    findings
}

/// RFC 5280 6.1.4 (k): an issuer says that it is a CA.
fn authority(issuer: &Certificate) -> Option<Finding> {
    let finding = match issuer.extensions.basic_constraints {
        Some(true) => return None,
        Some(false) => {
            table::ISSUER_NOT_A_CA.at(&issuer.place, "An issuer's basicConstraints say CA:FALSE.")
        }
        None if issuer.is_v1() => table::ISSUER_V1
            .at(&issuer.place, "An issuer is X.509 version 1 and cannot say that it is a CA."),
        None => table::ISSUER_NOT_A_CA.at(&issuer.place, "An issuer has no basicConstraints."),
    };
    Some(finding)
}

fn purposes(issuer: &Certificate) -> Vec<Finding> {
    let (place, extensions) = (&issuer.place, &issuer.extensions);
    let mut findings = Vec::new();
    match extensions.key_usage {
        None if extensions.basic_constraints == Some(true) => {
            findings.push(table::ISSUER_NO_KEY_USAGE.at(place, "A CA has no keyUsage."));
        }
        Some(usage) if !usage.key_cert_sign => {
            let what = "An issuer's keyUsage does not have keyCertSign.";
            findings.push(table::ISSUER_KEY_USAGE.at(place, what));
        }
        _ => {}
    }
    if extensions.extended_key_usage.is_some_and(|usage| !usage.client_auth && !usage.any) {
        let what = "An issuer's extendedKeyUsage does not have clientAuth.";
        findings.push(table::ISSUER_EKU.at(place, what));
    }
    findings
}

/// OpenSSL wants the path to end at a self-signed certificate.
fn root(subject: &Subject<'_>) -> Option<Finding> {
    let anchor = subject.chain.anchor()?;
    let above = |ca: &&Certificate| {
        let current = *ca;
        subject.cas.iter().find(|next| current.is_named_by(next) && next.der != current.der)
    };
    let mut upwards = std::iter::successors(Some(anchor), above).take(subject.cas.len());
    let what = "The CA file does not lead to a self-signed certificate.";
    (!upwards.any(Certificate::is_self_signed)).then(|| table::CA_NOT_ROOT.at(&anchor.place, what))
}
