//! The certificates of a run: who the customers are, what their gates trust, what is revoked.

use std::collections::BTreeMap;
use std::sync::Arc;

use mtls_scenarios::{Credential, Endpoint, KeyAlgorithm, Library, Program, Target};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};

use crate::pki::{
    Authority, Forge, ForgeError, Key, KeyStoreError, Minted, OpensslError, OpensslRecipe, UserCa,
};
use crate::target::{AccountMaterial, Material};

/// Account whose CA the user's own takes the place of, and which trusts the CA of the openssl recipe.
const USER_ACCOUNT: &str = "alpha";

/// The certificates of a run cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldError {
    /// A recipe cannot be carried out, or the user's CA is none.
    #[error(transparent)]
    Forge(#[from] ForgeError),
}

/// The certificates of a run.
#[derive(Debug)]
pub struct World {
    forge: Forge,
    authorities: BTreeMap<String, Authority>,
    openssl: Option<Result<OpensslRecipe, OpensslError>>,
}

/// A credential cannot be minted.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MintError {
    /// This machine cannot make it; the reason is for the user.
    #[error("{0}")]
    Unavailable(String),
    /// No such account.
    #[error("there is no account `{0}`")]
    UnknownAccount(String),
    /// The recipe cannot be carried out.
    #[error("failed to mint: {0}")]
    Forge(String),
}

impl From<ForgeError> for MintError {
    fn from(error: ForgeError) -> Self {
        Self::Forge(error.to_string())
    }
}

/// A credential to mint.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) account: &'a str,
    pub(super) name: &'a str,
    pub(super) credential: &'a Credential,
    pub(super) key: KeyAlgorithm,
    pub(super) now: UnixTime,
}

/// What a world is made from.
#[derive(Debug)]
pub struct Origin<'a> {
    /// Seed of keys, serial numbers and the marker.
    pub seed: u64,
    /// What relative times count from.
    pub epoch: UnixTime,
    /// Accounts and credentials.
    pub library: &'a Library,
    /// A user's own CA, in place of account alpha's.
    pub user_ca: Option<UserCa>,
    /// What the openssl recipe made, where it was asked for.
    pub openssl: Option<Result<OpensslRecipe, OpensslError>>,
}

impl World {
    /// Mints the anchors of every account.
    pub fn new(origin: Origin<'_>) -> Result<Self, WorldError> {
        let Origin { seed, epoch, library, mut user_ca, openssl } = origin;
        let forge = Forge::new(seed, epoch);
        let mut authorities = BTreeMap::new();
        for (name, account) in &library.accounts {
            let mut authority = forge.authority(name, account)?;
            if name == USER_ACCOUNT {
                if let Some(ca) = user_ca.take() {
                    authority = authority.with_user_ca(ca);
                }
                if let Some(Ok(made)) = &openssl {
                    authority = made.trusted_by(authority);
                }
            }
            authorities.insert(name.clone(), authority);
        }
        Ok(Self { forge, authorities, openssl })
    }

    /// What a gate with these endpoints is configured with.
    pub fn material(&self, library: &Library, target: &Target) -> Result<Material, WorldError> {
        let mut accounts = BTreeMap::new();
        let anchors = target.anchors.as_deref();
        for (name, authority) in &self.authorities {
            let checks_crls = |e: &Endpoint| e.crl && e.account.as_deref() == Some(name.as_str());
            let crls = match library.accounts.get(name) {
                Some(account) if target.endpoints.values().any(checks_crls) => {
                    self.forge.crls(&account.crls, authority, &library.credentials)?
                }
                _ => Vec::new(),
            };
            let anchors = authority.trust_bundle(anchors);
            accounts.insert(name.clone(), AccountMaterial { anchors, crls });
        }
        let hosts: Vec<&str> = target.endpoints.values().map(|e| e.host.as_str()).collect();
        Ok(Material {
            server: Arc::new(self.forge.server_credential(&hosts)?),
            server_rsa: Arc::new(self.forge.server_credential_with(&hosts, KeyAlgorithm::Rsa2048)?),
            accounts,
            secret: self.forge.secret("marker"),
        })
    }

    /// These anchors of an account.
    pub(super) fn anchors(&self, account: &str, names: &[String]) -> Vec<CertificateDer<'static>> {
        let authority = self.authorities.get(account);
        authority.map(|authority| authority.trust_bundle(Some(names))).unwrap_or_default()
    }

    /// The revocation lists that an account keeps under a name.
    pub(super) fn crl_set(
        &self,
        library: &Library,
        account: &str,
        name: &str,
    ) -> Result<Vec<CertificateRevocationListDer<'static>>, ForgeError> {
        let lists = library.accounts.get(account).and_then(|account| account.crl_sets.get(name));
        match (lists, self.authorities.get(account)) {
            (Some(lists), Some(authority)) => {
                self.forge.crls(lists, authority, &library.credentials)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Whether this is the encoded name of one of an account's CAs.
    pub(super) fn is_authority_of(&self, account: &str, name: &[u8]) -> bool {
        let authority = self.authorities.get(account);
        authority.is_some_and(|authority| authority.subjects().any(|subject| subject == name))
    }

    /// Whether this is the private key of a user's own CA.
    pub(super) fn is_users(&self, key: &Key) -> bool {
        self.authorities.values().filter(|authority| authority.has_user_ca()).any(|authority| {
            authority.key("main").is_some_and(|main| main.public_key() == key.public_key())
        })
    }

    /// A key of this algorithm that belongs to nobody.
    pub(super) fn stranger(&self, algorithm: KeyAlgorithm) -> Result<Arc<Key>, KeyStoreError> {
        self.forge.stranger(algorithm)
    }

    pub(super) fn mint(&self, order: Order<'_>) -> Result<Minted, MintError> {
        let Order { account, name, credential, key, now } = order;
        let authority = self
            .authorities
            .get(account)
            .ok_or_else(|| MintError::UnknownAccount(account.to_owned()))?;
        match credential.made_by {
            None => Ok(self.forge.mint(name, credential, authority, key, now)?),
            Some(Program::OpensslRecipe) => match &self.openssl {
                Some(Ok(made)) => Ok(made.credential()),
                Some(Err(error @ OpensslError::Missing)) => {
                    Err(MintError::Unavailable(error.to_string()))
                }
                Some(Err(error)) => Err(MintError::Forge(error.to_string())),
                None => Err(MintError::Forge("the openssl recipe was not carried out".to_owned())),
            },
        }
    }
}
