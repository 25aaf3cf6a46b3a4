//! The documented customer recipe: the forged twin against what openssl makes.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use mtls_scenarios::{Field, KeyAlgorithm};

use super::{account, credential, epoch};
use crate::pki::Forge;
use crate::pki::der::{Node, Tag};
use crate::pki::surgery::Draft;

const ACCOUNT: &str = r#"{"summary": "s", "anchors": {"main": {
    "profile": "authority", "issuer": "self_signed", "key": {"algorithm": "rsa2048"},
    "subject": [{"O": "Example ORG"}, {"CN": "CA Cert"}],
    "validity": {"not_before": "+0s", "not_after": "+9999d"}}}}"#;

const CLIENT: &str = r#"{"summary": "s", "certificates": {"client": {
    "profile": "client", "issuer": {"anchor": "main"}, "key": {"algorithm": "rsa2048"},
    "subject": [{"O": "Example ORG"}, {"CN": "Client"}],
    "validity": {"not_before": "+0s", "not_after": "+9999d"},
    "signature_algorithm": "sha256WithRSAEncryption",
    "defects": [{"version": 1}]}},
    "send": [{"certificate": "client"}]}"#;

/// One line a value: tag and length, and the content where it does not depend on key, time or chance.
fn structure(certificate: &[u8]) -> String {
    let mut text = String::new();
    let mut whole = crate::pki::der::read(certificate).unwrap();
    let draft = Draft::from_certificate(certificate).unwrap();
    whole.children_mut().unwrap()[0] = draft.tree;
    write_structure(&whole, 0, &mut text);
    text
}

#[expect(clippy::use_debug, reason = "for the eyes of whoever sees the test fail")]
fn write_structure(node: &Node, depth: usize, text: &mut String) {
    let by_chance = node.label == Some(Field::SerialNumber);
    write!(text, "{:depth$}{:?}", "", node.tag.unwrap()).unwrap();
    if let Some(octets) = node.as_octets() {
        let varies = [Tag::BIT_STRING, Tag::UTC_TIME, Tag::GENERALIZED_TIME];
        if by_chance {
            assert!(octets.len() <= 20 && octets[0] < 0x80);
        } else {
            write!(text, " {}", octets.len()).unwrap();
            if !varies.contains(&node.tag.unwrap()) {
                write!(text, " {octets:02x?}").unwrap();
            }
        }
    }
    text.push('\n');
    for child in node.children() {
        write_structure(child, depth + 1, text);
    }
}

fn twin() -> Vec<u8> {
    let forge = Forge::new(1, epoch());
    let authority = forge.authority("customer", &account(ACCOUNT)).unwrap();
    let minted = forge
        .mint("customer", &credential(CLIENT), &authority, KeyAlgorithm::P256, epoch())
        .unwrap();
    let end_entity = minted.end_entity.unwrap();
    assert_eq!(end_entity.subject.as_deref(), Some("CN=Client,O=Example ORG"));
    end_entity.der.to_vec()
}

#[test]
fn the_twin_is_built_as_the_captured_certificate() {
    let sample = include_bytes!("../testdata/openssl-client.der");
    assert_eq!(structure(&twin()), structure(sample));
    assert_eq!(twin().len(), sample.len());
}

/// Where the machine has the binary, and that is OpenSSL 3.0: later versions write X.509 version 3.
#[test]
fn the_twin_is_built_as_a_fresh_certificate() {
    let Ok(version) = Command::new("openssl").arg("version").output() else {
        return;
    };
    if !version.stdout.starts_with(b"OpenSSL 3.0.") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let config = "[req]\ndefault_bits=2048\nprompt=no\ndefault_md=sha256\nx509_extensions=v3_req\n\
                  distinguished_name=dn\n[dn]\nO=Example ORG\nCN=Client\n[v3_req]\n";
    std::fs::write(directory.path().join("client.cnf"), config).unwrap();
    openssl(
        directory.path(),
        "req -x509 -sha256 -nodes -days 9999 -newkey rsa:2048 -keyout ca.key -out ca.crt",
        Some("/O=Example ORG/CN=CA Cert"),
    );
    openssl(
        directory.path(),
        "req -new -config client.cnf -nodes -out client.csr -keyout client.key",
        None,
    );
    openssl(
        directory.path(),
        "x509 -req -sha256 -days 9999 -extfile client.cnf -extensions v3_req -CAcreateserial -CA ca.crt \
         -CAkey ca.key -in client.csr -out client.crt",
        None,
    );
    openssl(directory.path(), "x509 -in client.crt -outform DER -out client.der", None);
    let fresh = std::fs::read(directory.path().join("client.der")).unwrap();
    assert_eq!(structure(&twin()), structure(&fresh));
}

fn openssl(directory: &Path, arguments: &str, subject: Option<&str>) {
    let mut command = Command::new("openssl");
    command.current_dir(directory).args(arguments.split_whitespace());
    if let Some(subject) = subject {
        command.args(["-subj", subject]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
