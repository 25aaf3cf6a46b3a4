//! RSA: numbers that need no key, and cubes with garbage.

use aws_lc_rs::digest;
use mtls_scenarios::script::Number;
use rsa::BoxedUint;

use super::number::{add, less_one};
use crate::pki::Key;
use crate::pki::der;

/// `DigestInfo` of SHA-256 up to the digest (RFC 8017 9.2, note 1).
const DIGEST_INFO: [u8; 19] =
    *b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
/// Octets of padding in a forged block: the fewest that any verifier takes.
const PADDING: usize = 8;

/// The modulus of a key, without leading zeros.
fn modulus(key: &Key) -> Option<Vec<u8>> {
    let node = der::read(key.public_key()).ok()?;
    let octets = node.children().first()?.as_octets()?;
    let start = octets.iter().position(|octet| *octet != 0)?;
    Some(octets.get(start..)?.to_vec())
}

/// A number as a signature, in as many octets as the modulus.
pub(super) fn number(key: &Key, signature: &[u8], number: Number) -> Option<Vec<u8>> {
    let modulus = modulus(key)?;
    Some(match number {
        Number::Zero => vec![0; modulus.len()],
        Number::One => {
            let mut one = vec![0; modulus.len()];
            *one.last_mut()? = 1;
            one
        }
        Number::Modulus => modulus,
        Number::ModulusLessOne => less_one(&modulus),
        Number::PlusModulus => add(signature, &modulus),
        Number::Negative => return None,
    })
}

/// A number whose cube is PKCS#1 v1.5 padding, the hash of the content, and garbage. It verifies under the exponent 3
/// where the verifier does not ask whether the hash stands at the end (CVE-2006-4339).
pub(super) fn cube_with_garbage(key: &Key, content: &[u8]) -> Option<Vec<u8>> {
    let length = modulus(key)?.len();
    let hash = digest::digest(&digest::SHA256, content);
    let padding = [0xff; PADDING];
    let mut block = [&[0, 1], padding.as_slice(), &[0], &DIGEST_INFO, hash.as_ref()].concat();
    let fixed = block.len();
    // The lowest number with these octets in front; the cube root of it, rounded up, has a cube with the same.
    block.resize(length, 0);
    let root = cube_root_above(&block)?;
    let cube = cube(&root, length)?;
    if cube.get(..fixed) != block.get(..fixed) {
        return None;
    }
    Some([vec![0; length.checked_sub(root.len())?], root].concat())
}

/// Octets that computations have beyond those of the modulus, so that no candidate overflows.
const ROOM: usize = 8;

/// A number with room for the cubes of its candidates.
fn uint(octets: &[u8], length: usize) -> Option<BoxedUint> {
    let zeros = length.checked_add(ROOM)?.checked_sub(octets.len())?;
    let padded = [vec![0; zeros], octets.to_vec()].concat();
    let bits = u32::try_from(padded.len().checked_mul(8)?).ok()?;
    BoxedUint::from_be_slice(&padded, bits).ok()
}

/// The least number whose cube is not below this one.
fn cube_root_above(number: &[u8]) -> Option<Vec<u8>> {
    let target = uint(number, number.len())?;
    let one = uint(&[1], number.len())?;
    let mut root = uint(&[0], number.len())?;
    let bits = u32::try_from(number.len().checked_mul(8)?).ok()?;
    for bit in (0..=bits.div_ceil(3)).rev() {
        let candidate = root.bitor(&one.shl_vartime(bit)?);
        if candidate.wrapping_mul(&candidate).wrapping_mul(&candidate) < target {
            root = candidate;
        }
    }
    let octets = root.wrapping_add(&one).to_be_bytes();
    let start = octets.iter().position(|octet| *octet != 0)?;
    Some(octets.get(start..)?.to_vec())
}

fn cube(number: &[u8], length: usize) -> Option<Vec<u8>> {
    let number = uint(number, length)?;
    let octets = number.wrapping_mul(&number).wrapping_mul(&number).to_be_bytes();
    Some(octets.get(octets.len().checked_sub(length)?..)?.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cube_roots_are_rounded_up() {
        assert_eq!(cube_root_above(&[27]).unwrap(), [3]);
        assert_eq!(cube_root_above(&[28]).unwrap(), [4]);
        assert_eq!(cube(&[4], 1).unwrap(), [64]);
    }
}
