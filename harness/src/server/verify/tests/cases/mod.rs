//! Good paths, and paths with one thing wrong, at each place where it can be wrong.

mod bad;
mod constraints;
mod encodings;
mod fields;
mod issuers;
mod revocation;
mod trust;

pub(super) use bad::bad;

use std::sync::Arc;

use rcgen::KeyPair;
use time::Duration;

use super::{Case, Check, Refusal};
use crate::server::testing::{Minted, now, root, root_with};

/// A path that is to be let in.
pub(super) struct Good {
    pub(super) case: Case,
    /// Why rustls-webpki refuses it, where it does.
    pub(super) webpki_refuses: Option<&'static str>,
}

/// A path that is to be refused.
pub(super) struct Bad {
    pub(super) case: Case,
    pub(super) refusal: Refusal,
    /// The check without which it is let in.
    pub(super) check: Option<Check>,
    /// Why rustls-webpki lets it in, where it does.
    pub(super) webpki_accepts: Option<&'static str>,
}

fn plain(name: &str, anchors: &[&Minted], sent: &[&Minted]) -> Good {
    Good { case: Case::new(name, anchors, sent), webpki_refuses: None }
}

pub(super) fn good() -> Vec<Good> {
    let root = root("Root");
    [chains(&root), anchors(&root), fields(&root), constrained(&root), revoking(&root)]
        .into_iter()
        .flatten()
        .collect()
}

/// Lists of every shape.
fn chains(root: &Minted) -> Vec<Good> {
    let one = root.intermediate("One");
    let two = one.intermediate("Two");
    let three = two.intermediate("Three");
    let client = three.client("Client");
    let direct = root.client("Direct");
    let stranger = crate::server::testing::root("Stranger");
    let garbage = one.replaced(b"garbage".to_vec());
    let duplicates = [&client, &three, &three, &two, &client, &two, &one];
    let unrelated = [&client, &stranger, &three, &two, &direct, &one];
    vec![
        plain("direct", &[root], &[&direct]),
        plain("one intermediate", &[root], &[&one.client("Client"), &one]),
        plain("two intermediates", &[root], &[&two.client("Client"), &two, &one]),
        plain("three intermediates", &[root], &[&client, &three, &two, &one]),
        plain("root included", &[root], &[&client, &three, &two, &one, root]),
        plain("shuffled", &[root], &[&client, &one, &three, &two]),
        plain("duplicates", &[root], &duplicates),
        plain("unrelated", &[root], &unrelated),
        plain("garbage sent along", &[root], &[&direct, &garbage]),
    ]
}

fn anchors(root: &Minted) -> Vec<Good> {
    let one = root.intermediate("One");
    let two = one.intermediate("Two");
    let client = two.client("Client");
    let list = [&client, &two, &one];
    let new_root = root.intermediate("Root");
    let twin = crate::server::testing::root("Root");
    let stranger = crate::server::testing::root("Stranger");
    let old = root_with("Old", |params| {
        params.not_after = now() - Duration::hours(1);
    });
    vec![
        plain("second anchor", &[&stranger, root], &list),
        plain("twin anchors", &[&twin, root], &list),
        plain("intermediate as anchor", &[&one], &list),
        plain("expired anchor", &[&old], &[&old.client("Client")]),
        plain("new key of the root", &[root], &[&new_root.client("Client"), &new_root]),
    ]
}

fn fields(root: &Minted) -> Vec<Good> {
    let any_case = root.client("Client").altered(root, |fields| {
        let at = fields[3].windows(4).position(|octets| octets == b"Root").unwrap();
        fields[3][at..at + 4].copy_from_slice(b"rOOT");
    });
    let edits: [(&str, bad::Edit); 4] = [
        ("no keyUsage", |p| p.key_usages.clear()),
        ("no purposes", |p| p.extended_key_usages.clear()),
        ("no basicConstraints", |p| p.is_ca = rcgen::IsCa::NoCa),
        ("no end", |p| {
            p.not_after = rcgen::date_time_ymd(9999, 12, 31);
        }),
    ];
    let edited = edits.map(|(name, edit)| plain(name, &[root], &[&root.client_with("C", edit)]));
    let keys =
        [&rcgen::PKCS_ED25519, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ECDSA_P521_SHA512].map(
            |algorithm| {
                let key = Arc::new(KeyPair::generate_for(algorithm).unwrap());
                plain("other keys", &[root], &[&root.client_of("Client", key)])
            },
        );
    let beyond_webpki = [
        Good {
            case: Case::new("version 1", &[root], &[&root.client("Client").as_v1(root)]),
            webpki_refuses: Some("it supports version 3 alone"),
        },
        Good {
            case: Case::new("issuer in another case", &[root], &[&any_case]),
            webpki_refuses: Some("it compares names octet by octet; RFC 5280 7.1 ignores case"),
        },
    ];
    edited.into_iter().chain(keys).chain(beyond_webpki).collect()
}

/// Names inside their constraints.
fn constrained(root: &Minted) -> Vec<Good> {
    let ours = root.intermediate_with("Ours", |params| {
        params.name_constraints = Some(constraints::only_ours());
    });
    let directory = Good {
        case: Case::new("inside directoryName", &[root], &[&ours.client("Client"), &ours]),
        webpki_refuses: Some("it refuses every directoryName constraint"),
    };
    constraints::constraints()
        .into_iter()
        .map(|(name, constraints, inside, _)| {
            let ca =
                root.intermediate_with("Constrained", |p| p.name_constraints = Some(constraints));
            let client = ca.client_with("Client", |p| p.subject_alt_names = vec![inside]);
            Good {
                case: Case::new(&format!("inside {name}"), &[root], &[&client, &ca]),
                webpki_refuses: constraints::webpki_on_constraints(name),
            }
        })
        .chain([directory])
        .collect()
}

/// Revocation lists that do not name the client.
fn revoking(root: &Minted) -> Vec<Good> {
    let one = root.intermediate("One");
    let (direct, client, other) =
        (root.client("Direct"), one.client("Client"), root.client("Other"));
    let twin = crate::server::testing::root("Root");
    [
        Case::new("empty list", &[root], &[&direct]).with_crls(vec![root.crl(&[])]),
        Case::new("another revoked", &[root], &[&direct]).with_crls(vec![root.crl(&[&other])]),
        Case::new("two lists", &[root], &[&client, &one])
            .with_crls(vec![root.crl(&[&other]), one.crl(&[&other])]),
        Case::new("a forged list beside the right one", &[root], &[&direct])
            .with_crls(vec![root.crl(&[]), twin.crl(&[&direct])]),
    ]
    .map(|case| Good { case, webpki_refuses: None })
    .into()
}

/// A client with an extension of every kind that is read.
pub(super) fn everything(root: &Minted) -> rustls::pki_types::CertificateDer<'static> {
    let (_, constraints, ..) = constraints::constraints().swap_remove(0);
    root.client_with("Client", |params| {
        params.subject_alt_names =
            constraints::constraints().into_iter().map(|(_, _, inside, _)| inside).collect();
        params.name_constraints = Some(constraints);
    })
    .der
}
