//! What one peer can do to the others.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Client, VERSIONS, World, world_with};
use crate::server::Fault;
use crate::server::testing::{Minted, root, tlv};

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

#[tokio::test]
async fn dying_of_a_large_message() {
    let world = world_with(Some(Fault::DiesOnLargeMessages)).await;
    send_list(&world, 64).await;
    assert!(is_well(&world, "alpha.agents.test").await);
    send_list(&world, 300).await;
    assert!(is_closed(world.gate.address("main").unwrap()).await);
    assert!(is_well(&world, "crl.agents.test").await);
    world.gate.stop().await;
}

/// Two CAs that certify each other, and a client of the first.
fn circle() -> Vec<Minted> {
    let first = root("First");
    let second = first.intermediate("Second");
    vec![first.client("Client"), second.cross_sign(&first), second]
}

/// Intermediates that each map policies, below the CA.
fn mapped(ca: &Minted) -> Vec<Minted> {
    let mapping = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 33], vec![0x30, 0]);
    let mut path = vec![ca.clone()];
    for level in 0..7 {
        let edit = |params: &mut rcgen::CertificateParams| {
            params.custom_extensions.push(mapping.clone());
        };
        path.push(path[level].intermediate_with(&level.to_string(), edit));
    }
    path.push(path[7].client("Client"));
    path.into_iter().skip(1).rev().collect()
}

/// A client with so many names.
fn named(ca: &Minted, count: usize) -> Minted {
    ca.client_with("Client", |params| {
        let name = |n: usize| format!("host-{n}.agents.test").as_str().try_into().unwrap();
        params.subject_alt_names = (0..count).map(|n| rcgen::SanType::DnsName(name(n))).collect();
    })
}

/// A client with a key of that algorithm and those octets.
fn keyed(ca: &Minted, algorithm: &[u8], key: &[u8]) -> Minted {
    ca.client("Client").altered(ca, |fields| {
        let bits = tlv(3, &[&[0], key].concat());
        fields[6] = tlv(0x30, &[tlv(0x30, algorithm), bits].concat());
    })
}

/// Makes a list that a gate is to suffer from, under its CA.
type Make<'m> = &'m dyn Fn(&Minted) -> Vec<Minted>;

#[tokio::test]
async fn faults_of_heavy_lists() {
    let unknown: &[u8] = &[6, 2, 0x2a, 3];
    let rsa: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let giant = tlv(0x30, &[tlv(2, &[0x41; 2048]), tlv(2, &[1, 0, 1])].concat());
    let cases: [(Fault, Make<'_>); 6] = [
        (Fault::DiesOnCycles, &|_| circle()),
        (Fault::DiesOnUnknownKeys, &|ca| vec![keyed(ca, unknown, &[1])]),
        (Fault::SlowOnGiantKeys, &|ca| vec![keyed(ca, rsa, &giant)]),
        (Fault::SlowOnManyNames, &|ca| vec![named(ca, 1000)]),
        (Fault::SlowOnPolicyMappings, &mapped),
        (Fault::QuadraticOnLargeCertificates, &|ca| vec![named(ca, 1000)]),
    ];
    for (fault, make) in cases {
        let world = world_with(Some(fault)).await;
        send_list(&world, 2).await;
        assert!(is_well(&world, "alpha.agents.test").await, "{fault}");
        let heavy = make(&world.alpha);
        let list: Vec<&Minted> = heavy.iter().collect();
        let _ = world.visit(&Client::with(&list, VERSIONS[1]), "alpha.agents.test").await;
        if fault.as_str().starts_with("dies") {
            assert!(is_closed(world.gate.address("main").unwrap()).await, "{fault}");
        } else {
            assert!(is_deaf(&world, "alpha.agents.test").await, "{fault}");
        }
        assert!(is_well(&world, "crl.agents.test").await, "{fault}");
        world.gate.stop().await;
    }
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
