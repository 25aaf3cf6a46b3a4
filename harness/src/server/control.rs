//! Changes of policy while a gate runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mtls_scenarios::Mode;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::directory::Directory;
use super::endpoint::{Endpoint, Generation, Maker, Trust};
use super::{ConfigError, GatePolicy, registry};

/// A handle on a running gate. Each change takes effect as a whole or not at all, for new connections and for
/// requests on open ones.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    maker: Maker,
    listeners: BTreeMap<String, Arc<Directory>>,
    accounts: Mutex<BTreeMap<String, Trust>>,
}

impl Control {
    pub(super) fn new(
        maker: Maker,
        listeners: BTreeMap<String, Arc<Directory>>,
        accounts: BTreeMap<String, Trust>,
    ) -> Self {
        let accounts = Mutex::new(accounts);
        Self { shared: Arc::new(Shared { maker, listeners, accounts }) }
    }

    /// Sets the mode of the endpoints of a host. No change where it is their mode already.
    pub fn set_mode(&self, host: &str, mode: Mode) -> Result<(), ConfigError> {
        let accounts = self.accounts();
        let mut named = self.endpoints_where(|endpoint| endpoint.host.eq_ignore_ascii_case(host));
        if named.is_empty() {
            return Err(ConfigError::UnknownHost(host.to_owned()));
        }
        named.retain(|endpoint| endpoint.current().mode != mode);
        self.renew(&accounts, &named, Some(mode))
    }

    /// Replaces the CAs of an account.
    pub fn set_anchors(
        &self,
        account: &str,
        anchors: Vec<CertificateDer<'static>>,
    ) -> Result<(), ConfigError> {
        self.set_trust(account, |trust| trust.anchors = anchors)
    }

    /// Replaces the revocation lists of an account.
    pub fn set_crls(
        &self,
        account: &str,
        crls: Vec<CertificateRevocationListDer<'static>>,
    ) -> Result<(), ConfigError> {
        self.set_trust(account, |trust| trust.crls = crls)
    }

    /// Puts another policy in the place of the whole. Endpoints that are as before are not disturbed; those that
    /// are new or changed begin a generation, and what those that are changed or gone have let in is served no longer.
    pub fn apply(&self, policy: GatePolicy) -> Result<(), ConfigError> {
        let GatePolicy { accounts, listeners, server } = policy;
        let Shared { maker, listeners: directories, accounts: current } = &*self.shared;
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        let server = server.map(|(list, key)| maker.certified(list, key)).transpose()?;
        let accounts = registry::register_accounts(accounts)?;
        let mut next = Vec::with_capacity(listeners.len());
        for (name, endpoints) in listeners {
            let directory =
                directories.get(&name).ok_or_else(|| ConfigError::NoSuchListener(name.clone()))?;
            let mut endpoints = registry::register_endpoints(&name, endpoints, &accounts, maker)?;
            for endpoint in &mut endpoints {
                let trusts_as_before = |account: &Option<String>| {
                    account.as_ref().is_none_or(|name| current.get(name) == accounts.get(name))
                };
                let before = directory.all();
                let same = before.iter().find(|before| before.has_policy_of(endpoint));
                if let Some(same) = same.filter(|same| trusts_as_before(&same.account)) {
                    *endpoint = Arc::clone(same);
                }
            }
            next.push((directory, endpoints));
        }
        // Nothing can go wrong from here on.
        if let Some(server) = server {
            maker.show(server);
        }
        for (directory, endpoints) in next {
            directory.replace(endpoints);
        }
        *current = accounts;
        Ok(())
    }

    fn set_trust(&self, account: &str, change: impl FnOnce(&mut Trust)) -> Result<(), ConfigError> {
        let mut accounts = self.accounts();
        let mut changed = accounts.clone();
        let trust = changed
            .get_mut(account)
            .ok_or_else(|| ConfigError::NoSuchAccount(account.to_owned()))?;
        change(trust);
        // Also where no endpoint uses it now.
        trust.validator(account, true, self.shared.maker.fault)?;
        let affected =
            self.endpoints_where(|endpoint| endpoint.account.as_deref() == Some(account));
        self.renew(&changed, &affected, None)?;
        *accounts = changed;
        Ok(())
    }

    fn renew(
        &self,
        accounts: &BTreeMap<String, Trust>,
        endpoints: &[Arc<Endpoint>],
        mode: Option<Mode>,
    ) -> Result<(), ConfigError> {
        let mut next = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let current = endpoint.current();
            let mode = mode.unwrap_or(current.mode);
            let generation = generation(&self.shared.maker, accounts, endpoint, mode, &current)?;
            next.push((endpoint, generation));
        }
        for (endpoint, generation) in next {
            endpoint.replace(generation);
        }
        Ok(())
    }

    fn endpoints_where(&self, wanted: impl Fn(&Endpoint) -> bool) -> Vec<Arc<Endpoint>> {
        let directories = self.shared.listeners.values();
        let all = directories.flat_map(|directory| directory.all().to_vec());
        all.filter(|endpoint| wanted(endpoint)).collect()
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, Trust>> {
        self.shared.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn generation(
    maker: &Maker,
    accounts: &BTreeMap<String, Trust>,
    endpoint: &Endpoint,
    mode: Mode,
    current: &Generation,
) -> Result<Arc<Generation>, ConfigError> {
    let validator = || {
        let name = endpoint
            .account
            .as_deref()
            .ok_or_else(|| ConfigError::NoAccount { host: endpoint.host.clone(), mode })?;
        accounts.get(name).ok_or_else(|| ConfigError::NoSuchAccount(name.to_owned()))?.validator(
            name,
            endpoint.check_crls,
            maker.fault,
        )
    };
    maker.generation(mode, validator, Some(current))
}
