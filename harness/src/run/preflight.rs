//! A look at the target before the run: is anybody there, and do they speak TLS?

use std::net::SocketAddr;

use mtls_reports::describe;
use mtls_reports::model::{CertificateSent, Observation, Outcome, TlsRefusal};
use mtls_scenarios::{Alpn, Protocol, Role, TlsVersion};
use tokio::time::Instant;

use super::context::Context;
use super::probe::Probe;
use super::spot::Spot;
use super::wording::Words;
use crate::client::{ClientCredential, Dial, Persona, Tickets};
use crate::tape::Tape;
use crate::target::Place;

/// Nothing can be tested there.
#[derive(Debug, thiserror::Error)]
#[error("nothing to test at {address}: {what}")]
pub struct PreflightError {
    address: SocketAddr,
    what: String,
}

/// Connects to each listener once, without a certificate. Any answer in TLS will do, a refusal too.
///
/// # Errors
/// The first listener that does not answer in TLS.
pub async fn preflight(context: &Context) -> Result<(), PreflightError> {
    let mut seen = Vec::new();
    for role in context.target.target().endpoints.keys() {
        let Some(place) = context.target.place(&[*role]) else { continue };
        if seen.contains(&place.address) {
            continue;
        }
        seen.push(place.address);
        answers(context, place).await?;
    }
    Ok(())
}

/// Tries TLS 1.3 and then 1.2: one of them is enough.
async fn answers(context: &Context, place: Place<'_>) -> Result<(), PreflightError> {
    let newest = look(context, place, TlsVersion::Tls13).await;
    if is_answer(&newest) {
        return Ok(());
    }
    // A gate that did not answer at all is not asked twice: the user is waiting.
    let silent = matches!(newest.outcome, Outcome::Timeout { .. });
    if !silent && is_answer(&look(context, place, TlsVersion::Tls12).await) {
        return Ok(());
    }
    Err(PreflightError { address: place.address, what: describe(&newest) })
}

async fn look(context: &Context, place: Place<'_>, version: TlsVersion) -> Observation {
    let spot = Spot::of(&place);
    let deadline = Instant::now() + context.options.timeout;
    let persona = Persona::new(&context.provider);
    let dial = Dial {
        address: place.address,
        sni: sni_of(&spot.host),
        hello: None,
        version,
        alpn: context.target.probe().http().map(|_| Alpn::Http1),
        prelude: context.target.probe().protocol().and_then(Protocol::prelude),
        persona: &persona,
        credential: ClientCredential::none(),
        resumption: None,
        offer: Tickets::default(),
        early_request: None,
        deadline,
        open_until: deadline,
        tape: Tape::default(),
    };
    let words = Words::default();
    Probe { target: &context.target, spot: &spot, words: &words, deadline, tapes: None }
        .connect(dial)
        .await
        .observation
}

/// A connection that just ends is no answer in TLS, unless the gate had begun a handshake.
fn is_answer(seen: &Observation) -> bool {
    match &seen.outcome {
        Outcome::Timeout { .. } | Outcome::Error { .. } => false,
        Outcome::RejectedTls(TlsRefusal::Close | TlsRefusal::Reset) => {
            seen.tls.version.is_some() || seen.tls.certificate != CertificateSent::NotRequested
        }
        _ => true,
    }
}

/// The `server_name` for a host: none for an IP address (RFC 6066 3).
pub(super) fn sni_of(host: &str) -> Option<&str> {
    host.parse::<std::net::IpAddr>().is_err().then_some(host)
}

/// Names a role the way messages do.
pub(super) fn names(roles: &[Role]) -> String {
    let names: Vec<_> = roles.iter().map(|role| format!("`{}`", role.as_str())).collect();
    names.join(" or ")
}
