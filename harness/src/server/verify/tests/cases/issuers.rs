//! Fields of issuers, and validity periods of both.

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use time::Duration;

use super::bad::{Edit, bad_case};
use super::{Bad, Case, Check, Refusal};
use crate::server::testing::{Minted, now, root};

pub(super) fn bad() -> Vec<Bad> {
    let root = root("Root");
    let rows: Vec<(&str, Refusal, Check, Edit, Option<&'static str>)> = vec![
        (
            "CA:FALSE",
            Refusal::NotACa,
            Check::BasicConstraints,
            |p| {
                p.is_ca = IsCa::ExplicitNoCa;
            },
            None,
        ),
        (
            "no basicConstraints",
            Refusal::NotACa,
            Check::BasicConstraints,
            |p| {
                p.is_ca = IsCa::NoCa;
            },
            None,
        ),
        (
            "no keyCertSign",
            Refusal::NotForCertificateSigning,
            Check::KeyUsage,
            |p| {
                p.key_usages = vec![KeyUsagePurpose::CrlSign];
            },
            Some("it does not read keyUsage of issuers of certificates"),
        ),
        (
            "purpose of an issuer",
            Refusal::NotForClientAuthentication,
            Check::ExtendedKeyUsage,
            |p| {
                p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            },
            None,
        ),
    ];
    let mut bad = Vec::new();
    for (name, refusal, check, edit, webpki_accepts) in rows {
        let issuer = root.intermediate_with("Issuer", edit);
        let between = issuer.intermediate("Between");
        let with = (refusal, Some(check));
        for (place, sent) in [
            ("direct", vec![&issuer.client("Client"), &issuer]),
            ("above", vec![&between.client("Client"), &between, &issuer]),
        ] {
            let name = format!("issuer: {name}, {place}");
            bad.push(Bad { webpki_accepts, ..bad_case(&name, with.clone(), &[&root], &sent) });
        }
    }
    let v1 = root.intermediate("Old").as_v1(&root);
    let with_version = (Refusal::IssuerVersion, Some(Check::IssuerVersion));
    bad.push(bad_case("issuer: version 1", with_version, &[&root], &[&v1.client("Client"), &v1]));
    let short = root.intermediate_with("Short", |p| {
        p.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let below = short.intermediate("Below");
    let with_length = (Refusal::PathTooLong, Some(Check::PathLength));
    let sent = [&below.client("Client"), &below, &short];
    bad.push(bad_case("issuer: pathLenConstraint", with_length, &[&root], &sent));
    bad.extend(validity(&root));
    bad
}

fn validity(root: &Minted) -> Vec<Bad> {
    let past: Edit = |p| p.not_after = now() - Duration::minutes(1);
    let future: Edit = |p| p.not_before = now() + Duration::minutes(1);
    let mut bad = Vec::new();
    for (name, edit) in [("expired", past), ("not yet valid", future)] {
        let client = root.client_with("Client", edit);
        let issuer = root.intermediate_with("Issuer", edit);
        for sent in [vec![&client], vec![&issuer.client("Client"), &issuer]] {
            let case = Case::new(name, &[root], &sent);
            let refusal = case.verdict().unwrap_err();
            assert!(
                matches!(refusal, Refusal::Expired { .. } | Refusal::NotYetValid { .. }),
                "{refusal:?}"
            );
            bad.push(Bad { case, refusal, check: Some(Check::Validity), webpki_accepts: None });
        }
    }
    bad
}
