//! The one place where certificates and revocation lists get their signature.

use mtls_scenarios::{Field, SignatureAlgorithm};

use super::der::{self, DerError, Node, Tag};
use super::key::{Key, SignError};

/// `AlgorithmIdentifier` of a signature (RFC 3279 2.2, RFC 4055 5, RFC 5758 3.2, RFC 8410 3).
pub(crate) fn algorithm_identifier(algorithm: SignatureAlgorithm) -> Node {
    const PKCS1: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
    const ECDSA_WITH_SHA2: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3];
    let rsa = |last: u8| {
        let oid = Node::octets(Tag::OID, [&PKCS1, [last].as_slice()].concat());
        Node::sequence(vec![oid, Node::octets(Tag::universal(5), [])])
    };
    let ecdsa = |last: u8| {
        Node::sequence(vec![Node::octets(Tag::OID, [&ECDSA_WITH_SHA2, [last].as_slice()].concat())])
    };
    match algorithm {
        SignatureAlgorithm::Md5WithRsa => rsa(4),
        SignatureAlgorithm::Sha1WithRsa => rsa(5),
        SignatureAlgorithm::Sha256WithRsa => rsa(11),
        SignatureAlgorithm::Sha384WithRsa => rsa(12),
        SignatureAlgorithm::Sha512WithRsa => rsa(13),
        SignatureAlgorithm::EcdsaWithSha256 => ecdsa(2),
        SignatureAlgorithm::EcdsaWithSha384 => ecdsa(3),
        SignatureAlgorithm::EcdsaWithSha512 => ecdsa(4),
        SignatureAlgorithm::Ed25519 => {
            Node::sequence(vec![Node::octets(Tag::OID, [0x2b, 0x65, 0x70])])
        }
    }
}

/// `SIGNED{..}`: what is signed, the algorithm, the signature; with the labels of a certificate.
pub(crate) fn seal(
    to_be_signed: &Node,
    key: &Key,
    algorithm: SignatureAlgorithm,
) -> Result<Node, SignError> {
    let tbs = to_be_signed.to_bytes();
    let signature = key.sign_certificate(algorithm, &tbs)?;
    Ok(Node::sequence(vec![
        Node::raw(tbs),
        algorithm_identifier(algorithm).labelled(Field::OuterSignatureAlgorithm),
        Node::bit_string(&signature).labelled(Field::SignatureValue),
    ])
    .labelled(Field::Certificate))
}

/// A certificate that is signed already, with the labels that [`seal`] gives.
pub(crate) fn sealed(certificate: &[u8]) -> Result<Node, DerError> {
    let mut tree = der::read(certificate)?;
    let labels = [Field::TbsCertificate, Field::OuterSignatureAlgorithm, Field::SignatureValue];
    for (node, label) in tree.children_mut().into_iter().flatten().zip(labels) {
        node.label = Some(label);
    }
    Ok(tree.labelled(Field::Certificate))
}
