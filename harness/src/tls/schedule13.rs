//! The key schedule of TLS 1.3 (RFC 8446 7.1).

use std::fmt;

use super::hash::HashAlgorithm;
use super::protection::{Format, IV_LEN, Protection};
use super::suite::Suite;

/// A secret derived by the key schedule.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    hash: HashAlgorithm,
    octets: Vec<u8>,
}

impl Secret {
    /// A secret that is already known, from a key log or a ticket.
    pub fn new(hash: HashAlgorithm, octets: impl Into<Vec<u8>>) -> Self {
        Self { hash, octets: octets.into() }
    }

    /// Its value, as key logs write it.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// `HKDF-Expand-Label(self, label, context, len)`.
    pub fn expand_label(&self, label: &str, context: &[u8], len: usize) -> Vec<u8> {
        let label = [b"tls13 ", label.as_bytes()].concat();
        let mut info = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes().to_vec();
        for part in [&*label, context] {
            info.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
            info.extend_from_slice(part);
        }
        expand(self.hash, &self.octets, &info, len)
    }

    /// `verify_data` of the `Finished` that this is the `BaseKey` of (RFC 8446 4.4.4); also a binder (4.2.11.2).
    pub fn verify_data(&self, transcript_hash: &[u8]) -> Vec<u8> {
        let finished_key = self.expand_label("finished", &[], self.hash.len());
        self.hash.hmac(&finished_key, transcript_hash)
    }

    /// The traffic secret after a `KeyUpdate` (RFC 8446 7.2).
    #[must_use]
    pub fn next(&self) -> Self {
        Self::new(self.hash, self.expand_label("traffic upd", &[], self.hash.len()))
    }

    /// What protects the records under this traffic secret, from sequence number 0 (RFC 8446 7.3).
    pub fn protection(&self, suite: &Suite) -> Protection {
        let key = self.expand_label("key", &[], suite.aead.key_len());
        let iv = self.expand_label("iv", &[], IV_LEN);
        Protection::new(Format::Tls13, suite.aead, key, &iv)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("hash", &self.hash).finish_non_exhaustive()
    }
}

/// One stage of the schedule: the Early, Handshake or Master Secret.
#[derive(Clone)]
pub struct KeySchedule {
    secret: Secret,
}

impl KeySchedule {
    /// The Early Secret; without a PSK, of zeros.
    pub fn early(hash: HashAlgorithm, psk: Option<&[u8]>) -> Self {
        let zeros = vec![0; hash.len()];
        Self::extract(hash, &zeros, psk.unwrap_or(&zeros))
    }

    /// The Handshake Secret after this Early Secret, with the (EC)DHE shared secret; zeros stand for none.
    #[must_use]
    pub fn handshake(&self, shared: &[u8]) -> Self {
        self.next_stage(shared)
    }

    /// The Master Secret after this Handshake Secret.
    #[must_use]
    pub fn master(&self) -> Self {
        self.next_stage(&vec![0; self.secret.hash.len()])
    }

    /// `Derive-Secret`, of the hash of the messages.
    pub fn derive(&self, label: &str, transcript_hash: &[u8]) -> Secret {
        let hash = self.secret.hash;
        Secret::new(hash, self.secret.expand_label(label, transcript_hash, hash.len()))
    }

    fn next_stage(&self, input: &[u8]) -> Self {
        let hash = self.secret.hash;
        let salt = self.derive("derived", &hash.digest(&[]));
        Self::extract(hash, salt.octets(), input)
    }

    /// `HKDF-Extract` (RFC 5869 2.2).
    fn extract(hash: HashAlgorithm, salt: &[u8], input: &[u8]) -> Self {
        Self { secret: Secret::new(hash, hash.hmac(salt, input)) }
    }
}

impl fmt::Debug for KeySchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySchedule").field("hash", &self.secret.hash).finish_non_exhaustive()
    }
}

/// The PSK of a ticket with this nonce (RFC 8446 4.6.1).
pub fn resumption_psk(resumption_master: &Secret, ticket_nonce: &[u8]) -> Vec<u8> {
    resumption_master.expand_label("resumption", ticket_nonce, resumption_master.hash.len())
}

/// `HKDF-Expand` (RFC 5869 2.3).
fn expand(hash: HashAlgorithm, key: &[u8], info: &[u8], len: usize) -> Vec<u8> {
    let mut output = Vec::new();
    let mut block = Vec::new();
    for counter in 1..=u8::MAX {
        if output.len() >= len {
            break;
        }
        block = hash.hmac(key, &[&*block, info, &[counter]].concat());
        output.extend_from_slice(&block);
    }
    output.truncate(len);
    output
}
