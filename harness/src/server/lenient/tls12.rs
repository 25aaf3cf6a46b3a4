//! TLS 1.2 (RFC 5246) with ECDHE, the server's side.

use rustls::server::ProducesTickets as _;
use rustls::server::danger::ClientCertVerifier as _;
use rustls::{ContentType, ProtocolVersion};

use super::channel::Channel;
use super::event::Epoch;
use super::failure::Failure;
use super::flight::{Ending, Flight};
use super::hello::Hello;
use super::keys12::Keys12;
use super::leniency::Leniency;
use super::memory::Remembered;
use super::order::Step;
use super::outcome::{After, After12, Outcome};
use super::party::Party;
use super::tls13::random;
use crate::tls::{
    Certificate12, CertificateRequest12, Extension, ExtensionType, Finished, KeyExchange,
    NewSessionTicket12, ServerHello, ServerHelloDone, ServerKeyExchange, Side, Suite, Transcript,
    Version, extension, verify_data12,
};

/// `rsa_sign` and `ecdsa_sign` (RFC 5246 7.4.4, RFC 8422 5.5).
const CERTIFICATE_TYPES: [u8; 2] = [1, 64];
/// Octets of a master secret.
const MASTER_SECRET: usize = 48;
/// The steps of a full handshake without client authentication.
const STEPS: [Step; 4] = [Step::KeyExchange, Step::Proof, Step::KeyChange, Step::Finished];

/// Shakes hands with a client that offers TLS 1.2.
pub(super) async fn shake_hands(
    channel: &mut Channel,
    party: &Party,
    hello: &Hello,
) -> Result<Outcome, Failure> {
    let handshake = Handshake::new(channel, party, hello, Transcript::new())?;
    match handshake.session() {
        Some(session) => handshake.resume(session).await,
        None => handshake.full(None).await,
    }
}

/// Resumes whatever is offered with a master secret of zeros, after a `HelloRetryRequest`.
pub(super) async fn resume_with_zeros(
    channel: &mut Channel,
    party: &Party,
    hello: &Hello,
    transcript: Transcript,
) -> Result<Outcome, Failure> {
    let handshake = Handshake::new(channel, party, hello, transcript)?;
    let known = handshake.session();
    let list = known.as_ref().map(|known| known.list.clone()).unwrap_or_default();
    let secret = vec![0; MASTER_SECRET];
    let session = Remembered { suite: handshake.suite.id, secret, list };
    let mut outcome = handshake.resume(session).await?;
    outcome.exempt |= known.is_none();
    Ok(outcome)
}

/// Shakes hands again, on a connection that has been at it before.
pub(super) async fn renegotiate(
    channel: &mut Channel,
    party: &Party,
    hello: &Hello,
    before: &After12,
) -> Result<Outcome, Failure> {
    let handshake = Handshake::new(channel, party, hello, Transcript::new())?;
    handshake.full(Some(before)).await
}

/// A handshake after `ClientHello`.
struct Handshake<'a> {
    channel: &'a mut Channel,
    party: &'a Party,
    hello: &'a Hello,
    suite: &'static Suite,
    server_random: [u8; 32],
    transcript: Transcript,
}

impl<'a> Handshake<'a> {
    fn new(
        channel: &'a mut Channel,
        party: &'a Party,
        hello: &'a Hello,
        mut transcript: Transcript,
    ) -> Result<Self, Failure> {
        let suite = hello.suite(Version::Tls12, party.certified.key.algorithm())?;
        transcript.push(&hello.encoded);
        Ok(Self { channel, party, hello, suite, server_random: random()?, transcript })
    }

    /// The session of the ticket that is offered.
    fn session(&self) -> Option<Remembered> {
        let offered = !self.hello.ticket().is_empty() && !self.hello.parsed.session_id.is_empty();
        let ticket = offered.then(|| self.hello.ticket())?;
        let state = self.party.resumption.decrypt(ticket)?;
        Remembered::read(&state).ok().filter(|session| session.suite == self.suite.id)
    }

    fn server_hello(&self, session_id: &[u8], renegotiated: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut extensions = Vec::new();
        if self.hello.knows_renegotiation() {
            extensions.push(extension::renegotiation_info(renegotiated));
        }
        if self.hello.has(ExtensionType::EXTENDED_MASTER_SECRET) {
            extensions.push(extension::extended_master_secret());
        }
        if self.hello.has(ExtensionType::EC_POINT_FORMATS) {
            extensions.push(extension::ec_point_formats(&[0]));
        }
        if self.issues_ticket() && session_id.is_empty() {
            extensions.push(Extension::empty(ExtensionType::SESSION_TICKET));
        }
        if let Some(alpn) = self.hello.alpn()? {
            extensions.push(extension::alpn(&[alpn.as_str()]));
        }
        let hello = ServerHello {
            legacy_version: ProtocolVersion::TLSv1_2,
            random: self.server_random,
            session_id: session_id.to_vec(),
            cipher_suite: self.suite.id,
            compression_method: 0,
            extensions,
        };
        Ok(hello.to_message().encode())
    }

    fn issues_ticket(&self) -> bool {
        self.hello.has(ExtensionType::SESSION_TICKET)
    }

    /// A full handshake, the first one of the connection or another.
    async fn full(mut self, before: Option<&After12>) -> Result<Outcome, Failure> {
        let asks = self.party.asks();
        let own = self.say_hello(asks, before).await?;
        let epoch = before.map_or(Epoch::Application, |_| Epoch::Renegotiated);
        let mut keys = Keys12::new(self.suite, own, self.hello, self.server_random);
        keys.epoch = epoch;
        keys.forgiven = self.party.forgiven;
        let mut steps = STEPS.to_vec();
        if asks {
            steps.insert(0, Step::Certificate);
        }
        let of = (Version::Tls12, self.suite.hash);
        let mut flight = Flight::new(self.party, of, &steps, std::mem::take(&mut self.transcript));
        flight.next_epoch = epoch;
        if before.is_some() {
            flight.order.make_optional(Step::Certificate);
        }
        if before.is_some() || self.session_stands_for_proof() {
            flight.order.make_optional(Step::Proof);
            flight.proof_waived = true;
        }
        let ending = flight.receive(self.channel, &mut keys).await?;
        let mut outcome = Outcome::new(self.hello.alpn()?);
        outcome.exempt = flight.order.exempt;
        if let Ending::Early(data) = ending {
            outcome.early = data;
            return Ok(outcome);
        }
        if asks && before.is_none() {
            flight.check_presence()?;
        }
        outcome.list = std::mem::take(&mut flight.list);
        self.transcript = std::mem::take(&mut flight.transcript);
        if before.is_none() && self.issues_ticket() {
            self.send_ticket(keys.master(), &outcome).await?;
        }
        outcome.after = self.finish(&mut keys).await?;
        Ok(outcome)
    }

    /// Whether the offer of a session stands for the client's signature.
    fn session_stands_for_proof(&self) -> bool {
        let offers = !self.hello.ticket().is_empty() || !self.hello.parsed.session_id.is_empty();
        offers && self.party.forgiven.has(Leniency::OfferForProof)
    }

    /// `ServerHello` to `ServerHelloDone`.
    async fn say_hello(
        &mut self,
        asks: bool,
        before: Option<&After12>,
    ) -> Result<KeyExchange, Failure> {
        let group = self.hello.groups()?.first().copied();
        let group = group.ok_or_else(|| {
            Failure::new(rustls::AlertDescription::HandshakeFailure, "no group in common")
        })?;
        let own = KeyExchange::generate(group).map_err(|e| Failure::internal(&e.to_string()))?;
        let renegotiated = before.map(|before| [&*before.client, &*before.server].concat());
        let list = self.party.certified.cert.iter().map(|der| der.to_vec()).collect();
        let mut flight = vec![
            self.server_hello(&[], &renegotiated.unwrap_or_default())?,
            Certificate12 { list }.to_message().encode(),
            self.key_exchange(&own)?.to_message().encode(),
        ];
        if asks {
            let names = self.party.client_auth.root_hint_subjects();
            let request = CertificateRequest12 {
                certificate_types: CERTIFICATE_TYPES.to_vec(),
                signature_algorithms: self.party.client_auth.supported_verify_schemes(),
                certificate_authorities: names.iter().map(|name| name.as_ref().to_vec()).collect(),
            };
            flight.push(request.to_message().encode());
        }
        flight.push(ServerHelloDone.to_message().encode());
        for message in &flight {
            self.transcript.push(message);
        }
        self.channel.send(ContentType::Handshake, &flight.concat()).await?;
        Ok(own)
    }

    fn key_exchange(&self, own: &KeyExchange) -> Result<ServerKeyExchange, Failure> {
        let signer = self.party.signer(&self.hello.schemes(Version::Tls12)?)?;
        let mut message = ServerKeyExchange {
            group: own.group(),
            public: own.public().to_vec(),
            scheme: signer.scheme(),
            signature: Vec::new(),
        };
        let randoms = [self.hello.parsed.random, self.server_random].concat();
        message.signature = signer.sign(&[randoms, message.params()].concat())?;
        Ok(message)
    }

    /// An abbreviated handshake (RFC 5077 3.1).
    async fn resume(mut self, session: Remembered) -> Result<Outcome, Failure> {
        let hello = self.server_hello(&self.hello.parsed.session_id, &[])?;
        self.transcript.push(&hello);
        self.channel.send(ContentType::Handshake, &hello).await?;
        let mut keys = Keys12::resumed(self.suite, self.hello, self.server_random, session.secret);
        keys.announce(self.channel);
        let After12 { server, .. } = self.send_finished(&mut keys).await?;
        let of = (Version::Tls12, self.suite.hash);
        let steps = [Step::KeyChange, Step::Finished];
        let mut flight = Flight::new(self.party, of, &steps, std::mem::take(&mut self.transcript));
        let ending = flight.receive(self.channel, &mut keys).await?;
        let mut outcome = Outcome::new(self.hello.alpn()?);
        outcome.exempt = flight.order.exempt;
        if let Ending::Early(data) = ending {
            outcome.early = data;
            return Ok(outcome);
        }
        outcome.list = session.list;
        outcome.resumed = self.party.resumption.origin();
        let client = keys.client_verify_data;
        outcome.after = After::Tls12(After12 { client, server, done: false });
        Ok(outcome)
    }

    async fn send_ticket(&mut self, master: &[u8], outcome: &Outcome) -> Result<(), Failure> {
        let (secret, list) = (master.to_vec(), outcome.list.clone());
        let state = Remembered { suite: self.suite.id, secret, list };
        let ticket = state.to_octets().and_then(|state| self.party.resumption.encrypt(&state));
        let lifetime_hint = self.party.resumption.lifetime();
        // RFC 5077 3.3: an empty ticket is the way to think better of it.
        let message = NewSessionTicket12 { lifetime_hint, ticket: ticket.unwrap_or_default() };
        let encoded = message.to_message().encode();
        self.transcript.push(&encoded);
        self.channel.send(ContentType::Handshake, &encoded).await
    }

    /// The gate's `change_cipher_spec` and `Finished`, after the client's.
    async fn finish(&mut self, keys: &mut Keys12) -> Result<After, Failure> {
        let after = self.send_finished(keys).await?;
        let client = std::mem::take(&mut keys.client_verify_data);
        Ok(After::Tls12(After12 { client, ..after }))
    }

    async fn send_finished(&mut self, keys: &mut Keys12) -> Result<After12, Failure> {
        let hash = self.transcript.hash(self.suite.hash);
        let data = verify_data12(self.suite.hash, keys.master(), Side::Server, &hash);
        let finished = Finished { verify_data: data.clone() }.to_message().encode();
        self.channel.send(ContentType::ChangeCipherSpec, &[1]).await?;
        self.channel.outgoing = keys.outgoing.take();
        self.transcript.push(&finished);
        self.channel.send(ContentType::Handshake, &finished).await?;
        Ok(After12 { client: Vec::new(), server: data, done: false })
    }
}
