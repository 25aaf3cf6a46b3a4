//! The certificates of a run: who the customers are, what their gates trust, what is revoked.

use std::collections::BTreeMap;
use std::sync::Arc;

use mtls_scenarios::{Credential, Endpoint, KeyAlgorithm, Library, Program, Start, Target};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};

use super::trust::{Given, Trust, without_account, without_anchor};
use crate::pki::{
    Authority, Forge, ForgeError, Key, KeyStoreError, Minted, OpensslError, OpensslRecipe,
};
use crate::target::{AccountMaterial, Material};

/// Account that trusts the CA of the openssl recipe.
const RECIPE_ACCOUNT: &str = "alpha";

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
    origin: Known,
    /// Why nothing can be said about revocation, by account that is not forged.
    revocation: BTreeMap<String, Result<(), String>>,
}

/// How much is known of the CAs that the gate trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// All, with their keys: forged here, or read from a bundle.
    Forged,
    Bundle,
    /// One of each account that something was given of.
    Ca,
    Client,
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
    /// What is at hand of the CAs that the gate trusts.
    pub trust: Trust,
    /// What the openssl recipe made, where it was asked for.
    pub openssl: Option<Result<OpensslRecipe, OpensslError>>,
}

impl World {
    /// Mints the anchors of every account of which nothing was given.
    pub fn new(origin: Origin<'_>) -> Result<Self, WorldError> {
        let Origin { seed, epoch, library, trust, openssl } = origin;
        let forge = Forge::new(seed, epoch);
        let known = match &trust {
            Trust::Forged => Known::Forged,
            Trust::Bundle(_) => Known::Bundle,
            Trust::Cas(_) => Known::Ca,
            Trust::Clients(_) => Known::Client,
        };
        let mut given = trust.into_given(&forge, library);
        let mut authorities = BTreeMap::new();
        let mut revocation = BTreeMap::new();
        for (name, account) in &library.accounts {
            if let Some(Given { authority, revocation: lists }) = given.remove(name) {
                authorities.insert(name.clone(), authority);
                revocation.insert(name.clone(), lists);
                continue;
            }
            let mut authority = forge.authority(name, account)?;
            if name == RECIPE_ACCOUNT
                && let Some(Ok(made)) = &openssl
            {
                authority = made.trusted_by(authority);
            }
            authorities.insert(name.clone(), authority);
        }
        Ok(Self { forge, authorities, openssl, origin: known, revocation })
    }

    /// Whether an endpoint can be tested with what is at hand; the error is for the user.
    pub(super) fn admits(&self, endpoint: &Endpoint) -> Result<(), String> {
        let Some(account) = &endpoint.account else { return Ok(()) };
        let flags = match self.origin {
            Known::Forged => return Ok(()),
            Known::Bundle => "a bundle that has it with --pki".to_owned(),
            Known::Ca => format!("its CA with --ca {account}=FILE and --ca-key {account}=FILE"),
            Known::Client => {
                format!("a client with --cert {account}=FILE and --key {account}=FILE")
            }
        };
        match self.revocation.get(account) {
            None => Err(without_account(account, &flags)),
            Some(lists) if endpoint.crl => lists.clone(),
            Some(_) => Ok(()),
        }
    }

    /// What a gate with these endpoints is configured with.
    pub fn material(&self, library: &Library, target: &Target) -> Result<Material, WorldError> {
        let mut accounts = BTreeMap::new();
        let anchors = target.anchors.as_deref();
        for (name, authority) in &self.authorities {
            let checks_crls = |e: &Endpoint| e.crl && e.account.as_deref() == Some(name.as_str());
            let crls = match library.accounts.get(name) {
                // A server that runs already has its lists.
                Some(account)
                    if !matches!(target.start, Start::Running)
                        && target.endpoints.values().any(checks_crls) =>
                {
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

    /// Whether this is the encoded name of a CA that is none of the account's. Where not all of them are known, only one
    /// that is known to be another account's is.
    pub(super) fn is_foreign_to(&self, account: &str, name: &[u8]) -> bool {
        let is_of = |authority: &Authority| authority.subjects().any(|subject| subject == name);
        if self.authorities.get(account).is_some_and(is_of) {
            return false;
        }
        match self.origin {
            Known::Forged | Known::Bundle => true,
            Known::Ca | Known::Client => {
                self.revocation.keys().filter_map(|known| self.authorities.get(known)).any(is_of)
            }
        }
    }

    /// Whether all that is at hand of an account are clients of it.
    pub(super) fn has_only_clients(&self, account: &str) -> bool {
        self.authorities.get(account).is_some_and(Authority::has_only_clients)
    }

    /// Whether this private key is the user's own: of his CA, or of a client that he lends.
    pub(super) fn is_users(&self, key: &Key) -> bool {
        self.authorities.values().any(|authority| authority.is_lent(key))
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
        if self.revocation.contains_key(account) {
            let has = |anchor: &&str| authority.names().any(|known| known == anchor);
            if let Some(missing) = credential.anchors().into_iter().find(|anchor| !has(anchor)) {
                let reason = without_anchor(missing, self.origin == Known::Bundle);
                return Err(MintError::Unavailable(reason));
            }
        }
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
