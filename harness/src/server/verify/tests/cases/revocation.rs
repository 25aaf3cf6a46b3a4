//! Revocation lists.

use time::Duration;

use super::{Bad, Case, Check, Refusal};
use crate::server::testing::{now, root};

pub(super) fn bad() -> Vec<Bad> {
    let twin = root("Root");
    let root = root("Root");
    let one = root.intermediate("One");
    let (direct, client) = (root.client("Direct"), one.client("Client"));
    let stale = |revoked: &[&_]| root.crl_until(revoked, now() - Duration::hours(1));
    let unknown = Refusal::UnknownRevocationStatus;
    let revoked_one = || vec![root.crl(&[&one]), one.crl(&[])];
    // The lists of these tests revoke as of next month: the date must not matter.
    let of_one_rule = [
        (
            "revoked as of next month",
            (Refusal::Revoked, Check::FutureRevocations),
            vec![&direct],
            vec![root.crl(&[&direct])],
        ),
        (
            "revoked intermediate, list by list",
            (Refusal::Revoked, Check::RevokedIssuers),
            vec![&client, &one],
            revoked_one(),
        ),
        (
            "revoked by a stale list",
            (Refusal::Revoked, Check::CurrentCrls),
            vec![&direct],
            vec![stale(&[&direct])],
        ),
        (
            "only a stale list",
            (Refusal::StaleRevocationList, Check::CurrentCrls),
            vec![&direct],
            vec![stale(&[])],
        ),
        (
            "only the list of another",
            (unknown.clone(), Check::RevocationStatus),
            vec![&direct],
            vec![one.crl(&[])],
        ),
    ];
    [
        ("revoked", Refusal::Revoked, vec![&direct], vec![root.crl(&[&direct])]),
        ("revoked intermediate", Refusal::Revoked, vec![&client, &one], revoked_one()),
        (
            "revoked by intermediate",
            Refusal::Revoked,
            vec![&client, &one],
            vec![root.crl(&[]), one.crl(&[&client])],
        ),
        ("no list", unknown.clone(), vec![&direct], vec![one.crl(&[])]),
        ("no list of the intermediate", unknown.clone(), vec![&client, &one], vec![root.crl(&[])]),
        ("list by a twin", unknown, vec![&direct], vec![twin.crl(&[])]),
        ("stale list", Refusal::StaleRevocationList, vec![&direct], vec![stale(&[])]),
    ]
    .into_iter()
    .map(|(name, refusal, sent, crls)| (name, (refusal, Check::Revocation), sent, crls))
    .chain(of_one_rule)
    .map(|(name, (refusal, check), sent, crls)| Bad {
        case: Case::new(name, &[&root], &sent).with_crls(crls),
        refusal,
        check: Some(check),
        webpki_accepts: None,
    })
    .collect()
}
