//! Client authentication on one connection, as rustls asks for it.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};

use super::endpoint::Generation;
use super::health::Health;
use super::resumption::Resumption;
use super::verify::GateVerifier;

/// Asks one client for its certificate, and verifies it.
#[derive(Debug)]
pub(super) struct ClientAuth {
    generation: Arc<Generation>,
    resumption: Arc<Resumption>,
    health: Arc<Health>,
}

impl ClientAuth {
    pub(super) fn new(
        generation: Arc<Generation>,
        resumption: Arc<Resumption>,
        health: Arc<Health>,
    ) -> Self {
        Self { generation, resumption, health }
    }

    fn verifier(&self) -> Result<&GateVerifier, rustls::Error> {
        let nobody = || rustls::Error::General("a public endpoint asks for no certificate".into());
        self.generation.verifier.as_deref().ok_or_else(nobody)
    }
}

impl ClientCertVerifier for ClientAuth {
    /// rustls comes here before it knows of a session to resume, and again once it has decided to resume none.
    fn offer_client_auth(&self) -> bool {
        self.resumption.decline();
        self.verifier().is_ok_and(ClientCertVerifier::offer_client_auth)
    }

    fn client_auth_mandatory(&self) -> bool {
        !self.generation.open
            && self.verifier().is_ok_and(ClientCertVerifier::client_auth_mandatory)
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.generation.authorities
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.health.after_list(end_entity, intermediates);
        if self.generation.open {
            return Ok(ClientCertVerified::assertion());
        }
        let verdict = self.verifier()?.verify_client_cert(end_entity, intermediates, now);
        verdict.inspect_err(|refusal| self.health.after_refusal(refusal))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let verdict = self.verifier()?.verify_tls12_signature(message, cert, dss);
        verdict.inspect_err(|refusal| self.health.after_refusal(refusal))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let verdict = self.verifier()?.verify_tls13_signature(message, cert, dss);
        verdict.inspect_err(|refusal| self.health.after_refusal(refusal))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier().map(ClientCertVerifier::supported_verify_schemes).unwrap_or_default()
    }
}
