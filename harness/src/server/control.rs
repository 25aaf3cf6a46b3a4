//! Changes of policy while a gate runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mtls_scenarios::Mode;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::ConfigError;
use super::endpoint::{Endpoint, Generation, Maker, Trust};

/// A handle on a running gate. Each change takes effect as a whole or not at all, for new connections and for
/// requests on open ones.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    maker: Maker,
    endpoints: Vec<Arc<Endpoint>>,
    accounts: Mutex<BTreeMap<String, Trust>>,
}

impl Control {
    pub(super) fn new(
        maker: Maker,
        endpoints: Vec<Arc<Endpoint>>,
        accounts: BTreeMap<String, Trust>,
    ) -> Self {
        let accounts = Mutex::new(accounts);
        Self { shared: Arc::new(Shared { maker, endpoints, accounts }) }
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
        endpoints: &[&Arc<Endpoint>],
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

    fn endpoints_where(&self, wanted: impl Fn(&Endpoint) -> bool) -> Vec<&Arc<Endpoint>> {
        self.shared.endpoints.iter().filter(|endpoint| wanted(endpoint)).collect()
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
