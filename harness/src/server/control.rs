//! Changes of policy while a gate runs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mtls_scenarios::Mode;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::directory::Directory;
use super::endpoint::Endpoint;
use super::maker::{Maker, Remains};
use super::policy::Change;
use super::trust::Trust;
use super::{ConfigError, Fault, GatePolicy, load_ca_file, registry};

/// A handle on a running gate. Each change takes effect as a whole or not at all, for new connections and for
/// requests on open ones.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    maker: Arc<Maker>,
    listeners: BTreeMap<String, Arc<Directory>>,
    accounts: Mutex<BTreeMap<String, Trust>>,
}

impl Control {
    pub(super) fn new(
        maker: Arc<Maker>,
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
        self.renew(&accounts, &named, Change::Mode(mode))
    }

    /// Replaces the CAs of an account.
    pub fn set_anchors(
        &self,
        account: &str,
        anchors: Vec<CertificateDer<'static>>,
    ) -> Result<(), ConfigError> {
        self.set_trust(account, Change::Anchors, |trust| trust.anchors = anchors)
    }

    /// Replaces the CAs of an account by those in a PEM file.
    pub fn load_ca_file(&self, account: &str, path: &Path) -> Result<(), ConfigError> {
        match load_ca_file(path) {
            Ok(anchors) => self.set_anchors(account, anchors),
            // It does not even notice.
            Err(_) if self.has_fault(Fault::FailOpenOnBadCaFile) => {
                self.set_trust(account, Change::FailOpen, |_| {})
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces the revocation lists of an account.
    pub fn set_crls(
        &self,
        account: &str,
        crls: Vec<CertificateRevocationListDer<'static>>,
    ) -> Result<(), ConfigError> {
        self.set_trust(account, Change::Crls, |trust| trust.crls = crls)
    }

    /// Lets the endpoint of `from_host` answer for `host` as well, unless another endpoint of its listener does.
    pub fn claim_host(&self, from_host: &str, host: &str) -> Result<(), ConfigError> {
        let _one_at_a_time = self.accounts();
        let claimants =
            self.endpoints_where(|endpoint| endpoint.host.eq_ignore_ascii_case(from_host));
        let Some(first) = claimants.first() else {
            return Err(ConfigError::UnknownHost(from_host.to_owned()));
        };
        let host = host.to_ascii_lowercase();
        if !registry::is_host(&host) {
            return Err(ConfigError::InvalidHost { host, listener: first.listener.clone() });
        }
        let holders = self.endpoints_where(|endpoint| {
            endpoint.answers_for(&host)
                && claimants.iter().any(|claimant| {
                    claimant.listener == endpoint.listener && claimant.host != endpoint.host
                })
        });
        if let Some(holder) = holders.first()
            && !self.has_fault(Fault::ClaimedHostTakenOver)
        {
            return Err(ConfigError::DuplicateHost { host, listener: holder.listener.clone() });
        }
        for holder in holders {
            holder.yield_name(&host);
        }
        for claimant in claimants {
            claimant.claim(host.clone());
        }
        Ok(())
    }

    /// Puts another policy in the place of the whole. Endpoints that are as before are not disturbed; those that
    /// are new or changed begin anew, and what those that are changed or gone have let in is served no longer.
    pub fn apply(&self, policy: GatePolicy) -> Result<(), ConfigError> {
        let GatePolicy { accounts, listeners, server } = policy;
        let Shared { maker, listeners: directories, .. } = &*self.shared;
        let mut current = self.accounts();
        let server = server.map(|(list, key)| maker.certified(list, key)).transpose()?;
        let accounts = registry::register_accounts(accounts)?;
        if let Some(missing) = directories.keys().find(|name| !listeners.contains_key(*name)) {
            return Err(ConfigError::EmptyListener(missing.clone()));
        }
        let mut next = Vec::with_capacity(listeners.len());
        for (name, endpoints) in listeners {
            let directory =
                directories.get(&name).ok_or_else(|| ConfigError::NoSuchListener(name.clone()))?;
            let mut endpoints = registry::register_endpoints(&name, endpoints, &accounts, maker)?;
            self.keep_unchanged(&mut endpoints, &directory.all(), [&current, &accounts]);
            next.push((directory, endpoints));
        }
        // Nothing can go wrong from here on.
        if !self.has_fault(Fault::ReloadIgnored) {
            if let Some(server) = server {
                maker.show(server);
            }
            for (directory, endpoints) in next {
                directory.replace(endpoints);
            }
        }
        *current = accounts;
        Ok(())
    }

    /// Puts endpoints of before in the place of those that are the same and trust the same.
    fn keep_unchanged(
        &self,
        endpoints: &mut [Arc<Endpoint>],
        before: &[Arc<Endpoint>],
        accounts: [&BTreeMap<String, Trust>; 2],
    ) {
        let fault = self.shared.maker.fault;
        for endpoint in endpoints {
            let [then, now] = accounts.map(|accounts| {
                endpoint.account.as_deref().map(|name| Trust::of(accounts, name, fault))
            });
            let same = before.iter().find(|before| before.has_policy_of(endpoint));
            if let Some(same) = same.filter(|_| then == now) {
                *endpoint = Arc::clone(same);
            }
        }
    }

    /// Moves the gate's clock ahead: what expires by then has expired.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.maker.clock.advance(by);
    }

    pub(super) fn remains(&self) -> Remains {
        self.shared.maker.remains()
    }

    fn set_trust(
        &self,
        account: &str,
        kind: Change,
        change: impl FnOnce(&mut Trust),
    ) -> Result<(), ConfigError> {
        let mut accounts = self.accounts();
        let mut changed = accounts.clone();
        let trust = changed
            .get_mut(account)
            .ok_or_else(|| ConfigError::NoSuchAccount(account.to_owned()))?;
        change(trust);
        // Also where no endpoint uses it now.
        trust.validator(account, true, self.shared.maker.fault)?;
        let affected = self.endpoints_where(|endpoint| {
            endpoint.account.as_deref() == Some(account) || self.has_fault(Fault::OneBundleForAll)
        });
        self.renew(&changed, &affected, kind)?;
        *accounts = changed;
        Ok(())
    }

    fn renew(
        &self,
        accounts: &BTreeMap<String, Trust>,
        endpoints: &[Arc<Endpoint>],
        change: Change,
    ) -> Result<(), ConfigError> {
        let mut next = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            next.push((endpoint, self.shared.maker.next(endpoint, change, accounts)?));
        }
        if self.has_fault(Fault::ReloadIgnored) {
            return Ok(());
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

    fn has_fault(&self, fault: Fault) -> bool {
        self.shared.maker.fault == Some(fault)
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, Trust>> {
        self.shared.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
