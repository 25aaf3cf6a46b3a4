//! What the client's certificate says of itself: version, names, purposes, extensions.

use super::Subject;
use crate::doctor::certificate::Certificate;
use crate::doctor::finding::Finding;
use crate::doctor::table;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let client = subject.client;
    let mut findings = Vec::new();
    findings.extend(version(client));
    findings.extend(purposes(client));
    findings.extend(names(client));
    for certificate in subject.chain.sent() {
        findings.extend(serial(certificate));
        findings.extend(extensions(certificate));
    }
    findings
}

fn version(client: &Certificate) -> Option<Finding> {
    if client.is_v1() {
        let what = "The certificate is X.509 version 1: it has no extensions.";
        return Some(table::V1.at(&client.place, what));
    }
    let number = u64::from(client.version) + 1;
    let what = match client.version {
        2 => return None,
        0 => "The certificate is X.509 version 1 and yet has extensions.".to_owned(),
        _ => format!("The certificate is X.509 version {number}."),
    };
    Some(table::VERSION.at(&client.place, what))
}

fn purposes(client: &Certificate) -> Vec<Finding> {
    let (place, extensions) = (&client.place, &client.extensions);
    let mut findings = Vec::new();
    if let Some(usage) = extensions.extended_key_usage.filter(|usage| !usage.client_auth) {
        findings.push(if usage.any {
            table::EKU_ANY.at(place, "extendedKeyUsage has anyExtendedKeyUsage, not clientAuth.")
        } else {
            table::EKU_NOT_CLIENT.at(place, "extendedKeyUsage does not have clientAuth.")
        });
    }
    if extensions.key_usage.is_some_and(|usage| !usage.digital_signature) {
        let what = "keyUsage does not have digitalSignature.";
        findings.push(table::KU_NO_SIGNATURE.at(place, what));
    }
    if extensions.basic_constraints == Some(true) {
        let what = "The client's certificate is a CA's (basicConstraints=CA:TRUE).";
        findings.push(table::CA_AS_CLIENT.at(place, what));
    }
    findings
}

fn names(client: &Certificate) -> Option<Finding> {
    let finding = match (client.subject.is_empty(), client.extensions.has_subject_alt_name) {
        (true, false) => {
            table::EMPTY_SUBJECT.at(&client.place, "It has no subject and no subjectAltName.")
        }
        (true, true) => table::EMPTY_SUBJECT_SAN.at(&client.place, "The subject is empty."),
        (false, false) => table::NO_SAN.at(&client.place, "It has no subjectAltName."),
        (false, true) => return None,
    };
    Some(finding)
}

/// RFC 5280 4.1.2.2: positive, and at most 20 octets.
fn serial(certificate: &Certificate) -> Option<Finding> {
    let (place, serial) = (&certificate.place, &certificate.serial);
    let finding = if serial.first().is_some_and(|octet| octet & 0x80 != 0) {
        table::SERIAL_NEGATIVE.at(place, "The serial number is negative.")
    } else if serial.iter().all(|&octet| octet == 0) {
        table::SERIAL_ZERO.at(place, "The serial number is zero.")
    } else if serial.len() > 20 {
        let what = format!("The serial number has {} octets.", serial.len());
        table::SERIAL_LONG.at(place, what)
    } else {
        return None;
    };
    Some(finding)
}

fn extensions(certificate: &Certificate) -> Vec<Finding> {
    let (place, extensions) = (&certificate.place, &certificate.extensions);
    let unknown = extensions.unknown_critical.iter().map(|oid| {
        table::UNKNOWN_CRITICAL.at(place, format!("The critical extension {oid} is unknown."))
    });
    let duplicate = extensions.duplicate.iter().map(|oid| {
        table::DUPLICATE_EXTENSION.at(place, format!("The extension {oid} occurs twice."))
    });
    let malformed = extensions
        .malformed
        .iter()
        .map(|oid| table::MALFORMED.at(place, format!("The extension {oid} cannot be read.")));
    unknown.chain(duplicate).chain(malformed).collect()
}
