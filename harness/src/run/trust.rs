//! How far a gate is the harness's own: what of the CAs that it trusts is at hand.

use std::collections::BTreeMap;

use mtls_scenarios::{KeyAlgorithm, Library, Start, Target};

use super::world::MintError;
use crate::pki::{Authority, Forge, ForgeError, StoredBundle, UserCa, UserClient};

/// What is at hand of the CAs that a gate trusts.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// Everything: the harness forges them, and configures the gate with them.
    #[default]
    Forged,
    /// The CA of some accounts with its key. What else the gate trusts is not known.
    Cas(BTreeMap<String, UserCa>),
    /// A bundle that `pki init` wrote and the gate was configured with.
    Bundle(StoredBundle),
    /// Only clients of some accounts.
    Clients(BTreeMap<String, GivenClients>),
}

/// Clients of an account, with their keys.
#[derive(Clone, Debug)]
pub struct GivenClients {
    /// The one that must get in.
    pub client: UserClient,
    /// Another one that must get in.
    pub colleague: Option<UserClient>,
}

/// What belongs to an account whose gate is not configured by the harness.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) authority: Authority,
    /// Why nothing can be said about revocation, where that is so.
    pub(super) revocation: Result<(), String>,
}

impl Trust {
    /// Whether the gate is configured by somebody else.
    pub const fn is_given(&self) -> bool {
        !matches!(self, Self::Forged)
    }

    /// The accounts of which something is at hand.
    pub fn accounts(&self) -> Vec<&str> {
        let names: Vec<&String> = match self {
            Self::Forged => Vec::new(),
            Self::Cas(cas) => cas.keys().collect(),
            Self::Bundle(bundle) => bundle.accounts.keys().collect(),
            Self::Clients(clients) => clients.keys().collect(),
        };
        names.into_iter().map(String::as_str).collect()
    }

    /// The key algorithm of the clients, where those are all there is.
    pub fn only_key(&self) -> Option<KeyAlgorithm> {
        match self {
            Self::Clients(clients) => clients.values().next().map(|given| given.client.algorithm()),
            _ => None,
        }
    }

    /// Whether this goes with a target; the error is for the user.
    pub fn check(&self, target: &Target) -> Result<(), String> {
        let given = self.accounts();
        match (&target.start, self) {
            (Start::Running, Self::Forged) => {
                return Err("a running target needs to be told whom it trusts: give --ca and --ca-key (the CA), \
                            --pki (a bundle of `mtls-harness pki init`), or --cert and --key (only a client)"
                    .to_owned());
            }
            (Start::Running, _) | (_, Self::Forged) => {}
            _ => return Err("--ca, --pki and --cert are for a running server; this target gets its CAs from the harness".to_owned()),
        }
        if !self.is_given() {
            return Ok(());
        }
        let needed: Vec<_> =
            target.endpoints.values().filter_map(|e| e.account.as_deref()).collect();
        if let Some(unused) = given.iter().find(|account| !needed.contains(account))
            && !matches!(self, Self::Bundle(_))
        {
            return Err(format!("no endpoint of the target belongs to account `{unused}`"));
        }
        let absent = needed.iter().find(|account| !given.contains(account));
        let Self::Bundle(bundle) = self else { return Ok(()) };
        if let Some(absent) = absent {
            return Err(format!(
                "the bundle has no account `{absent}`, which an endpoint of the target belongs to"
            ));
        }
        let has = |anchor: &String| {
            bundle.accounts.values().any(|a| a.authority.names().any(|n| n == anchor))
        };
        match target.anchors.iter().flatten().find(|anchor| !has(anchor)) {
            Some(anchor) => Err(format!(
                "the bundle has no CA `{anchor}`, which the target says it trusts (`anchors`)"
            )),
            None => Ok(()),
        }
    }

    /// What each account has that is not forged.
    pub(super) fn into_given(self, forge: &Forge, library: &Library) -> BTreeMap<String, Given> {
        match self {
            Self::Forged => BTreeMap::new(),
            Self::Cas(cas) => {
                let given = cas.into_iter().map(|(name, ca)| {
                    let authority = Authority::of_ca(&name, ca);
                    (name, Given { authority, revocation: Err(OWN_LISTS.to_owned()) })
                });
                given.collect()
            }
            Self::Clients(clients) => {
                let given =
                    clients.into_iter().map(|(name, GivenClients { client, colleague })| {
                        let authority = Authority::of_clients(&name, client, colleague);
                        // Whoever checks revocation lets an ordinary client in all the same.
                        (name, Given { authority, revocation: Ok(()) })
                    });
                given.collect()
            }
            Self::Bundle(bundle) => {
                let given = bundle.accounts.into_iter().map(|(name, stored)| {
                    let revocation = match library.accounts.get(&name) {
                        Some(account) => stored
                            .check_lists(forge, account, &library.credentials)
                            .map_err(|error| format!("{error}; {NEW_BUNDLE}")),
                        None => Err(format!("this version has no account `{name}`; {NEW_BUNDLE}")),
                    };
                    (name, Given { authority: stored.authority, revocation })
                });
                given.collect()
            }
        }
    }
}

const OWN_LISTS: &str = "the server's revocation lists are its own and cannot be known; give --pki with a bundle that it was \
    configured with";
const NEW_BUNDLE: &str =
    "write a new one with `mtls-harness pki init` and configure the server with it";

impl From<ForgeError> for MintError {
    fn from(error: ForgeError) -> Self {
        let reason = match error {
            ForgeError::NeedsCaKey { .. } => {
                "it needs a certificate signed by the CA that the server trusts; give the CA with --ca and --ca-key"
            }
            ForgeError::NeedsCaCertificate { .. } => {
                "it sends the certificate of the CA; append that to the file of --cert"
            }
            ForgeError::NeedsClient { .. } => {
                "it needs another client of the account; give one with --other-cert and --other-key"
            }
            ForgeError::OtherKey { given, wanted, .. } => {
                return Self::Unavailable(format!(
                    "it needs a client with a key of {}, and that of --cert has {}; give the CA with --ca and --ca-key",
                    wanted.as_str(),
                    given.as_str()
                ));
            }
            other => return Self::Forge(other.to_string()),
        };
        Self::Unavailable(reason.to_owned())
    }
}

/// Why a credential that lives off this anchor cannot be used.
pub(super) fn without_anchor(anchor: &str, is_bundle: bool) -> String {
    match (anchor, is_bundle) {
        ("openssl-recipe", _) => {
            "the CA of the openssl recipe is made anew for each run, and the server does not trust it".to_owned()
        }
        (_, true) => format!("the bundle has no CA `{anchor}`; {NEW_BUNDLE}"),
        (_, false) => format!(
            "it needs the CA `{anchor}` in the server's trust bundle; give --pki with a bundle that it was configured with"
        ),
    }
}

/// Why an endpoint of this account cannot be tested.
pub(super) fn without_account(account: &str, trust_flags: &str) -> String {
    format!("nothing of account `{account}` is at hand; give {trust_flags}")
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
