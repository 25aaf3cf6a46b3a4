//! Defects change what they name and nothing else.

use mtls_scenarios::{Defect, Field, Octets};
use proptest::prelude::*;
use x509_parser::prelude::*;

use super::{client, mint};
use crate::pki::der::{self, Node};
use crate::pki::surgery::Draft;

fn leaf(fields: &str) -> Vec<u8> {
    mint(&client(fields)).unwrap().end_entity.unwrap().der.to_vec()
}

fn tbs(certificate: &[u8]) -> Node {
    Draft::from_certificate(certificate).unwrap().tree
}

fn with_defect(defect: &Defect) -> Vec<u8> {
    leaf(&format!(r#""defects": [{}]"#, serde_json::to_string(defect).unwrap()))
}

/// The parts of a tree that do not carry the label.
fn others(node: &Node, field: Field) -> Vec<Vec<u8>> {
    node.children().iter().filter(|child| child.label != Some(field)).map(Node::to_bytes).collect()
}

const FIELDS: [Field; 7] = [
    Field::SerialNumber,
    Field::InnerSignatureAlgorithm,
    Field::Issuer,
    Field::Validity,
    Field::Subject,
    Field::SubjectPublicKeyInfo,
    Field::Extensions,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn replacing_a_field_keeps_the_others(field in proptest::sample::select(&FIELDS[..]), value in any::<[u8; 8]>()) {
        let der = super::super::hex::encode(&Node::octets(der::Tag::OCTET_STRING, value).to_bytes());
        let broken = with_defect(&Defect::Replace { field, der: Octets::Hex(der) });
        let good = leaf("");
        let read = der::read(&broken).unwrap();
        let mut expected = others(&tbs(&good), field);
        let octets = Node::octets(der::Tag::OCTET_STRING, value).to_bytes();
        let position = tbs(&good).children().iter().position(|child| child.label == Some(field)).unwrap();
        expected.insert(position, octets);
        let actual: Vec<_> = read.children()[0].children().iter().map(Node::to_bytes).collect();
        prop_assert_eq!(actual, expected);
    }

    #[test]
    fn a_flipped_bit_is_the_only_change(bit in any::<u16>()) {
        let (good, broken) = (leaf(""), with_defect(&Defect::FlipSignatureBit(bit)));
        prop_assert_eq!(good.len(), broken.len());
        let changed: u32 = good.iter().zip(&broken).map(|(a, b)| (a ^ b).count_ones()).sum();
        prop_assert_eq!(changed, 1);
        let signature = der::read(&good).unwrap().children()[2].to_bytes().len();
        prop_assert!(good[..good.len() - signature] == broken[..good.len() - signature]);
    }
}

#[test]
fn removing_a_field_keeps_the_others() {
    for field in FIELDS {
        let broken = der::read(&with_defect(&Defect::Remove(field))).unwrap();
        let actual: Vec<_> = broken.children()[0].children().iter().map(Node::to_bytes).collect();
        assert_eq!(actual, others(&tbs(&leaf("")), field), "{field:?}");
    }
}

#[test]
fn version_one_has_neither_version_nor_extensions() {
    let certificate = with_defect(&Defect::Version(1));
    let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
    assert_eq!(certificate.version(), X509Version::V1);
    assert_eq!(certificate.extensions().len(), 0);
    let (_, two) = X509Certificate::from_der(&with_defect(&Defect::Version(2)))
        .map(|(r, c)| (r.len(), c.version()))
        .unwrap();
    assert_eq!(two, X509Version::V2);
}

#[test]
fn long_lengths_differ_in_the_length_only() {
    let plain = tbs(&leaf(""));
    for field in FIELDS {
        let broken = with_defect(
            &serde_json::from_value(
                serde_json::json!({"long_length": {"field": field, "padding": 1}}),
            )
            .unwrap(),
        );
        assert_eq!(der::read(&broken), Err(der::DerError::Length), "{field:?}");
        let content =
            plain.children().iter().find(|child| child.label == Some(field)).unwrap().to_bytes();
        // Header of at most four octets; what follows is the same.
        assert!(
            broken.windows(content.len() - 4).any(|window| window == &content[4..]),
            "{field:?}"
        );
    }
}

#[test]
fn extensions_are_duplicated_reversed_and_made_critical() {
    let oids = |fields: &str| {
        let certificate = leaf(fields);
        let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
        let list = certificate.extensions().iter().map(|e| (e.oid.to_id_string(), e.critical));
        list.collect::<Vec<_>>()
    };
    let good = oids("");
    let mut reversed = oids(r#""defects": ["reverse_extensions"]"#);
    reversed.reverse();
    assert_eq!(reversed, good);
    let twice = oids(r#""defects": [{"duplicate_extension": "key_usage"}]"#);
    assert_eq!(twice.len(), good.len() + 1);
    assert_eq!(twice.iter().filter(|(oid, _)| oid == "2.5.29.15").count(), 2);
    let critical = oids(
        r#""defects": [{"critical": {"extension": "extended_key_usage", "critical": true}},
        {"critical": {"extension": "key_usage", "critical": false}}]"#,
    );
    assert!(
        critical.contains(&("2.5.29.37".to_owned(), true))
            && critical.contains(&("2.5.29.15".to_owned(), false))
    );
    let bare = oids(
        r#""omit": ["authority_key_identifier", "basic_constraints", "extended_key_usage", "key_usage", "subject_key_identifier"]"#,
    );
    assert_eq!(bare, []);
}

#[test]
fn outer_algorithm_and_trailing_bytes_leave_the_rest() {
    let good = leaf("");
    let trailing = leaf(r#""defects": [{"trailing_bytes": "0500"}]"#);
    assert_eq!(trailing[..good.len()], good);
    assert_eq!(trailing[good.len()..], [5, 0]);
    let outer = leaf(r#""defects": [{"outer_algorithm": "ecdsa-with-SHA384"}]"#);
    let (_, outer) = X509Certificate::from_der(&outer).unwrap();
    assert_eq!(outer.signature_algorithm.algorithm.to_id_string(), "1.2.840.10045.4.3.3");
    assert_eq!(outer.tbs_certificate.signature.algorithm.to_id_string(), "1.2.840.10045.4.3.2");
}

#[test]
fn signatures_over_defects_are_good() {
    for defect in [
        r#"{"version": 1}"#,
        r#"{"remove": "subject"}"#,
        r#"{"append": {"field": "tbs_certificate", "der": "0500"}}"#,
        r#"{"long_length": {"field": "tbs_certificate", "padding": 2}}"#,
    ] {
        let certificate = leaf(&format!(r#""defects": [{defect}]"#));
        let (_, authority) = super::forge();
        let key = authority.key("main").unwrap();
        // Deterministic: signing the same octets again gives the same signature.
        let (outer, inner) = header(&certificate);
        let signed = &certificate[outer..outer + inner];
        let signature = key.sign_certificate(key.default_signature(), signed).unwrap();
        assert!(certificate.ends_with(&signature), "{defect}");
    }
}

/// Length of the outer header, and of the whole TBS with its header, read leniently.
fn header(certificate: &[u8]) -> (usize, usize) {
    let length = |at: usize| {
        let count = usize::from(certificate[at + 1] & 0x7f);
        let digits = &certificate[at + 2..at + 2 + count];
        (2 + count, digits.iter().fold(0, |sum, octet| sum * 256 + usize::from(*octet)))
    };
    let (outer, _) = length(0);
    let (inner, content) = length(outer);
    (outer, inner + content)
}
