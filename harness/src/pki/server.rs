//! The gate's own certificate, from a CA made for nothing else.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use mtls_scenarios::{GeneralName, IssuerRef, KeyAlgorithm, Profile, Recipe};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::error::ForgeError;
use super::forge::Forge;
use super::key::{Key, KeyScope};
use super::pem;

/// A server certificate with its key.
#[derive(Clone, Debug)]
pub struct ServerCredential {
    /// The `certificate_list` to send, without the trust anchor.
    pub chain: Vec<CertificateDer<'static>>,
    /// The key of its first certificate.
    pub key: Arc<Key>,
    /// The trust anchor, for clients.
    pub anchor: CertificateDer<'static>,
}

impl ServerCredential {
    /// The `certificate_list` in PEM.
    pub fn chain_pem(&self) -> String {
        self.chain.iter().map(|certificate| pem::encode("CERTIFICATE", certificate)).collect()
    }

    /// The trust anchor in PEM.
    pub fn anchor_pem(&self) -> String {
        pem::encode("CERTIFICATE", &self.anchor)
    }

    /// The key in PKCS #8 DER.
    pub fn key_der(&self) -> PrivatePkcs8KeyDer<'static> {
        self.key.pkcs8_der().to_vec().into()
    }

    /// The key in PKCS #8 PEM.
    pub fn key_pem(&self) -> String {
        self.key.pkcs8_pem()
    }
}

impl Forge {
    /// Makes a P-256 server certificate for these host names and addresses.
    pub fn server_credential(&self, names: &[&str]) -> Result<ServerCredential, ForgeError> {
        self.server_credential_with(names, KeyAlgorithm::P256)
    }

    /// Makes a server certificate with a key of this kind.
    pub fn server_credential_with(
        &self,
        names: &[&str],
        algorithm: KeyAlgorithm,
    ) -> Result<ServerCredential, ForgeError> {
        let mut server = recipe(Profile::Server, IssuerRef::Certificate("ca".to_owned()));
        server.subject_alt_names = names
            .iter()
            .map(|name| match name.parse::<IpAddr>() {
                Ok(_) => GeneralName::Ip((*name).to_owned()),
                Err(_) => GeneralName::Dns((*name).to_owned()),
            })
            .collect();
        let recipes = BTreeMap::from([
            ("ca".to_owned(), recipe(Profile::Authority, IssuerRef::SelfSigned)),
            ("server".to_owned(), server),
        ]);
        let mut chain = self.chain(KeyScope::Server, &recipes, algorithm, self.epoch());
        let (server, anchor) = (chain.mint("server", "server")?, chain.mint("server", "ca")?);
        let chain = vec![server.der.clone()];
        Ok(ServerCredential { chain, key: Arc::clone(&server.key), anchor: anchor.der.clone() })
    }
}

/// A recipe with nothing but the profile's defaults.
fn recipe(profile: Profile, issuer: IssuerRef) -> Recipe {
    Recipe {
        profile,
        issuer,
        given: None,
        key: mtls_scenarios::KeySpec::default(),
        public_key: None,
        serial: None,
        validity: None,
        subject: None,
        subject_string_type: mtls_scenarios::StringType::default(),
        subject_of: None,
        issuer_name_of: None,
        issuer_name: None,
        subject_alt_names: Vec::new(),
        basic_constraints: None,
        key_usage: None,
        extended_key_usage: None,
        name_constraints: None,
        authority_key_identifier: mtls_scenarios::KeyIdentifier::default(),
        omit: Vec::new(),
        extensions: Vec::new(),
        signature_algorithm: None,
        defects: Vec::new(),
    }
}
