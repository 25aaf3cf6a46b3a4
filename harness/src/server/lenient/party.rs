//! Whom a handshake is with: the endpoint and its policy, and the gate's own key.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier as _;
use rustls::sign::{CertifiedKey, Signer};
use rustls::{AlertDescription, SignatureScheme};

use super::failure::Failure;
use super::leniency::Forgiven;
use crate::server::admission;
use crate::server::client_auth::ClientAuth;
use crate::server::identity::Identity;
use crate::server::listener::{Choice, Listener};
use crate::server::resumption::{Origin, Resumption};
use crate::server::session::Client;

/// The gate's side of a handshake: one endpoint under its present policy.
pub(super) struct Party {
    pub(super) listener: Arc<Listener>,
    pub(super) choice: Choice,
    pub(super) server_name: Option<String>,
    pub(super) resumption: Arc<Resumption>,
    pub(super) client_auth: ClientAuth,
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) forgiven: Forgiven,
}

impl Party {
    pub(super) fn new(
        listener: &Arc<Listener>,
        choice: Choice,
        server_name: Option<String>,
        forgiven: Forgiven,
    ) -> Self {
        let maker = &listener.maker;
        let resumption = maker.resumption(&choice.generation, server_name.as_deref());
        let client_auth = ClientAuth::new(
            Arc::clone(&choice.generation),
            Arc::clone(&resumption),
            Arc::clone(&listener.health),
        );
        let (listener, certified) = (Arc::clone(listener), maker.certified_key());
        Self { listener, choice, server_name, resumption, client_auth, certified, forgiven }
    }

    /// Whether it asks clients for certificates. Also declines whatever session was offered.
    pub(super) fn asks(&self) -> bool {
        self.client_auth.offer_client_auth()
    }

    /// Verifies a certificate list that is not empty.
    pub(super) fn verify(&self, list: &[CertificateDer<'_>]) -> Result<(), Failure> {
        let Some((end_entity, others)) = list.split_first() else {
            return Ok(());
        };
        if self.choice.generation.verifier.is_none() {
            // Only a fault takes a certificate that nobody has asked for.
            return Ok(());
        }
        let now = self.listener.maker.clock.now();
        self.client_auth.verify_client_cert(end_entity, others, now)?;
        Ok(())
    }

    /// Who the client is that has shown this list, now or when the session began that it resumes.
    pub(super) fn client(&self, list: &[CertificateDer<'_>], resumed: Option<&Origin>) -> Client {
        match list.first().filter(|_| self.choice.generation.verifier.is_none()) {
            Some(unasked) => Client::Verified(Identity::of(unasked, None)),
            None => admission::client(list, &self.choice, resumed, self.listener.maker.clock.now()),
        }
    }

    /// What signs for the gate, by one of these schemes.
    pub(super) fn signer(&self, schemes: &[SignatureScheme]) -> Result<Box<dyn Signer>, Failure> {
        self.certified.key.choose_scheme(schemes).ok_or_else(|| {
            Failure::new(AlertDescription::HandshakeFailure, "no signature scheme in common")
        })
    }
}
