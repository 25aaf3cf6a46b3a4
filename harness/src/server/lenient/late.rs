//! What a client says beside its application data, after the handshake.

use rustls::{AlertDescription, ContentType, HandshakeType};

use super::channel::Channel;
use super::conversation::{Conversation, Next, Step};
use super::event::{Epoch, Heard};
use super::failure::Failure;
use super::flight::{Flight, Keys};
use super::hello::Hello;
use super::leniency::Leniency;
use super::outcome::{After, After12};
use super::tls13::{random, request};
use super::{order, reading, tls12};
use crate::server::session::Client;
use crate::tls::{KeyUpdate, Received, Secret, Suite, Transcript, Version};

/// Keys after the handshake: `Finished` is by the application traffic secret (RFC 8446 4.4.4).
struct TrafficKeys<'a> {
    secret: &'a Secret,
    suite: &'static Suite,
}

impl Keys for TrafficKeys<'_> {
    fn exchange(&mut self, _: &[u8], _: &Transcript, _: &mut Channel) -> Result<(), Failure> {
        Err(Failure::unexpected("ClientKeyExchange"))
    }

    fn verify_data(&mut self, transcript: &Transcript) -> Vec<u8> {
        self.secret.verify_data(&transcript.hash(self.suite.hash))
    }
}

impl Conversation {
    fn forgives(&self, leniency: Leniency) -> bool {
        self.party.forgiven.has(leniency)
    }

    pub(super) fn passes_over_unknown(&self) -> bool {
        self.forgives(Leniency::Unknown)
    }

    /// `change_cipher_spec`, which has no place here.
    pub(super) fn change(&self) -> Result<(), Failure> {
        let any = self.forgives(Leniency::AnyChangeCipherSpec);
        if any || self.forgives(Leniency::AnyKeys) || self.more_follows {
            Ok(())
        } else {
            Err(Failure::unexpected("change_cipher_spec"))
        }
    }

    /// A handshake message.
    pub(super) async fn message(&mut self, heard: Heard) -> Result<Step, Failure> {
        let message = heard.received;
        match (message.kind, self.version) {
            (HandshakeType::KeyUpdate, Version::Tls13) => self.update_keys(&message).await,
            (HandshakeType::KeyUpdate, _) if self.forgives(Leniency::AnyKeyUpdates) => Ok(Step::On),
            (HandshakeType::ClientHello, Version::Tls12) if self.renegotiates() => {
                self.renegotiate(message).await
            }
            (HandshakeType::ClientHello, Version::Tls12) if !self.passes_over(&message) => {
                // RFC 5746 4.5, and what rustls does.
                self.channel.brings_nothing()?;
                self.channel.alert(true, AlertDescription::NoRenegotiation).await?;
                Ok(Step::On)
            }
            (HandshakeType::Certificate, _) if self.forgives(Leniency::LateCertificate) => {
                self.be(&message)
            }
            _ if self.passes_over(&message) => Ok(Step::On),
            (kind, _) => Err(Failure::unexpected(kind.as_str().unwrap_or("that message"))),
        }
    }

    fn passes_over(&self, message: &Received) -> bool {
        let repeated = self.forgives(Leniency::Repetitions)
            && (message.kind == HandshakeType::ClientHello
                || order::Step::of(message.kind).is_some());
        repeated || self.more_follows || self.forgives(Leniency::Unknown)
    }

    /// RFC 8446 4.6.3.
    async fn update_keys(&mut self, message: &Received) -> Result<Step, Failure> {
        self.channel.brings_nothing()?;
        let update = match KeyUpdate::parse(message.body()) {
            Err(_) if self.forgives(Leniency::AnyKeyUpdates) => return Ok(Step::On),
            update => update?,
        };
        let After::Tls13(after) = &mut self.outcome.after else {
            return Ok(Step::On);
        };
        after.client = after.client.next();
        self.channel.know(Epoch::Application, after.client.protection(after.suite));
        self.channel.enter(Epoch::Application)?;
        if update.request_update {
            let answer = KeyUpdate { request_update: false }.to_message().encode();
            self.channel.send(ContentType::Handshake, &answer).await?;
            after.server = after.server.next();
            self.channel.outgoing = Some(after.server.protection(after.suite));
        }
        Ok(Step::On)
    }

    /// From now on the client is whoever it shows.
    fn be(&mut self, message: &Received) -> Result<Step, Failure> {
        let (forgiven, health) = (self.party.forgiven, &self.party.listener.health);
        let shown = reading::certificate(message, self.version, forgiven, health)?;
        self.party.verify(&shown.list)?;
        self.outcome.resumed = None;
        self.client = self.party.client(&shown.list, None);
        self.outcome.exempt |= shown.list.is_empty();
        self.more_follows = true;
        Ok(Step::Next(Next::Again(Vec::new())))
    }

    fn renegotiates(&self) -> bool {
        let After::Tls12(After12 { done, .. }) = &self.outcome.after else {
            return false;
        };
        !done && self.forgives(Leniency::Renegotiation)
    }

    async fn renegotiate(&mut self, message: Received) -> Result<Step, Failure> {
        let After::Tls12(before) = self.outcome.after.clone() else {
            return Ok(Step::On);
        };
        let hello = Hello::read(message, self.party.forgiven)?;
        let again = tls12::renegotiate(&mut self.channel, &self.party, &hello, &before).await?;
        if self.forgives(Leniency::RenegotiationForgets) {
            self.client = Client::Anonymous;
            self.outcome.exempt = true;
        } else if !again.list.is_empty() {
            self.client = self.party.client(&again.list, None);
            self.outcome.resumed = None;
        }
        self.outcome.after = After::Tls12(After12 { done: true, ..before });
        Ok(Step::Next(Next::Again(Vec::new())))
    }

    /// Asks the client who it is before its first request is served (RFC 8446 4.6.2).
    pub(super) async fn ask_late(&mut self, data: Vec<u8>) -> Result<Next, Failure> {
        let After::Tls13(after) = &mut self.outcome.after else {
            return Ok(Next::Again(data));
        };
        after.late = false;
        let context = random()?.to_vec();
        let encoded = request(&self.party, context.clone()).to_message().encode();
        self.channel.send(ContentType::Handshake, &encoded).await?;
        let mut transcript = after.transcript.clone();
        transcript.push(&encoded);
        let steps = [order::Step::Certificate, order::Step::Proof, order::Step::Finished];
        let of = (Version::Tls13, after.suite.hash);
        let mut flight = Flight::new(&self.party, of, &steps, transcript);
        flight.context = context;
        flight.held = Some(data);
        let lenient = self.party.forgiven;
        if lenient.has(Leniency::LateFinished) {
            flight.order.make_optional(order::Step::Certificate);
        }
        if lenient.has(Leniency::LateProof) {
            flight.order.make_optional(order::Step::Proof);
            flight.proof_waived = true;
        }
        let mut keys = TrafficKeys { secret: &after.client, suite: after.suite };
        flight.receive(&mut self.channel, &mut keys).await?;
        let suffices = lenient.has(Leniency::LateFinished) && flight.list.is_empty();
        if !suffices {
            flight.check_presence()?;
        }
        self.client =
            if suffices { Client::Trusted } else { self.party.client(&flight.list, None) };
        Ok(Next::Again(flight.held.unwrap_or_default()))
    }
}
