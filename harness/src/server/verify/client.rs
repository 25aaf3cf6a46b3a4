//! The validator as rustls asks for it.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};

use mtls_scenarios::Mode;

use super::certificate::Certificate;
use super::check::Check;
use super::refusal::Refusal;
use super::signature;
use super::validator::PathValidator;
use crate::server::{Fault, presented};

/// Verifies the clients of one endpoint generation.
#[derive(Debug)]
pub(crate) struct GateVerifier {
    validator: PathValidator,
    hints: Vec<DistinguishedName>,
    mode: Mode,
    fault: Option<Fault>,
}

impl GateVerifier {
    pub(crate) fn new(validator: PathValidator, mode: Mode, fault: Option<Fault>) -> Self {
        let hints = validator.hints();
        Self { validator, hints, mode, fault }
    }

    /// The verdict on a client's certificates, at the handshake and again at resumption.
    pub(crate) fn verdict(
        &self,
        end_entity: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        match self.fault {
            Some(Fault::AcceptAll) => return Ok(()),
            Some(Fault::RefuseEveryone) => return Err(Refusal::Fault),
            _ => {}
        }
        let verdict = self.validator.validate(end_entity, others, now);
        let lenient = self.fault == Some(Fault::LooseTreatsInvalidAsAuthenticated);
        let verdict = if lenient && self.mode == Mode::Loose { Ok(()) } else { verdict };
        presented::leave(end_entity, &verdict);
        verdict
    }

    fn checks_possession(&self) -> bool {
        self.validator.rules.checks.has(Check::Possession)
    }
}

impl ClientCertVerifier for GateVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.mode == Mode::Strict && self.fault != Some(Fault::StrictLetsEmptyListThrough)
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.verdict(end_entity, intermediates, now)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.checks_possession() {
            let key = Certificate::read(cert).map_err(Refusal::from)?.key;
            signature::verify_tls12(&self.validator.rules.algorithms, key, message, dss)?;
        }
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.checks_possession() {
            let key = Certificate::read(cert).map_err(Refusal::from)?.key;
            signature::verify_tls13(&self.validator.rules.algorithms, key, message, dss)?;
        }
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.validator.rules.algorithms.supported_schemes()
    }
}
