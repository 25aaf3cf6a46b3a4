//! Replays the traces of RFC 8448: what each side sends follows from the private keys and the messages before.

use rustls::{CipherSuite, ContentType, NamedGroup};

use super::split;
use super::trace::{Trace, open};
use crate::tls::{
    HashAlgorithm, KeyExchange, KeySchedule, Protection, Secret, Suite, Transcript, resumption_psk,
};

const HASH: HashAlgorithm = HashAlgorithm::Sha256;

fn suite() -> &'static Suite {
    Suite::find(CipherSuite::TLS13_AES_128_GCM_SHA256).unwrap()
}

fn simple() -> Trace {
    Trace::parse(include_str!("../testdata/rfc8448/simple_1rtt.txt"))
}

fn resumed() -> Trace {
    Trace::parse(include_str!("../testdata/rfc8448/resumed_0rtt.txt"))
}

/// A connection whose handshake is done.
struct Connected {
    client: Protection,
    server: Protection,
    resumption_master: Secret,
}

impl Connected {
    /// Both sides send what they send at the end of every trace.
    fn close(&mut self, trace: &Trace) {
        let close_notify = (ContentType::Alert, vec![1, 0]);
        assert_eq!(trace.open("client_close", &mut self.client), close_notify);
        assert_eq!(trace.open("server_close", &mut self.server), close_notify);
    }

    /// Both sides send 50 octets.
    fn exchange_data(&mut self, trace: &Trace) {
        let data = (ContentType::ApplicationData, (0..50).collect());
        assert_eq!(trace.open("client_data", &mut self.client), data);
        assert_eq!(trace.open("server_data", &mut self.server), data);
    }
}

/// The secret that both private keys of a trace lead to.
fn shared(trace: &Trace, group: NamedGroup, client_hello: &str) -> Vec<u8> {
    let client = KeyExchange::from_private(group, trace.octets("client_private")).unwrap();
    let server = KeyExchange::from_private(group, trace.octets("server_private")).unwrap();
    for (message, key) in [(client_hello, &client), ("server_hello", &server)] {
        let public = key.public();
        let octets = trace.octets(message);
        assert!(octets.windows(public.len()).any(|window| window == public), "{message}");
    }
    let secret = client.agree(server.public()).unwrap();
    assert_eq!(server.agree(client.public()).unwrap(), secret);
    secret
}

/// Replays a handshake after its last `ClientHello`.
fn handshake(
    trace: &Trace,
    shared: &[u8],
    early: &KeySchedule,
    mut transcript: Transcript,
) -> Connected {
    let early_secret = early.derive("c e traffic", &transcript.hash(HASH));
    transcript.push(&trace.message("server_hello"));
    let schedule = early.handshake(shared);
    let client_secret = schedule.derive("c hs traffic", &transcript.hash(HASH));
    let server_secret = schedule.derive("s hs traffic", &transcript.hash(HASH));

    let flight = trace.open("server_flight", &mut server_secret.protection(suite()));
    let names = ["encrypted_extensions", "certificate_request", "certificate"];
    let names = names.iter().chain(&["certificate_verify", "finished"]);
    let expected: Vec<&[u8]> = names.filter_map(|name| trace.get(name)).collect();
    assert_eq!(flight, (ContentType::Handshake, expected.concat()));
    for message in split(&flight.1) {
        if message == trace.octets("finished") {
            assert_eq!(message[4..], server_secret.verify_data(&transcript.hash(HASH)));
        }
        transcript.push(&message);
    }
    let schedule = schedule.master();
    let client = schedule.derive("c ap traffic", &transcript.hash(HASH));
    let server = schedule.derive("s ap traffic", &transcript.hash(HASH));

    let records = trace.records("client_flight");
    let (flight, end_of_early_data) = records.split_last().unwrap();
    if let [record] = end_of_early_data {
        let mut protection = early_secret.protection(suite());
        let data = trace.open("early_data", &mut protection);
        assert_eq!(data, (ContentType::ApplicationData, b"ABCDEF".to_vec()));
        let (kind, message) = open(record, &mut protection);
        assert_eq!((kind, &*message), (ContentType::Handshake, &[5, 0, 0, 0][..]));
        transcript.push(&message);
    }
    let (kind, flight) = open(flight, &mut client_secret.protection(suite()));
    assert_eq!(kind, ContentType::Handshake);
    let flight = split(&flight);
    let (finished, others) = flight.split_last().unwrap();
    for message in others {
        transcript.push(message);
    }
    assert_eq!(finished[..4], [20, 0, 0, 32]);
    assert_eq!(finished[4..], client_secret.verify_data(&transcript.hash(HASH)));
    transcript.push(finished);
    Connected {
        client: client.protection(suite()),
        server: server.protection(suite()),
        resumption_master: schedule.derive("res master", &transcript.hash(HASH)),
    }
}

#[test]
fn section_3_simple_handshake() {
    let trace = simple();
    let mut transcript = Transcript::new();
    transcript.push(&trace.message("client_hello"));
    let shared = shared(&trace, NamedGroup::X25519, "client_hello");
    let early = KeySchedule::early(HASH, None);
    let mut connected = handshake(&trace, &shared, &early, transcript);
    let (kind, ticket) = trace.open("new_session_ticket", &mut connected.server);
    assert_eq!((kind, ticket[0]), (ContentType::Handshake, 4));
    // After the header, ticket_lifetime and ticket_age_add: ticket_nonce.
    assert_eq!(ticket[12..15], [2, 0, 0]);
    let psk = resumption_psk(&connected.resumption_master, &ticket[13..15]);
    assert_eq!(psk, trace.octets("ticket_psk"));
    connected.exchange_data(&trace);
    connected.close(&trace);
}

#[test]
fn section_4_resumed_handshake_with_early_data() {
    let trace = resumed();
    let psk = simple().octets("ticket_psk").to_vec();
    let hello = trace.message("client_hello");
    let early = KeySchedule::early(HASH, Some(&psk));
    // The binders end the ClientHello: a list of one with 32 octets.
    let (truncated, binders) = hello.split_at(hello.len() - 35);
    let binder_key = early.derive("res binder", &HASH.digest(&[]));
    assert_eq!(binders[..3], [0, 33, 32]);
    assert_eq!(binders[3..], binder_key.verify_data(&HASH.digest(truncated)));

    let mut transcript = Transcript::new();
    transcript.push(&hello);
    let shared = shared(&trace, NamedGroup::X25519, "client_hello");
    let mut connected = handshake(&trace, &shared, &early, transcript);
    connected.exchange_data(&trace);
    connected.close(&trace);
}

#[test]
fn section_5_hello_retry_request() {
    let trace = Trace::parse(include_str!("../testdata/rfc8448/hello_retry_request.txt"));
    let mut transcript = Transcript::new();
    transcript.push(&trace.message("client_hello"));
    transcript.fold_retry(HASH);
    transcript.push(&trace.message("hello_retry_request"));
    transcript.push(&trace.message("client_hello_2"));
    let shared = shared(&trace, NamedGroup::secp256r1, "client_hello_2");
    let early = KeySchedule::early(HASH, None);
    handshake(&trace, &shared, &early, transcript).close(&trace);
}

#[test]
fn section_6_client_authentication() {
    let trace = Trace::parse(include_str!("../testdata/rfc8448/client_authentication.txt"));
    assert!(trace.get("certificate_request").is_some());
    let mut transcript = Transcript::new();
    transcript.push(&trace.message("client_hello"));
    let shared = shared(&trace, NamedGroup::X25519, "client_hello");
    let early = KeySchedule::early(HASH, None);
    handshake(&trace, &shared, &early, transcript).close(&trace);
}
