//! Rules about certificates and chains, each with a credential that breaks it.

use super::*;

/// Credentials of the library, and exactly what is found about each.
pub(super) const SAMPLES: [(&str, &[&str]); 39] = [
    ("valid", &[]),
    ("via-intermediate", &[]),
    ("recipe-v1", &["x509-v1", "issuer-without-key-usage", "long-lived"]),
    ("recipe-v3", &["issuer-without-key-usage", "long-lived"]),
    ("version-2", &["x509-version-unsupported"]),
    ("version-1-with-extensions", &["x509-version-unsupported"]),
    ("eku-server-auth", &["eku-without-client-auth"]),
    ("eku-any", &["eku-any-only"]),
    ("key-usage-key-encipherment", &["key-usage-without-digital-signature"]),
    ("empty-subject", &["names-nobody"]),
    ("empty-subject-with-alternative-name", &["empty-subject"]),
    ("intermediate-as-client", &["ca-certificate-as-client"]),
    ("serial-negative", &["serial-negative"]),
    ("serial-zero", &["serial-zero"]),
    ("serial-21-octets", &["serial-too-long"]),
    ("serial-20-octets", &[]),
    ("unknown-critical-extension", &["unknown-critical-extension"]),
    ("unknown-extension", &[]),
    ("duplicate-key-usage", &["duplicate-extension"]),
    ("malformed-basic-constraints", &["certificate-malformed"]),
    ("md5-signed", &["md5-signature"]),
    ("sha1-signed", &["sha1-signature"]),
    ("rsa1024", &["rsa-below-2048"]),
    ("rsa1024-intermediate", &["rsa-below-2048"]),
    ("expired", &["expired"]),
    ("expired-intermediate", &["expired"]),
    ("not-yet-valid", &["not-yet-valid"]),
    ("expired-trust-anchor", &["ca-expired"]),
    ("self-signed", &["self-signed"]),
    ("intermediate-not-sent", &["missing-intermediate"]),
    ("twin-ca-key-identifier-copied", &["signature-wrong"]),
    ("twin-ca-key-identifier-wrong", &["signature-wrong"]),
    ("shuffled-chain", &["chain-order", "chain-deep"]),
    ("root-included", &["root-in-file"]),
    ("dns-outside", &["name-constraints"]),
    ("path-length-exceeded", &["path-length", "chain-deep"]),
    ("intermediate-no-basic-constraints", &["issuer-not-a-ca"]),
    ("v1-intermediate", &["issuer-x509-v1"]),
    ("nested-eku-server-auth", &["issuer-eku-without-client-auth"]),
];

/// What the other tests of this file look for.
pub(super) const ELSEWHERE: [&str; 18] = [
    "curve-p521",
    "curve-unusual",
    "ed25519-key",
    "ed448-key",
    "rsa-pss-key",
    "key-algorithm-unknown",
    "expires-soon",
    "ca-expires-soon",
    "ca-not-yet-valid",
    "outlives-issuer",
    "chain-too-deep",
    "duplicate-certificate",
    "unrelated-certificate",
    "client-certificate-not-first",
    "path-refused",
    "issuer-key-usage",
    "ca-not-self-signed",
    "key-mismatch",
];

fn found(world: &World, name: &str) -> Diagnosis {
    let minted = world.mint(name, KeyAlgorithm::P256);
    diagnose(&chain_pem(&minted), &key_pem(&minted), &world.anchors(), after(0))
}

#[test]
fn each_credential_has_its_findings_and_no_others() {
    let world = World::new();
    let mut wrong = Vec::new();
    for (name, expected) in SAMPLES {
        let diagnosis = found(&world, name);
        if ids(&diagnosis) != expected.iter().copied().collect() {
            wrong.push((name, ids(&diagnosis)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// An error exactly where a validator refuses, or a rule says why one that is not run does.
#[test]
fn a_refusal_is_never_without_an_error() {
    let world = World::new();
    let mut refused = 0;
    for (name, credential) in &world.library.credentials {
        if credential.made_by.is_some() || credential.send.as_ref().is_none_or(Vec::is_empty) {
            continue;
        }
        let diagnosis = found(&world, name);
        let accepts = diagnosis.verdicts.iter().all(|verdict| verdict.accepts);
        let errors = diagnosis.findings.iter().any(|f| f.severity == super::super::Severity::Error);
        assert!(accepts || errors, "{name}");
        refused += usize::from(!accepts);
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn chains_that_are_not_as_they_should_be() {
    let world = World::new();
    for (name, id) in [
        ("duplicate-certificates", "duplicate-certificate"),
        ("victim-last", "unrelated-certificate"),
        ("end-entity-last", "client-certificate-not-first"),
        ("generalized-time-before-2050", "path-refused"),
        ("intermediate-no-key-cert-sign", "issuer-key-usage"),
        ("stolen-certificate", "key-mismatch"),
        ("unknown-public-key-algorithm", "key-algorithm-unknown"),
        ("valid-9999-days", "outlives-issuer"),
    ] {
        assert!(ids(&found(&world, name)).contains(id), "{name}: {:?}", ids(&found(&world, name)));
    }
}

#[test]
fn keys_that_not_everybody_takes() {
    let world = World::new();
    for (algorithm, from, to, id) in [
        (KeyAlgorithm::P521, [].as_slice(), [].as_slice(), "curve-p521"),
        (KeyAlgorithm::Ed25519, &[], &[], "ed25519-key"),
        // The same certificates with another object identifier in them: P-192, Ed448, id-RSASSA-PSS.
        (KeyAlgorithm::P256, &[0x3d, 3, 1, 7], &[0x3d, 3, 1, 1], "curve-unusual"),
        (KeyAlgorithm::Ed25519, &[0x2b, 0x65, 0x70], &[0x2b, 0x65, 0x71], "ed448-key"),
        (KeyAlgorithm::Rsa2048, &[0x0d, 1, 1, 1], &[0x0d, 1, 1, 10], "rsa-pss-key"),
    ] {
        let minted = world.mint("valid", algorithm);
        let der = replaced(&minted.certificate_list.as_ref().unwrap()[0], from, to);
        let certificate = pem::encode("CERTIFICATE", &der);
        let diagnosis = diagnose(&certificate, &key_pem(&minted), &world.anchor("main"), after(0));
        assert!(ids(&diagnosis).contains(id), "{id}: {:?}", ids(&diagnosis));
    }
}

fn replaced(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut octets = octets.to_vec();
    if !from.is_empty() {
        let at = octets.windows(from.len()).position(|window| window == from).unwrap();
        octets[at..at + to.len()].copy_from_slice(to);
    }
    octets
}

#[test]
fn dates_are_seen_from_the_day_that_was_asked_about() {
    let world = World::new();
    let minted = world.mint("valid", KeyAlgorithm::P256);
    for (days, expected) in [
        (-9_999, ["not-yet-valid", "ca-not-yet-valid"].as_slice()),
        (0, &[]),
        (58, &[]),
        (60, &["expires-soon"]),
        (91, &["expired"]),
        (3640, &["expired", "ca-expires-soon"]),
        (3700, &["expired", "ca-expired"]),
    ] {
        let diagnosis =
            diagnose(&chain_pem(&minted), &key_pem(&minted), &world.anchor("main"), after(days));
        assert_eq!(ids(&diagnosis), expected.iter().copied().collect(), "{days}");
    }
}

#[test]
fn seven_intermediates_are_too_many() {
    let mut certificates =
        vec![r#""i1": {"profile": "intermediate", "issuer": {"anchor": "main"}}"#.to_owned()];
    for n in 2..=7 {
        let above = n - 1;
        certificates.push(format!(
            r#""i{n}": {{"profile": "intermediate", "issuer": {{"certificate": "i{above}"}}}}"#
        ));
    }
    certificates
        .push(r#""client": {"profile": "client", "issuer": {"certificate": "i7"}}"#.to_owned());
    let sent: Vec<_> = (1..=7).rev().map(|n| format!(r#"{{"certificate": "i{n}"}}"#)).collect();
    let json = format!(
        r#"{{"summary": "s", "certificates": {{{}}}, "send": [{{"certificate": "client"}}, {}]}}"#,
        certificates.join(", "),
        sent.join(", ")
    );
    let world = World::new();
    let minted = world.forge(&json);
    let diagnosis =
        diagnose(&chain_pem(&minted), &key_pem(&minted), &world.anchor("main"), after(0));
    assert_eq!(ids(&diagnosis), ["chain-too-deep"].into(), "{:?}", diagnosis.verdicts);
    assert!(!diagnosis.verdicts[1].accepts);
}

#[test]
fn an_intermediate_alone_is_no_root() {
    let world = World::new();
    let minted = world.mint("via-intermediate", KeyAlgorithm::P256);
    let list = minted.certificate_list.as_ref().unwrap();
    let [client, issuer] = [0, 1].map(|n| pem::encode("CERTIFICATE", &list[n]));
    let diagnosis = diagnose(&client, &key_pem(&minted), &issuer, after(0));
    assert_eq!(ids(&diagnosis), ["ca-not-self-signed"].into());
    let both = issuer + &world.anchor("main");
    assert!(ids(&diagnose(&client, &key_pem(&minted), &both, after(0))).is_empty());
}
