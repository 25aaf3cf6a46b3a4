//! Public keys that a key poses as: of sizes and algorithms that nobody signs with.

use mtls_scenarios::{PublicKey, RsaPublicKey};

use crate::pki::der::{Node, Tag};
use crate::pki::error::RecipeError;
use crate::pki::hex;
use crate::pki::oid::Oid;

/// What the modulus of an RSA key is made of; its first bit is set.
const MODULUS_OCTET: u8 = 0xc7;
const MAX_MODULUS_BITS: usize = 65_536;
const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";

/// A public key, and how long signatures by it are.
pub(crate) struct Posed {
    /// `SubjectPublicKeyInfo` in DER.
    pub(super) spki: Vec<u8>,
    /// Least octets of a signature.
    pub(super) signature_length: usize,
}

impl Posed {
    pub(crate) fn new(public: &PublicKey) -> Result<Self, RecipeError> {
        match public {
            PublicKey::Rsa(rsa) => {
                let null = Node::octets(Tag::universal(5), []).to_bytes();
                let key = rsa_public_key(rsa)?.to_bytes();
                let spki = subject_public_key_info(RSA_ENCRYPTION, null, &key)?;
                Ok(Self { spki, signature_length: rsa.bits / 8 })
            }
            PublicKey::Other { algorithm, parameters, key } => {
                let parameters = hex::decode_all("public_key.other.parameters", parameters)?;
                let key = hex::decode_all("public_key.other.key", key)?;
                let spki = subject_public_key_info(algorithm, parameters, &key)?;
                Ok(Self { spki, signature_length: 0 })
            }
        }
    }
}

fn rsa_public_key(rsa: &RsaPublicKey) -> Result<Node, RecipeError> {
    let RsaPublicKey { bits, even, exponent } = rsa;
    if !bits.is_multiple_of(8) || !(8..=MAX_MODULUS_BITS).contains(bits) {
        return Err(RecipeError::Modulus(*bits));
    }
    let mut modulus = vec![MODULUS_OCTET; bits / 8];
    if let Some(last) = modulus.last_mut().filter(|_| *even) {
        *last &= 0xfe;
    }
    let exponent = hex::decode_all("public_key.rsa.exponent", exponent)?;
    Ok(Node::sequence(vec![Node::unsigned(&modulus), Node::unsigned(&exponent)]))
}

fn subject_public_key_info(
    algorithm: &str,
    parameters: Vec<u8>,
    key: &[u8],
) -> Result<Vec<u8>, RecipeError> {
    let algorithm = Node::sequence(vec![Oid::parse(algorithm)?.to_node(), Node::raw(parameters)]);
    Ok(Node::sequence(vec![algorithm, Node::bit_string(key)]).to_bytes())
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::{FromDer as _, SubjectPublicKeyInfo};
    use x509_parser::public_key::PublicKey as Parsed;

    use super::*;

    fn rsa(bits: usize, even: bool) -> PublicKey {
        PublicKey::Rsa(RsaPublicKey { bits, even, exponent: "03".into() })
    }

    #[test]
    fn rsa_keys_of_any_size() {
        for (bits, even) in [(512, false), (16_384, true)] {
            let posed = Posed::new(&rsa(bits, even)).unwrap();
            assert_eq!(posed.signature_length, bits / 8);
            let (rest, spki) = SubjectPublicKeyInfo::from_der(&posed.spki).unwrap();
            let Parsed::RSA(key) = spki.parsed().unwrap() else { panic!("no RSA key") };
            assert!(rest.is_empty());
            assert_eq!((key.key_size(), key.try_exponent().unwrap()), (bits, 3));
            assert_eq!(key.modulus.last().unwrap() & 1 == 0, even);
        }
        for bits in [0, 7, 65_544] {
            assert!(matches!(Posed::new(&rsa(bits, false)), Err(RecipeError::Modulus(_))));
        }
    }

    #[test]
    fn keys_of_any_algorithm() {
        let public = PublicKey::Other {
            algorithm: "1.3.101.110".to_owned(),
            parameters: "".into(),
            key: "0102".into(),
        };
        let expected = [0x30, 0x0c, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 3, 0, 1, 2];
        assert_eq!(Posed::new(&public).unwrap().spki, expected);
    }
}
