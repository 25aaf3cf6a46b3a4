//! The client's cryptography: aws-lc-rs, with one group more than rustls offers and a `ClientHello` that can be edited.

use std::sync::Arc;

use aws_lc_rs::agreement::{self, ECDH_P521, PrivateKey, UnparsedPublicKey};
use rustls::crypto::{ActiveKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup};
use rustls::{Error, NamedGroup, PeerMisbehaved, ProtocolVersion};

/// The provider of every connection.
///
/// In TLS 1.2 the curve of an ECDSA client certificate must be one of the `supported_groups` that the client offers
/// (RFC 8422 5.1); OpenSSL holds clients to it, so secp521r1 has to be among them for P-521 credentials to be tried.
pub fn provider() -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.cipher_suites = super::hello::cipher_suites();
    // Last: nobody should pick it for the key exchange who can do better.
    provider.kx_groups.push(&Secp521r1);
    Arc::new(provider)
}

#[derive(Debug)]
struct Secp521r1;

impl SupportedKxGroup for Secp521r1 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let private = PrivateKey::generate(&ECDH_P521).map_err(|_| failed())?;
        let public = private.compute_public_key().map_err(|_| failed())?;
        Ok(Box::new(Exchange { private, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }

    fn usable_for_version(&self, _: ProtocolVersion) -> bool {
        true
    }
}

struct Exchange {
    private: PrivateKey,
    public: agreement::PublicKey,
}

impl ActiveKeyExchange for Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer = UnparsedPublicKey::new(&ECDH_P521, peer);
        agreement::agree(&self.private, peer, PeerMisbehaved::InvalidKeyShare.into(), |secret| {
            Ok(SharedSecret::from(secret))
        })
    }

    fn pub_key(&self) -> &[u8] {
        self.public.as_ref()
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

fn failed() -> Error {
    Error::General("failed to make a secp521r1 key".to_owned())
}
