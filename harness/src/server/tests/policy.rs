//! Who gets in, as whom, and who does not.

use mtls_scenarios::Mode;

use super::client::{Client, VERSIONS, config, world};
use crate::server::testing::{lone_client, pem, root, tlv};
use crate::server::{Gate, GateEndpoint, GateError};

#[tokio::test]
async fn verified_anonymous_and_refused() {
    let world = world().await;
    let one = world.alpha.intermediate("One");
    let client = one.client_with("Client", |params| {
        params.subject_alt_names =
            vec![rcgen::SanType::URI("spiffe://a.test/x".try_into().unwrap())];
    });
    for version in VERSIONS {
        let honest = Client::with(&[&client, &one], version);
        for host in ["alpha.agents.test", "gamma.agents.test"] {
            let visit = world.visit(&honest, host).await.unwrap();
            assert!(visit.verified && visit.marker, "{visit:?}");
            assert_eq!(visit.whoami["endpoint"], host);
            assert_eq!(visit.whoami["subject"], "CN=Client,O=Example ORG");
            assert_eq!(visit.whoami["subject_alt_names"][0], "URI:spiffe://a.test/x");
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client.der);
            assert_eq!(visit.whoami["sha256"], crate::server::verify::hex(digest.as_ref()));
        }
        // The tenant next door, in both directions.
        assert!(world.visit(&honest, "beta.agents.test").await.is_err());
        let neighbour = Client::with(&[&world.beta.client("Client")], version);
        for host in ["alpha.agents.test", "gamma.agents.test"] {
            assert!(world.visit(&neighbour, host).await.is_err());
        }
        let nobody = Client::anonymous(version);
        assert!(world.visit(&nobody, "alpha.agents.test").await.is_err());
        let visit = world.visit(&nobody, "gamma.agents.test").await.unwrap();
        assert!(!visit.verified && !visit.marker);
        assert!(visit.whoami["subject"].is_null() && visit.whoami["sha256"].is_null());
        let impostor = Client::impostor(&[&client, &one], &lone_client("Other"), version);
        assert!(world.visit(&impostor, "gamma.agents.test").await.is_err());
    }
    world.gate.stop().await;
}

#[tokio::test]
async fn version_1_and_every_kind_of_key() {
    let world = world().await;
    let v1 = world.alpha.client("Client").as_v1(&world.alpha);
    let mut clients = vec![v1];
    for algorithm in
        [&rcgen::PKCS_ED25519, &rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ECDSA_P521_SHA512]
    {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        clients.push(world.alpha.client_of("Client", key.into()));
    }
    for client in &clients {
        for version in VERSIONS {
            let visit = world.visit(&Client::with(&[client], version), "alpha.agents.test").await;
            assert!(visit.unwrap().verified);
        }
    }
}

#[tokio::test]
async fn alerts_say_why() {
    let world = world().await;
    let past = time::Duration::hours(1);
    let expired = world.alpha.client_with("Client", |params| {
        params.not_after = crate::server::testing::now() - past;
    });
    let twin = root("Alpha").client("Client");
    let server = world.alpha.client_with("Client", |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    });
    let long = world.alpha.client("Client").altered(&world.alpha, |fields| {
        fields[1] = tlv(2, &[0x11; 21]);
    });
    for (client, alert) in [
        (&expired, "CertificateExpired"),
        (&root("Other").client("Client"), "UnknownCA"),
        (&twin, "DecryptError"),
        (&server, "UnsupportedCertificate"),
        (&long, "BadCertificate"),
    ] {
        for version in VERSIONS {
            let client = Client::with(&[client], version);
            let error = world.visit(&client, "alpha.agents.test").await.unwrap_err();
            assert!(error.contains(alert), "{error} instead of {alert}");
        }
    }
    let nobody = Client::anonymous(VERSIONS[1]);
    let error = world.visit(&nobody, "alpha.agents.test").await.unwrap_err();
    assert!(error.contains("CertificateRequired"), "{error}");
}

#[tokio::test]
async fn server_name_and_host() {
    let world = world().await;
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]);
    assert!(world.visit(&client, "ALPHA.agents.TEST").await.unwrap().verified);
    for name in ["delta.agents.test", "alpha.agents.test.example"] {
        let error = world.visit(&client, name).await.unwrap_err();
        assert!(error.contains("UnrecognisedName"), "{error}");
    }
    let silent = Client::with(&[&world.alpha.client("Client")], VERSIONS[1])
        .changed(|config| config.enable_sni = false);
    let error = world.visit(&silent, "alpha.agents.test").await.unwrap_err();
    assert!(error.contains("UnrecognisedName"), "{error}");
    // Alone on its listener.
    assert!(world.visit(&silent, "crl.agents.test").await.unwrap().verified);

    let mut connection = world.connect(&client, "alpha.agents.test").await.unwrap();
    for (request, expected) in [
        ("GET /whoami HTTP/1.1\r\nHost: beta.agents.test\r\n\r\n", 421),
        ("GET https://gamma.agents.test/ HTTP/1.1\r\nHost: alpha.agents.test\r\n\r\n", 421),
        ("GET /whoami HTTP/1.1\r\nHost: Alpha.agents.test:8443\r\n\r\n", 200),
        ("GET /elsewhere HTTP/1.1\r\nHost: alpha.agents.test\r\n\r\n", 404),
        ("DELETE /protected HTTP/1.1\r\nHost: alpha.agents.test\r\n\r\n", 405),
        (
            "GET /whoami HTTP/1.1\r\nHost: alpha.agents.test\r\nX-Client-Subject: CN=Root\r\n\r\n",
            200,
        ),
    ] {
        let (status, body) = connection.send(request).await.unwrap();
        assert_eq!(status, expected, "{request}");
        assert!(!body.contains("CN=Root"));
    }
}

#[tokio::test]
async fn http_2() {
    let world = world().await;
    let client = Client::with(&[&world.alpha.client("Client")], VERSIONS[1]).for_h2();
    let mut connection = world.connect(&client, "alpha.agents.test").await.unwrap().into_h2().await;
    assert_eq!(connection.get("beta.agents.test", "/whoami", None).await.0, 421);
    let (status, body) = connection.get("alpha.agents.test", "/whoami", None).await;
    assert_eq!(status, 200);
    let whoami: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(whoami["alpn"], "h2");
    assert_eq!(whoami["tls_version"], "1.3");
}

#[tokio::test]
async fn configuration_errors_name_the_thing() {
    let (alpha, beta) = (root("Alpha"), root("Beta"));
    let started = async |change: &dyn Fn(&mut crate::server::GateConfig)| {
        let mut config = config(&alpha, &beta, None);
        change(&mut config);
        match Gate::start(config).await {
            Err(GateError::Config(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let orphan = |mode, account: Option<&str>| GateEndpoint {
        host: "orphan.agents.test".to_owned(),
        marker: String::new(),
        mode,
        account: account.map(str::to_owned),
        check_crls: false,
    };
    let leaf = alpha.client("Leaf").der;
    for (error, named) in [
        (started(&|c| c.accounts[1].prefix = "ALPHA".to_owned()).await, "'alpha'"),
        (started(&|c| c.accounts[1].prefix = "a.b".to_owned()).await, "'a.b'"),
        (started(&|c| c.accounts[1].name = "alpha".to_owned()).await, "'alpha'"),
        (started(&|c| c.accounts[1].anchors.clear()).await, "'beta'"),
        (started(&|c| c.accounts[1].anchors.push(leaf.clone())).await, "'beta'"),
        (started(&|c| c.accounts[1].crls.push(vec![1].into())).await, "'beta'"),
        (
            started(&|c| {
                let main = c.listeners.get_mut("main").unwrap();
                main.push(main[0].clone());
            })
            .await,
            "'main'",
        ),
        (
            started(&|c| {
                c.listeners.insert("solo".to_owned(), vec![orphan(Mode::Strict, None)]);
            })
            .await,
            "'orphan.agents.test'",
        ),
        (
            started(&|c| {
                c.listeners.insert("solo".to_owned(), vec![orphan(Mode::Public, Some("nobody"))]);
            })
            .await,
            "'nobody'",
        ),
        (
            started(&|c| {
                c.listeners.insert("solo".to_owned(), Vec::new());
            })
            .await,
            "'solo'",
        ),
        (started(&|c| c.certificates.clear()).await, "server certificate"),
    ] {
        assert!(error.contains(named), "{error} names no {named}");
    }
}

#[test]
fn ca_files() {
    use crate::server::load_ca_file;
    let directory = tempfile::tempdir().unwrap();
    let root = root("Root");
    let file = |name: &str, content: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let good = file("good.pem", &format!("Our CA\n{}", pem(&root.der)));
    assert_eq!(load_ca_file(&good).unwrap(), std::slice::from_ref(&root.der));
    for (path, problem) in [
        (directory.path().join("missing.pem"), "cannot be read"),
        (file("empty.pem", ""), "holds no certificate"),
        (file("text.pem", "hello"), "holds no certificate"),
        (file("broken.pem", "-----BEGIN CERTIFICATE-----\n*"), "is not PEM"),
        (file("garbage.pem", &pem(b"garbage")), "not a certificate"),
        (file("leaf.pem", &(pem(&root.der) + &pem(&root.client("Leaf").der))), "certificate 1"),
    ] {
        let error = load_ca_file(&path).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
        assert!(error.contains(path.file_name().unwrap().to_str().unwrap()), "{error}");
    }
}
