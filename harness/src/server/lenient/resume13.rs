//! Which PSK of a TLS 1.3 client is used (RFC 8446 4.2.11).

use rustls::AlertDescription;
use rustls::pki_types::CertificateDer;
use rustls::server::ProducesTickets as _;

use super::failure::Failure;
use super::hello::Hello;
use super::leniency::Leniency;
use super::memory::Remembered;
use super::party::Party;
use crate::tls::extension::read;
use crate::tls::{ExtensionType, KeySchedule, OfferedPsks, Suite, Transcript};

/// A PSK that is used.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) index: u16,
    pub(super) secret: Vec<u8>,
    /// What the client showed when the session began.
    pub(super) list: Vec<CertificateDer<'static>>,
    /// Whether the gate knows nothing of the session. Only a fault resumes such a one.
    pub(super) unknown: bool,
}

/// The PSK to use, if any; `before` is what was said before this `ClientHello`.
pub(super) fn choose(
    party: &Party,
    hello: &Hello,
    suite: &Suite,
    before: &Transcript,
) -> Result<Option<Chosen>, Failure> {
    let Some(data) = hello.parsed.extension(ExtensionType::PRE_SHARED_KEY) else {
        return Ok(None);
    };
    let illegal = |what| Failure::new(AlertDescription::IllegalParameter, what);
    let is_last = hello.parsed.extensions.last().map(|last| last.kind);
    if is_last != Some(ExtensionType::PRE_SHARED_KEY) {
        return Err(illegal("pre_shared_key is not the last extension"));
    }
    let offered = read::pre_shared_key(data)?;
    if offered.identities.len() != offered.binders.len() {
        return Err(illegal("there are not as many binders as identities"));
    }
    if !hello.takes_psk()? {
        return Ok(None);
    }
    let hash = bound(hello, &offered, before).hash(suite.hash);
    for (index, (psk, binder)) in offered.identities.iter().zip(&offered.binders).enumerate() {
        let state = party.resumption.decrypt(&psk.identity);
        let known = state.and_then(|state| Remembered::read(&state).ok());
        let known = known.filter(|known| {
            Suite::find(known.suite).is_some_and(|theirs| theirs.hash == suite.hash)
        });
        let fits = |secret: &[u8]| {
            let early = KeySchedule::early(suite.hash, Some(secret));
            let key = early.derive("res binder", &suite.hash.digest(&[]));
            key.verify_data(&hash) == *binder
        };
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let zeros = vec![0; suite.hash.len()];
        if party.forgiven.has(Leniency::ZeroSecret) && fits(&zeros) {
            let unknown = known.is_none();
            let list = known.map(|known| known.list).unwrap_or_default();
            return Ok(Some(Chosen { index, secret: zeros, list, unknown }));
        }
        let Some(Remembered { secret, list, .. }) = known else {
            continue;
        };
        if fits(&secret) || party.forgiven.has(Leniency::AnyBinder) {
            return Ok(Some(Chosen { index, secret, list, unknown: false }));
        }
        let alert = AlertDescription::DecryptError;
        return Err(Failure::new(alert, "a binder does not fit its key"));
    }
    Ok(None)
}

/// What binders are over (RFC 8446 4.2.11.2).
fn bound(hello: &Hello, offered: &OfferedPsks, before: &Transcript) -> Transcript {
    let end = hello.encoded.len().saturating_sub(offered.binders_size());
    let mut transcript = before.clone();
    transcript.push(hello.encoded.get(..end).unwrap_or_default());
    transcript
}
