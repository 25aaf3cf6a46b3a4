//! What tickets are made of: session state that nobody but its maker can read or change.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, AES_CTR_IV_LEN, DecryptingKey, DecryptionContext, EncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rand;

use super::Fault;

/// A key for tickets, known to nobody else.
pub(super) struct TicketKey(Cipher);

enum Cipher {
    Authenticated(RandomizedNonceKey),
    /// [`Fault::UnauthenticatedTickets`].
    Malleable(Box<(EncryptingKey, DecryptingKey)>),
}

impl TicketKey {
    /// A fresh key. The error says that the system gives no randomness.
    pub(super) fn generate(fault: Option<Fault>) -> Result<Self, Unspecified> {
        let mut key = [0; AES_256_KEY_LEN];
        rand::fill(&mut key)?;
        if fault == Some(Fault::UnauthenticatedTickets) {
            let unbound = || UnboundCipherKey::new(&AES_256, &key);
            let both = (EncryptingKey::ctr(unbound()?)?, DecryptingKey::ctr(unbound()?)?);
            return Ok(Self(Cipher::Malleable(Box::new(both))));
        }
        RandomizedNonceKey::new(&AES_256_GCM, &key).map(Cipher::Authenticated).map(Self)
    }

    /// Encrypts; a random nonce comes first.
    pub(super) fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let mut content = plain.to_vec();
        match &self.0 {
            Cipher::Authenticated(key) => {
                let nonce = key.seal_in_place_append_tag(Aad::empty(), &mut content).ok()?;
                Some([nonce.as_ref().as_slice(), &content].concat())
            }
            Cipher::Malleable(keys) => match keys.0.encrypt(&mut content).ok()? {
                DecryptionContext::Iv128(iv) => Some([iv.as_ref().as_slice(), &content].concat()),
                _ => None,
            },
        }
    }

    /// Decrypts what [`Self::seal`] of this key made.
    pub(super) fn open(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        match &self.0 {
            Cipher::Authenticated(key) => {
                let (nonce, content) = ticket.split_first_chunk::<NONCE_LEN>()?;
                let mut content = content.to_vec();
                let nonce = Nonce::assume_unique_for_key(*nonce);
                key.open_in_place(nonce, Aad::empty(), &mut content)
                    .ok()
                    .map(|plain| plain.to_vec())
            }
            Cipher::Malleable(keys) => {
                let (iv, content) = ticket.split_first_chunk::<AES_CTR_IV_LEN>()?;
                let mut content = content.to_vec();
                let context = DecryptionContext::Iv128(FixedLength::from(*iv));
                keys.1.decrypt(&mut content, context).ok().map(|plain| plain.to_vec())
            }
        }
    }
}

impl std::fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TicketKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_key_opens_a_ticket() {
        let (key, other) = (TicketKey::generate(None).unwrap(), TicketKey::generate(None).unwrap());
        let ticket = key.seal(b"state").unwrap();
        assert_eq!(key.open(&ticket).unwrap(), b"state");
        assert_ne!(key.seal(b"state").unwrap(), ticket);
        assert_eq!(other.open(&ticket), None);
        for end in 0..ticket.len() {
            assert_eq!(key.open(&ticket[..end]), None);
            let mut edited = ticket.clone();
            edited[end] ^= 1;
            assert_eq!(key.open(&edited), None);
        }
    }

    #[test]
    fn without_integrity_an_edit_goes_through() {
        let key = TicketKey::generate(Some(Fault::UnauthenticatedTickets)).unwrap();
        let mut ticket = key.seal(b"state").unwrap();
        assert_eq!(key.open(&ticket).unwrap(), b"state");
        *ticket.last_mut().unwrap() ^= 1;
        assert_eq!(key.open(&ticket).unwrap(), b"statd");
    }
}
