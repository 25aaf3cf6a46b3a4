//! Credentials as the client holds them: minted when first needed, then kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use mtls_scenarios::{Credential, KeyAlgorithm, Library};
use rustls::pki_types::{CertificateDer, UnixTime};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::judge::Subject;
use super::world::{MintError, Order, World};
use crate::client::ClientCredential;
use crate::pki::is_at_use;
use crate::wire::Identity;

/// A credential that is ready to be shown.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) client: ClientCredential,
    /// The same for the lying client.
    pub(super) identity: Arc<Identity>,
    /// Whom it stands for; none without a certificate.
    pub(super) subject: Option<Subject>,
    /// The account's anchors that it needs.
    pub(super) anchors: BTreeSet<String>,
    /// Its end-entity certificate; none without one.
    pub(super) certificate: Option<CertificateDer<'static>>,
    /// Start of its validity, for one that was minted not to be valid yet.
    valid_from: Option<UnixTime>,
}

impl Held {
    /// Whether a certificate that was minted not to be valid yet has become so.
    pub(super) fn is_valid_by_now(&self) -> bool {
        self.valid_from.is_some_and(|from| UnixTime::now() >= from)
    }

    /// `notAfter` of its end-entity certificate.
    pub(super) fn not_after(&self) -> Option<UnixTime> {
        validity(self.certificate.as_ref()?).map(|(_, not_after)| not_after)
    }
}

/// A credential cannot be had.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalletError {
    /// No file of that name.
    #[error("there is no credential `{0}`")]
    Unknown(String),
    /// It cannot be minted.
    #[error(transparent)]
    Mint(#[from] MintError),
}

/// Account, credential and key algorithm.
type Name = (String, String, KeyAlgorithm);

/// A credential, once it has been minted.
type Slot = OnceLock<Result<Arc<Held>, WalletError>>;

/// All credentials of a run, or of several at gates that trust the same CAs.
#[derive(Debug)]
pub struct Wallet {
    world: World,
    library: Arc<Library>,
    kept: Mutex<BTreeMap<Name, Arc<Slot>>>,
}

impl Wallet {
    /// An empty one.
    pub fn new(world: World, library: Arc<Library>) -> Self {
        Self { world, library, kept: Mutex::default() }
    }

    /// The certificates of the run.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// A credential under an account's anchors, with keys of this algorithm.
    pub(super) fn hold(
        &self,
        account: &str,
        credential: &str,
        key: KeyAlgorithm,
    ) -> Result<Arc<Held>, WalletError> {
        let recipe = self
            .library
            .credentials
            .get(credential)
            .ok_or_else(|| WalletError::Unknown(credential.to_owned()))?;
        if is_at_use(recipe) {
            return self.mint(account, credential, recipe, key);
        }
        let name = (account.to_owned(), credential.to_owned(), key);
        let cell = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.entry(name).or_default())
        };
        // The lock on the map is released: a slow RSA signature holds up only those who wait for it.
        cell.get_or_init(|| self.mint(account, credential, recipe, key)).clone()
    }

    fn mint(
        &self,
        account: &str,
        name: &str,
        credential: &Credential,
        key: KeyAlgorithm,
    ) -> Result<Arc<Held>, WalletError> {
        let now = UnixTime::now();
        let minted = self.world.mint(Order { account, name, credential, key, now })?;
        let anchors = credential.anchors().into_iter().map(str::to_owned).collect();
        let valid_from = minted
            .end_entity
            .as_ref()
            .filter(|_| minted.at_use)
            .and_then(|end_entity| validity(&end_entity.der))
            .map(|(not_before, _)| not_before)
            .filter(|from| *from > now);
        let certificate = minted.end_entity.as_ref().map(|end_entity| end_entity.der.clone());
        let identity = Identity { list: minted.certificate_list, key: minted.key };
        let client = match (&identity.list, &identity.key) {
            (Some(list), Some(key)) => ClientCredential::new(list.clone(), Arc::clone(key)),
            _ => ClientCredential::none(),
        };
        let identity = Arc::new(identity);
        let subject = minted.end_entity.map(|end_entity| Subject {
            serial: end_entity.serial,
            sha256: end_entity.sha256,
            sha1: end_entity.sha1,
            name: end_entity.subject.unwrap_or_default(),
        });
        Ok(Arc::new(Held { client, identity, subject, anchors, certificate, valid_from }))
    }
}

/// `notBefore` and `notAfter` of a certificate.
fn validity(certificate: &CertificateDer<'_>) -> Option<(UnixTime, UnixTime)> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let time = |seconds: i64| {
        let seconds = u64::try_from(seconds).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    };
    let validity = parsed.validity();
    Some((time(validity.not_before.timestamp())?, time(validity.not_after.timestamp())?))
}
