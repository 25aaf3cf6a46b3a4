//! TLS 1.3 early data.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::{ClientConfig, ClientConnection, Stream};

use super::client::{Client, VERSIONS, marker, world_with};
use crate::server::Fault;

const REQUEST: &[u8] =
    b"GET /protected HTTP/1.1\r\nHost: alpha.agents.test\r\nConnection: close\r\n\r\n";

/// Asks with early data where the session allows some. Whether it was accepted, and the answer.
fn ask(config: &Arc<ClientConfig>, address: SocketAddr) -> (bool, String) {
    let name = "alpha.agents.test".try_into().unwrap();
    let mut tls = ClientConnection::new(Arc::clone(config), name).unwrap();
    let mut early = tls.early_data().is_some_and(|mut data| data.write(REQUEST).is_ok());
    let mut socket = TcpStream::connect(address).unwrap();
    let mut stream = Stream::new(&mut tls, &mut socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).unwrap();
    }
    early &= stream.conn.is_early_data_accepted();
    if !early {
        stream.write_all(REQUEST).unwrap();
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    (early, String::from_utf8(answer).unwrap())
}

#[tokio::test]
async fn early_data_is_taken_by_a_faulty_gate_alone() {
    for (fault, accepted) in [(None, false), (Some(Fault::AcceptsEarlyData), true)] {
        let world = world_with(fault).await;
        let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1])
            .changed(|config| config.enable_early_data = true);
        let address = world.gate.address("main").unwrap();
        let visits = tokio::task::spawn_blocking(move || {
            [ask(&client.config, address), ask(&client.config, address)]
        });
        let [first, second] = visits.await.unwrap();
        assert!(!first.0);
        assert_eq!(second.0, accepted);
        assert!(second.1.ends_with(&marker("alpha")), "{}", second.1);
    }
}

#[tokio::test]
async fn sessions_are_resumed_with_early_data_on() {
    let world = world_with(Some(Fault::AcceptsEarlyData)).await;
    for version in VERSIONS {
        let client = Client::with(&[&world.alpha.client("Client")], version);
        for resumed in [false, true, true] {
            let visit = world.visit(&client, "alpha.agents.test").await.unwrap();
            assert_eq!(visit.whoami["resumed"], resumed);
        }
    }
}
