//! Peers that do not speak TLS, or do not speak at all.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Client, VERSIONS, config, world, world_with};
use crate::server::hello::tests::hello;
use crate::server::testing::root;
use crate::server::{Fault, Gate};

#[tokio::test]
async fn others_are_not_disturbed() {
    let world = world().await;
    let address = world.gate.address("main").unwrap();
    let mut held = Vec::new();
    for opening in [
        &b""[..],
        b"GET / HTTP/1.1\r\nHost: alpha.agents.test\r\n\r\n",
        &[0; 4096],
        &[0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc],
        &[0x16, 3, 1, 0, 0],
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(opening).await.unwrap();
        held.push(stream);
    }
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    assert!(world.visit(&client, "alpha.agents.test").await.unwrap().verified);
    // Plain HTTP is answered with an alert and a close.
    let mut answer = Vec::new();
    held[1].read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer.first(), Some(&21));
}

#[tokio::test]
async fn the_silent_are_cut_off_and_the_many_wait() {
    let (alpha, beta) = (root("Alpha"), root("Beta"));
    let mut config = config(&alpha, &beta, None);
    config.limits.handshake = Duration::from_millis(50);
    config.limits.connections = 1;
    let gate = Gate::start(config).await.unwrap();
    let address = gate.address("main").unwrap();
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut queued = TcpStream::connect(address).await.unwrap();
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
    assert_eq!(queued.read(&mut [0; 1]).await.unwrap(), 0);
}

/// RFC 6066 3: the name is sent without a trailing dot.
#[tokio::test]
async fn a_name_with_a_trailing_dot_is_unknown() {
    let escapes = Some(Fault::DottedNameEscapesPolicy);
    for (fault, listener, name, unknown) in [
        (None, "main", "alpha.agents.test.", true),
        (None, "crl", "crl.agents.test.", true),
        (None, "crl", "crl.agents.test", false),
        (escapes, "main", "alpha.agents.test.", false),
        (escapes, "main", "delta.agents.test.", true),
    ] {
        let world = world_with(fault).await;
        let address = world.gate.address(listener).unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&hello(name, 16_000)).await.unwrap();
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).await.unwrap();
        let refused = answer == [21, 3, 3, 0, 2, 2, 112];
        assert_eq!(refused, unknown, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn stopping_ends_open_connections() {
    let world = world().await;
    let client = Client::anonymous(VERSIONS[1]);
    let mut open = world.connect(&client, "gamma.agents.test").await.unwrap();
    assert_eq!(open.get("/whoami").await.unwrap().0, 200);
    let address = world.gate.address("main").unwrap();
    world.gate.stop().await;
    assert!(open.get("/whoami").await.is_err());
    assert!(TcpStream::connect(address).await.is_err());
}
