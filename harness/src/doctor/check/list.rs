//! What the client's file holds beside the path: order, repetitions, strangers.

use super::Subject;
use crate::doctor::certificate::Certificate;
use crate::doctor::finding::Finding;
use crate::doctor::table;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut seen: Vec<&Certificate> = Vec::new();
    let mut repeated: Vec<&Certificate> = Vec::new();
    for certificate in subject.sent {
        let known = seen.iter().any(|known| known.der == certificate.der);
        if known { &mut repeated } else { &mut seen }.push(certificate);
    }
    let mut findings: Vec<_> =
        seen.iter().filter_map(|certificate| stranger(subject, certificate)).collect();
    if let Some(first) = repeated.first() {
        let what = match repeated.len() {
            1 => "The certificate is in the file already.".to_owned(),
            more => format!("{more} certificates are in the file already; this is the first."),
        };
        findings.push(table::DUPLICATE.at(&first.place, what));
    }
    findings.extend(order(subject, &seen));
    findings
}

/// What a certificate does in the file that is not on the path.
fn stranger(subject: &Subject<'_>, certificate: &Certificate) -> Option<Finding> {
    if certificate.der == subject.client.der {
        return None;
    }
    if certificate.is_self_signed() && certificate.is_ca() {
        let what = "The root is in the client's file.";
        return Some(table::ROOT_IN_FILE.at(&certificate.place, what));
    }
    let what = "The certificate is not on the path from the client to the CA.";
    let on_path = subject.chain.contains(certificate);
    (!on_path).then(|| table::UNRELATED.at(&certificate.place, what))
}

fn order(subject: &Subject<'_>, seen: &[&Certificate]) -> Option<Finding> {
    let first = seen.first()?;
    if first.der != subject.client.der {
        let what = "The first certificate is not the client's, which stands further down.";
        return Some(table::LEAF_NOT_FIRST.at(&first.place, what));
    }
    let listed = seen.iter().filter(|sent| subject.chain.sent().any(|link| link.der == sent.der));
    let in_order = listed.map(|sent| &sent.der).eq(subject.chain.sent().map(|link| &link.der));
    let what = "The intermediates do not follow the certificates that they issued.";
    (!in_order).then(|| table::CHAIN_ORDER.at(&first.place, what))
}
