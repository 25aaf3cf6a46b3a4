//! The one form of a signature that a strict verifier takes.

use super::number::{absolute, padded, reduced, trimmed};
use super::public_key::Kind;
use crate::server::verify::certificate::PublicKey;
use crate::server::verify::der::{Notes, Reader, tag};

/// A signature with its numbers below the modulus, and in DER; `None` where it is none.
pub(super) fn form(key: PublicKey<'_>, signature: &[u8]) -> Option<Vec<u8>> {
    match Kind::of(key)? {
        Kind::P256 { order } => {
            let numbers = ecdsa_numbers(signature)?;
            let integers = numbers.map(|number| integer(&reduced(&number, order)));
            Some(element(tag::SEQUENCE, &integers.concat()))
        }
        Kind::Ed25519 { order } => {
            let (point, number) = signature.split_at_checked(32)?;
            let number: Vec<u8> = number.iter().rev().copied().collect();
            let mut number = padded(&reduced(trimmed(&number), order), 32)?;
            number.reverse();
            Some([point, &number].concat())
        }
        Kind::Rsa { modulus, .. } => padded(&reduced(trimmed(signature), &modulus), modulus.len()),
    }
}

/// Both numbers of an ECDSA signature in any encoding, without leading zeros and signs.
pub(super) fn ecdsa_numbers(signature: &[u8]) -> Option<[Vec<u8>; 2]> {
    let notes = Notes::default();
    let numbers = || {
        let mut fields = Reader::new(signature, &notes).sequence("Ecdsa-Sig-Value").ok()?;
        Some([fields.integer("r").ok()?, fields.integer("s").ok()?].map(absolute))
    };
    let plain = || {
        let (r, s) = signature.split_at_checked(32).filter(|(_, s)| s.len() == 32)?;
        Some([r, s].map(|number| trimmed(number).to_vec()))
    };
    numbers().or_else(plain)
}

/// A non-negative `INTEGER`.
fn integer(number: &[u8]) -> Vec<u8> {
    match number.first() {
        Some(first) if first & 0x80 == 0 => element(tag::INTEGER, number),
        _ => element(tag::INTEGER, &[&[0], number].concat()),
    }
}

/// An element whose length takes one octet.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[tag, length], content].concat()
}
