//! Keys that a gate need not take: where it takes none, there is nothing to ask.

use mtls_reports::model::{CertificateSent, Observation, Outcome};
use mtls_scenarios::KeyAlgorithm;

use super::course::Course;
use super::judge::Judgement;
use super::outcome::skipped;
use super::twin::Twin;

/// What every gate takes (RFC 8446 9.1).
const MANDATORY: KeyAlgorithm = KeyAlgorithm::P256;

/// Why an undecided step is skipped: the gate does not take such a key, which it need not.
pub(super) async fn unwanted(
    course: &mut Course<'_>,
    twin: &Twin<'_>,
    own: Option<KeyAlgorithm>,
    seen: &Observation,
    control: Option<&Observation>,
) -> Option<Judgement> {
    if let Some(reason) = held_back(own, seen, control) {
        return Some(skipped(reason));
    }
    let key = course.case.cell.key;
    if key.is_mandatory() || !control.is_some_and(is_refusal) {
        return None;
    }
    let other = twin.with_key(course, MANDATORY).await.ok()?;
    refused(key, &other).map(skipped)
}

/// The certificate did not go out, as the gate asks for none with such a key.
fn held_back(
    own: Option<KeyAlgorithm>,
    seen: &Observation,
    control: Option<&Observation>,
) -> Option<String> {
    let key = own.filter(|key| !key.is_mandatory())?.as_str();
    let withheld = |seen: &Observation| seen.tls.certificate == CertificateSent::Withheld;
    (withheld(seen) || control.is_some_and(withheld))
        .then(|| format!("the gate asks for no certificate with a key such as {key}"))
}

/// The control was refused, and is let in with a key that every gate takes. Where it is not, the key is not the reason.
fn refused(key: KeyAlgorithm, other: &Observation) -> Option<String> {
    let let_in = matches!(other.outcome, Outcome::Authenticated { .. }) && other.marker;
    let_in.then(|| {
        let (key, other) = (key.as_str(), MANDATORY.as_str());
        format!(
            "the gate refuses a valid client with a key of {key}, which it need not take, and not with one of {other}"
        )
    })
}

const fn is_refusal(seen: &Observation) -> bool {
    matches!(
        seen.outcome,
        Outcome::RejectedTls(_) | Outcome::RejectedHttp { .. } | Outcome::RejectedProtocol { .. }
    )
}

#[cfg(test)]
mod tests {
    use mtls_reports::model::{TlsFacts, TlsRefusal};

    use super::*;

    fn observed(outcome: Outcome, certificate: CertificateSent) -> Observation {
        let marker = matches!(outcome, Outcome::Authenticated { .. });
        Observation {
            outcome,
            marker,
            marker_of: None,
            unverified_identity: None,
            tls: TlsFacts { certificate, ..TlsFacts::default() },
            elapsed_us: 0,
        }
    }

    #[test]
    fn a_key_is_the_reason_only_where_another_one_is_let_in() {
        let let_in = Outcome::Authenticated { identity: None };
        let reason = refused(KeyAlgorithm::P384, &observed(let_in, CertificateSent::Sent));
        assert!(reason.unwrap().contains("a key of p384"));
        let closed = observed(Outcome::RejectedTls(TlsRefusal::Close), CertificateSent::Sent);
        assert!(is_refusal(&closed));
        assert_eq!(refused(KeyAlgorithm::P384, &closed), None);
        assert!(!is_refusal(&observed(Outcome::Anonymous, CertificateSent::Sent)));
    }

    #[test]
    fn only_keys_that_a_gate_need_not_take_may_be_held_back() {
        let sent = observed(Outcome::Anonymous, CertificateSent::Sent);
        let withheld = observed(Outcome::Anonymous, CertificateSent::Withheld);
        let optional = Some(KeyAlgorithm::Ed25519);
        assert!(held_back(optional, &withheld, None).unwrap().ends_with("ed25519"));
        assert!(held_back(optional, &sent, Some(&withheld)).is_some());
        assert_eq!(held_back(optional, &sent, Some(&sent)), None);
        assert_eq!(held_back(Some(KeyAlgorithm::P256), &withheld, None), None);
        assert_eq!(held_back(None, &withheld, None), None);
    }
}
