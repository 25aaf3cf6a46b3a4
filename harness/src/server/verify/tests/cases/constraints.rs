//! Name constraints.

use rcgen::{CidrSubnet, DnType, GeneralSubtree, NameConstraints, SanType};

use super::bad::bad_case;
use super::{Bad, Check, Refusal};
use crate::server::testing::{Minted, root};

/// Name, constraint, a name inside, a name outside.
pub(super) fn constraints() -> Vec<(&'static str, NameConstraints, SanType, SanType)> {
    let permitted =
        |base| NameConstraints { permitted_subtrees: vec![base], excluded_subtrees: Vec::new() };
    let excluded =
        |base| NameConstraints { permitted_subtrees: Vec::new(), excluded_subtrees: vec![base] };
    let dns = |text: &str| SanType::DnsName(text.try_into().unwrap());
    let email = |text: &str| SanType::Rfc822Name(text.try_into().unwrap());
    let ip = |text: &str| SanType::IpAddress(text.parse().unwrap());
    let net = GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([10, 0, 0, 0], 8));
    let base = |text: &str| GeneralSubtree::DnsName(text.to_owned());
    let mail = |text: &str| GeneralSubtree::Rfc822Name(text.to_owned());
    vec![
        ("dNSName", permitted(base("a.test")), dns("x.A.test"), dns("xa.test")),
        ("not dNSName", excluded(base("a.test")), dns("xa.test"), dns("x.a.test")),
        ("iPAddress", permitted(net.clone()), ip("10.1.2.3"), ip("11.1.2.3")),
        ("not iPAddress", excluded(net), ip("::1"), ip("10.1.2.3")),
        ("rfc822Name", permitted(mail("a.test")), email("me@A.test"), email("me@x.a.test")),
        ("not rfc822Name", excluded(mail(".a.test")), email("me@a.test"), email("me@x.a.test")),
    ]
}

pub(super) fn webpki_on_constraints(name: &str) -> Option<&'static str> {
    name.contains("rfc822Name").then_some("it supports neither form of rfc822Name constraints")
}

/// Only subjects of our organization.
pub(super) fn only_ours() -> NameConstraints {
    NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DirectoryName(organization())],
        excluded_subtrees: Vec::new(),
    }
}

fn organization() -> rcgen::DistinguishedName {
    let mut organization = rcgen::DistinguishedName::new();
    organization.push(DnType::OrganizationName, "Example ORG");
    organization
}

pub(super) fn bad() -> Vec<Bad> {
    let root = root("Root");
    let with = || (Refusal::NameConstraints, Some(Check::NameConstraints));
    let mut bad = Vec::new();
    for (name, constraints, _, outside) in constraints() {
        let ca = root.intermediate_with("Constrained", |p| p.name_constraints = Some(constraints));
        let client = ca.client_with("Client", |p| p.subject_alt_names = vec![outside.clone()]);
        bad.push(bad_case(&format!("outside {name}"), with(), &[&root], &[&client, &ca]));
        let below = ca.intermediate("Below");
        let client = below.client_with("Client", |p| p.subject_alt_names = vec![outside]);
        let sent = [&client, &below, &ca];
        bad.push(bad_case(&format!("far outside {name}"), with(), &[&root], &sent));
    }
    let ca = root.intermediate_with("Constrained", |p| p.name_constraints = Some(only_ours()));
    let client = ca.client_with("Client", |p| {
        p.distinguished_name = rcgen::DistinguishedName::new();
        p.distinguished_name.push(DnType::OrganizationName, "Other ORG");
    });
    bad.push(bad_case("outside directoryName", with(), &[&root], &[&client, &ca]));
    bad.extend(unclear(&root));
    bad
}

/// A mailbox that is none: neither inside the permitted subtree nor outside the excluded one.
fn unclear(root: &Minted) -> Vec<Bad> {
    let subtree = || vec![GeneralSubtree::Rfc822Name("a.test".to_owned())];
    let permitted =
        NameConstraints { permitted_subtrees: subtree(), excluded_subtrees: Vec::new() };
    let excluded = NameConstraints { permitted_subtrees: Vec::new(), excluded_subtrees: subtree() };
    [("unclear rfc822Name", permitted), ("not unclear rfc822Name", excluded)]
        .into_iter()
        .map(|(name, constraints)| {
            let ca =
                root.intermediate_with("Constrained", |p| p.name_constraints = Some(constraints));
            let client = ca.client_with("Client", |p| {
                p.subject_alt_names = vec![SanType::Rfc822Name("me@a.test.".try_into().unwrap())];
            });
            let with = (Refusal::NameConstraints, Some(Check::ComparableNames));
            bad_case(name, with, &[root], &[&client, &ca])
        })
        .collect()
}
