//! Path building: what is followed, and where it ends.

use super::{Case, Refusal};
use crate::server::testing::{Minted, root};

/// Each layer certified twice by each of the two keys of the layer above: the number of paths doubles per layer.
fn lattice(layers: usize) -> (Minted, Vec<Minted>) {
    let bottom = root("Layer 0");
    let mut layer = vec![bottom.clone(), root("Layer 0")];
    let mut all = Vec::new();
    for index in 1..=layers {
        let name = format!("Layer {index}");
        let below = layer;
        layer = vec![below[0].intermediate(&name), below[1].intermediate(&name)];
        for (issuer, subject) in [(&below[1], &layer[0]), (&below[0], &layer[1])] {
            all.push(issuer.cross_sign(subject));
        }
        all.extend(layer.iter().cloned());
    }
    let client = layer[0].client("Client");
    all.insert(0, client);
    (bottom, all)
}

#[test]
fn cross_signed_lattice_is_bounded() {
    let (_, sent) = lattice(6);
    let stranger = root("Stranger");
    let case = Case::new("lattice", &[&stranger], &sent.iter().collect::<Vec<_>>());
    let refusal = case.verdict().unwrap_err();
    assert!(matches!(
        refusal,
        Refusal::UnknownIssuer | Refusal::TooMuchWork | Refusal::PathTooLong
    ));
}

#[test]
fn eight_certificates_below_the_anchor_and_no_more() {
    let root = root("Root");
    let mut chain = vec![root.intermediate("Ca 1")];
    for index in 2..=8 {
        let next = chain[0].intermediate(&format!("Ca {index}"));
        chain.insert(0, next);
    }
    let good: Vec<_> = chain.iter().skip(1).collect();
    let client = good[0].client("Client");
    let sent: Vec<_> = std::iter::once(&client).chain(good).collect();
    assert_eq!(Case::new("eight", &[&root], &sent).verdict(), Ok(()));
    let client = chain[0].client("Client");
    let sent: Vec<_> = std::iter::once(&client).chain(&chain).collect();
    assert_eq!(Case::new("nine", &[&root], &sent).verdict(), Err(Refusal::PathTooLong));
}

#[test]
fn sixteen_certificates_are_looked_at() {
    let root = root("Root");
    let one = root.intermediate("One");
    let client = one.client("Client");
    let strangers: Vec<_> = (0..15).map(|_| crate::server::testing::root("Stranger")).collect();
    let with = |count: usize| {
        let sent: Vec<_> =
            std::iter::once(&client).chain(&strangers[..count]).chain([&one]).collect();
        Case::new("strangers", &[&root], &sent).verdict()
    };
    assert_eq!(with(14), Ok(()));
    assert_eq!(with(15), Err(Refusal::UnknownIssuer));
}

#[test]
fn more_octets_than_a_ticket_can_hold() {
    let root = root("Root");
    let client = root.client("Client");
    let filler = client.replaced(vec![0; 50_000]);
    let case = Case::new("large", &[&root], &[&client, &filler]);
    assert_eq!(case.verdict(), Err(Refusal::TooMuchWork));
}
