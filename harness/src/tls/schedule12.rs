//! The keys of TLS 1.2 (RFC 5246 5, 6.3 and 8.1; RFC 7627).

use super::hash::HashAlgorithm;
use super::protection::{Format, IV_LEN, Protection, SALT_LEN};
use super::signed::Side;
use super::suite::{Aead, Suite};

/// Octets of a master secret.
const MASTER_SECRET_LEN: usize = 48;

/// Octets of `verify_data`.
const VERIFY_DATA_LEN: usize = 12;

/// `PRF(secret, label, seed)` (RFC 5246 5), with the hash of the cipher suite.
pub fn prf(hash: HashAlgorithm, secret: &[u8], label: &str, seed: &[u8], len: usize) -> Vec<u8> {
    let seed = [label.as_bytes(), seed].concat();
    let mut output = Vec::new();
    // A(1); A(i) = HMAC(secret, A(i-1)).
    let mut a = hash.hmac(secret, &seed);
    while output.len() < len {
        output.extend_from_slice(&hash.hmac(secret, &[&*a, &*seed].concat()));
        a = hash.hmac(secret, &a);
    }
    output.truncate(len);
    output
}

/// The master secret of a handshake without `extended_master_secret` (RFC 5246 8.1).
pub fn master_secret(
    hash: HashAlgorithm,
    premaster: &[u8],
    client_random: &[u8],
    server_random: &[u8],
) -> Vec<u8> {
    let seed = [client_random, server_random].concat();
    prf(hash, premaster, "master secret", &seed, MASTER_SECRET_LEN)
}

/// The master secret of a handshake with `extended_master_secret` (RFC 7627 4), of the hash of all
/// messages up to and including `ClientKeyExchange`.
pub fn extended_master_secret(
    hash: HashAlgorithm,
    premaster: &[u8],
    session_hash: &[u8],
) -> Vec<u8> {
    prf(hash, premaster, "extended master secret", session_hash, MASTER_SECRET_LEN)
}

/// What protects the records of both sides after `ChangeCipherSpec`.
#[derive(Clone, Debug)]
pub struct KeyBlock {
    /// Records that the client sends.
    pub client: Protection,
    /// Records that the server sends.
    pub server: Protection,
}

/// The keys of a connection (RFC 5246 6.3), from sequence number 0.
pub fn protections(
    suite: &Suite,
    master: &[u8],
    client_random: &[u8],
    server_random: &[u8],
) -> KeyBlock {
    let (format, iv_len) = match suite.aead {
        Aead::Aes128Gcm | Aead::Aes256Gcm => (Format::Tls12Explicit, SALT_LEN),
        Aead::ChaCha20Poly1305 => (Format::Tls12Implicit, IV_LEN),
    };
    let key_len = suite.aead.key_len();
    let seed = [server_random, client_random].concat();
    let mut block = prf(suite.hash, master, "key expansion", &seed, 2 * (key_len + iv_len));
    let server_iv = block.split_off(2 * key_len + iv_len);
    let client_iv = block.split_off(2 * key_len);
    let server_key = block.split_off(key_len);
    KeyBlock {
        client: Protection::new(format, suite.aead, block, &client_iv),
        server: Protection::new(format, suite.aead, server_key, &server_iv),
    }
}

/// `verify_data` of this side's `Finished` (RFC 5246 7.4.9).
pub fn verify_data12(
    hash: HashAlgorithm,
    master: &[u8],
    side: Side,
    transcript_hash: &[u8],
) -> Vec<u8> {
    let label = match side {
        Side::Client => "client finished",
        Side::Server => "server finished",
    };
    prf(hash, master, label, transcript_hash, VERIFY_DATA_LEN)
}
