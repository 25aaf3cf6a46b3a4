//! Rules about files: what is in which, and how it is written.

use super::*;
use crate::doctor::{DoctorError, Files};

/// Three files, and what is found at least.
pub(super) struct Sample {
    certificate: Vec<u8>,
    key: Option<Vec<u8>>,
    ca: Option<Vec<u8>>,
    pub(super) ids: &'static [&'static str],
}

fn sample(certificate: &str, key: &str, ca: &str, ids: &'static [&'static str]) -> Sample {
    let octets = |text: &str| text.as_bytes().to_vec();
    Sample { certificate: octets(certificate), key: Some(octets(key)), ca: Some(octets(ca)), ids }
}

/// DER of the first PEM section.
fn der(pem: &str) -> Vec<u8> {
    super::super::pem::read(pem).sections.remove(0).der
}

/// The inner key of PKCS #8, which is SEC 1 or PKCS #1.
fn inner(pkcs8: &[u8]) -> Vec<u8> {
    let tree = crate::pki::der::read(pkcs8).unwrap();
    tree.children()[2].as_octets().unwrap().to_vec()
}

pub(super) fn samples(world: &World) -> Vec<Sample> {
    let (p256, rsa) =
        (world.mint("valid", KeyAlgorithm::P256), world.mint("valid", KeyAlgorithm::Rsa2048));
    let (crt, key, ca) = (&chain_pem(&p256), &key_pem(&p256), &world.anchor("main"));
    let (rsa_crt, rsa_key) = (&chain_pem(&rsa), &key_pem(&rsa));
    let sec1 = pem::encode("EC PRIVATE KEY", &inner(&der(key)));
    let pkcs1 = pem::encode("RSA PRIVATE KEY", &inner(&der(rsa_key)));
    let parameters = pem::encode("EC PARAMETERS", &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
    let encrypted = pem::encode("ENCRYPTED PRIVATE KEY", &[0x30, 0]);
    let old = sec1.replacen(
        "KEY-----\n",
        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n",
        1,
    );
    let mut other_curve = der(key);
    let at = other_curve.windows(4).position(|window| window == [0x3d, 3, 1, 7]).unwrap();
    other_curve[at + 3] = 1;
    let bare = |certificate: &[u8], key: Option<&[u8]>, ca: Option<&[u8]>, ids| Sample {
        certificate: certificate.to_vec(),
        key: key.map(<[u8]>::to_vec),
        ca: ca.map(<[u8]>::to_vec),
        ids,
    };
    let mut damaged = crt.clone();
    damaged.insert_str(0, "-----BEGIN CERTIFICATE-----\nAAAA\n");
    vec![
        sample(crt, key, ca, &[]),
        sample(crt, rsa_key, ca, &["key-mismatch"]),
        bare(crt.as_bytes(), None, None, &["key-not-given", "ca-not-given"]),
        bare(&der(crt), Some(&der(key)), Some(&der(ca)), &["not-pem"]),
        sample(crt, &encrypted, ca, &["key-encrypted"]),
        sample(crt, &old, ca, &["key-encrypted"]),
        sample(crt, &pem::encode("PRIVATE KEY", b"garbage"), ca, &["key-unreadable"]),
        sample(crt, &pem::encode("PRIVATE KEY", &other_curve), ca, &["key-not-checked"]),
        sample(rsa_crt, &pkcs1, ca, &["key-pkcs1"]),
        sample(crt, &sec1, ca, &["key-sec1"]),
        sample(crt, &(parameters + &sec1), ca, &["key-sec1", "ec-parameters-in-key-file"]),
        sample(crt, &(key.clone() + rsa_key), ca, &["several-keys"]),
        sample(crt, &(rsa_key.clone() + key), ca, &["several-keys", "key-mismatch"]),
        sample(key, crt, ca, &["files-swapped"]),
        sample(&(crt.clone() + key), key, ca, &["key-in-certificate-file"]),
        sample(crt, &(key.clone() + crt), ca, &["certificate-in-key-file"]),
        sample(crt, key, &(ca.clone() + key), &["key-in-ca-file"]),
        sample(
            &crt.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            key,
            ca,
            &["openssl-trusted-certificate"],
        ),
        sample(&damaged, key, ca, &["pem-damaged"]),
        sample(&crt.replace('\n', " "), key, ca, &["pem-lines-joined"]),
        sample(&crt.replace('\n', "\\n"), key, ca, &["pem-newlines-escaped"]),
    ]
}

/// Files in a directory of their own, readable by their owner alone.
fn written(sample: &Sample) -> (tempfile::TempDir, Files) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).unwrap();
        set_mode(&path, 0o600);
        path
    };
    let files = Files {
        certificate: write("client.crt", &sample.certificate),
        key: sample.key.as_ref().map(|octets| write("client.key", octets)),
        ca: sample.ca.as_ref().map(|octets| write("ca.crt", octets)),
    };
    (folder, files)
}

#[cfg(unix)]
fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn each_form_has_its_findings() {
    let world = World::new();
    for (number, sample) in samples(&world).iter().enumerate() {
        let (_folder, files) = written(sample);
        let credential = Credential::from_files(&files).unwrap();
        let examination = examine(&[credential], after(0));
        let found = ids(&examination.credentials[0]);
        assert_eq!(found, sample.ids.iter().copied().collect(), "sample {number}");
        let text = examination.to_text() + &serde_json::to_string(&examination).unwrap();
        let key = key_pem(&world.mint("valid", KeyAlgorithm::P256));
        let secret = key.lines().nth(1).unwrap().get(8..40).unwrap();
        assert!(!text.contains(secret), "sample {number} shows a private key");
    }
}

#[cfg(unix)]
#[test]
fn a_key_for_everybody_is_found() {
    let world = World::new();
    let (_folder, files) = written(&samples(&world)[0]);
    set_mode(files.key.as_ref().unwrap(), 0o644);
    let examination = examine(&[Credential::from_files(&files).unwrap()], after(0));
    assert_eq!(ids(&examination.credentials[0]), ["key-readable-by-others"].into());
}

#[test]
fn what_is_something_else_is_named() {
    let world = World::new();
    let minted = world.mint("valid", KeyAlgorithm::P256);
    let (crt, key) = (chain_pem(&minted), key_pem(&minted));
    for (certificate, key, hint) in [
        (key.as_str(), key.as_str(), "it holds a private key; is it the wrong file?"),
        (&crt, &crt, "it holds a certificate; is it the wrong file?"),
        ("hello", &key, "neither a PEM section"),
        (&crt, "", "neither a PEM section"),
        (&pem::encode("CERTIFICATE REQUEST", &[0x30, 0]), &key, "certificate request"),
        (&pem::encode("PKCS7", &[0x30, 0]), &key, "openssl pkcs7"),
        ("-----BEGIN CERTIFICATE-----\nAAAA", &key, "has no end"),
        ("0\u{8}\u{2}\u{1}\u{3}0\u{3}\u{2}\u{1}\u{1}", &key, "openssl pkcs12"),
    ] {
        let (_folder, files) = written(&sample(certificate, key, &crt, &[]));
        let error = Credential::from_files(&files).err().unwrap();
        assert!(error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn a_bundle_of_cas_is_no_client() {
    let world = World::new();
    let minted = world.mint("valid", KeyAlgorithm::P256);
    let (_folder, files) = written(&sample(&chain_pem(&minted).repeat(65), "", "", &[]));
    let error = Credential::from_files(&Files { key: None, ca: None, ..files }).err().unwrap();
    assert!(matches!(error, DoctorError::TooMany { count: 65, .. }), "{error}");
}
