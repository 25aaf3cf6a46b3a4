//! Signatures that anybody can write down.

use super::canonical::ecdsa_numbers;
use super::number::{reduced, trimmed};
use super::public_key::Kind;
use crate::server::verify::certificate::PublicKey;

/// Whether a signature consists of numbers that are zero, one or about the modulus.
pub(super) fn is_degenerate(key: PublicKey<'_>, signature: &[u8]) -> bool {
    match Kind::of(key) {
        Some(Kind::P256 { order }) => ecdsa_numbers(signature)
            .is_some_and(|numbers| numbers.iter().all(|number| reduced(number, order).is_empty())),
        Some(Kind::Ed25519 { order }) => is_degenerate_ed25519(signature, order),
        Some(Kind::Rsa { modulus, .. }) if signature.len() == modulus.len() => {
            let number = reduced(trimmed(signature), &modulus);
            // A modulus is odd.
            let less_one = modulus.split_last().map(|(last, rest)| [rest, &[last ^ 1]].concat());
            number.is_empty() || number == [1] || Some(number) == less_one
        }
        _ => false,
    }
}

/// A point of small order, the neutral one or that of 32 zeros, and the number zero.
fn is_degenerate_ed25519(signature: &[u8], order: &[u8]) -> bool {
    let Some((point, number)) = signature.split_at_checked(32) else {
        return false;
    };
    let number: Vec<u8> = number.iter().rev().copied().collect();
    let is_small = point.split_first().is_some_and(|(first, rest)| {
        matches!(first, 0 | 1) && rest.iter().all(|octet| *octet == 0)
    });
    is_small && reduced(trimmed(&number), order).is_empty()
}
