//! Paths that lead to no trust anchor, or to nothing that may issue.

use super::bad::bad_case;
use super::{Bad, Check, Refusal};
use crate::server::testing::{Minted, children, content, lone_client, root};

pub(super) fn bad() -> Vec<Bad> {
    let twin = root("Root");
    let wrong = root("Wrong");
    let root = root("Root");
    let one = root.intermediate("One");
    let client = one.client("Client");
    let unknown = || (Refusal::UnknownIssuer, None);
    let mut tampered = root.client("Client").der.to_vec();
    *tampered.last_mut().unwrap() ^= 1;
    let tampered = client.replaced(tampered);
    let leaf_issued = root.client_with("Leaf", |p| p.key_usages.clear());
    vec![
        bad_case("wrong CA", unknown(), &[&root], &[&wrong.client("Client")]),
        bad_case(
            "wrong CA sent along",
            (Refusal::UnknownIssuer, Some(Check::ConfiguredAnchors)),
            &[&root],
            &[&wrong.client("Client"), &wrong],
        ),
        bad_case(
            "twin CA",
            (Refusal::BadSignature, Some(Check::AnchorSignature)),
            &[&root],
            &[&twin.client("Client")],
        ),
        bad_case(
            "tampered signature",
            (Refusal::BadSignature, Some(Check::Signature)),
            &[&root],
            &[&tampered],
        ),
        bad_case("self-signed", unknown(), &[&root], &[&lone_client("Client")]),
        bad_case(
            "self-signed by name of the CA",
            (Refusal::BadSignature, Some(Check::Signature)),
            &[&root],
            &[&lone_client("Root")],
        ),
        bad_case("intermediate missing", unknown(), &[&root], &[&client]),
        bad_case(
            "other name of the issuer",
            (Refusal::UnknownIssuer, Some(Check::NameChaining)),
            &[&root],
            &[&root.client("Client").altered(&root, |f| f[3] = wrong_issuer(&wrong))],
        ),
        bad_case(
            "end-entity as issuer",
            (Refusal::NotACa, Some(Check::BasicConstraints)),
            &[&root],
            &[&leaf_issued.client("Client"), &leaf_issued],
        ),
        bad_case(
            "end-entity last",
            (Refusal::CaAsEndEntity, Some(Check::FirstIsEndEntity)),
            &[&root],
            &[&one, &client],
        ),
        bad_case(
            "CA as client",
            (Refusal::CaAsEndEntity, Some(Check::CaAsEndEntity)),
            &[&root],
            &[&root.intermediate_with("Ca", |p| p.key_usages.clear())],
        ),
    ]
}

fn wrong_issuer(wrong: &Minted) -> Vec<u8> {
    children(content(&children(content(&wrong.der))[0]))[3].clone()
}
