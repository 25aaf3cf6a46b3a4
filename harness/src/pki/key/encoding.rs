//! `SubjectPublicKeyInfo` (RFC 5280 4.1.2.7) and PKCS #8 (RFC 5958) of the keys.

use mtls_scenarios::KeyAlgorithm;

use crate::pki::der::{Node, Tag};

const ID_EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const SECP384R1: &[u8] = &[0x2b, 0x81, 4, 0, 0x22];
const SECP521R1: &[u8] = &[0x2b, 0x81, 4, 0, 0x23];
const ID_ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// `AlgorithmIdentifier` of a key.
fn algorithm_identifier(algorithm: KeyAlgorithm) -> Node {
    let oid = |octets: &[u8]| Node::octets(Tag::OID, octets);
    let curve = |octets: &[u8]| Node::sequence(vec![oid(ID_EC_PUBLIC_KEY), oid(octets)]);
    match algorithm {
        KeyAlgorithm::P256 => curve(SECP256R1),
        KeyAlgorithm::P384 => curve(SECP384R1),
        KeyAlgorithm::P521 => curve(SECP521R1),
        KeyAlgorithm::Ed25519 => Node::sequence(vec![oid(ID_ED25519)]),
        KeyAlgorithm::Rsa1024
        | KeyAlgorithm::Rsa2048
        | KeyAlgorithm::Rsa3072
        | KeyAlgorithm::Rsa4096 => {
            Node::sequence(vec![oid(RSA_ENCRYPTION), Node::octets(Tag::universal(5), [])])
        }
    }
}

/// `SubjectPublicKeyInfo` around the bits of a public key.
pub(super) fn subject_public_key_info(algorithm: KeyAlgorithm, public: &[u8]) -> Vec<u8> {
    Node::sequence(vec![algorithm_identifier(algorithm), Node::bit_string(public)]).to_bytes()
}

/// `OneAsymmetricKey` of version 1 around the octets of a private key.
pub(super) fn pkcs8(algorithm: KeyAlgorithm, private: &Node) -> Vec<u8> {
    let private = Node::octets(Tag::OCTET_STRING, private.to_bytes());
    Node::sequence(vec![Node::unsigned(&[0]), algorithm_identifier(algorithm), private]).to_bytes()
}

/// `ECPrivateKey` (RFC 5915) without parameters, which PKCS #8 holds outside.
pub(super) fn ec_private_key(scalar: &[u8], public: &[u8]) -> Node {
    Node::sequence(vec![
        Node::unsigned(&[1]),
        Node::octets(Tag::OCTET_STRING, scalar),
        Node::values(Tag::context(1).constructed(), vec![Node::bit_string(public)]),
    ])
}

/// `CurvePrivateKey` of Ed25519 (RFC 8410 7).
pub(super) fn ed25519_private_key(seed: &[u8]) -> Node {
    Node::octets(Tag::OCTET_STRING, seed)
}
