//! LOOSE and STRICT, method by method and path by path, and the gates that take them lightly.

use http::Request;
use http_body_util::Empty;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::client::{Client, VERSIONS, marker, world_with};
use crate::server::Fault;
use crate::server::testing::{lone_client, root};

const ALPHA: &str = "alpha.agents.test";
const GAMMA: &str = "gamma.agents.test";

#[tokio::test]
async fn invalid_certificates_at_loose_endpoints() {
    for version in VERSIONS {
        let stranger = Client::with(&[&root("Other").client("Client")], version);
        for (fault, subject) in [
            (Fault::LooseLosesError, None),
            (Fault::LooseReportsUnverified, Some("CN=Client,O=Example ORG")),
        ] {
            let world = world_with(Some(fault)).await;
            assert!(world.visit(&stranger, ALPHA).await.is_err());
            // The second time the session is resumed.
            for resumed in [false, true] {
                let visit = world.visit(&stranger, GAMMA).await.unwrap();
                assert!(!visit.verified && !visit.marker);
                assert_eq!(visit.whoami["resumed"], resumed);
                assert_eq!(visit.whoami["subject"].as_str(), subject);
                assert_eq!(visit.whoami["sha256"].is_string(), subject.is_some());
            }
            let client = world.alpha.client("Client");
            let honest = Client::with(&[&client], version);
            assert!(world.visit(&honest, GAMMA).await.unwrap().verified);
            let impostor = Client::impostor(&[&client], &lone_client("Other"), version);
            assert!(world.visit(&impostor, GAMMA).await.is_err());
        }
        let world = world_with(None).await;
        assert!(world.visit(&stranger, GAMMA).await.is_err());
    }
}

#[tokio::test]
async fn certificates_nobody_asks_for() {
    for version in VERSIONS {
        let world = world_with(Some(Fault::NeverAsks)).await;
        let honest = Client::with(&[&world.alpha.client("Client")], version);
        for client in [honest, Client::anonymous(version)] {
            for host in [ALPHA, GAMMA] {
                let visit = world.visit(&client, host).await.unwrap();
                assert!(!visit.verified && !visit.marker);
            }
        }
    }
}

#[tokio::test]
async fn every_method() {
    for method in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"] {
        for (fault, expected) in [(None, 405), (Some(Fault::HeadNotGated), 200)] {
            let world = world_with(fault).await;
            let nobody = Client::anonymous(VERSIONS[1]);
            let mut connection = world.connect(&nobody, GAMMA).await.unwrap();
            assert_eq!(connection.get("/protected").await.unwrap().0, 403);
            let request = format!("{method} /protected HTTP/1.1\r\nHost: {GAMMA}\r\n\r\n");
            let (status, body) = connection.send(&request).await.unwrap();
            assert_eq!(status, expected, "{method}");
            assert_eq!(body == marker("gamma"), fault.is_some() && method != "HEAD");
        }
    }
}

#[tokio::test]
async fn detours() {
    for (path, head, fault) in [
        ("/whoami", "X-Original-URL: /protected\r\n", Fault::PathFromHeader),
        ("/protected%00.css", "", Fault::CutPathNotGated),
        ("/protected", "X-Forwarded-For: 192.0.2.1, 127.0.0.1\r\n", Fault::LocalClientsNotGated),
        ("/protected", "Connection: upgrade\r\nUpgrade: websocket\r\n", Fault::UpgradeNotGated),
    ] {
        for fault in [None, Some(fault)] {
            let world = world_with(fault).await;
            let nobody = Client::anonymous(VERSIONS[1]);
            let mut connection = world.connect(&nobody, GAMMA).await.unwrap();
            assert_eq!(connection.get("/protected").await.unwrap().0, 403);
            let request = format!("GET {path} HTTP/1.1\r\nHost: {GAMMA}\r\n{head}\r\n");
            let (_, body) = connection.send(&request).await.unwrap();
            assert_eq!(body == marker("gamma"), fault.is_some(), "{path} {fault:?}");
        }
    }
}

#[tokio::test]
async fn plaintext() {
    for (fault, host, served) in [
        (None, ALPHA, false),
        (Some(Fault::ServesPlaintext), ALPHA, true),
        (Some(Fault::ServesPlaintext), GAMMA, false),
    ] {
        let world = world_with(fault).await;
        let mut stream = TcpStream::connect(world.gate.address("main").unwrap()).await.unwrap();
        let request =
            format!("GET /protected HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let marker = marker(host.split('.').next().unwrap());
        assert_eq!(answer.ends_with(marker.as_bytes()), served, "{fault:?} {host}");
        let honest = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
        assert!(world.visit(&honest, ALPHA).await.unwrap().marker);
    }
}

#[tokio::test]
async fn no_content_for_head_over_http_2() {
    let world = world_with(None).await;
    let nobody = Client::anonymous(VERSIONS[1]).for_h2();
    let mut connection = world.connect(&nobody, GAMMA).await.unwrap().into_h2().await;
    for (path, status) in [("/whoami", 405), ("/protected", 405), ("/", 404)] {
        let request = Request::head(format!("https://{GAMMA}{path}")).body(Empty::new()).unwrap();
        assert_eq!(connection.send(request).await, (status, String::new()));
    }
}

#[tokio::test]
async fn every_path() {
    for path in [
        "/%70rotected",
        "//protected",
        "/./protected",
        "/x/../protected",
        "/protected/",
        "/protected;x",
        "/PROTECTED",
    ] {
        for (fault, expected) in [(None, 404), (Some(Fault::EncodedPathNotGated), 200)] {
            let world = world_with(fault).await;
            let nobody = Client::anonymous(VERSIONS[1]);
            let mut connection = world.connect(&nobody, GAMMA).await.unwrap();
            assert_eq!(connection.get("/protected").await.unwrap().0, 403);
            let (status, body) = connection.get(path).await.unwrap();
            assert_eq!(status, expected, "{path}");
            assert_eq!(body == marker("gamma"), fault.is_some());
        }
    }
}
