//! From a configuration to endpoints: everything is checked before anything listens.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::endpoint::Endpoint;
use super::maker::Maker;
use super::trust::Trust;
use super::{ConfigError, GateAccount, GateEndpoint};

/// Accounts by name, after checking names, prefixes, CAs and revocation lists.
pub(super) fn register_accounts(
    accounts: Vec<GateAccount>,
) -> Result<BTreeMap<String, Trust>, ConfigError> {
    let mut prefixes: BTreeMap<String, String> = BTreeMap::new();
    let mut registered = BTreeMap::new();
    for GateAccount { name, prefix, anchors, crls } in accounts {
        let prefix = prefix.to_ascii_lowercase();
        if !is_label(&prefix) {
            return Err(ConfigError::InvalidPrefix { prefix, account: name });
        }
        if registered.contains_key(&name) {
            return Err(ConfigError::DuplicateAccount(name));
        }
        if let Some(taken_by) = prefixes.get(&prefix) {
            let taken_by = taken_by.clone();
            return Err(ConfigError::DuplicatePrefix { prefix, account: name, taken_by });
        }
        let trust = Trust { anchors, crls };
        trust.validator(&name, true, None)?;
        prefixes.insert(prefix, name.clone());
        registered.insert(name, trust);
    }
    Ok(registered)
}

/// The endpoints of a listener, each in its first generation.
pub(super) fn register_endpoints(
    listener: &str,
    endpoints: Vec<GateEndpoint>,
    accounts: &BTreeMap<String, Trust>,
    maker: &Maker,
) -> Result<Vec<Arc<Endpoint>>, ConfigError> {
    if endpoints.is_empty() {
        return Err(ConfigError::EmptyListener(listener.to_owned()));
    }
    let mut registered: Vec<Arc<Endpoint>> = Vec::with_capacity(endpoints.len());
    for GateEndpoint { host, marker, mode, account, check_crls } in endpoints {
        let host = host.to_ascii_lowercase();
        let listener = || listener.to_owned();
        if !is_host(&host) {
            return Err(ConfigError::InvalidHost { host, listener: listener() });
        }
        if registered.iter().any(|known| known.host == host) {
            return Err(ConfigError::DuplicateHost { host, listener: listener() });
        }
        if let Some(account) = account.clone().filter(|name| !accounts.contains_key(name)) {
            return Err(ConfigError::UnknownAccount { host, account });
        }
        let config = GateEndpoint { host, marker, mode, account, check_crls };
        let generation = maker.first(&config, accounts)?;
        registered.push(Arc::new(Endpoint::new(&listener(), config, generation)));
    }
    Ok(registered)
}

/// Whether that is a DNS name.
pub(super) fn is_host(host: &str) -> bool {
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
