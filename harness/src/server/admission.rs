//! Who the client of a connection is, by its handshake alone.

use rustls::pki_types::{CertificateDer, UnixTime};

use super::Fault;
use super::endpoint::Generation;
use super::identity::Identity;
use super::listener::Choice;
use super::resumption::Origin;
use super::session::Client;
use super::verify::GateVerifier;

/// Who the client is that sent this list, or sent it when the session `resumed` began.
pub(super) fn client(
    list: &[CertificateDer<'_>],
    choice: &Choice,
    resumed: Option<&Origin>,
    now: UnixTime,
) -> Client {
    let generation = choice.generation.as_ref();
    let fault = generation.fault;
    if choice.trusted {
        return Client::Trusted;
    }
    let Some(verifier) = generation.verifier.as_deref() else {
        return Client::Anonymous;
    };
    let Some((end_entity, others)) = list.split_first() else {
        return match fault {
            Some(Fault::ResumptionVerifies) if resumed.is_some() => Client::Trusted,
            _ => Client::Anonymous,
        };
    };
    if resumed.is_some() && fault == Some(Fault::IdentityLostOnResumption) {
        return Client::Anonymous;
    }
    // rustls verifies at full handshakes only; a session can outlive its certificate.
    let look_again = match resumed {
        Some(origin) => origin.is_of(&generation.sessions) && fault != Some(Fault::LaxTickets),
        None => verifier.tolerates_invalid(),
    };
    let at = match resumed {
        Some(origin) if fault == Some(Fault::TicketsSurviveExpiry) => origin.since,
        _ => now,
    };
    if look_again && generation.verdict(end_entity, others, at).is_err() {
        return invalid(end_entity, verifier, fault);
    }
    let named = match fault {
        Some(Fault::AnonymousAlways) => return Client::Anonymous,
        Some(Fault::IdentityFromLastCertificate) => others.last().unwrap_or(end_entity),
        Some(Fault::IdentityFromAnyCertificate) => others.first().unwrap_or(end_entity),
        Some(Fault::PathFromAnyCertificate) => verifier.find_client(end_entity, others, now),
        _ => end_entity,
    };
    Client::Verified(Identity::of(named, fault))
}

/// Who the client is whose certificate is not valid.
fn invalid(
    end_entity: &CertificateDer<'_>,
    verifier: &GateVerifier,
    fault: Option<Fault>,
) -> Client {
    if !verifier.tolerates_invalid() {
        return Client::Refused;
    }
    match fault {
        Some(Fault::LooseReportsUnverified) => Client::Unverified(Identity::of(end_entity, fault)),
        _ => Client::Anonymous,
    }
}

/// Whether a fault lets a client without a certificate in at a STRICT endpoint.
pub(super) fn is_exempt(generation: &Generation, resumed: Option<&Origin>) -> bool {
    generation.open
        || match generation.fault {
            Some(Fault::StrictLetsEmptyListThrough | Fault::AnonymousAlways | Fault::NeverAsks) => {
                true
            }
            Some(Fault::IdentityLostOnResumption) => resumed.is_some(),
            Some(Fault::LaxTickets) => false,
            _ => resumed.is_some_and(|origin| !origin.is_of(&generation.sessions)),
        }
}
