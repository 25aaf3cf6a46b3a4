//! Ed25519: `S` that is not reduced (RFC 8032 8.4), `R` of small order.

use mtls_scenarios::script::{Number, Numbers};

use super::number::{add, less_one};

/// Order of the group, the most significant octet first (RFC 8032 5.1).
const ORDER: [u8; 32] = [
    0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c,
    0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];

/// A signature with another point or another number; `None` where there is no such one.
pub(super) fn forge(signature: &[u8], forged: Numbers) -> Option<Vec<u8>> {
    let (point, number) = signature.split_at_checked(32)?;
    let point = match forged.r {
        None => point.to_vec(),
        Some(Number::Zero) => vec![0; 32],
        Some(Number::One) => little_endian(&[1])?,
        Some(_) => return None,
    };
    let own: Vec<u8> = number.iter().rev().copied().collect();
    let number = match forged.s {
        None => number.to_vec(),
        Some(Number::Zero) => vec![0; 32],
        Some(Number::One) => little_endian(&[1])?,
        Some(Number::Modulus) => little_endian(&ORDER)?,
        Some(Number::ModulusLessOne) => little_endian(&less_one(&ORDER))?,
        Some(Number::PlusModulus) => little_endian(&add(&own, &ORDER))?,
        Some(Number::Negative) => return None,
    };
    Some([point, number].concat())
}

/// A number in 32 octets, the least significant first.
fn little_endian(number: &[u8]) -> Option<Vec<u8>> {
    let mut octets: Vec<u8> = number.iter().rev().copied().collect();
    if octets.len() > 32 {
        return None;
    }
    octets.resize(32, 0);
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_added_to_the_number_alone() {
        let signature = [[7; 32], [0; 32]].concat();
        let numbers = Numbers { r: None, s: Some(Number::PlusModulus) };
        let forged = forge(&signature, numbers).unwrap();
        assert_eq!(forged.get(..32), signature.get(..32));
        assert_eq!((forged[32], forged[63]), (0xed, 0x10));
    }

    #[test]
    fn the_neutral_element() {
        let numbers = Numbers { r: Some(Number::One), s: Some(Number::Zero) };
        let forged = forge(&[9; 64], numbers).unwrap();
        assert_eq!((forged[0], forged[1..].iter().max()), (1, Some(&0)));
    }
}
