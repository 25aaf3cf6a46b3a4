//! Hash functions of cipher suites, and the transcript of a handshake.

use aws_lc_rs::{digest, hmac};
use rustls::HandshakeType;

/// Hash function of a cipher suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
}

impl HashAlgorithm {
    /// The hash of these octets.
    pub fn digest(self, octets: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
        };
        digest::digest(algorithm, octets).as_ref().to_vec()
    }

    /// Octets of a hash.
    #[expect(clippy::len_without_is_empty, reason = "no hash is empty")]
    pub const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    /// HMAC (RFC 2104).
    pub fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), data).as_ref().to_vec()
    }
}

/// The handshake messages so far, as they went over the wire (RFC 8446 4.4.1).
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    messages: Vec<Vec<u8>>,
}

impl Transcript {
    /// No message yet.
    pub const fn new() -> Self {
        Self { messages: Vec::new() }
    }

    /// Adds a message, with its header.
    pub fn push(&mut self, encoded: &[u8]) {
        self.messages.push(encoded.to_vec());
    }

    /// `Transcript-Hash` of the messages so far.
    pub fn hash(&self, algorithm: HashAlgorithm) -> Vec<u8> {
        algorithm.digest(&self.octets())
    }

    /// All messages, one after the other: what a TLS 1.2 `CertificateVerify` signs (RFC 5246 7.4.8).
    pub fn octets(&self) -> Vec<u8> {
        self.messages.concat()
    }

    /// Replaces the first `ClientHello` by `message_hash`, as a `HelloRetryRequest` makes it (RFC 8446 4.4.1).
    pub fn fold_retry(&mut self, algorithm: HashAlgorithm) {
        if let Some(first) = self.messages.first_mut() {
            let hash = algorithm.digest(first);
            let length = u8::try_from(hash.len()).unwrap_or(u8::MAX);
            *first = [&[u8::from(HandshakeType::MessageHash), 0, 0, length], &*hash].concat();
        }
    }

    /// Messages so far.
    pub const fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there is no message yet.
    pub const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transcript_is_what_was_pushed() {
        let mut transcript = Transcript::new();
        assert!(transcript.is_empty());
        transcript.push(b"one");
        transcript.push(b"two");
        assert_eq!(transcript.len(), 2);
        assert_eq!(transcript.octets(), b"onetwo");
        for hash in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
            assert_eq!(transcript.hash(hash), hash.digest(b"onetwo"));
            assert_eq!(transcript.hash(hash).len(), hash.len());
        }
    }

    #[test]
    fn a_retry_replaces_only_the_first_message() {
        let hash = HashAlgorithm::Sha384;
        let mut transcript = Transcript::new();
        transcript.fold_retry(hash);
        assert!(transcript.is_empty());
        transcript.push(b"hello");
        transcript.push(b"retry");
        transcript.fold_retry(hash);
        let expected = [&[254, 0, 0, 48], &*hash.digest(b"hello"), b"retry"].concat();
        assert_eq!(transcript.octets(), expected);
    }
}
