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

#[cfg(test)]
mod tests {
    use super::super::tests::hex;
    use super::*;

    /// The test vectors that were agreed on the mailing list of the TLS working group.
    #[test]
    fn prf_gives_the_known_answers() {
        let sha256 = prf(
            HashAlgorithm::Sha256,
            &hex("9bbe436ba940f017b17652849a71db35"),
            "test label",
            &hex("a0ba9f936cda311827a6f796ffd5198c"),
            100,
        );
        let expected = "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a
            6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab
            4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701
            87347b66";
        assert_eq!(sha256, hex(expected));
        let sha384 = prf(
            HashAlgorithm::Sha384,
            &hex("b80b733d6ceefcdc71566ea48e5567df"),
            "test label",
            &hex("cd665cf6a8447dd6ff8b27555edb7465"),
            148,
        );
        let expected = "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd
            e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd
            8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425
            9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6
            91c8f3a26854308d5eaa3be85e0990703d73e56f";
        assert_eq!(sha384, hex(expected));
    }

    /// The connection explained at <https://tls12.xargs.org/>.
    #[test]
    fn master_secret_gives_the_known_answer() {
        let client_random: Vec<u8> = (0x00..0x20).collect();
        let server_random: Vec<u8> = (0x70..0x90).collect();
        let premaster = hex("df4a291baa1eb7cfa6934b29b474baad2697e29f1f920dcc77c8a0a088447624");
        let master =
            master_secret(HashAlgorithm::Sha256, &premaster, &client_random, &server_random);
        let expected = "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049
            781c8e19fc1eb2a7387ac06ae237344c";
        assert_eq!(master, hex(expected));
    }
}
