//! The forge: one seed and one clock, from which everything follows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mtls_scenarios::{Account, KeyAlgorithm, Recipe};
use rustls::pki_types::UnixTime;

use super::authority::Authority;
use super::chain::{Chain, Clocks};
use super::error::ForgeError;
use super::hex;
use super::key::{Key, KeyRequest, KeyScope, KeyStore, KeyStoreError, RsaSlots};
use super::time::Clock;

/// Makes keys, certificates and revocation lists.
///
/// Same seed and same clock, same bytes; keys are made once. All methods take `&self`, so that
/// concurrent tasks share one forge.
pub struct Forge {
    pub(super) store: KeyStore,
    epoch: UnixTime,
}

impl fmt::Debug for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys are not for logs.
        f.debug_struct("Forge").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

impl Forge {
    /// A forge whose keys and serials follow from the seed, and whose relative times count from `epoch`.
    pub fn new(seed: u64, epoch: UnixTime) -> Self {
        Self { store: KeyStore::new(seed), epoch }
    }

    /// Text that follows from the seed and that nobody else can guess from what a run shows: 32 hexadecimal digits.
    pub fn secret(&self, purpose: &str) -> String {
        let tag = self.store.derive("secret", &[purpose.as_bytes()]);
        hex::encode(tag.as_ref().get(..16).unwrap_or_default())
    }

    /// A key of this algorithm that belongs to nobody.
    ///
    /// # Errors
    /// Where no test key is left for it.
    pub fn stranger(&self, algorithm: KeyAlgorithm) -> Result<Arc<Key>, KeyStoreError> {
        let scope = KeyScope::Credential("stranger".to_owned());
        let mut slots = RsaSlots::default();
        let mut key =
            |name| self.store.key(KeyRequest { scope: &scope, name, algorithm }, &mut slots);
        // RSA test keys are handed out in order, and end-entities of other credentials get the first.
        key("first")?;
        key("second")?;
        key("third")
    }

    /// The run's clock.
    pub fn epoch(&self) -> UnixTime {
        self.epoch
    }

    /// Makes the trust anchors of an account. RSA anchors get their test keys in the order of the calls.
    pub fn authority(&self, name: &str, account: &Account) -> Result<Authority, ForgeError> {
        if !account.anchors.contains_key("main") {
            return Err(ForgeError::NoMainAnchor(name.to_owned()));
        }
        let scope = KeyScope::Account(name.to_owned());
        let recipes = account.anchors.iter().chain(&account.spare_anchors);
        let recipes = recipes.map(|(name, recipe)| (name.clone(), recipe.clone())).collect();
        let mut chain = self.chain(scope, &recipes, KeyAlgorithm::P256, self.epoch);
        chain.mint_all()?;
        let spare = account.spare_anchors.keys().cloned().collect();
        Ok(Authority::new(name.to_owned(), chain.done, spare))
    }

    /// Certificates in the making.
    pub(super) fn chain<'a>(
        &'a self,
        scope: KeyScope,
        recipes: &'a BTreeMap<String, Recipe>,
        algorithm: KeyAlgorithm,
        now: UnixTime,
    ) -> Chain<'a> {
        Chain {
            store: &self.store,
            clocks: Clocks { epoch: Clock::at(self.epoch), now: Clock::at(now) },
            scope,
            recipes,
            authority: None,
            algorithm,
            slots: RsaSlots::default(),
            done: BTreeMap::new(),
            path: Vec::new(),
        }
    }
}
