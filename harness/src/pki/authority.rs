//! An account's trust anchors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mtls_scenarios::GivenClient;
use rustls::pki_types::CertificateDer;

use super::certificate::Forged;
use super::key::Key;
use super::user_ca::UserCa;
use super::user_client::UserClient;

/// The trust anchors of an account, by name, with their keys where they are at hand.
#[derive(Clone, Debug)]
pub struct Authority {
    account: String,
    anchors: BTreeMap<String, Anchor>,
    /// Names of those that no endpoint trusts yet.
    spare: BTreeSet<String>,
    is_user_ca: bool,
    /// Certificates of credentials that are there already, by credential and name.
    made: BTreeMap<(String, String), Arc<Forged>>,
    clients: BTreeMap<GivenClient, UserClient>,
}

/// What is known of a trust anchor.
#[derive(Clone, Debug)]
pub(super) enum Anchor {
    /// Certificate and key.
    Whole(Arc<Forged>),
    /// What certificates below it say.
    Named(NamedAnchor),
}

/// A trust anchor whose key is not at hand.
#[derive(Clone, Debug)]
pub(super) struct NamedAnchor {
    /// Its subject, as encoded.
    pub(super) subject: Vec<u8>,
    /// Its subject key identifier.
    pub(super) key_id: Option<Vec<u8>>,
    /// Its certificate.
    pub(super) der: Option<CertificateDer<'static>>,
}

impl Anchor {
    /// Its subject, as encoded.
    pub(super) fn subject(&self) -> &[u8] {
        match self {
            Self::Whole(forged) => &forged.subject,
            Self::Named(named) => &named.subject,
        }
    }

    /// Its subject key identifier.
    pub(super) fn key_id(&self) -> Option<&[u8]> {
        match self {
            Self::Whole(forged) => Some(&forged.key_id),
            Self::Named(named) => named.key_id.as_deref(),
        }
    }

    /// Its certificate.
    pub(super) fn der(&self) -> Option<&CertificateDer<'static>> {
        match self {
            Self::Whole(forged) => Some(&forged.der),
            Self::Named(named) => named.der.as_ref(),
        }
    }

    /// Certificate and key, where both are at hand.
    pub(super) const fn whole(&self) -> Option<&Arc<Forged>> {
        match self {
            Self::Whole(forged) => Some(forged),
            Self::Named(_) => None,
        }
    }
}

impl Authority {
    pub(super) fn new(
        account: String,
        anchors: BTreeMap<String, Arc<Forged>>,
        spare: BTreeSet<String>,
    ) -> Self {
        let anchors = anchors.into_iter().map(|(name, forged)| (name, Anchor::Whole(forged)));
        Self {
            account,
            anchors: anchors.collect(),
            spare,
            is_user_ca: false,
            made: BTreeMap::new(),
            clients: BTreeMap::new(),
        }
    }

    /// An account of which nothing is known but a user's own CA, as `main`.
    pub fn of_ca(account: &str, ca: UserCa) -> Self {
        let anchors = BTreeMap::from([("main".to_owned(), Arc::new(ca.into_forged()))]);
        Self { is_user_ca: true, ..Self::new(account.to_owned(), anchors, BTreeSet::new()) }
    }

    /// An account of which nothing is known but clients: `main` is the CA that the first of them names.
    pub fn of_clients(account: &str, client: UserClient, colleague: Option<UserClient>) -> Self {
        let main = Anchor::Named(client.issuer().clone());
        let others = colleague.map(|colleague| (GivenClient::Colleague, colleague));
        Self {
            anchors: BTreeMap::from([("main".to_owned(), main)]),
            clients: others.into_iter().chain([(GivenClient::Client, client)]).collect(),
            ..Self::new(account.to_owned(), BTreeMap::new(), BTreeSet::new())
        }
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.account
    }

    /// Adds certificates of credentials that are there already, by credential and name.
    #[must_use]
    pub(super) fn with_made(mut self, made: BTreeMap<(String, String), Arc<Forged>>) -> Self {
        self.made = made;
        self
    }

    /// Adds an anchor, or puts one in the place of another.
    #[must_use]
    pub(super) fn with_anchor(mut self, name: &str, anchor: Arc<Forged>) -> Self {
        self.anchors.insert(name.to_owned(), Anchor::Whole(anchor));
        self
    }

    /// Whether `main` is a user's own CA.
    pub fn has_user_ca(&self) -> bool {
        self.is_user_ca
    }

    /// Whether this is a private key of the user's: of the CA, or of a client that was given.
    pub fn is_lent(&self, key: &Key) -> bool {
        let of_ca = self.key("main").filter(|_| self.is_user_ca);
        let of_clients = self.clients.values().map(|client| client.forged().key.public_key());
        of_ca
            .map(|main| main.public_key())
            .into_iter()
            .chain(of_clients)
            .any(|k| k == key.public_key())
    }

    /// Whether the CA's key is wanting: all that can be shown are the certificates that were given.
    pub fn has_only_clients(&self) -> bool {
        !self.clients.is_empty()
    }

    /// The names of the anchors.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.anchors.keys()
    }

    /// The names of the anchors that no endpoint trusts yet.
    pub fn spare(&self) -> impl Iterator<Item = &String> {
        self.spare.iter()
    }

    /// The certificate of an anchor.
    pub fn certificate(&self, name: &str) -> Option<&CertificateDer<'static>> {
        self.anchors.get(name)?.der()
    }

    /// The key of an anchor.
    pub fn key(&self, name: &str) -> Option<&Arc<Key>> {
        Some(&self.anchors.get(name)?.whole()?.key)
    }

    /// The certificates of these anchors, or of all but the spare ones; names that are not there are left out.
    pub fn trust_bundle(&self, names: Option<&[String]>) -> Vec<CertificateDer<'static>> {
        let wanted = |name: &String| match names {
            Some(names) => names.contains(name),
            None => !self.spare.contains(name),
        };
        self.anchors
            .iter()
            .filter(|(name, _)| wanted(name))
            .filter_map(|(_, anchor)| anchor.der().cloned())
            .collect()
    }

    /// The encoded subjects of all anchors, spare ones too.
    pub fn subjects(&self) -> impl Iterator<Item = &[u8]> {
        self.anchors.values().map(Anchor::subject)
    }

    pub(super) fn anchor(&self, name: &str) -> Option<&Anchor> {
        self.anchors.get(name)
    }

    /// A certificate of a credential that is there already.
    pub(super) fn made(&self, credential: &str, certificate: &str) -> Option<&Arc<Forged>> {
        // A BTreeMap of pairs is not searched by pairs of references.
        let names = (credential.to_owned(), certificate.to_owned());
        self.made.get(&names)
    }

    /// The client that was given for this part.
    pub(super) fn client(&self, who: GivenClient) -> Option<&UserClient> {
        self.clients.get(&who)
    }
}
