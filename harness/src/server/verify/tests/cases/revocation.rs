//! Revocation lists.

use time::Duration;

use super::{Bad, Case, Check, Refusal};
use crate::server::testing::{now, root};

pub(super) fn bad() -> Vec<Bad> {
    let twin = root("Root");
    let root = root("Root");
    let one = root.intermediate("One");
    let (direct, client) = (root.client("Direct"), one.client("Client"));
    let stale = root.crl_until(&[], now() - Duration::hours(1));
    let unknown = Refusal::UnknownRevocationStatus;
    [
        ("revoked", Refusal::Revoked, vec![&direct], vec![root.crl(&[&direct])]),
        (
            "revoked intermediate",
            Refusal::Revoked,
            vec![&client, &one],
            vec![root.crl(&[&one]), one.crl(&[])],
        ),
        (
            "revoked by intermediate",
            Refusal::Revoked,
            vec![&client, &one],
            vec![root.crl(&[]), one.crl(&[&client])],
        ),
        ("no list", unknown.clone(), vec![&direct], vec![one.crl(&[])]),
        ("no list of the intermediate", unknown.clone(), vec![&client, &one], vec![root.crl(&[])]),
        ("list by a twin", unknown, vec![&direct], vec![twin.crl(&[])]),
        ("stale list", Refusal::StaleRevocationList, vec![&direct], vec![stale]),
    ]
    .into_iter()
    .map(|(name, refusal, sent, crls)| Bad {
        case: Case::new(name, &[&root], &sent).with_crls(crls),
        refusal,
        check: Some(Check::Revocation),
        webpki_accepts: None,
    })
    .collect()
}
