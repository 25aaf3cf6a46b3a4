//! What a recipe says is what the certificate says.

use proptest::prelude::*;
use x509_parser::prelude::*;

use super::{client, mint};
use crate::pki::ForgeError;

fn leaf(fields: &str) -> Vec<u8> {
    mint(&client(fields)).unwrap().end_entity.unwrap().der.to_vec()
}

const USAGES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn certificates_carry_the_fields_of_their_recipe(
        common_name in "[ -~äöü]{0,40}",
        organization in "\\PC{0,20}",
        serial in proptest::collection::vec(any::<u8>(), 1..22),
        host in "[a-z]{1,20}\\.test",
        usages in proptest::sample::subsequence(&USAGES[..], 0..=9),
        path_len in proptest::option::of(any::<u8>()),
        days in 1_u32..3_000_000,
    ) {
        let serial_hex = super::super::hex::encode(&serial);
        let fields = serde_json::json!({
            "subject": [{"O": organization}, {"CN": common_name}],
            "serial": serial_hex,
            "subject_alt_names": [{"dns": host}, {"uri": "spiffe://x.test/a"}, {"ip": "10.0.0.1"}],
            "key_usage": usages,
            "basic_constraints": {"ca": true, "path_len": path_len},
            "validity": {"not_before": "+0s", "not_after": format!("+{days}d")},
        });
        let fields = fields.to_string();
        let minted = mint(&client(&fields[1..fields.len() - 1]));
        prop_assume!(!matches!(&minted, Err(error) if error.to_string().contains("outside the years")));
        let der = minted.unwrap().end_entity.unwrap().der;
        let (rest, certificate) = X509Certificate::from_der(&der).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(certificate.subject().iter_common_name().next().unwrap().as_str().unwrap(), common_name);
        prop_assert_eq!(certificate.subject().iter_organization().next().unwrap().as_str().unwrap(), organization);
        prop_assert_eq!(certificate.raw_serial(), serial);
        let names = certificate.subject_alternative_name().unwrap().unwrap();
        prop_assert_eq!(&names.value.general_names[0], &GeneralName::DNSName(&host));
        prop_assert_eq!(&names.value.general_names[2], &GeneralName::IPAddress(&[10, 0, 0, 1]));
        let constraints = certificate.basic_constraints().unwrap().unwrap().value;
        prop_assert_eq!(constraints.path_len_constraint, path_len.map(u32::from));
        let flags = certificate.key_usage().unwrap().unwrap().value.flags;
        let expected = USAGES.iter().enumerate().filter(|(_, u)| usages.contains(u)).fold(0_u16, |sum, (bit, _)| sum | 1 << bit);
        prop_assert_eq!(flags, expected);
        prop_assert_eq!(certificate.validity().not_after.timestamp(), 1_780_000_000 + i64::from(days) * 86_400);
    }
}

#[test]
fn times_change_form_at_2050() {
    let certificate =
        leaf(r#""validity": {"not_before": "20491231235959Z", "not_after": "99991231235959Z"}"#);
    let find = |tag: u8, text: &[u8]| {
        let value = [&[tag, u8::try_from(text.len()).unwrap()], text].concat();
        certificate.windows(value.len()).any(|window| window == value)
    };
    assert!(find(0x17, b"491231235959Z") && find(0x18, b"99991231235959Z"));
}

#[test]
fn odd_names_are_written() {
    let certificate = leaf(
        r#""subject": [{"CN": "a\u0000b"}, {"CN": "c", "OU": "d"}, {"CN": "e"}, {"C": "DE"}, {"emailAddress": "f@g.test"}],
        "subject_string_type": "bmp",
        "subject_alt_names": [{"email": "a@b.test"}, {"other": {"oid": "1.3.6.1.4.1.311.20.2.3", "value": "u"}},
            {"directory": [{"CN": "x"}]}]"#,
    );
    let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
    let rdns: Vec<usize> = certificate.subject().iter_rdn().map(|rdn| rdn.iter().count()).collect();
    assert_eq!(rdns, [1, 2, 1, 1, 1]);
    let names = &certificate.subject_alternative_name().unwrap().unwrap().value.general_names;
    assert!(matches!(names[0], GeneralName::RFC822Name("a@b.test")));
    assert!(matches!(names[1], GeneralName::OtherName(..)));
    assert!(matches!(names[2], GeneralName::DirectoryName(_)));
    let empty = leaf(r#""subject": [], "subject_alt_names": [{"dns": "a.test"}]"#);
    let (_, empty) = X509Certificate::from_der(&empty).unwrap();
    assert!(empty.subject().iter().next().is_none());
    assert!(empty.subject_alternative_name().unwrap().unwrap().critical);
}

#[test]
fn name_constraints_are_written() {
    let certificate = leaf(
        r#""name_constraints": {"permitted": [{"dns": ".a.test"}, {"uri": "a.test"}, {"ip": "10.0.0.0/8"}],
        "excluded": [{"email": "b.test"}, {"directory": [{"O": "x"}]}]}"#,
    );
    let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
    let constraints = certificate.name_constraints().unwrap().unwrap();
    assert!(constraints.critical);
    let permitted = constraints.value.permitted_subtrees.as_ref().unwrap();
    assert_eq!(permitted[0].base, GeneralName::DNSName(".a.test"));
    assert_eq!(permitted[1].base, GeneralName::URI("a.test"));
    assert_eq!(permitted[2].base, GeneralName::IPAddress(&[10, 0, 0, 0, 255, 0, 0, 0]));
    assert_eq!(constraints.value.excluded_subtrees.as_ref().unwrap().len(), 2);
}

#[test]
fn empty_usages_and_odd_constraints_are_written() {
    let certificate = leaf(
        r#""key_usage": [], "extended_key_usage": [], "basic_constraints": {"ca": false, "path_len": 3},
        "extensions": [{"oid": "1.2.3.4", "critical": true, "value": "0500"}]"#,
    );
    let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
    let value = |oid: &str| {
        let extension =
            certificate.extensions().iter().find(|e| e.oid.to_id_string() == oid).unwrap();
        (extension.value.to_vec(), extension.critical)
    };
    assert_eq!(value("2.5.29.15"), (vec![3, 1, 0], true));
    assert_eq!(value("2.5.29.37"), (vec![0x30, 0], false));
    assert_eq!(value("2.5.29.19"), (vec![0x30, 3, 2, 1, 3], true));
    assert_eq!(value("1.2.3.4"), (vec![5, 0], true));
}

#[test]
fn weak_signatures_are_made() {
    for (algorithm, oid) in [
        ("md5WithRSAEncryption", "1.2.840.113549.1.1.4"),
        ("sha1WithRSAEncryption", "1.2.840.113549.1.1.5"),
        ("sha256WithRSAEncryption", "1.2.840.113549.1.1.11"),
    ] {
        for key in ["rsa1024", "rsa2048"] {
            let minted = mint(&super::credential(&format!(
                r#"{{"summary": "s", "certificates": {{"leaf": {{"profile": "client", "issuer": "self_signed",
                "key": {{"algorithm": "{key}"}}, "signature_algorithm": "{algorithm}"}}}}, "send": [{{"certificate": "leaf"}}]}}"#
            )));
            let certificate = minted.unwrap().end_entity.unwrap().der;
            let (_, parsed) = X509Certificate::from_der(&certificate).unwrap();
            assert_eq!(parsed.signature_algorithm.algorithm.to_id_string(), oid);
            if algorithm != "md5WithRSAEncryption" {
                super::verify(&certificate, &certificate);
            }
        }
    }
}

#[test]
fn names_are_repeated_with_their_numbers() {
    let der = leaf(
        r#""subject_alt_names": [{"dns": "first.test"}, {"repeat": {"name": {"dns": "h{n}.test"}, "times": 3}}]"#,
    );
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    let expected = ["first.test", "h0.test", "h1.test", "h2.test"].map(GeneralName::DNSName);
    assert_eq!(names.value.general_names, expected);
}

#[test]
fn repetitions_have_an_end() {
    for fields in [
        r#""subject_alt_names": [{"repeat": {"name": {"dns": "{n}"}, "times": 99999999}}]"#,
        r#""subject_alt_names": [{"repeat": {"name": {"repeat": {"name": {"dns": "{n}"}, "times": 9}}, "times": 9}}]"#,
        r#""extensions": [{"oid": "1.2.3", "value": "00", "times": 99999999}]"#,
        r#""extensions": [{"oid": "1.2.3", "value": [{"hex": "00", "times": 99999999}]}]"#,
    ] {
        assert!(matches!(mint(&client(fields)), Err(ForgeError::Recipe { .. })), "{fields}");
    }
}

#[test]
fn extensions_are_repeated_with_their_numbers() {
    let der = leaf(
        r#""extensions": [{"oid": "1.2.3.{n}", "times": 2, "value": [{"hex": "0500"}, {"hex": "00", "times": 3}]}]"#,
    );
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    let extensions: Vec<_> = certificate.extensions().iter().rev().take(2).collect();
    for (extension, oid) in extensions.iter().zip(["1.2.3.1", "1.2.3.0"]) {
        assert_eq!(extension.oid.to_id_string(), oid);
        assert_eq!(extension.value, [5, 0, 0, 0, 0]);
    }
}

#[test]
fn a_public_key_is_written_as_given_and_signatures_have_its_length() {
    let json = r#"{"summary": "s", "certificates": {
        "ca": {"profile": "intermediate", "issuer": {"anchor": "main"}, "key": {"algorithm": "rsa2048"},
               "public_key": {"rsa": {"bits": 16384, "exponent": "03"}}},
        "leaf": {"profile": "client", "issuer": {"certificate": "ca"}}},
        "send": [{"certificate": "leaf"}, {"certificate": "ca"}]}"#;
    let minted = mint(&super::credential(json)).unwrap();
    let parsed = |name: &str| X509Certificate::from_der(&minted.certificates[name]).unwrap().1;
    let (authority, leaf) = (parsed("ca"), parsed("leaf"));
    let public_key::PublicKey::RSA(key) = authority.public_key().parsed().unwrap() else {
        panic!("no RSA key")
    };
    assert_eq!((key.key_size(), key.try_exponent().unwrap()), (16_384, 3));
    // The signature on the authority itself is good, the one that it makes has its modulus' length.
    let (_, account) = super::forge();
    super::verify(&minted.certificates["ca"], account.certificate("main").unwrap());
    assert_eq!(leaf.signature_value.data.len(), 16_384 / 8);
    let own = minted.key.unwrap();
    let signature = own.sign(own.schemes()[0], b"handshake").unwrap();
    assert!(signature.len() < 100);
}
