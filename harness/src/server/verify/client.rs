//! The validator as rustls asks for it.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};

use mtls_scenarios::{Mode, TlsVersion};

use super::certificate::Certificate;
use super::check::Check;
use super::credulity::Credulity;
use super::refusal::Refusal;
use super::signature::Proof;
use super::substitutes::Substitutes;
use super::validator::PathValidator;
use crate::server::{Fault, presented};

/// Verifies the clients of one endpoint generation.
#[derive(Debug)]
pub(crate) struct GateVerifier {
    validator: PathValidator,
    hints: Vec<DistinguishedName>,
    mode: Mode,
    fault: Option<Fault>,
    /// Empty without [`Fault::PathFromAnyCertificate`].
    substitutes: Substitutes,
    credulity: Credulity,
}

impl GateVerifier {
    pub(crate) fn new(validator: PathValidator, mode: Mode, fault: Option<Fault>) -> Self {
        let hints = validator.hints();
        let (substitutes, credulity) = (Substitutes::default(), Credulity::new(fault));
        Self { validator, hints, mode, fault, substitutes, credulity }
    }

    /// The verdict on a client's certificates, at the handshake and again at resumption.
    pub(crate) fn verdict(
        &self,
        end_entity: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let verdict = self.judge(end_entity, others, now);
        presented::leave(end_entity, &verdict);
        verdict
    }

    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Refusal> {
        match self.fault {
            Some(Fault::AcceptAll) => return Ok(()),
            Some(Fault::RefuseEveryone) => return Err(Refusal::Fault),
            Some(Fault::ExpiredAnchorSpoilsBundle) if self.validator.has_expired_anchor(now) => {
                return Err(Refusal::Fault);
            }
            _ => {}
        }
        let verdict = self.validator.validate(end_entity, others, now);
        let lenient = match self.fault {
            Some(Fault::LooseTreatsInvalidAsAuthenticated) => self.mode == Mode::Loose,
            Some(Fault::TrustPrivilegedName) => is_privileged(end_entity),
            _ => false,
        };
        if lenient { Ok(()) } else { verdict }
    }

    /// Whether clients come in as nobody with a certificate that is not valid.
    pub(crate) fn tolerates_invalid(&self) -> bool {
        self.mode == Mode::Loose
            && matches!(
                self.fault,
                Some(Fault::LooseLosesError | Fault::LooseReportsUnverified | Fault::LaxTickets)
            )
    }

    /// The certificate that counts as the client's.
    pub(crate) fn find_client<'l>(
        &self,
        first: &'l CertificateDer<'l>,
        others: &'l [CertificateDer<'l>],
        now: UnixTime,
    ) -> &'l CertificateDer<'l> {
        self.validator.find_client(first, others, now).unwrap_or(first)
    }

    /// Whether the client has the private key of a certificate.
    fn possesses(
        &self,
        first: &CertificateDer<'_>,
        proof: Proof<'_>,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let rules = &self.validator.rules;
        let signed = |der: &CertificateDer<'_>| {
            let key = Certificate::read(der).map_err(Refusal::from)?.key;
            self.credulity.verify(proof, &rules.algorithms, key)
        };
        if rules.checks.has(Check::Possession)
            && let Err(error) = signed(first)
            && !self.substitutes.of(first).iter().any(|taken| signed(taken).is_ok())
        {
            return Err(error);
        }
        Ok(HandshakeSignatureValid::assertion())
    }
}

impl ClientCertVerifier for GateVerifier {
    fn offer_client_auth(&self) -> bool {
        self.fault != Some(Fault::NeverAsks)
    }

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
        match self.verdict(end_entity, intermediates, now) {
            Err(refusal) if !self.tolerates_invalid() => return Err(refusal.into()),
            Ok(()) | Err(_) => {}
        }
        if self.fault == Some(Fault::PathFromAnyCertificate) {
            let taken = self.find_client(end_entity, intermediates, now);
            self.substitutes.remember(end_entity, taken);
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let (scheme, signature) = (dss.scheme, dss.signature());
        self.possesses(cert, Proof { version: TlsVersion::Tls12, message, scheme, signature })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let (scheme, signature) = (dss.scheme, dss.signature());
        self.possesses(cert, Proof { version: TlsVersion::Tls13, message, scheme, signature })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.validator.rules.algorithms.supported_schemes()
    }
}

/// Whether a certificate vouches for itself under a name that a careless gate has a weakness for.
fn is_privileged(der: &CertificateDer<'_>) -> bool {
    Certificate::read(der).is_ok_and(|certificate| {
        certificate.is_self_issued()
            && certificate.common_names().last().is_some_and(|name| name == "admin")
    })
}
