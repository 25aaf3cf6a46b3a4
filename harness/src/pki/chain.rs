//! The certificates of a credential or an account, made in the order in which they issue each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use mtls_scenarios::{IssuerRef, KeyAlgorithm, KeyIdentifier, Profile, Recipe};
use rustls::pki_types::CertificateDer;

use super::authority::{Anchor, Authority};
use super::certificate::{self, Forged, Order};
use super::error::{ForgeError, RecipeError, list};
use super::hex;
use super::key::{Key, KeyRequest, KeyScope, KeyStore, Posed, RsaSlots};
use super::time::Clock;
use super::user_client::UserClient;

/// The run's clock and the moment of use.
#[derive(Clone, Copy)]
pub(crate) struct Clocks {
    pub(crate) epoch: Clock,
    pub(crate) now: Clock,
}

/// Most certificates of a credential that may all have RSA keys.
const SHORT_PATH: usize = 4;

/// Certificates in the making.
pub(crate) struct Chain<'a> {
    pub(crate) store: &'a KeyStore,
    pub(crate) clocks: Clocks,
    pub(crate) scope: KeyScope,
    pub(crate) recipes: &'a BTreeMap<String, Recipe>,
    /// Where anchors come from; `None` for an account, whose recipes are the anchors.
    pub(crate) authority: Option<&'a Authority>,
    /// Algorithm of keys whose recipe names none.
    pub(crate) algorithm: KeyAlgorithm,
    pub(crate) slots: RsaSlots,
    pub(crate) done: BTreeMap<String, Arc<Forged>>,
    pub(crate) path: Vec<String>,
}

impl Chain<'_> {
    /// Makes all certificates.
    pub(crate) fn mint_all(&mut self) -> Result<(), ForgeError> {
        for name in self.recipes.keys() {
            self.mint("certificates", name)?;
        }
        Ok(())
    }

    /// Makes the certificate and those above it; `place` is where its name stands.
    pub(crate) fn mint(&mut self, place: &str, name: &str) -> Result<Arc<Forged>, ForgeError> {
        if let Some(done) = self.done.get(name) {
            return Ok(Arc::clone(done));
        }
        let recipe = self.recipes.get(name).ok_or_else(|| self.unknown_certificate(place, name))?;
        if self.path.iter().any(|above| above == name) {
            return Err(ForgeError::IssuerCycle {
                owner: self.owner(),
                path: list(self.path.iter()),
            });
        }
        if let Some(ready) = self.ready_made(name, recipe)? {
            self.done.insert(name.to_owned(), Arc::clone(&ready));
            return Ok(ready);
        }
        self.path.push(name.to_owned());
        let place = format!("certificates.{name}");
        let issuer = match &recipe.issuer {
            IssuerRef::SelfSigned => None,
            IssuerRef::Anchor(anchor) => Some(self.anchor(&format!("{place}.issuer"), anchor)?),
            IssuerRef::Certificate(issuer) => Some(self.mint(&format!("{place}.issuer"), issuer)?),
        };
        let key = self.key(name, recipe)?;
        let authority_key_id = self.authority_key_id(
            name,
            recipe,
            issuer.as_ref().map_or(key.key_identifier(), |issuer| &issuer.key_id),
        )?;
        self.path.pop();
        let at_use = recipe.validity.as_ref().is_some_and(|validity| validity.at_use);
        let common_name = match &self.scope {
            KeyScope::Account(account) => format!("{account} {name}"),
            KeyScope::Credential(_) | KeyScope::Server => name.to_owned(),
        };
        let order = Order {
            scope: &self.scope.label(),
            name,
            common_name: &common_name,
            recipe,
            key,
            issuer: issuer.as_deref(),
            subject: self.name_of(name, "subject_of", recipe.subject_of.as_deref())?,
            issuer_name: self.name_of(name, "issuer_name_of", recipe.issuer_name_of.as_deref())?,
            authority_key_id,
            clock: if at_use { self.clocks.now } else { self.clocks.epoch },
        };
        let forged =
            certificate::forge(self.store, order).map_err(|source| self.wrong(name, source))?;
        let forged = Arc::new(forged);
        self.done.insert(name.to_owned(), Arc::clone(&forged));
        Ok(forged)
    }

    /// An anchor of the account, with its key.
    pub(crate) fn anchor(&mut self, place: &str, name: &str) -> Result<Arc<Forged>, ForgeError> {
        let anchor = self.known_anchor(place, name)?;
        anchor.whole().cloned().ok_or_else(|| ForgeError::NeedsCaKey { owner: self.owner() })
    }

    /// What is known of an anchor of the account.
    pub(super) fn known_anchor(&mut self, place: &str, name: &str) -> Result<Anchor, ForgeError> {
        match self.authority {
            None => self.mint(place, name).map(Anchor::Whole),
            Some(authority) => {
                authority.anchor(name).cloned().ok_or_else(|| ForgeError::UnknownAnchor {
                    owner: self.owner(),
                    place: place.to_owned(),
                    name: name.to_owned(),
                    account: authority.name().to_owned(),
                    known: list(authority.names()),
                })
            }
        }
    }

    /// A certificate that need not be forged: it came with a bundle, or a customer's own takes its place.
    fn ready_made(&self, name: &str, recipe: &Recipe) -> Result<Option<Arc<Forged>>, ForgeError> {
        let (Some(authority), KeyScope::Credential(credential)) = (self.authority, &self.scope)
        else {
            return Ok(None);
        };
        if let Some(made) = authority.made(credential, name) {
            return Ok(Some(Arc::clone(made)));
        }
        let Some(who) = recipe.given.filter(|_| self.is_of_clients()) else { return Ok(None) };
        let client = authority.client(who);
        let client = client.ok_or_else(|| ForgeError::NeedsClient { owner: self.owner() })?;
        let wanted = recipe.key.algorithm.unwrap_or(self.algorithm);
        if recipe.key.algorithm.is_none() && wanted != client.algorithm() {
            let (owner, given) = (self.owner(), client.algorithm());
            return Err(ForgeError::OtherKey { owner, given, wanted });
        }
        let forged = certificate::spoilt(client.forged(), &recipe.defects);
        forged.map(Some).map_err(|source| self.wrong(name, source))
    }

    /// Whether all that is known of the account are clients of it.
    fn is_of_clients(&self) -> bool {
        self.authority.is_some_and(Authority::has_only_clients)
    }

    /// What a customer's own certificate has behind it in the `certificate_list`.
    pub(super) fn behind(&self, name: &str) -> &[CertificateDer<'static>] {
        let given = self.recipes.get(name).and_then(|recipe| recipe.given);
        let client = given.and_then(|who| self.authority?.client(who));
        client.map(UserClient::behind).unwrap_or_default()
    }

    fn key(&mut self, name: &str, recipe: &Recipe) -> Result<Arc<Key>, ForgeError> {
        let request = KeyRequest {
            scope: &self.scope,
            name: recipe.key.name.as_deref().unwrap_or(name),
            algorithm: recipe.key.algorithm.unwrap_or_else(|| self.usual_algorithm(recipe.profile)),
        };
        let key = self.store.key(request, &mut self.slots).map_err(RecipeError::Key);
        let posing = |key: Arc<Key>| match &recipe.public_key {
            None => Ok(key),
            Some(public) => Ok(Arc::new(key.posing_as(Posed::new(public)?))),
        };
        key.and_then(posing).map_err(|source| self.wrong(name, source))
    }

    /// The algorithm of a key whose recipe names none.
    fn usual_algorithm(&self, profile: Profile) -> KeyAlgorithm {
        // A customer's client may make the whole run one of RSA keys, and test keys do not last for long paths of them.
        let is_long = self.recipes.len() > SHORT_PATH;
        if self.is_of_clients() && is_long && profile != Profile::Client {
            return KeyAlgorithm::P256;
        }
        self.algorithm
    }

    /// A key that no certificate of the credential has.
    pub(crate) fn bare_key(&mut self, name: &str) -> Result<Arc<Key>, ForgeError> {
        let request = KeyRequest { scope: &self.scope, name, algorithm: self.algorithm };
        let key = self.store.key(request, &mut self.slots);
        key.map_err(|source| self.wrong(name, RecipeError::Key(source)))
    }

    /// The encoded subject of an anchor that a field names.
    fn name_of(
        &mut self,
        certificate: &str,
        field: &str,
        anchor: Option<&str>,
    ) -> Result<Option<Vec<u8>>, ForgeError> {
        let Some(anchor) = anchor else { return Ok(None) };
        let place = format!("certificates.{certificate}.{field}");
        Ok(Some(self.known_anchor(&place, anchor)?.subject().to_vec()))
    }

    fn authority_key_id(
        &mut self,
        name: &str,
        recipe: &Recipe,
        issuer: &[u8],
    ) -> Result<Option<Vec<u8>>, ForgeError> {
        let field = "authority_key_identifier";
        match &recipe.authority_key_identifier {
            KeyIdentifier::Issuer if recipe.profile == Profile::Authority => Ok(None),
            KeyIdentifier::Issuer => Ok(Some(issuer.to_vec())),
            KeyIdentifier::Absent => Ok(None),
            KeyIdentifier::Anchor(anchor) => {
                let anchor = self.known_anchor(&format!("certificates.{name}.{field}"), anchor)?;
                Ok(anchor.key_id().map(<[u8]>::to_vec))
            }
            KeyIdentifier::Hex(octets) => {
                hex::decode(field, octets).map(Some).map_err(|source| self.wrong(name, source))
            }
        }
    }

    /// Credential or account, for errors.
    pub(crate) fn owner(&self) -> String {
        match &self.scope {
            KeyScope::Credential(name) => format!("credential `{name}`"),
            KeyScope::Account(name) => format!("account `{name}`"),
            KeyScope::Server => "the server's certificate".to_owned(),
        }
    }

    fn wrong(&self, certificate: &str, source: RecipeError) -> ForgeError {
        ForgeError::Recipe { owner: self.owner(), certificate: certificate.to_owned(), source }
    }

    fn unknown_certificate(&self, place: &str, name: &str) -> ForgeError {
        let (owner, place, name) = (self.owner(), place.to_owned(), name.to_owned());
        ForgeError::UnknownCertificate { owner, place, name, known: list(self.recipes.keys()) }
    }
}
