//! Ephemeral Diffie-Hellman over X25519 and P-256 (RFC 8446 4.2.8.2, RFC 8422 5.4).

use std::fmt;

use aws_lc_rs::agreement::{self, Algorithm, ECDH_P256, PrivateKey, UnparsedPublicKey, X25519};
use rustls::NamedGroup;

use super::reader::Malformed;

/// No key pair of this group can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key pair for group {group:?}: only X25519 and secp256r1 are spoken here")]
pub struct Unsupported {
    /// The group that was asked for.
    pub group: NamedGroup,
}

/// A key pair for one handshake.
pub struct KeyExchange {
    group: NamedGroup,
    /// Absent for the share of zeros.
    private: Option<PrivateKey>,
    public: Vec<u8>,
}

/// Octets of X25519 keys and secrets.
const X25519_LENGTH: usize = 32;

impl KeyExchange {
    /// A new key pair.
    pub fn generate(group: NamedGroup) -> Result<Self, Unsupported> {
        let unsupported = Unsupported { group };
        let algorithm = algorithm(group).ok_or(unsupported)?;
        let private = PrivateKey::generate(algorithm).map_err(|_| unsupported)?;
        Self::new(group, private)
    }

    /// The key pair with this private key: a scalar in the encoding of its group.
    pub fn from_private(group: NamedGroup, private: &[u8]) -> Result<Self, Unsupported> {
        let unsupported = Unsupported { group };
        let algorithm = algorithm(group).ok_or(unsupported)?;
        let private = PrivateKey::from_private_key(algorithm, private).map_err(|_| unsupported)?;
        Self::new(group, private)
    }

    fn new(group: NamedGroup, private: PrivateKey) -> Result<Self, Unsupported> {
        let public = private.compute_public_key().map_err(|_| Unsupported { group })?;
        Ok(Self { group, private: Some(private), public: public.as_ref().to_vec() })
    }

    /// An X25519 share of zeros: the secret is zeros whatever the peer's share is, which the peer must notice (RFC 7748
    /// 6.1).
    pub fn of_zeros() -> Self {
        Self { group: NamedGroup::X25519, private: None, public: vec![0; X25519_LENGTH] }
    }

    /// Its group.
    pub const fn group(&self) -> NamedGroup {
        self.group
    }

    /// The public key as it goes on the wire.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The secret shared with the owner of this public key.
    pub fn agree(&self, peer: &[u8]) -> Result<Vec<u8>, Malformed> {
        let Some(private) = &self.private else { return Ok(vec![0; X25519_LENGTH]) };
        let peer = UnparsedPublicKey::new(private.algorithm(), peer);
        let malformed = Malformed::Invalid { what: "key_exchange" };
        agreement::agree(private, peer, malformed, |secret| Ok(secret.to_vec()))
    }
}

impl fmt::Debug for KeyExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyExchange").field("group", &self.group).finish_non_exhaustive()
    }
}

const fn algorithm(group: NamedGroup) -> Option<&'static Algorithm> {
    match group {
        NamedGroup::X25519 => Some(&X25519),
        NamedGroup::secp256r1 => Some(&ECDH_P256),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree() {
        for (group, length) in [(NamedGroup::X25519, 32), (NamedGroup::secp256r1, 65)] {
            let one = KeyExchange::generate(group).unwrap();
            let other = KeyExchange::generate(group).unwrap();
            assert_eq!(one.group(), group);
            assert_eq!(one.public().len(), length);
            assert_ne!(one.public(), other.public());
            let secret = one.agree(other.public()).unwrap();
            assert_eq!(secret.len(), 32);
            assert_eq!(other.agree(one.public()).unwrap(), secret);
        }
    }

    #[test]
    fn public_keys_of_another_group_are_malformed() {
        let x25519 = KeyExchange::generate(NamedGroup::X25519).unwrap();
        let p256 = KeyExchange::generate(NamedGroup::secp256r1).unwrap();
        let malformed = Err(Malformed::Invalid { what: "key_exchange" });
        assert_eq!(x25519.agree(p256.public()), malformed);
        assert_eq!(p256.agree(x25519.public()), malformed);
        assert_eq!(p256.agree(&[]), malformed);
    }

    #[test]
    fn a_share_of_zeros_has_a_secret_of_zeros() {
        let zeros = KeyExchange::of_zeros();
        let honest = KeyExchange::generate(NamedGroup::X25519).unwrap();
        assert_eq!(zeros.public(), [0; 32]);
        assert_eq!(zeros.agree(honest.public()), Ok(vec![0; 32]));
        assert!(honest.agree(zeros.public()).is_err());
    }

    #[test]
    fn other_groups_are_not_spoken() {
        let group = NamedGroup::secp384r1;
        assert_eq!(KeyExchange::generate(group).unwrap_err(), Unsupported { group });
        assert_eq!(
            Unsupported { group }.to_string(),
            "no key pair for group secp384r1: only X25519 and secp256r1 are spoken here"
        );
    }
}
