//! The gate's flight: `ServerHello` of either version, and the rest of TLS 1.3.

use mtls_reports::PeerText;
use mtls_scenarios::TlsVersion;
use mtls_scenarios::script::{Epoch, Item};
use rustls::{HandshakeType, ProtocolVersion};

use super::actor::Actor;
use super::failure::{Failure, misbehaved};
use super::hello::Retry;
use super::link::Incoming;
use super::offer::code;
use super::view::{ApplicationSecrets, Request, Secrets};
use crate::tls::extension::read;
use crate::tls::{
    Certificate13, CertificateRequest13, CertificateVerify, CompressedCertificate,
    EncryptedExtensions, Extension, ExtensionType, Finished, KeySchedule, Received, ServerHello,
    Suite,
};

impl Actor {
    /// Reads the gate's flight, up to its `Finished` or `ServerHelloDone`. A `HelloRetryRequest` is answered.
    pub(super) async fn server_flight(&mut self) -> Result<(), Failure> {
        let mut retried = false;
        let (message, hello) = loop {
            let message = self.handshake_message().await?;
            if message.kind != HandshakeType::ServerHello {
                return Err(unexpected(&message));
            }
            let hello = ServerHello::parse(message.body())?;
            if !hello.is_retry() {
                break (message, hello);
            }
            if retried {
                return Err(misbehaved("a second HelloRetryRequest"));
            }
            retried = true;
            self.try_again(&message, &hello).await?;
        };
        self.view.transcript.push(&message.encoded);
        self.agree_on(&hello)?;
        match self.view.version {
            TlsVersion::Tls13 => self.rest_of_flight13(&hello).await?,
            TlsVersion::Tls12 => self.rest_of_flight12(&hello).await?,
        }
        self.view.take_turn();
        Ok(())
    }

    /// The next handshake message; `change_cipher_spec` on the way is for middleboxes.
    pub(super) async fn handshake_message(&mut self) -> Result<Received, Failure> {
        loop {
            match self.link.next().await? {
                Incoming::Handshake(message) if self.is_beside(message.kind) => {}
                Incoming::Handshake(message) => return Ok(message),
                Incoming::Unreadable => {}
                Incoming::ChangeCipherSpec if self.view.version == TlsVersion::Tls13 => {}
                Incoming::ChangeCipherSpec => {
                    return Err(misbehaved("an early change_cipher_spec"));
                }
                // In a renegotiation, answers to earlier requests may still come.
                Incoming::Application(_) if self.link.renegotiating => {}
                Incoming::Application(_) => {
                    return Err(misbehaved("application data within the handshake"));
                }
            }
        }
    }

    /// Whether a message is no part of the handshake that it comes in: a wish for one (RFC 5246 7.4.1.1), or a ticket of
    /// the one before.
    const fn is_beside(&self, kind: HandshakeType) -> bool {
        match self.view.version {
            TlsVersion::Tls12 => matches!(kind, HandshakeType::HelloRequest),
            TlsVersion::Tls13 => {
                self.link.renegotiating && matches!(kind, HandshakeType::NewSessionTicket)
            }
        }
    }

    /// Answers a `HelloRetryRequest` (RFC 8446 4.1.4).
    async fn try_again(&mut self, message: &Received, hello: &ServerHello) -> Result<(), Failure> {
        let suite = Suite::find(hello.cipher_suite);
        let suite = suite.ok_or_else(|| misbehaved("a cipher suite that was not offered"))?;
        let group = hello.extension(ExtensionType::KEY_SHARE).map(read::retry_key_share);
        let cookie = hello.extension(ExtensionType::COOKIE).map(read::cookie);
        let retry =
            Retry { group: group.transpose()?, cookie: cookie.transpose()?.map(<[u8]>::to_vec) };
        if retry.group.is_some_and(|group| !self.view.groups.contains(&group)) {
            return Err(misbehaved("a request for a group that was not offered"));
        }
        self.view.transcript.fold_retry(suite.hash);
        self.view.transcript.push(&message.encoded);
        let hello = self.client_hello(Some(&retry))?;
        self.view.gates_turn = false;
        self.put(Item::ClientHello, &hello).await?;
        self.flush().await
    }

    /// Takes over what a `ServerHello` has chosen.
    fn agree_on(&mut self, hello: &ServerHello) -> Result<(), Failure> {
        let selected = hello.extension(ExtensionType::SUPPORTED_VERSIONS);
        let selected = selected.map(read::selected_version).transpose()?;
        let version = match selected.unwrap_or(hello.legacy_version) {
            ProtocolVersion::TLSv1_3 => TlsVersion::Tls13,
            ProtocolVersion::TLSv1_2 => TlsVersion::Tls12,
            _ => return Err(misbehaved("a version that was not offered")),
        };
        if !self.view.versions.contains(&version) {
            return Err(misbehaved("a version that was not offered"));
        }
        let suite = Suite::find(hello.cipher_suite).filter(|suite| suite_fits(suite, version));
        self.view.suite =
            Some(suite.ok_or_else(|| misbehaved("a cipher suite that was not offered"))?);
        self.view.version = version;
        self.view.server_random = hello.random;
        self.link.speaks_tls13 = version == TlsVersion::Tls13;
        self.writer.speaks_tls13 = self.link.speaks_tls13;
        self.facts.version = Some(version);
        self.facts.cipher_suite = hello.cipher_suite.as_str().map(str::to_owned);
        if code(version) == ProtocolVersion::TLSv1_2 {
            self.note_alpn(&hello.extensions)?;
        }
        Ok(())
    }

    pub(super) fn note_alpn(&mut self, extensions: &[Extension]) -> Result<(), Failure> {
        let kind = ExtensionType::APPLICATION_LAYER_PROTOCOL_NEGOTIATION;
        let Some(extension) = Extension::find(extensions, kind) else { return Ok(()) };
        let offered = self.dial.alpn.map(|alpn| alpn.as_str().as_bytes());
        self.facts.alpn = match read::alpn(&extension.data)?.as_slice() {
            [name] if offered == Some(*name) => self.dial.alpn,
            _ => return Err(misbehaved("an application protocol that was not offered")),
        };
        Ok(())
    }

    async fn rest_of_flight13(&mut self, hello: &ServerHello) -> Result<(), Failure> {
        let schedule = self.begin_schedule(hello)?;
        let mut progress = Progress::default();
        loop {
            let message = self.handshake_message().await?;
            progress.comes(&message, self.view.resumed)?;
            match message.kind {
                HandshakeType::EncryptedExtensions => {
                    let parsed = EncryptedExtensions::parse(message.body())?;
                    self.note_alpn(&parsed.extensions)?;
                }
                HandshakeType::CertificateRequest => self.note_request13(message.body())?,
                HandshakeType::Certificate => drop(Certificate13::parse(message.body())?),
                HandshakeType::CompressedCertificate => {
                    drop(CompressedCertificate::parse(message.body())?);
                }
                HandshakeType::CertificateVerify => drop(CertificateVerify::parse(message.body())?),
                _ => {
                    self.check_finished13(&message)?;
                    self.view.transcript.push(&message.encoded);
                    return self.know_application_keys(&schedule);
                }
            }
            self.view.transcript.push(&message.encoded);
        }
    }

    /// From the key shares to the handshake keys.
    fn begin_schedule(&mut self, hello: &ServerHello) -> Result<KeySchedule, Failure> {
        let view = &self.view;
        let suite = view.suite.ok_or_else(|| misbehaved("no cipher suite"))?;
        let share = hello.extension(ExtensionType::KEY_SHARE);
        let (group, public) =
            read::server_key_share(share.ok_or_else(|| misbehaved("no key share"))?)?;
        let own = view.shares.iter().find(|own| own.group() == group);
        let own = own.ok_or_else(|| misbehaved("a key share in a group that was not offered"))?;
        let shared = own.agree(public)?;
        let view = &mut self.view;
        let psk = match hello.extension(ExtensionType::PRE_SHARED_KEY) {
            None => None,
            Some(data) if read::selected_psk(data)? == 0 => view.offered.as_ref(),
            Some(_) => return Err(misbehaved("a PSK that was not offered")),
        };
        view.resumed = psk.is_some();
        self.facts.resumed = Some(view.resumed);
        let psk = psk.map(|session| session.secret.as_slice());
        let schedule = KeySchedule::early(suite.hash, psk).handshake(&shared);
        let hash = view.transcript.hash(suite.hash);
        let secrets = Secrets {
            client_handshake: schedule.derive("c hs traffic", &hash),
            server_handshake: schedule.derive("s hs traffic", &hash),
            application: None,
        };
        let tape = &self.dial.tape;
        let random = &view.client_random;
        tape.secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET", random, secrets.client_handshake.octets());
        tape.secret("SERVER_HANDSHAKE_TRAFFIC_SECRET", random, secrets.server_handshake.octets());
        self.writer.set(Epoch::Handshake, secrets.client_handshake.protection(suite));
        self.writer.epoch = Epoch::Handshake;
        let keys = secrets.server_handshake.protection(suite);
        self.writer.set(Epoch::Gate, keys.clone());
        self.link.read_with(Some(keys))?;
        view.secrets = Some(secrets);
        Ok(schedule)
    }

    /// Reads a `CertificateRequest` of TLS 1.3.
    pub(super) fn note_request13(&mut self, body: &[u8]) -> Result<(), Failure> {
        let request = CertificateRequest13::parse(body)?;
        let find = |kind| Extension::find(&request.extensions, kind).map(|e| e.data.as_slice());
        let schemes = find(ExtensionType::SIGNATURE_ALGORITHMS)
            .ok_or_else(|| misbehaved("a CertificateRequest without signature_algorithms"))?;
        if let Some(names) = find(ExtensionType::CERTIFICATE_AUTHORITIES) {
            let names = read::certificate_authorities(names)?;
            self.authorities = names.into_iter().map(<[u8]>::to_vec).collect();
        }
        let schemes = read::signature_algorithms(schemes)?;
        self.view.request = Some(Request { context: request.context, schemes });
        self.note_request();
        Ok(())
    }

    fn check_finished13(&self, message: &Received) -> Result<(), Failure> {
        let finished = Finished::parse(message.body())?;
        let hash = self.view.transcript_hash();
        let secrets = self.view.secrets.as_ref();
        let right = secrets.map(|secrets| secrets.server_handshake.verify_data(&hash));
        if right.as_deref() == Some(finished.verify_data.as_slice()) {
            Ok(())
        } else {
            Err(misbehaved("a Finished that does not fit what was said"))
        }
    }

    fn know_application_keys(&mut self, schedule: &KeySchedule) -> Result<(), Failure> {
        let hash = self.view.transcript_hash();
        let master = schedule.master();
        let keys = ApplicationSecrets {
            client: master.derive("c ap traffic", &hash),
            server: master.derive("s ap traffic", &hash),
            master,
            resumption: None,
        };
        let (tape, random) = (&self.dial.tape, &self.view.client_random);
        tape.secret("CLIENT_TRAFFIC_SECRET_0", random, keys.client.octets());
        tape.secret("SERVER_TRAFFIC_SECRET_0", random, keys.server.octets());
        if let Some(suite) = self.view.suite {
            self.writer.set(Epoch::Application, keys.client.protection(suite));
            self.link.read_with(Some(keys.server.protection(suite)))?;
        }
        if let Some(secrets) = &mut self.view.secrets {
            secrets.application = Some(keys);
        }
        Ok(())
    }
}

fn suite_fits(suite: &Suite, version: TlsVersion) -> bool {
    super::offer::suites(&[version]).contains(&suite.id)
}

/// A message where another had to come.
pub(super) fn unexpected(message: &Received) -> Failure {
    let what = format!("an unexpected {}", message.kind.as_str().unwrap_or("message"));
    Failure::Misbehaved(PeerText::new(&what))
}

/// How far the flight of TLS 1.3 has come.
#[derive(Default)]
struct Progress(u8);

impl Progress {
    /// Whether a message may come now: each once, in order, and all that must be there.
    fn comes(&mut self, message: &Received, resumed: bool) -> Result<(), Failure> {
        let (place, from) = match message.kind {
            HandshakeType::EncryptedExtensions => (1, 0),
            HandshakeType::CertificateRequest if !resumed => (2, 1),
            HandshakeType::Certificate | HandshakeType::CompressedCertificate if !resumed => (3, 1),
            HandshakeType::CertificateVerify => (4, 3),
            HandshakeType::Finished if resumed => (5, 1),
            HandshakeType::Finished => (5, 4),
            _ => return Err(unexpected(message)),
        };
        if self.0 < from || self.0 >= place {
            return Err(unexpected(message));
        }
        self.0 = place;
        Ok(())
    }
}
