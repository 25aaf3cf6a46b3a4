//! The certificate that a client presents, also where the handshake fails.
//!
//! rustls drops a list that it does not let in and turns the refusal into one of its own errors, and it does not
//! tell a verifier whose connection it is about. Verification happens on the connection's task, so the
//! verdict is left there.

use std::cell::RefCell;

use rustls::pki_types::CertificateDer;

use super::identity::Identity;
use super::verify::Refusal;

tokio::task_local! {
    static PRESENTED: RefCell<Option<Presented>>;
}

/// What a client presented, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Presented {
    end_entity: CertificateDer<'static>,
    pub(super) refusal: Option<Refusal>,
}

impl Presented {
    /// Whom the certificate names, true or not.
    pub(super) fn identity(&self) -> Identity {
        Identity::of(&self.end_entity, None)
    }
}

/// Performs a handshake; what its client presents can be [taken](take) inside.
pub(super) async fn during<F: Future>(handshake: F) -> F::Output {
    PRESENTED.scope(RefCell::new(None), handshake).await
}

/// Leaves a verdict for the connection that this task serves.
pub(super) fn leave(end_entity: &CertificateDer<'_>, verdict: &Result<(), Refusal>) {
    let presented =
        Presented { end_entity: end_entity.clone().into_owned(), refusal: verdict.clone().err() };
    // Verifiers are asked outside of connections, too.
    let _ = PRESENTED.try_with(|place| place.replace(Some(presented)));
}

/// What the client has presented, if anything.
pub(super) fn take() -> Option<Presented> {
    PRESENTED.try_with(RefCell::take).ok().flatten()
}
