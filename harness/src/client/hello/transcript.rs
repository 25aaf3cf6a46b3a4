//! Cipher suites whose transcript hash covers the `ClientHello` as the peer got it.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustls::crypto::aws_lc_rs::DEFAULT_CIPHER_SUITES;
use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};
use rustls::{CipherSuiteCommon, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite};

use super::registry::as_sent;

/// The cipher suites of aws-lc-rs, with that hash.
///
/// The same ones every time: a session refers to the suite that it was made with, and its binder is computed with it.
pub(in crate::client) fn cipher_suites() -> Vec<SupportedCipherSuite> {
    static SUITES: LazyLock<Vec<SupportedCipherSuite>> =
        LazyLock::new(|| DEFAULT_CIPHER_SUITES.iter().copied().map(editing).collect());
    SUITES.clone()
}

fn editing(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    match suite {
        SupportedCipherSuite::Tls12(suite) => {
            let &Tls12CipherSuite { ref common, prf_provider, kx, sign, aead_alg } = suite;
            let common = editing_common(common);
            let suite = Tls12CipherSuite { common, prf_provider, kx, sign, aead_alg };
            SupportedCipherSuite::Tls12(Box::leak(Box::new(suite)))
        }
        SupportedCipherSuite::Tls13(suite) => {
            let &Tls13CipherSuite { ref common, hkdf_provider, aead_alg, quic } = suite;
            let common = editing_common(common);
            let suite = Tls13CipherSuite { common, hkdf_provider, aead_alg, quic };
            SupportedCipherSuite::Tls13(Box::leak(Box::new(suite)))
        }
    }
}

fn editing_common(common: &CipherSuiteCommon) -> CipherSuiteCommon {
    let &CipherSuiteCommon { suite, hash_provider, confidentiality_limit } = common;
    let hash_provider = Box::leak(Box::new(EditingHash(hash_provider)));
    CipherSuiteCommon { suite, hash_provider, confidentiality_limit }
}

/// What goes into the hash. An edit that does not fit is reported where the record is written.
fn hashed(messages: &[u8]) -> Cow<'_, [u8]> {
    as_sent(messages).unwrap_or(Cow::Borrowed(messages))
}

struct EditingHash(&'static dyn Hash);

impl Hash for EditingHash {
    fn start(&self) -> Box<dyn Context> {
        Box::new(EditingContext(self.0.start()))
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.0.hash(&hashed(data))
    }

    fn output_len(&self) -> usize {
        self.0.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

struct EditingContext(Box<dyn Context>);

impl Context for EditingContext {
    fn fork_finish(&self) -> Output {
        self.0.fork_finish()
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self(self.0.fork()))
    }

    fn finish(self: Box<Self>) -> Output {
        self.0.finish()
    }

    /// rustls adds whole messages, the one whose binder is computed excepted.
    fn update(&mut self, data: &[u8]) {
        self.0.update(&hashed(data));
    }
}
