//! Whole credentials and accounts, minted and read back by other people's parsers.

use std::collections::BTreeMap;
use std::time::Duration;

use mtls_scenarios::{Account, Credential, KeyAlgorithm};
use rustls::pki_types::UnixTime;
use x509_parser::prelude::*;

use super::*;

mod customer;
mod defects;
mod files;
mod recipes;

pub(super) fn epoch() -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(1_780_000_000))
}

pub(super) fn account(json: &str) -> Account {
    serde_json::from_str(json).unwrap()
}

pub(super) fn credential(json: &str) -> Credential {
    serde_json::from_str(json).unwrap()
}

/// A credential of one client certificate, whose recipe has these fields more.
pub(super) fn client(fields: &str) -> Credential {
    let comma = if fields.is_empty() { "" } else { "," };
    credential(&format!(
        r#"{{"summary": "s", "certificates": {{"leaf": {{"profile": "client", "issuer": {{"anchor": "main"}} {comma} {fields}}}}},
        "send": [{{"certificate": "leaf"}}]}}"#
    ))
}

pub(super) const ALPHA: &str =
    r#"{"summary": "s", "anchors": {"main": {"profile": "authority", "issuer": "self_signed"}}}"#;

pub(super) fn forge() -> (Forge, Authority) {
    let forge = Forge::new(7, epoch());
    let authority = forge.authority("alpha", &account(ALPHA)).unwrap();
    (forge, authority)
}

pub(super) fn mint(credential: &Credential) -> Result<Minted, ForgeError> {
    let (forge, authority) = forge();
    forge.mint("c", credential, &authority, KeyAlgorithm::P256, epoch())
}

fn verify(certificate: &[u8], issuer: &[u8]) {
    let certificate = webpki_free_parse(certificate);
    let issuer = webpki_free_parse(issuer);
    check_signature(&certificate, &issuer).unwrap();
}

fn webpki_free_parse(der: &[u8]) -> X509Certificate<'_> {
    let (rest, certificate) = X509Certificate::from_der(der).unwrap();
    assert!(rest.is_empty());
    certificate
}

fn check_signature(
    certificate: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
) -> Result<(), String> {
    use aws_lc_rs::signature as s;
    let oid = certificate.signature_algorithm.algorithm.to_id_string();
    let algorithm: &'static dyn s::VerificationAlgorithm =
        match (oid.as_str(), issuer.public_key().subject_public_key.data.len()) {
            ("1.2.840.10045.4.3.2", _) => &s::ECDSA_P256_SHA256_ASN1,
            ("1.2.840.10045.4.3.3", _) => &s::ECDSA_P384_SHA384_ASN1,
            ("1.2.840.10045.4.3.4", _) => &s::ECDSA_P521_SHA512_ASN1,
            ("1.3.101.112", _) => &s::ED25519,
            ("1.2.840.113549.1.1.5", _) => &s::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
            ("1.2.840.113549.1.1.11", _) => &s::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            other => return Err(format!("{other:?}")),
        };
    s::UnparsedPublicKey::new(algorithm, &issuer.public_key().subject_public_key.data)
        .verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data)
        .map_err(|e| e.to_string())
}

#[test]
fn every_key_algorithm_mints_a_verifiable_chain() {
    use KeyAlgorithm::{Ed25519, P256, P384, P521, Rsa1024, Rsa2048, Rsa3072, Rsa4096};
    for algorithm in [P256, P384, P521, Ed25519, Rsa1024, Rsa2048, Rsa3072, Rsa4096] {
        let (forge, authority) = forge();
        let credential = credential(
            r#"{"summary": "s", "certificates": {
            "intermediate": {"profile": "intermediate", "issuer": {"anchor": "main"}},
            "leaf": {"profile": "client", "issuer": {"certificate": "intermediate"}}},
            "send": [{"certificate": "leaf"}, {"certificate": "intermediate"}]}"#,
        );
        let minted = forge.mint("c", &credential, &authority, algorithm, epoch()).unwrap();
        let list = minted.certificate_list.unwrap();
        verify(&list[0], &list[1]);
        verify(&list[1], authority.certificate("main").unwrap());
        let again = Forge::new(7, epoch());
        let authority = again.authority("alpha", &account(ALPHA)).unwrap();
        let again = again.mint("c", &credential, &authority, algorithm, epoch()).unwrap();
        assert_eq!(again.certificate_list.unwrap(), list, "{algorithm:?}");
    }
}

#[test]
fn profile_defaults_are_as_documented() {
    let minted = mint(&client("")).unwrap();
    let end_entity = minted.end_entity.unwrap();
    assert_eq!(end_entity.subject.as_deref(), Some("CN=leaf,O=Example ORG"));
    let leaf = webpki_free_parse(&end_entity.der);
    assert_eq!(leaf.version(), X509Version::V3);
    assert_eq!(leaf.issuer().to_string(), "O=Example ORG, CN=alpha main");
    assert_eq!(leaf.raw_serial().len(), 20);
    assert!(!leaf.basic_constraints().unwrap().unwrap().value.ca);
    assert!(leaf.key_usage().unwrap().unwrap().value.digital_signature());
    assert!(leaf.extended_key_usage().unwrap().unwrap().value.client_auth);
    assert_eq!(leaf.validity().not_before.timestamp(), 1_780_000_000 - 86_400);
    assert_eq!(leaf.validity().not_after.timestamp(), 1_780_000_000 + 90 * 86_400);
    let (_, authority) = forge();
    let anchor = webpki_free_parse(authority.certificate("main").unwrap());
    assert!(anchor.is_ca());
    assert_eq!(anchor.iter_extensions().count(), 3);
}

#[test]
fn errors_name_credential_certificate_and_field() {
    for (fields, text) in [
        (
            r#""serial": "0g""#,
            "credential `c`, certificate `leaf`: `serial`: `0g` is not hexadecimal",
        ),
        (
            r#""validity": {"not_after": "soon"}"#,
            "certificate `leaf`: `validity.not_after`: `soon` is not a time",
        ),
        (
            r#""signature_algorithm": "Ed25519""#,
            "`signature_algorithm`: a key of algorithm p256 cannot make",
        ),
        (r#""defects": [{"remove": "subject_alt_name"}]"#, "names the field SubjectAltName"),
    ] {
        let message = mint(&client(fields)).unwrap_err().to_string();
        assert!(message.contains(text), "{message}");
    }
    let cyclic = r#"{"summary": "s", "certificates": {
        "a": {"profile": "client", "issuer": {"certificate": "b"}},
        "b": {"profile": "client", "issuer": {"certificate": "a"}}}}"#;
    assert!(
        mint(&credential(cyclic)).unwrap_err().to_string().contains("`a`, `b` issue each other")
    );
    let unknown = cyclic.replace(r#"{"certificate": "b"}"#, r#"{"certificate": "foo"}"#);
    let message = mint(&credential(&unknown)).unwrap_err().to_string();
    assert_eq!(
        message,
        "credential `c`: `certificates.a.issuer` names the unknown certificate `foo`; this credential has `a`, `b`"
    );
    let anchor = client("").certificates;
    let unknown = serde_json::to_string(&anchor).unwrap().replace("main", "old");
    let message = mint(&credential(&format!(r#"{{"summary": "s", "certificates": {unknown}}}"#)))
        .unwrap_err();
    assert!(message.to_string().contains("unknown anchor `old`; account `alpha` has `main`"));
}

#[test]
fn none_and_empty_differ() {
    let none = mint(&credential(r#"{"summary": "s"}"#)).unwrap();
    assert!(none.certificate_list.is_none() && none.key.is_none() && none.end_entity.is_none());
    let empty = mint(&credential(r#"{"summary": "s", "send": []}"#)).unwrap();
    assert_eq!(empty.certificate_list.unwrap().len(), 0);
    assert!(empty.key.is_some() && empty.end_entity.is_none());
}

#[test]
fn keys_sign_every_scheme_they_offer() {
    use KeyAlgorithm::{Ed25519, P256, P384, P521, Rsa1024, Rsa2048};
    for algorithm in [P256, P384, P521, Ed25519, Rsa1024, Rsa2048] {
        let (forge, authority) = forge();
        let key =
            forge.mint("c", &client(""), &authority, algorithm, epoch()).unwrap().key.unwrap();
        for scheme in key.schemes() {
            assert!(key.sign(*scheme, b"message").is_ok(), "{algorithm:?} {scheme:?}");
        }
        let read = Key::from_pem_or_der(key.pkcs8_pem().as_bytes()).unwrap();
        assert_eq!(read.subject_public_key_info(), key.subject_public_key_info());
        assert_eq!(read.algorithm(), algorithm);
    }
}

#[test]
fn rsa_keys_run_out_with_an_error() {
    let certificates: BTreeMap<String, serde_json::Value> = (0..6)
        .map(|n| (format!("c{n}"), serde_json::json!({"profile": "client", "issuer": "self_signed", "key": {"algorithm": "rsa2048"}})))
        .collect();
    let credential: Credential =
        serde_json::from_value(serde_json::json!({"summary": "s", "certificates": certificates}))
            .unwrap();
    assert!(mint(&credential).unwrap_err().to_string().contains("no rsa2048 test key is left"));
}
