//! Keys and signatures: what is too weak, and what not everybody takes.

use super::Subject;
use crate::doctor::algorithm::{Hash, KeyKind};
use crate::doctor::certificate::Certificate;
use crate::doctor::finding::Finding;
use crate::doctor::table;

pub(super) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for certificate in subject.chain.sent() {
        findings.extend(key(certificate));
        findings.extend(signature(certificate));
    }
    // Nobody checks the signature of a root, but its key has signed what is below.
    findings.extend(subject.chain.cas().iter().filter_map(|ca| key(ca)));
    findings
}

fn key(certificate: &Certificate) -> Option<Finding> {
    let kind = &certificate.key;
    let (rule, what) = match kind {
        KeyKind::Rsa(2048..) | KeyKind::P256 | KeyKind::P384 => return None,
        KeyKind::Rsa(bits) => (&table::RSA_SHORT, format!("The RSA key has {bits} bits.")),
        KeyKind::RsaPss => (
            &table::RSA_PSS_KEY,
            "The key is of the type RSASSA-PSS, not rsaEncryption.".to_owned(),
        ),
        KeyKind::P521 => (&table::P521, "The key is on the curve P-521.".to_owned()),
        KeyKind::OtherCurve(name) => {
            (&table::CURVE_UNUSUAL, format!("The key is on the curve {name}."))
        }
        KeyKind::ExplicitCurve => {
            (&table::CURVE_UNUSUAL, "The curve of the key is spelled out, not named.".to_owned())
        }
        KeyKind::Ed25519 => (&table::ED25519, "The key is Ed25519.".to_owned()),
        KeyKind::Ed448 => (&table::ED448, "The key is Ed448.".to_owned()),
        KeyKind::Unknown(oid) => {
            (&table::KEY_TYPE_UNKNOWN, format!("The key is of the unknown algorithm {oid}."))
        }
    };
    Some(rule.at(&certificate.place, what))
}

fn signature(certificate: &Certificate) -> Option<Finding> {
    let rule = match certificate.signature.hash {
        Hash::Md5 => &table::MD5,
        Hash::Sha1 => &table::SHA1,
        Hash::Other => return None,
    };
    let what = format!("The certificate is signed with {}.", certificate.signature.name);
    Some(rule.at(&certificate.place, what))
}
