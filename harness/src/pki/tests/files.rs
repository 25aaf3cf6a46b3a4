//! Revocation lists, a user's own CA, bundles, the server certificate.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use mtls_scenarios::KeyAlgorithm;
use x509_parser::prelude::*;

use super::{account, client, credential, epoch, forge};
use crate::pki::der::{self, Node, Tag};
use crate::pki::{Authority, Bundle, Key, UserCa, pem};

const REVOKED: &str = r#""serial": "00ff01", "key": {"algorithm": "p256"}"#;

const WITH_CRL: &str = r#"{"summary": "s", "anchors": {"main": {"profile": "authority", "issuer": "self_signed"}},
    "crls": [{"issuer": {"anchor": "main"}, "revoked": [{"certificate": {"credential": "revoked", "certificate": "leaf"}}]},
             {"issuer": {"anchor": "main"}}]}"#;

#[test]
fn revocation_lists_name_the_revoked() {
    let (forge, authority) = forge();
    let credentials = BTreeMap::from([("revoked".to_owned(), client(REVOKED))]);
    let crls = forge.crls(&account(WITH_CRL).crls, &authority, &credentials).unwrap();
    let (rest, crl) = CertificateRevocationList::from_der(&crls[0]).unwrap();
    assert!(rest.is_empty());
    let (_, anchor) = X509Certificate::from_der(authority.certificate("main").unwrap()).unwrap();
    assert_eq!(crl.issuer(), anchor.subject());
    let revoked: Vec<_> =
        crl.iter_revoked_certificates().map(|entry| entry.raw_serial().to_vec()).collect();
    assert_eq!(revoked, [[0, 0xff, 1]]);
    assert!(
        crl.last_update().timestamp() <= 1_780_000_000
            && crl.next_update().unwrap().timestamp() > 1_780_000_000
    );
    aws_lc_rs::signature::UnparsedPublicKey::new(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1,
        authority.key("main").unwrap().public_key(),
    )
    .verify(crl.tbs_cert_list.as_ref(), &crl.signature_value.data)
    .unwrap();
    // What a gate reads them with.
    for crl in &crls {
        rustls_reads(crl.clone());
    }
}

fn rustls_reads(crl: rustls::pki_types::CertificateRevocationListDer<'static>) {
    let (_, authority) = forge();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.certificate("main").unwrap().clone()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::server::WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
        .with_crls([crl])
        .build()
        .unwrap();
}

#[test]
fn revoked_certificates_must_be_fixed() {
    let (forge, authority) = forge();
    for fields in ["", r#""serial": "01""#, r#""key": {"algorithm": "p256"}"#] {
        let credentials = BTreeMap::from([("revoked".to_owned(), client(fields))]);
        let error = forge.crls(&account(WITH_CRL).crls, &authority, &credentials).unwrap_err();
        assert!(error.to_string().contains("must fix `serial` and `key.algorithm`"), "{error}");
    }
    let error = forge.crls(&account(WITH_CRL).crls, &authority, &BTreeMap::new()).unwrap_err();
    assert!(error.to_string().contains("unknown credential `revoked`"), "{error}");
}

#[test]
fn a_users_ca_takes_the_place_of_main() {
    let (forge, other) = forge();
    let certificate = pem::encode("CERTIFICATE", other.certificate("main").unwrap());
    let key = other.key("main").unwrap().pkcs8_pem();
    let ca = UserCa::new(("ca.crt", certificate.as_bytes()), ("ca.key", key.as_bytes())).unwrap();
    let beta = Authority::of_ca("beta", ca);
    let minted = forge.mint("c", &client(""), &beta, KeyAlgorithm::P256, epoch()).unwrap();
    let leaf = minted.end_entity.unwrap().der;
    super::verify(&leaf, other.certificate("main").unwrap());
    // Its signatures are drawn at random, so that no derived nonce touches a user's key.
    let again = forge.mint("c", &client(""), &beta, KeyAlgorithm::P256, epoch()).unwrap();
    assert_ne!(again.end_entity.unwrap().der, leaf);
}

#[test]
fn errors_of_a_users_ca_name_the_file() {
    let (forge, authority) = forge();
    let certificate = authority.certificate("main").unwrap().to_vec();
    let key = authority.key("main").unwrap().pkcs8_pem();
    let minted = forge.mint("c", &client(""), &authority, KeyAlgorithm::P256, epoch()).unwrap();
    let (leaf, leaf_key) = (minted.end_entity.unwrap().der, minted.key.unwrap().pkcs8_pem());
    let refuse = |certificate: &[u8], key: &str| {
        UserCa::new(("ca.crt", certificate), ("ca.key", key.as_bytes())).unwrap_err().to_string()
    };
    assert!(refuse(b"nonsense", &key).contains("`ca.crt` holds no readable certificate"));
    assert!(
        refuse(&leaf, &leaf_key)
            .contains("`ca.crt` is not a CA: its basicConstraints say CA:FALSE")
    );
    assert!(
        refuse(&certificate, &leaf_key)
            .contains("`ca.key` does not belong to the certificate in `ca.crt`")
    );
    assert!(refuse(&certificate, "nonsense").contains("`ca.key`: no unencrypted private key"));
    let encrypted = pem::encode("ENCRYPTED PRIVATE KEY", &[0x30, 0]);
    assert!(refuse(&certificate, &encrypted).contains("is encrypted"));
    let missing = UserCa::load(Path::new("/nonexistent/ca.crt"), Path::new("ca.key"))
        .unwrap_err()
        .to_string();
    assert!(missing.starts_with("cannot read `/nonexistent/ca.crt`"), "{missing}");
}

#[test]
fn bundles_are_written_whole_or_not_at_all() {
    let (forge, authority) = forge();
    let accounts = BTreeMap::from([("alpha".to_owned(), (account(WITH_CRL), authority))]);
    let credentials = BTreeMap::from([
        ("revoked".to_owned(), client(REVOKED)),
        ("none".to_owned(), credential(r#"{"summary": "nothing"}"#)),
    ]);
    let clients = ["revoked".to_owned(), "none".to_owned()];
    let bundle = Bundle {
        accounts: &accounts,
        credentials: &credentials,
        clients: &clients,
        algorithm: KeyAlgorithm::P256,
        server_names: &["a.agents.test", "127.0.0.1"],
    };
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("pki");
    forge.write_bundle(&directory, &bundle).unwrap();
    let readme = std::fs::read_to_string(directory.join("README.txt")).unwrap();
    for file in [
        "alpha/ca.crt",
        "alpha/main.crt",
        "alpha/main.key",
        "alpha/crl.pem",
        "alpha/clients/revoked.crt",
        "alpha/clients/revoked.key",
        "server/server.crt",
        "server/server.key",
        "server/ca.crt",
    ] {
        assert!(readme.contains(file), "{file}");
        let mode = std::fs::metadata(directory.join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode == 0o600, file.strip_suffix(".key").is_some(), "{file} {mode:o}");
    }
    assert!(!directory.join("alpha/clients/none.crt").exists());
    let key = std::fs::read(directory.join("alpha/main.key")).unwrap();
    assert!(Key::from_pem_or_der(&key).is_ok());
    let error = forge.write_bundle(&directory, &bundle).unwrap_err().to_string();
    assert!(error.contains("is not an empty directory"), "{error}");

    let clients = ["../evil".to_owned()];
    let error = forge
        .write_bundle(&parent.path().join("b"), &Bundle { clients: &clients, ..bundle })
        .unwrap_err();
    assert!(error.to_string().contains("cannot be a file name"), "{error}");
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
}

#[test]
fn rustls_serves_with_the_server_credential() {
    let (forge, _) = forge();
    let server = forge.server_credential(&["a.agents.test", "127.0.0.1"]).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(server.chain.clone(), server.key_der().into())
        .unwrap();
    super::verify(&server.chain[0], &server.anchor);
    assert!(server.chain_pem().starts_with("-----BEGIN CERTIFICATE-----"));
}

/// SEC 1 and PKCS #1 are what PKCS #8 wraps; older `openssl` commands write them bare.
#[test]
fn bare_keys_are_read() {
    let (forge, authority) = forge();
    for (algorithm, label) in [
        (KeyAlgorithm::P256, "EC PRIVATE KEY"),
        (KeyAlgorithm::P384, "EC PRIVATE KEY"),
        (KeyAlgorithm::Rsa1024, "RSA PRIVATE KEY"),
        (KeyAlgorithm::Rsa2048, "RSA PRIVATE KEY"),
    ] {
        let key =
            forge.mint("c", &client(""), &authority, algorithm, epoch()).unwrap().key.unwrap();
        let pkcs8 = der::read(key.pkcs8_der()).unwrap();
        let [_, identifier, wrapped] = pkcs8.children() else { panic!("not PKCS #8") };
        let mut bare = der::read(wrapped.as_octets().unwrap()).unwrap();
        if label.starts_with("EC") {
            // Bare, the key says its curve itself (RFC 5915 3).
            let parameters = vec![identifier.children()[1].clone()];
            let parameters = Node::values(Tag::context(0).constructed(), parameters);
            bare.children_mut().unwrap().insert(2, parameters);
        }
        let text = pem::encode(label, &bare.to_bytes());
        let read = Key::from_pem_or_der(text.as_bytes()).unwrap();
        assert_eq!(read.subject_public_key_info(), key.subject_public_key_info(), "{algorithm:?}");
    }
}
