//! ECDSA: `r` and `s` out of range (CVE-2022-21449), and encodings that are not DER.

use mtls_scenarios::KeyAlgorithm;
use mtls_scenarios::script::{DerForm, Number, Numbers};

use super::number::{add, less_one, negative};
use crate::pki::der::{self, Node, Tag};

/// Octets of a number of P-256, for [`DerForm::Plain`].
const PLAIN: usize = 32;

/// Order of the group (SEC 2 2.4.2, 2.5.1, 2.6.1).
fn order(algorithm: KeyAlgorithm) -> Option<Vec<u8>> {
    let (leading, rest): (usize, &[u8]) = match algorithm {
        KeyAlgorithm::P256 => (
            0,
            b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
              \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
        ),
        KeyAlgorithm::P384 => (
            24,
            b"\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\x58\x1a\x0d\xb2\
              \x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73",
        ),
        KeyAlgorithm::P521 => {
            let mut order = vec![0x01];
            order.extend([0xff; 32]);
            order.extend(
                b"\xfa\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\xa5\xd0\
                  \x3b\xb5\xc9\xb8\x89\x9c\x47\xae\xbb\x6f\xb7\x1e\x91\x38\x64\x09",
            );
            return Some(order);
        }
        _ => return None,
    };
    Some([vec![0xff; leading], rest.to_vec()].concat())
}

/// The numbers of a signature.
fn numbers(signature: &[u8]) -> Option<[Vec<u8>; 2]> {
    let node = der::read(signature).ok()?;
    let [r, s] = node.children() else { return None };
    Some([r.as_octets()?.to_vec(), s.as_octets()?.to_vec()])
}

/// A signature with other numbers.
pub(super) fn forge(algorithm: KeyAlgorithm, signature: &[u8], forged: Numbers) -> Option<Vec<u8>> {
    let order = order(algorithm)?;
    let [r, s] = numbers(signature)?;
    let node = |own: &[u8], forged: Option<Number>| match forged {
        None => Node::unsigned(own),
        Some(Number::Zero) => Node::unsigned(&[0]),
        Some(Number::One) => Node::unsigned(&[1]),
        Some(Number::Modulus) => Node::unsigned(&order),
        Some(Number::ModulusLessOne) => Node::unsigned(&less_one(&order)),
        Some(Number::PlusModulus) => Node::unsigned(&add(own, &order)),
        Some(Number::Negative) => Node::octets(Tag::INTEGER, negative(own)),
    };
    Some(Node::sequence(vec![node(&r, forged.r), node(&s, forged.s)]).to_bytes())
}

/// The same numbers in another encoding.
pub(super) fn encode_otherwise(signature: &[u8], form: DerForm) -> Option<Vec<u8>> {
    let [r, s] = numbers(signature)?;
    let integers = vec![Node::unsigned(&r), Node::unsigned(&s)];
    Some(match form {
        DerForm::LongLength => {
            let mut sequence = Node::sequence(integers);
            sequence.padding = 1;
            sequence.to_bytes()
        }
        DerForm::LeadingZeros => {
            let padded = Node::octets(Tag::INTEGER, [&[0, 0], r.as_slice()].concat());
            Node::sequence(vec![padded, Node::unsigned(&s)]).to_bytes()
        }
        DerForm::ExtraElement => {
            let more = Node::octets(Tag::INTEGER, [0]);
            Node::sequence([integers, vec![more]].concat()).to_bytes()
        }
        DerForm::TrailingOctets => [Node::sequence(integers).to_bytes(), vec![0; 4]].concat(),
        DerForm::Plain => [fixed(&r)?, fixed(&s)?].concat(),
    })
}

/// A number in exactly so many octets as P-256 has.
fn fixed(number: &[u8]) -> Option<Vec<u8>> {
    let start = number.iter().position(|octet| *octet != 0).unwrap_or(number.len());
    let significant = number.get(start..)?;
    let zeros = PLAIN.checked_sub(significant.len())?;
    Some([vec![0; zeros], significant.to_vec()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature() -> Vec<u8> {
        Node::sequence(vec![Node::unsigned(&[0x80, 1]), Node::unsigned(&[2])]).to_bytes()
    }

    #[test]
    fn orders_are_odd_and_as_long_as_their_fields() {
        for (algorithm, length) in
            [(KeyAlgorithm::P256, 32), (KeyAlgorithm::P384, 48), (KeyAlgorithm::P521, 66)]
        {
            let order = order(algorithm).unwrap();
            assert_eq!((order.len(), order.last().unwrap() & 1), (length, 1), "{algorithm:?}");
        }
    }

    #[test]
    fn psychic_signature() {
        let zero = Some(Number::Zero);
        let forged = forge(KeyAlgorithm::P256, &signature(), Numbers { r: zero, s: zero }).unwrap();
        assert_eq!(forged, [0x30, 6, 2, 1, 0, 2, 1, 0]);
    }

    #[test]
    fn other_numbers() {
        let with = |number| {
            let numbers = Numbers { r: None, s: Some(number) };
            let forged = forge(KeyAlgorithm::P256, &signature(), numbers).unwrap();
            super::numbers(&forged).unwrap()[1].clone()
        };
        assert_eq!(with(Number::Negative), [0xfe]);
        assert_eq!(with(Number::PlusModulus).last(), Some(&0x53));
        assert_eq!(with(Number::ModulusLessOne).last(), Some(&0x50));
    }

    #[test]
    fn encodings_hold_the_same_numbers() {
        let long = encode_otherwise(&signature(), DerForm::LongLength).unwrap();
        assert_eq!(long.get(..4), Some([0x30, 0x82, 0, 8].as_slice()));
        let plain = encode_otherwise(&signature(), DerForm::Plain).unwrap();
        assert_eq!((plain.len(), plain[31], plain[63]), (64, 1, 2));
        let trailing = encode_otherwise(&signature(), DerForm::TrailingOctets).unwrap();
        assert_eq!(trailing.len(), signature().len() + 4);
    }
}
