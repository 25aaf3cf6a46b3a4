//! Handshakes with an edited `ClientHello`, against a rustls server.

use mtls_reports::model::TlsRefusal;
use mtls_scenarios::TicketEdit;
use mtls_scenarios::TlsVersion::{Tls12, Tls13};
use rustls::HandshakeKind;
use rustls::crypto::aws_lc_rs::kx_group::{SECP384R1, X25519};
use rustls::pki_types::ServerName;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use self::stage::{Gate, ask};
use super::codec::server_name_list;
use super::{HelloEdit, Registration, ServerNameEdit};
use crate::client::{ClientCredential, Failure};

mod stage;

fn octets(names: &[&[u8]]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.to_vec()).collect()
}

fn host_names(names: &[&[u8]]) -> HelloEdit {
    let names = ServerNameEdit::HostNames(octets(names));
    HelloEdit { server_name: Some(names), ticket: None }
}

fn absent() -> HelloEdit {
    HelloEdit { server_name: Some(ServerNameEdit::Absent), ticket: None }
}

fn long_name() -> String {
    ["l".repeat(49).as_str(); 5].join(".") + "x"
}

#[tokio::test]
async fn handshakes_with_a_certificate_complete() {
    let long = long_name();
    assert_eq!(long.len(), 250);
    let upper = "ALPHA.agents.test";
    let cases = [
        (host_names(&[upper.as_bytes()]), Some(upper), Some("alpha.agents.test")),
        (host_names(&[long.as_bytes()]), Some(long.as_str()), Some(long.as_str())),
        (absent(), None, None),
        // As rustls would have sent it.
        (HelloEdit::default(), Some("alpha.agents.test"), Some("alpha.agents.test")),
    ];
    // A group with a key share, and one without, which in TLS 1.3 leads to a HelloRetryRequest.
    for (group, shared) in [(X25519, true), (SECP384R1, false)] {
        let mut gate = Gate::start(group).await;
        for version in [Tls12, Tls13] {
            for (edit, sent, name) in &cases {
                let retries = usize::from(version == Tls13 && !shared);
                assert_eq!(gate.ask(version, edit.clone()).await, Ok(200), "{edit:?} {version:?}");
                let seen = gate.saw().await;
                assert_eq!(seen.count(b".invalid"), 0);
                if let Some(sent) = sent {
                    assert_eq!(seen.count(sent.as_bytes()), 1 + retries);
                }
                let accepted = seen.accepted.unwrap();
                assert_eq!(accepted.name.as_deref().map(str::to_ascii_lowercase).as_deref(), *name);
                assert!(accepted.has_certificate);
                assert_eq!(accepted.kind == HandshakeKind::FullWithHelloRetryRequest, retries == 1);
            }
        }
    }
}

#[tokio::test]
async fn sessions_resume_through_an_edited_name() {
    for group in [X25519, SECP384R1] {
        let mut gate = Gate::start(group).await;
        for version in [Tls12, Tls13] {
            let client = gate.resuming_client(version);
            let edit = registered(&host_names(&[b"ALPHA.agents.test"]));
            for resumes in [false, true] {
                gate.visit(&client, &edit).await;
                let seen = gate.saw().await;
                assert!(seen.count(b"ALPHA.agents.test") > 0);
                let accepted = seen.accepted.unwrap();
                assert_eq!(is_resumed(accepted.kind), resumes, "{version:?}");
                assert!(accepted.has_certificate);
            }
        }
    }
}

#[tokio::test]
async fn an_edited_ticket_makes_a_full_handshake() {
    let mut gate = Gate::start(SECP384R1).await;
    for version in [Tls12, Tls13] {
        for ticket in [TicketEdit::FlipFirst, TicketEdit::FlipMiddle, TicketEdit::FlipLast] {
            let client = gate.resuming_client(version);
            let edit = registered(&HelloEdit { server_name: None, ticket: Some(ticket) });
            for _ in 0..2 {
                gate.visit(&client, &edit).await;
                let seen = gate.saw().await;
                assert_eq!(seen.count(b".invalid"), 0);
                assert!(!is_resumed(seen.accepted.unwrap().kind), "{version:?} {ticket:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_servers_refuse_is_sent_and_ends_in_order() {
    let long = [b'x'; 300];
    let huge = vec![b'y'; 20_000];
    let odd: [&[&[u8]]; 9] = [
        &[b"alpha.agents.test."],
        &[b"127.0.0.1"],
        &[b"alpha_1.agents.test"],
        &[b"alpha\0.agents.test"],
        &[b"alpha.agents.test", b"beta.agents.test"],
        &[b""],
        &[],
        &[&long],
        &[&huge],
    ];
    let mut gate = Gate::start(SECP384R1).await;
    for version in [Tls12, Tls13] {
        for names in odd {
            let list = server_name_list(&octets(names)).unwrap();
            let ended = gate.ask(version, host_names(names)).await;
            let in_order =
                matches!(ended, Ok(200) | Err(Failure::Refused(TlsRefusal::Alert { .. })));
            assert!(in_order, "{ended:?} {names:?}");
            let seen = gate.saw().await;
            assert_eq!(seen.accepted.is_some(), ended.is_ok());
            // One that fills more than a record is cut by its header.
            assert!(seen.count(&list[..list.len().min(10_000)]) > 0, "{names:?}");
        }
    }
}

#[tokio::test]
async fn a_listener_that_closes_has_got_the_name() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut record = vec![0; 5];
        stream.read_exact(&mut record).await.unwrap();
        let length = u16::from_be_bytes([record[3], record[4]]);
        let mut message = vec![0; length.into()];
        stream.read_exact(&mut message).await.unwrap();
        message
    });
    let ended = ask(address, Tls13, host_names(&[b"Alpha."]), ClientCredential::none()).await;
    assert_eq!(ended, Err(Failure::Refused(TlsRefusal::Close)));
    let message = heard.await.unwrap();
    assert!(message.windows(6).any(|window| window == b"Alpha."));
}

#[tokio::test]
async fn an_edit_that_does_not_fit_is_our_failure() {
    let gate = Gate::start(SECP384R1).await;
    for length in [65_530, 65_536] {
        let ended = gate.ask(Tls13, host_names(&[&vec![b'x'; length]])).await;
        let Err(Failure::Unsupported(why)) = ended else { panic!("{ended:?}") };
        assert_eq!(why, "the edited ClientHello does not fit its length fields");
    }
}

fn registered(edit: &HelloEdit) -> Registration {
    Registration::new(edit, &ServerName::try_from("alpha.agents.test").unwrap()).unwrap()
}

fn is_resumed(kind: HandshakeKind) -> bool {
    !matches!(kind, HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest)
}
