//! Deterministic ECDSA on P-256 (RFC 6979): pure-Rust scalars, points by aws-lc-rs.
//!
//! `p256` alone takes five times as long for a signature, and aws-lc-rs alone draws a random nonce.
//! Only for keys made from the seed: nothing here is meant to protect a secret.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::{digest, hmac};
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::{Field, PrimeField};
use p256::{FieldBytes, Scalar};

use crate::pki::der::Node;

/// Octets of a scalar and of a coordinate.
const SIZE: usize = 32;

/// A P-256 private key that signs with nonces derived from key and message.
pub(super) struct DeterministicP256 {
    octets: [u8; SIZE],
    secret: Scalar,
}

impl DeterministicP256 {
    /// The key with this private scalar; `None` unless 0 < scalar < n.
    pub(super) fn new(octets: [u8; SIZE]) -> Option<Self> {
        let secret = scalar(&octets)?;
        Some(Self { octets, secret })
    }

    /// Signs; `ECDSA-Sig-Value` in DER.
    pub(super) fn sign(&self, hash: Hash, message: &[u8]) -> Option<Vec<u8>> {
        let digest = digest::digest(hash.digest, message);
        let leftmost = leftmost(digest.as_ref());
        let hashed = <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(leftmost));
        let mut nonces = Nonces::new(hash.hmac, &self.octets, &hashed.to_repr());
        loop {
            let candidate = nonces.next()?;
            let Some(k) = scalar(&candidate) else {
                continue;
            };
            let point = PrivateKey::from_private_key(&ECDH_P256, &candidate)
                .ok()?
                .compute_public_key()
                .ok()?;
            let x: [u8; SIZE] = point.as_ref().get(1..=SIZE)?.try_into().ok()?;
            let r = <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(x));
            // Variable time: the nonce belongs to a key that anyone can derive from the seed.
            let inverse = Option::<Scalar>::from(k.invert_vartime())?;
            let s = inverse * (hashed + r * self.secret);
            if !bool::from(r.is_zero()) && !bool::from(s.is_zero()) {
                return Some(encode(&r, &s));
            }
        }
    }
}

/// The leftmost 256 bits as a number; a shorter hash is that number (RFC 6979 2.3.2, bits2int).
fn leftmost(digest: &[u8]) -> [u8; SIZE] {
    let taken = digest.get(..SIZE).unwrap_or(digest);
    let mut octets = [0; SIZE];
    for (octet, of_digest) in octets.iter_mut().rev().zip(taken.iter().rev()) {
        *octet = *of_digest;
    }
    octets
}

/// Hash functions of a signature.
#[derive(Clone, Copy)]
pub(super) struct Hash {
    digest: &'static digest::Algorithm,
    hmac: hmac::Algorithm,
}

impl Hash {
    pub(super) const SHA1: Self =
        Self { digest: &digest::SHA1_FOR_LEGACY_USE_ONLY, hmac: hmac::HMAC_SHA256 };
    pub(super) const SHA256: Self = Self { digest: &digest::SHA256, hmac: hmac::HMAC_SHA256 };
    pub(super) const SHA384: Self = Self { digest: &digest::SHA384, hmac: hmac::HMAC_SHA384 };
    pub(super) const SHA512: Self = Self { digest: &digest::SHA512, hmac: hmac::HMAC_SHA512 };
}

/// Candidate nonces (RFC 6979 3.2).
struct Nonces {
    algorithm: hmac::Algorithm,
    key: hmac::Key,
    v: Vec<u8>,
    first: bool,
}

impl Nonces {
    fn new(algorithm: hmac::Algorithm, secret: &[u8], hash: &[u8]) -> Self {
        let length = algorithm.tag_len();
        let v = vec![1; length];
        let key = hmac::Key::new(algorithm, &vec![0; length]);
        let mut nonces = Self { algorithm, key, v, first: true };
        nonces.update(&[&[0], secret, hash]);
        nonces.update(&[&[1], secret, hash]);
        nonces
    }

    /// `K = HMAC_K(V || parts)`, `V = HMAC_K(V)`.
    fn update(&mut self, parts: &[&[u8]]) {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&self.v);
        for part in parts {
            context.update(part);
        }
        self.key = hmac::Key::new(self.algorithm, context.sign().as_ref());
        self.step();
    }

    fn step(&mut self) {
        let tag = hmac::sign(&self.key, &self.v);
        self.v.clear();
        self.v.extend_from_slice(tag.as_ref());
    }

    fn next(&mut self) -> Option<[u8; SIZE]> {
        if !self.first {
            self.update(&[&[0]]);
        }
        self.first = false;
        self.step();
        self.v.get(..SIZE)?.try_into().ok()
    }
}

/// The scalar, unless it is zero or not below the group order.
fn scalar(octets: &[u8; SIZE]) -> Option<Scalar> {
    Option::<Scalar>::from(Scalar::from_repr(FieldBytes::from(*octets)))
        .filter(|s| !bool::from(s.is_zero()))
}

fn encode(r: &Scalar, s: &Scalar) -> Vec<u8> {
    Node::sequence(vec![Node::unsigned(&r.to_repr()), Node::unsigned(&s.to_repr())]).to_bytes()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    use proptest::prelude::*;

    use super::*;

    fn hex(text: &str) -> [u8; SIZE] {
        let octets: Vec<u8> =
            (0..64).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect();
        octets.try_into().unwrap()
    }

    fn key() -> DeterministicP256 {
        DeterministicP256::new(hex(
            "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        ))
        .unwrap()
    }

    // https://www.rfc-editor.org/rfc/rfc6979#appendix-A.2.5
    #[test]
    fn signs_the_vectors_of_rfc6979() {
        for (hash, message, r, s) in [
            (
                Hash::SHA256,
                "sample",
                "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
                "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
            ),
            (
                Hash::SHA384,
                "sample",
                "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
                "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954",
            ),
            (
                Hash::SHA512,
                "sample",
                "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
                "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE",
            ),
            (
                Hash::SHA256,
                "test",
                "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
                "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
            ),
        ] {
            let expected =
                Node::sequence(vec![Node::unsigned(&hex(r)), Node::unsigned(&hex(s))]).to_bytes();
            assert_eq!(key().sign(hash, message.as_bytes()).unwrap(), expected, "{message}");
        }
    }

    #[test]
    fn refuses_scalars_outside_the_group() {
        assert!(DeterministicP256::new([0; SIZE]).is_none());
        assert!(DeterministicP256::new([0xff; SIZE]).is_none());
    }

    proptest! {
        #[test]
        fn aws_lc_verifies(octets in any::<[u8; SIZE]>(), message in any::<Vec<u8>>()) {
            prop_assume!(scalar(&octets).is_some());
            let public = PrivateKey::from_private_key(&ECDH_P256, &octets).unwrap().compute_public_key().unwrap();
            let signature = DeterministicP256::new(octets).unwrap().sign(Hash::SHA256, &message).unwrap();
            let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public.as_ref());
            prop_assert!(verifier.verify(&message, &signature).is_ok());
        }
    }
}
