//! What one peer can do to the others.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Client, VERSIONS, World, world_with};
use crate::server::Fault;

/// Time in which a gate that is deaf does not answer; one that is well has all the time that it wants.
const PATIENCE: Duration = Duration::from_millis(300);

async fn is_deaf(world: &World, host: &str) -> bool {
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    tokio::time::timeout(PATIENCE, world.visit(&client, host)).await.is_err()
}

async fn is_well(world: &World, host: &str) -> bool {
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    world.visit(&client, host).await.is_ok_and(|visit| visit.marker)
}

/// A list of that many certificates, of which the first is a client's.
async fn send_list(world: &World, length: usize) {
    let client = world.alpha.client("Client");
    let list: Vec<_> = std::iter::repeat_n(&client, length).collect();
    let _ = world.visit(&Client::with(&list, VERSIONS[1]), "alpha.agents.test").await;
}

async fn send_garbage(world: &World, garbage: &[u8]) {
    let mut stream = TcpStream::connect(world.gate.address("main").unwrap()).await.unwrap();
    stream.write_all(garbage).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn garbage_and_long_lists_disturb_nobody() {
    let world = world_with(None).await;
    send_garbage(&world, b"GET / HTTP/1.1\r\n\r\n").await;
    send_list(&world, 64).await;
    assert!(is_well(&world, "alpha.agents.test").await);
}

#[tokio::test]
async fn hanging_on_garbage() {
    let world = world_with(Some(Fault::HangsOnGarbage)).await;
    send_garbage(&world, &[0x16, 3, 3, 0, 5, 1, 2, 3, 4, 5]).await;
    assert!(is_well(&world, "alpha.agents.test").await);
    send_garbage(&world, b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(is_deaf(&world, "alpha.agents.test").await);
    assert!(is_well(&world, "crl.agents.test").await);
    world.gate.stop().await;
}

#[tokio::test]
async fn dying_of_a_long_list() {
    let world = world_with(Some(Fault::DiesOnLongList)).await;
    send_list(&world, 50).await;
    assert!(is_well(&world, "alpha.agents.test").await);
    let address = world.gate.address("main").unwrap();
    send_list(&world, 51).await;
    assert!(is_closed(address).await);
    assert!(is_well(&world, "crl.agents.test").await);
    world.gate.stop().await;
}

#[tokio::test]
async fn busy_with_a_long_list() {
    let world = world_with(Some(Fault::QuadraticOnLongLists)).await;
    send_list(&world, 6).await;
    assert!(is_well(&world, "alpha.agents.test").await);
    send_list(&world, 64).await;
    assert!(is_deaf(&world, "alpha.agents.test").await);
    assert!(is_well(&world, "crl.agents.test").await);
    world.gate.stop().await;
}

#[tokio::test]
async fn waiting_for_a_silent_peer() {
    for (fault, deaf) in [(None, false), (Some(Fault::OneHandshakeAtATime), true)] {
        let world = world_with(fault).await;
        let address = world.gate.address("main").unwrap();
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(&[0x16, 3, 1]).await.unwrap();
        if deaf {
            assert!(is_deaf(&world, "alpha.agents.test").await);
        }
        assert!(is_well(&world, "crl.agents.test").await);
        drop(silent);
        assert!(is_well(&world, "alpha.agents.test").await);
        world.gate.stop().await;
    }
}

#[tokio::test]
async fn six_connections_and_no_more() {
    for (fault, deaf) in [(None, false), (Some(Fault::FewConnections), true)] {
        let world = world_with(fault).await;
        let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
        let mut open = Vec::new();
        for _ in 0..6 {
            open.push(world.connect(&client, "alpha.agents.test").await.unwrap());
        }
        assert_eq!(is_deaf(&world, "alpha.agents.test").await, deaf);
        open.clear();
        assert!(is_well(&world, "alpha.agents.test").await);
        world.gate.stop().await;
    }
}

#[tokio::test]
async fn room_that_refused_clients_take() {
    for (fault, deaf) in [(None, false), (Some(Fault::LeaksConnections), true)] {
        let world = world_with(fault).await;
        for _ in 0..8 {
            assert!(is_well(&world, "alpha.agents.test").await);
            let stranger = Client::with(&[&world.beta.client("Stranger")], VERSIONS[0]);
            assert!(world.visit(&stranger, "alpha.agents.test").await.is_err());
        }
        assert_eq!(is_deaf(&world, "alpha.agents.test").await, deaf);
        assert!(is_well(&world, "crl.agents.test").await);
        world.gate.stop().await;
    }
}

#[tokio::test]
async fn dying_of_an_unreadable_certificate() {
    let world = world_with(Some(Fault::DiesOnUnreadableCertificate)).await;
    let client = world.alpha.client("Client");
    let stranger = world.beta.client("Stranger");
    let _ = world.visit(&Client::with(&[&stranger], VERSIONS[1]), "alpha.agents.test").await;
    assert!(is_well(&world, "alpha.agents.test").await);
    let unreadable = client.replaced([&client.der[..], &[0]].concat());
    let _ = world.visit(&Client::with(&[&unreadable], VERSIONS[1]), "alpha.agents.test").await;
    assert!(is_closed(world.gate.address("main").unwrap()).await);
    assert!(is_well(&world, "crl.agents.test").await);
    world.gate.stop().await;
}

/// Whether a listener is closed before long.
async fn is_closed(address: SocketAddr) -> bool {
    let closed = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.is_ok()
}
