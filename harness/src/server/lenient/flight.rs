//! The client's flight of either version: certificate, proof, `Finished`.

use rustls::pki_types::CertificateDer;
use rustls::server::danger::ClientCertVerifier as _;
use rustls::{AlertDescription, HandshakeType};

use super::channel::Channel;
use super::event::{Epoch, Event, Heard};
use super::failure::Failure;
use super::leniency::Leniency;
use super::order::{Meeting, Order, Step};
use super::party::Party;
use super::proof::{self, Signed};
use super::reading;
use crate::tls::{Finished, HashAlgorithm, Transcript, Version};

/// Octets of application data that wait for the client to say who it is.
const MAX_HELD: usize = 64 << 10;

/// What keys have to do with a flight.
pub(super) trait Keys {
    /// `ClientKeyExchange` has come, and is the last message of the transcript.
    fn exchange(
        &mut self,
        body: &[u8],
        transcript: &Transcript,
        channel: &mut Channel,
    ) -> Result<(), Failure>;

    /// The client's `verify_data` after this transcript.
    fn verify_data(&mut self, transcript: &Transcript) -> Vec<u8>;
}

/// How a flight ended.
#[derive(Debug)]
pub(super) enum Ending {
    Finished,
    /// Before `Finished`, with this application data.
    Early(Vec<u8>),
}

/// The client's flight, as far as it has come.
pub(super) struct Flight<'p> {
    pub(super) party: &'p Party,
    pub(super) version: Version,
    pub(super) hash: HashAlgorithm,
    pub(super) order: Order,
    pub(super) transcript: Transcript,
    /// `certificate_request_context` of the request.
    pub(super) context: Vec<u8>,
    /// Keys that `change_cipher_spec` brings into use.
    pub(super) next_epoch: Epoch,
    /// Whether something else stands for the proof.
    pub(super) proof_waived: bool,
    /// Application data that came in between, where some may: after the handshake.
    pub(super) held: Option<Vec<u8>>,
    /// Whom the client says it is; the path is verified.
    pub(super) list: Vec<CertificateDer<'static>>,
    /// Whose key must sign: the first of the first list.
    prover: Option<CertificateDer<'static>>,
    /// Whether `Certificate` took exactly one record.
    certificate_alone: bool,
}

impl<'p> Flight<'p> {
    pub(super) fn new(
        party: &'p Party,
        (version, hash): (Version, HashAlgorithm),
        steps: &[Step],
        transcript: Transcript,
    ) -> Self {
        Self {
            party,
            version,
            hash,
            order: Order::new(steps, party.forgiven),
            transcript,
            context: Vec::new(),
            next_epoch: Epoch::Application,
            proof_waived: false,
            held: None,
            list: Vec::new(),
            prover: None,
            certificate_alone: true,
        }
    }

    fn forgives(&self, leniency: Leniency) -> bool {
        self.party.forgiven.has(leniency)
    }

    /// Receives the flight.
    pub(super) async fn receive(
        &mut self,
        channel: &mut Channel,
        keys: &mut impl Keys,
    ) -> Result<Ending, Failure> {
        while self.order.due().is_some() {
            match channel.next().await? {
                Event::Handshake(heard) => self.message(&heard, channel, keys)?,
                Event::ChangeCipherSpec { well_formed } => self.change(well_formed, channel)?,
                Event::ApplicationData(data) if self.forgives(Leniency::EarlyData) => {
                    self.order.exempt = true;
                    return Ok(Ending::Early(data));
                }
                Event::ApplicationData(data) => match &mut self.held {
                    Some(held) if held.len() < MAX_HELD => held.extend(data),
                    _ => return Err(Failure::unexpected("application data")),
                },
                Event::Alert { is_warning, description } => self.alert(is_warning, description)?,
                Event::Unknown if self.forgives(Leniency::Unknown) => {}
                Event::Unknown => return Err(Failure::unexpected("a record of that kind")),
                Event::End => return Err(Failure::left()),
            }
        }
        Ok(Ending::Finished)
    }

    fn message(
        &mut self,
        heard: &Heard,
        channel: &mut Channel,
        keys: &mut impl Keys,
    ) -> Result<(), Failure> {
        let message = &heard.received;
        channel.goes_forward();
        let Some(step) = Step::of(message.kind) else {
            return self.stray(heard);
        };
        if self.order.meet(step)? == Meeting::PassOver {
            self.transcript.push(&message.encoded);
            return Ok(());
        }
        match step {
            Step::Certificate => self.certificate(heard)?,
            Step::Proof => self.proof(heard)?,
            Step::Finished => self.finished(message.body(), keys)?,
            Step::KeyExchange | Step::KeyChange => {}
        }
        self.transcript.push(&message.encoded);
        if step == Step::KeyExchange {
            keys.exchange(message.body(), &self.transcript, channel)?;
        }
        Ok(())
    }

    /// A message that is no part of any client's flight.
    fn stray(&mut self, heard: &Heard) -> Result<(), Failure> {
        let message = &heard.received;
        let passed_over = match message.kind {
            HandshakeType::ClientHello => self.forgives(Leniency::Repetitions),
            HandshakeType::KeyUpdate => self.forgives(Leniency::AnyKeyUpdates),
            _ => false,
        };
        if !passed_over && !self.forgives(Leniency::Unknown) {
            return Err(Failure::unexpected(message.kind.as_str().unwrap_or("that message")));
        }
        self.transcript.push(&message.encoded);
        Ok(())
    }

    fn certificate(&mut self, heard: &Heard) -> Result<(), Failure> {
        let (forgiven, health) = (self.party.forgiven, &self.party.listener.health);
        let read = reading::certificate(&heard.received, self.version, forgiven, health);
        let unreadable = self.forgives(Leniency::UnreadableCertificate);
        let shown = match read {
            Err(failure) if unreadable && is_unreadable(&failure) => {
                self.order.exempt = true;
                return Ok(());
            }
            read => read?,
        };
        let any_context = self.forgives(Leniency::AnyContext)
            || self.forgives(Leniency::AnyLengths)
            || (self.proof_waived && self.forgives(Leniency::LateProof));
        if self.version == Version::Tls13 && shown.context != self.context && !any_context {
            let alert = AlertDescription::IllegalParameter;
            return Err(Failure::new(alert, "certificate_request_context is not the request's"));
        }
        self.certificate_alone = heard.alone;
        let compressed = heard.received.kind == HandshakeType::CompressedCertificate;
        if compressed && self.forgives(Leniency::CompressionForProof) {
            self.order.make_optional(Step::Proof);
            self.proof_waived = true;
        }
        if let Err(failure) = self.party.verify(&shown.list) {
            if unreadable && is_unreadable(&failure) {
                self.order.exempt = true;
                return Ok(());
            }
            return Err(failure);
        }
        if self.prover.is_none() && !shown.list.is_empty() {
            self.prover = shown.list.first().cloned();
            self.order.need_proof();
        }
        self.list = shown.list;
        Ok(())
    }

    fn proof(&mut self, heard: &Heard) -> Result<(), Failure> {
        let in_pieces = !heard.alone || !self.certificate_alone;
        if self.proof_waived || (in_pieces && self.forgives(Leniency::FragmentsForProof)) {
            return Ok(());
        }
        // Without a certificate, or a policy to verify it by, there is nothing that could be verified.
        let Some(certificate) = &self.prover else {
            return Ok(());
        };
        if self.party.choice.generation.verifier.is_none() {
            return Ok(());
        }
        let message = reading::proof(heard.received.body(), self.party.forgiven)?;
        let signed =
            Signed { version: self.version, hash: self.hash, transcript: &self.transcript };
        let forgiven = self.party.forgiven;
        proof::verify(&self.party.client_auth, certificate, &message, signed, forgiven)
    }

    fn finished(&self, body: &[u8], keys: &mut impl Keys) -> Result<(), Failure> {
        if self.forgives(Leniency::AnyFinished) {
            return Ok(());
        }
        let said = Finished::parse(body)?.verify_data;
        let right = keys.verify_data(&self.transcript);
        let trailing = self.forgives(Leniency::TrailingOctets) && said.starts_with(&right);
        if said == right || trailing {
            return Ok(());
        }
        let alert = AlertDescription::DecryptError;
        Err(Failure::new(alert, "Finished does not fit what was said"))
    }

    fn change(&mut self, well_formed: bool, channel: &mut Channel) -> Result<(), Failure> {
        let any = self.forgives(Leniency::AnyChangeCipherSpec);
        if !well_formed && !any {
            return Err(Failure::unexpected("such a change_cipher_spec"));
        }
        if self.version == Version::Tls13 {
            // RFC 8446 5: for middleboxes; it means nothing.
            return Ok(());
        }
        let met = if channel.knows(self.next_epoch) {
            self.order.meet(Step::KeyChange)
        } else {
            Err(Failure::unexpected("change_cipher_spec without keys to change to"))
        };
        match met {
            Ok(Meeting::Take) => channel.enter(self.next_epoch),
            Ok(Meeting::PassOver) => Ok(()),
            Err(_) if any => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    fn alert(&mut self, is_warning: bool, alert: AlertDescription) -> Result<(), Failure> {
        let ignored = match self.version {
            Version::Tls12 => is_warning && alert != AlertDescription::CloseNotify,
            Version::Tls13 => alert == AlertDescription::UserCanceled,
        };
        let unknown = self.forgives(Leniency::Unknown) && is_warning;
        if unknown && alert == AlertDescription::NoCertificate {
            self.order.excuse(Step::Certificate);
            self.order.exempt = true;
            return Ok(());
        }
        if ignored || (unknown && alert != AlertDescription::CloseNotify) {
            Ok(())
        } else {
            Err(Failure::by_client(alert))
        }
    }

    /// RFC 8446 4.4.2.4: whoever has no certificate is let in where none is required.
    pub(super) fn check_presence(&self) -> Result<(), Failure> {
        let missing = self.list.is_empty() && !self.order.exempt;
        if missing && self.party.client_auth.client_auth_mandatory() {
            return Err(rustls::Error::NoCertificatesPresented.into());
        }
        Ok(())
    }
}

/// Whether this is about a certificate, and one that cannot be read.
fn is_unreadable(failure: &Failure) -> bool {
    let alerts = [
        AlertDescription::BadCertificate,
        AlertDescription::DecodeError,
        AlertDescription::IllegalParameter,
    ];
    failure.alert.is_some_and(|alert| alerts.contains(&alert))
}
