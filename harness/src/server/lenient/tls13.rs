//! TLS 1.3 (RFC 8446), the server's side.

use aws_lc_rs::rand;
use rustls::server::ProducesTickets as _;
use rustls::server::danger::ClientCertVerifier as _;
use rustls::{AlertDescription, ContentType, NamedGroup, ProtocolVersion};

use super::channel::Channel;
use super::event::{Epoch, Event};
use super::failure::Failure;
use super::flight::{Ending, Flight, Keys};
use super::hello::Hello;
use super::leniency::Leniency;
use super::memory::Remembered;
use super::order::Step;
use super::outcome::{After, After13, Outcome};
use super::party::Party;
use super::resume13::{self, Chosen};
use super::{reading, tls12};
use crate::tls::{
    Certificate13, CertificateEntry, CertificateRequest13, CertificateVerify, EncryptedExtensions,
    Extension, ExtensionType, Finished, KeyExchange, KeySchedule, NewSessionTicket13, Secret,
    ServerHello, Side, Suite, Transcript, Version, extension, resumption_psk, signed_content,
};

/// Shakes hands with a client that offers TLS 1.3.
pub(super) async fn shake_hands(
    channel: &mut Channel,
    party: &Party,
    mut hello: Hello,
) -> Result<Outcome, Failure> {
    let suite = hello.suite(Version::Tls13, party.certified.key.algorithm())?;
    let mut transcript = Transcript::new();
    channel.is_tls13 = true;
    if let (group, None) = hello.share()? {
        transcript.push(&hello.encoded);
        transcript.fold_retry(suite.hash);
        hello = retry(channel, &hello, (suite, group), &mut transcript).await?;
        if hello.version()? == Version::Tls12 && party.forgiven.has(Leniency::ZeroSecret) {
            channel.is_tls13 = false;
            return tls12::resume_with_zeros(channel, party, &hello, transcript).await;
        }
        check_second(&hello, suite, group)?;
    }
    let chosen = resume13::choose(party, &hello, suite, &transcript)?;
    transcript.push(&hello.encoded);
    repetitions(channel, party, &mut transcript)?;
    let by = (suite, chosen.as_ref());
    let schedule = say_hello(channel, party, &hello, by, &mut transcript).await?;
    let hello = &hello;
    Handshake { channel, party, hello, suite, transcript, chosen, schedule }.go_on().await
}

/// Asks for a key share (RFC 8446 4.1.4).
async fn retry(
    channel: &mut Channel,
    hello: &Hello,
    (suite, group): (&Suite, NamedGroup),
    transcript: &mut Transcript,
) -> Result<Hello, Failure> {
    let session_id = hello.parsed.session_id.clone();
    let request = ServerHello {
        legacy_version: ProtocolVersion::TLSv1_2,
        random: ServerHello::RETRY,
        session_id: session_id.clone(),
        cipher_suite: suite.id,
        compression_method: 0,
        extensions: vec![
            extension::retry_key_share(group),
            extension::selected_version(ProtocolVersion::TLSv1_3),
        ],
    };
    let encoded = request.to_message().encode();
    transcript.push(&encoded);
    channel.send(ContentType::Handshake, &encoded).await?;
    if !session_id.is_empty() {
        channel.send_middlebox_change().await?;
    }
    super::receive_hello(channel).await
}

/// RFC 8446 4.1.2: what a second `ClientHello` must not change.
fn check_second(hello: &Hello, suite: &Suite, group: NamedGroup) -> Result<(), Failure> {
    let same_suite = hello.parsed.cipher_suites.contains(&suite.id);
    let (shared, share) = hello.share()?;
    if hello.version()? == Version::Tls13 && same_suite && shared == group && share.is_some() {
        return Ok(());
    }
    Err(Failure::new(AlertDescription::IllegalParameter, "the second ClientHello is another"))
}

/// Passes over what the client says again right away.
fn repetitions(
    channel: &mut Channel,
    party: &Party,
    transcript: &mut Transcript,
) -> Result<(), Failure> {
    if party.forgiven.has(Leniency::Repetitions)
        && let Some(Event::Handshake(again)) = channel.waiting()?
    {
        transcript.push(&again.received.encoded);
    }
    Ok(())
}

/// Sends `ServerHello`; the handshake stage of the key schedule.
async fn say_hello(
    channel: &mut Channel,
    party: &Party,
    hello: &Hello,
    (suite, chosen): (&Suite, Option<&Chosen>),
    transcript: &mut Transcript,
) -> Result<KeySchedule, Failure> {
    let (group, share) = hello.share()?;
    let own = KeyExchange::generate(group).map_err(|e| Failure::internal(&e.to_string()))?;
    let weak = party.forgiven.has(Leniency::WeakShares);
    let shared = match own.agree(share.unwrap_or_default()) {
        Err(_) if weak => vec![0; 32],
        shared => shared?,
    };
    let mut extensions = vec![
        extension::selected_version(ProtocolVersion::TLSv1_3),
        extension::server_key_share(group, own.public()),
    ];
    extensions.extend(chosen.map(|chosen| extension::selected_psk(chosen.index)));
    let reply = ServerHello {
        legacy_version: ProtocolVersion::TLSv1_2,
        random: random()?,
        session_id: hello.parsed.session_id.clone(),
        cipher_suite: suite.id,
        compression_method: 0,
        extensions,
    };
    let encoded = reply.to_message().encode();
    transcript.push(&encoded);
    channel.send(ContentType::Handshake, &encoded).await?;
    if !hello.parsed.session_id.is_empty() {
        channel.send_middlebox_change().await?;
    }
    let psk = chosen.map(|chosen| chosen.secret.as_slice());
    Ok(KeySchedule::early(suite.hash, psk).handshake(&shared))
}

/// Octets that nobody can guess.
pub(super) fn random() -> Result<[u8; 32], Failure> {
    let mut octets = [0; 32];
    rand::fill(&mut octets).map_err(|_| Failure::internal("there is no randomness"))?;
    Ok(octets)
}

/// A handshake from `ServerHello` on.
struct Handshake<'a> {
    channel: &'a mut Channel,
    party: &'a Party,
    hello: &'a Hello,
    suite: &'static Suite,
    transcript: Transcript,
    chosen: Option<Chosen>,
    schedule: KeySchedule,
}

/// The client's handshake keys.
struct HandshakeKeys {
    secret: Secret,
    suite: &'static Suite,
}

impl Keys for HandshakeKeys {
    fn exchange(&mut self, _: &[u8], _: &Transcript, _: &mut Channel) -> Result<(), Failure> {
        Err(Failure::unexpected("ClientKeyExchange"))
    }

    fn verify_data(&mut self, transcript: &Transcript) -> Vec<u8> {
        self.secret.verify_data(&transcript.hash(self.suite.hash))
    }
}

impl Handshake<'_> {
    async fn go_on(mut self) -> Result<Outcome, Failure> {
        let (suite, party) = (self.suite, self.party);
        let hash = self.transcript.hash(suite.hash);
        let client = self.schedule.derive("c hs traffic", &hash);
        let server = self.schedule.derive("s hs traffic", &hash);
        self.channel.outgoing = Some(server.protection(suite));
        self.channel.know(Epoch::Handshake, client.protection(suite));
        self.channel.enter(Epoch::Handshake)?;

        let resumed = self.chosen.is_some();
        let asks = !resumed && party.asks();
        let late = asks
            && party.forgiven.has(Leniency::AsksLate)
            && self.hello.has(ExtensionType::POST_HANDSHAKE_AUTH);
        let asks_now = asks && !late;
        let flight = self.flight(&server, resumed, asks_now)?;
        self.channel.send(ContentType::Handshake, &flight).await?;

        let master = self.schedule.master();
        let hash = self.transcript.hash(suite.hash);
        let client_traffic = master.derive("c ap traffic", &hash);
        let server_traffic = master.derive("s ap traffic", &hash);
        self.channel.outgoing = Some(server_traffic.protection(suite));
        self.channel.know(Epoch::Application, client_traffic.protection(suite));

        let steps: &[Step] = match (resumed, asks_now) {
            (true, _) => &[Step::Finished],
            (_, true) => &[Step::Certificate, Step::Proof, Step::Finished],
            (_, false) => &[Step::Proof, Step::Finished],
        };
        let of = (Version::Tls13, suite.hash);
        let mut flight = Flight::new(party, of, steps, self.transcript);
        let mut keys = HandshakeKeys { secret: client, suite };
        let ending = flight.receive(self.channel, &mut keys).await?;
        let mut outcome = Outcome::new(self.hello.alpn()?);
        outcome.exempt = flight.order.exempt;
        match ending {
            Ending::Early(data) => outcome.early = data,
            Ending::Finished => {
                self.channel.enter(Epoch::Application)?;
                if asks_now {
                    flight.check_presence()?;
                }
                outcome.list = std::mem::take(&mut flight.list);
            }
        }
        if let Some(chosen) = self.chosen {
            outcome.list = chosen.list;
            outcome.resumed = party.resumption.origin();
            outcome.exempt |= chosen.unknown;
        }
        if outcome.early.is_empty() {
            let hash = flight.transcript.hash(suite.hash);
            let secret = master.derive("res master", &hash);
            send_ticket(self.channel, party, (suite, &secret), &outcome).await?;
        }
        let (client, server) = (client_traffic, server_traffic);
        let transcript = flight.transcript;
        outcome.after = After::Tls13(Box::new(After13 { suite, client, server, transcript, late }));
        Ok(outcome)
    }

    /// `EncryptedExtensions` to `Finished`.
    fn flight(&mut self, server: &Secret, resumed: bool, asks: bool) -> Result<Vec<u8>, Failure> {
        let mut octets = Vec::new();
        let mut say = |transcript: &mut Transcript, encoded: Vec<u8>| {
            transcript.push(&encoded);
            octets.extend(encoded);
        };
        let alpn = self.hello.alpn()?.map(|alpn| extension::alpn(&[alpn.as_str()]));
        let extensions = EncryptedExtensions { extensions: alpn.into_iter().collect() };
        let transcript = &mut self.transcript;
        say(transcript, extensions.to_message().encode());
        if asks {
            say(transcript, request(self.party, Vec::new()).to_message().encode());
        }
        if !resumed {
            let list = &self.party.certified.cert;
            let entries = list.iter().map(|der| CertificateEntry::new(der.to_vec())).collect();
            let certificate = Certificate13 { context: Vec::new(), entries };
            say(transcript, certificate.to_message().encode());
            let signer = self.party.signer(&self.hello.schemes(Version::Tls13)?)?;
            let content = signed_content(Side::Server, &transcript.hash(self.suite.hash));
            let (scheme, signature) = (signer.scheme(), signer.sign(&content)?);
            let proof = CertificateVerify { scheme, signature };
            say(transcript, proof.to_message().encode());
        }
        let verify_data = server.verify_data(&transcript.hash(self.suite.hash));
        say(transcript, Finished { verify_data }.to_message().encode());
        Ok(octets)
    }
}

/// A `CertificateRequest` of an endpoint.
pub(super) fn request(party: &Party, context: Vec<u8>) -> CertificateRequest13 {
    let schemes = party.client_auth.supported_verify_schemes();
    let mut extensions: Vec<Extension> = vec![extension::signature_algorithms(&schemes)];
    let names = party.client_auth.root_hint_subjects();
    if !names.is_empty() {
        let names: Vec<Vec<u8>> = names.iter().map(|name| name.as_ref().to_vec()).collect();
        extensions.push(extension::certificate_authorities(&names));
    }
    if reading::decompresses(party.forgiven) {
        let zlib = rustls::CertificateCompressionAlgorithm::Zlib;
        extensions.push(extension::compress_certificate(&[zlib]));
    }
    CertificateRequest13 { context, extensions }
}

/// Sends a ticket for this session (RFC 8446 4.6.1).
async fn send_ticket(
    channel: &mut Channel,
    party: &Party,
    (suite, secret): (&Suite, &Secret),
    outcome: &Outcome,
) -> Result<(), Failure> {
    let nonce = vec![0];
    let psk = resumption_psk(secret, &nonce);
    let state = Remembered { suite: suite.id, secret: psk, list: outcome.list.clone() };
    let ticket = state.to_octets().and_then(|state| party.resumption.encrypt(&state));
    let Some(ticket) = ticket else {
        return Ok(());
    };
    let [a, b, c, d, ..] = random()?;
    let message = NewSessionTicket13 {
        lifetime: party.resumption.lifetime(),
        age_add: u32::from_be_bytes([a, b, c, d]),
        nonce,
        ticket,
        extensions: Vec::new(),
    };
    channel.send(ContentType::Handshake, &message.to_message().encode()).await
}
