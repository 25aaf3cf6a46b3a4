//! Rehearsals: the client against a gate that is made of octets, for tests and fuzzing.
//!
//! Garbage in plaintext gets no further than the `ServerHello`. This gate can shake hands well enough to have its
//! garbage opened with the right keys.

use std::net::SocketAddr;
use std::sync::Arc;

use mtls_scenarios::{Alpn, Script, TlsVersion};
use rustls::{CipherSuite, ContentType, NamedGroup, ProtocolVersion, SignatureScheme};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::Instant;

use super::dial::{Dial, Identity, connect_over};
use super::failure::Failure;
use super::session::Memory;
use crate::tape::Tape;
use crate::tls::extension::{self, read};
use crate::tls::{
    Certificate13, CertificateEntry, CertificateVerify, ClientHello, EncryptedExtensions,
    ExtensionType, Finished, HandshakeReader, HashAlgorithm, KeyExchange, KeySchedule, Protection,
    Record, RecordReader, ServerHello, Suite, Transcript,
};

/// When a gate begins to talk garbage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Garbage<'a> {
    /// At once: octets instead of records.
    Octets(&'a [u8]),
    /// At once: octets in records that hold handshake messages.
    Messages(&'a [u8]),
    /// After the `ServerHello` of TLS 1.2: handshake messages.
    Flight12(&'a [u8]),
    /// After the `ServerHello` of TLS 1.3: handshake messages under the handshake keys.
    Flight13(&'a [u8]),
    /// After the whole flight of TLS 1.3: records of a type under the application keys.
    Afterwards(u8, &'a [u8]),
}

/// Octets between the two.
const BUFFER: usize = 1 << 16;
/// Largest contents of a record.
const FRAGMENT: usize = 1 << 14;

/// Plays the client's part by a script, until the gate has said everything and hangs up. Returns the application
/// data that the client got, or, without any, what stopped it.
pub async fn rehearse(script: &Script, garbage: Garbage<'_>) -> Result<Vec<u8>, Failure> {
    let (near, far) = tokio::io::duplex(BUFFER);
    let version = match garbage {
        Garbage::Flight12(_) => TlsVersion::Tls12,
        _ => TlsVersion::Tls13,
    };
    let soon = Instant::now() + std::time::Duration::from_secs(10);
    let dial = Dial {
        address: SocketAddr::from(([127, 0, 0, 1], 443)),
        sni: Some("gate.agents.test".to_owned()),
        version,
        alpn: Some(Alpn::Http1),
        prelude: None,
        script: Arc::new(script.clone()),
        identity: Arc::new(Identity::default()),
        others: std::collections::BTreeMap::new(),
        stranger: None,
        memory: Memory::default(),
        tape: Tape::blank(),
        deadline: soon,
        open_until: soon,
    };
    let client = async {
        let connected = connect_over(Box::new(near), dial).await;
        let mut stream = connected.map_err(|(failure, _)| failure)?.stream;
        let mut data = Vec::new();
        // Why it ended is asked below.
        let _ = stream.read_to_end(&mut data).await;
        match stream.ending.get() {
            Some(failure) if data.is_empty() => Err(failure.clone()),
            _ => Ok(data),
        }
    };
    let (outcome, _) = tokio::join!(client, play(far, garbage));
    outcome
}

/// The gate's part. It ends early where the client has hung up.
async fn play(mut socket: DuplexStream, garbage: Garbage<'_>) -> Option<()> {
    match garbage {
        Garbage::Octets(octets) => socket.write_all(octets).await.ok()?,
        Garbage::Messages(octets) => {
            socket.write_all(&plain(ContentType::Handshake, octets)).await.ok()?;
        }
        Garbage::Flight12(octets) => {
            let hello = client_hello(&mut socket).await?;
            let suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
            let hello = server_hello(&ClientHello::parse(hello.get(4..)?).ok()?, suite, Vec::new());
            let flight = [hello, octets.to_vec()].concat();
            socket.write_all(&plain(ContentType::Handshake, &flight)).await.ok()?;
        }
        Garbage::Flight13(octets) => {
            let mut gate = Gate13::greet(&mut socket).await?;
            let records = sealed(&mut gate.handshake, ContentType::Handshake, octets);
            socket.write_all(&records).await.ok()?;
        }
        Garbage::Afterwards(kind, octets) => {
            let gate = Gate13::greet(&mut socket).await?;
            let (flight, mut application) = gate.finish();
            let rest = sealed(&mut application, ContentType::from(kind), octets);
            socket.write_all(&[flight, rest].concat()).await.ok()?;
        }
    }
    socket.shutdown().await.ok()?;
    let mut ignored = Vec::new();
    socket.take(1 << 20).read_to_end(&mut ignored).await.ok()?;
    Some(())
}

/// The `ClientHello`, as it was encoded.
async fn client_hello(socket: &mut DuplexStream) -> Option<Vec<u8>> {
    let (mut records, mut messages) = (RecordReader::new(), HandshakeReader::new(BUFFER));
    let mut buffer = [0; 4096];
    loop {
        if let Some(message) = messages.next().ok()? {
            return Some(message.encoded);
        }
        match records.next().ok()? {
            Some(record) => messages.push(&record.payload),
            None => match socket.read(&mut buffer).await.ok()? {
                0 => return None,
                count => records.push(buffer.get(..count)?),
            },
        }
    }
}

fn server_hello(
    hello: &ClientHello,
    cipher_suite: CipherSuite,
    extensions: Vec<crate::tls::Extension>,
) -> Vec<u8> {
    let hello = ServerHello {
        legacy_version: ProtocolVersion::TLSv1_2,
        random: [7; 32],
        session_id: hello.session_id.clone(),
        cipher_suite,
        compression_method: 0,
        extensions,
    };
    hello.to_message().encode()
}

/// A gate of TLS 1.3 that has said its `ServerHello`.
struct Gate13 {
    suite: &'static Suite,
    transcript: Transcript,
    schedule: KeySchedule,
    handshake: Protection,
    finished: crate::tls::Secret,
}

impl Gate13 {
    async fn greet(socket: &mut DuplexStream) -> Option<Self> {
        let encoded = client_hello(socket).await?;
        let hello = ClientHello::parse(encoded.get(4..)?).ok()?;
        let shares = read::key_share(hello.extension(ExtensionType::KEY_SHARE)?).ok()?;
        let (group, public) = shares.iter().find(|(group, _)| *group == NamedGroup::X25519)?;
        let own = KeyExchange::generate(*group).ok()?;
        let suite = Suite::find(CipherSuite::TLS13_AES_128_GCM_SHA256)?;
        let extensions = vec![
            extension::selected_version(ProtocolVersion::TLSv1_3),
            extension::server_key_share(*group, own.public()),
        ];
        let answer = server_hello(&hello, suite.id, extensions);
        socket.write_all(&plain(ContentType::Handshake, &answer)).await.ok()?;
        let mut transcript = Transcript::new();
        transcript.push(&encoded);
        transcript.push(&answer);
        let schedule = KeySchedule::early(HashAlgorithm::Sha256, None);
        let schedule = schedule.handshake(&own.agree(public).ok()?);
        let finished = schedule.derive("s hs traffic", &transcript.hash(suite.hash));
        let handshake = finished.protection(suite);
        Some(Self { suite, transcript, schedule, handshake, finished })
    }

    /// The rest of the flight, and what protects what comes after it.
    fn finish(mut self) -> (Vec<u8>, Protection) {
        let certificate =
            Certificate13 { context: Vec::new(), entries: vec![CertificateEntry::new([0x30, 0])] };
        let verify = CertificateVerify { scheme: SignatureScheme::ED25519, signature: vec![0; 64] };
        let messages = [
            EncryptedExtensions { extensions: Vec::new() }.to_message(),
            certificate.to_message(),
            verify.to_message(),
        ];
        let mut flight = Vec::new();
        for message in messages {
            let encoded = message.encode();
            self.transcript.push(&encoded);
            flight.extend(encoded);
        }
        let verify_data = self.finished.verify_data(&self.transcript.hash(self.suite.hash));
        let finished = Finished { verify_data }.to_message().encode();
        self.transcript.push(&finished);
        flight.extend(finished);
        let hash = self.transcript.hash(self.suite.hash);
        let application = self.schedule.master().derive("s ap traffic", &hash);
        let records = sealed(&mut self.handshake, ContentType::Handshake, &flight);
        (records, application.protection(self.suite))
    }
}

fn plain(kind: ContentType, octets: &[u8]) -> Vec<u8> {
    let version = ProtocolVersion::TLSv1_2;
    let records = octets.chunks(FRAGMENT);
    records.flat_map(|part| Record { kind, version, payload: part.to_vec() }.encode()).collect()
}

fn sealed(keys: &mut Protection, kind: ContentType, octets: &[u8]) -> Vec<u8> {
    octets.chunks(FRAGMENT).flat_map(|part| keys.seal(kind, part, 0)).collect()
}
