//! An account's trust anchors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;

use super::certificate::Forged;
use super::key::Key;
use super::user_ca::UserCa;

/// The trust anchors of an account, by name, with their keys.
#[derive(Clone, Debug)]
pub struct Authority {
    account: String,
    anchors: BTreeMap<String, Arc<Forged>>,
    /// Names of those that no endpoint trusts yet.
    spare: BTreeSet<String>,
    is_user_ca: bool,
}

impl Authority {
    pub(super) fn new(
        account: String,
        anchors: BTreeMap<String, Arc<Forged>>,
        spare: BTreeSet<String>,
    ) -> Self {
        Self { account, anchors, spare, is_user_ca: false }
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.account
    }

    /// Puts a user's own CA in place of `main`.
    #[must_use]
    pub fn with_user_ca(mut self, ca: UserCa) -> Self {
        self.anchors.insert("main".to_owned(), Arc::new(ca.into_forged()));
        self.is_user_ca = true;
        self
    }

    /// Adds an anchor, or puts one in the place of another.
    #[must_use]
    pub(super) fn with_anchor(mut self, name: &str, anchor: Arc<Forged>) -> Self {
        self.anchors.insert(name.to_owned(), anchor);
        self
    }

    /// Whether `main` is a user's own CA.
    pub fn has_user_ca(&self) -> bool {
        self.is_user_ca
    }

    /// The names of the anchors.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.anchors.keys()
    }

    /// The certificate of an anchor.
    pub fn certificate(&self, name: &str) -> Option<&CertificateDer<'static>> {
        self.anchors.get(name).map(|anchor| &anchor.der)
    }

    /// The key of an anchor.
    pub fn key(&self, name: &str) -> Option<&Arc<Key>> {
        self.anchors.get(name).map(|anchor| &anchor.key)
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
            .map(|(_, anchor)| anchor.der.clone())
            .collect()
    }

    /// The encoded subjects of all anchors, spare ones too.
    pub fn subjects(&self) -> impl Iterator<Item = &[u8]> {
        self.anchors.values().map(|anchor| anchor.subject.as_slice())
    }

    pub(super) fn anchor(&self, name: &str) -> Option<&Arc<Forged>> {
        self.anchors.get(name)
    }
}
