//! Who the client of a connection is, by its handshake alone.

use mtls_scenarios::Mode;
use rustls::pki_types::{CertificateDer, UnixTime};

use super::Fault;
use super::endpoint::Generation;
use super::identity::Identity;
use super::resumption::Origin;
use super::session::Client;

/// Who the client is that sent this list, or sent it when the session `resumed` began.
pub(super) fn client(
    list: &[CertificateDer<'_>],
    generation: &Generation,
    resumed: Option<&Origin>,
    now: UnixTime,
) -> Client {
    let fault = generation.fault;
    if generation.verifier.is_none() {
        return Client::Anonymous;
    }
    let Some((end_entity, others)) = list.split_first() else {
        return match fault {
            Some(Fault::ResumptionVerifies) if resumed.is_some() => {
                Client::Verified(Identity::default())
            }
            _ => Client::Anonymous,
        };
    };
    if resumed.is_some() && fault == Some(Fault::IdentityLostOnResumption) {
        return Client::Anonymous;
    }
    let lax =
        fault == Some(Fault::LaxTickets) && generation.mode == Mode::Loose && resumed.is_none();
    // rustls verifies at full handshakes only; a session can outlive its certificate.
    let look_again = match resumed {
        Some(origin) => origin.is_of(&generation.sessions) && fault != Some(Fault::LaxTickets),
        None => lax,
    };
    let at = match resumed {
        Some(origin) if fault == Some(Fault::TicketsSurviveExpiry) => origin.since,
        _ => now,
    };
    if look_again && generation.verdict(end_entity, others, at).is_err() {
        return if lax { Client::Anonymous } else { Client::Refused };
    }
    match fault {
        Some(Fault::AnonymousAlways) => Client::Anonymous,
        Some(Fault::IdentityFromLastCertificate) => {
            Client::Verified(Identity::of(others.last().unwrap_or(end_entity)))
        }
        _ => Client::Verified(Identity::of(end_entity)),
    }
}

/// Whether a fault lets a client without a certificate in at a STRICT endpoint.
pub(super) fn is_exempt(generation: &Generation, resumed: Option<&Origin>) -> bool {
    generation.open
        || match (generation.fault, resumed) {
            (Some(Fault::LaxTickets), _) | (_, None) => false,
            (Some(Fault::IdentityLostOnResumption), Some(_)) => true,
            (_, Some(origin)) => !origin.is_of(&generation.sessions),
        }
}
