//! The mock gate as a target: started, changed through its controls, started again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use mtls_reports::PeerText;
use mtls_scenarios::{Apply, Claim, Mode, Spoilt, Target};
use tempfile::TempDir;

use super::change::{Change, ChangeError, Changed};
use super::running::{Blueprint, StartError};
use crate::server::{ConfigError, Gate, GateAccount, GateConfig, GateEndpoint, Limits};

/// The mock gate, which may be down.
#[derive(Debug)]
pub(super) struct Mock {
    gate: Option<Gate>,
}

impl Mock {
    pub(super) async fn start(
        blueprint: &Blueprint,
    ) -> Result<(Self, BTreeMap<String, SocketAddr>), StartError> {
        let gate = Gate::start(gate_config(blueprint)).await?;
        let mock = Self { gate: Some(gate) };
        let addresses = mock.addresses(&blueprint.target);
        Ok((mock, addresses))
    }

    pub(super) fn addresses(&self, target: &Target) -> BTreeMap<String, SocketAddr> {
        let Some(gate) = &self.gate else { return BTreeMap::new() };
        let names = target.listeners.keys();
        names.filter_map(|name| Some((name.clone(), gate.address(name)?))).collect()
    }

    pub(super) const fn is_down(&self) -> bool {
        self.gate.is_none()
    }

    pub(super) fn advance_clock(&self, by: Duration) -> bool {
        let Some(gate) = &self.gate else { return false };
        gate.control().advance_clock(by);
        true
    }

    /// Makes a change that the blueprint says already.
    pub(super) async fn change(
        &mut self,
        blueprint: &Blueprint,
        change: &Change,
    ) -> Result<Changed, ChangeError> {
        if change.by == Apply::Restart {
            let remains = self.gate.as_ref().map(Gate::remains).unwrap_or_default();
            self.stop_gate().await;
            let gate = Gate::start_again(gate_config(blueprint), remains).await;
            let gate = gate.map_err(StartError::from)?;
            self.gate = Some(gate);
        }
        let Some(gate) = &self.gate else {
            return Ok(Changed::Refused(PeerText::new("the gate does not run")));
        };
        match tell(gate, blueprint, change) {
            Ok(()) => Ok(Changed::Applied),
            Err(Told::Refused(reason)) => {
                if change.by == Apply::Restart {
                    // What it cannot read it does not start with.
                    self.stop_gate().await;
                }
                Ok(Changed::Refused(PeerText::new(&reason)))
            }
            Err(Told::Failed(error)) => Err(error),
        }
    }

    async fn stop_gate(&mut self) {
        if let Some(gate) = self.gate.take() {
            gate.stop().await;
        }
    }

    pub(super) async fn stop(mut self) {
        self.stop_gate().await;
    }
}

/// The bounds that the target file promises.
fn limits(target: &Target) -> Limits {
    let limits = Limits::default();
    let handshake = target.handshake_timeout.map_or(limits.handshake, Duration::from_secs);
    Limits { handshake, ..limits }
}

/// Why the gate does not do as it was told.
enum Told {
    Refused(String),
    Failed(ChangeError),
}

impl From<ConfigError> for Told {
    fn from(error: ConfigError) -> Self {
        Self::Refused(error.to_string())
    }
}

fn tell(gate: &Gate, blueprint: &Blueprint, change: &Change) -> Result<(), Told> {
    let control = gate.control();
    let host = |role| blueprint.target.endpoints.get(&role).map(|e| e.host.as_str());
    for (role, mode) in &change.modes {
        if let Some(host) = host(*role) {
            control.set_mode(host, *mode)?;
        }
    }
    for (account, anchors) in &change.anchors {
        control.set_anchors(account, anchors.clone())?;
    }
    for (account, crls) in &change.crls {
        control.set_crls(account, crls.clone())?;
    }
    if let Some((account, how)) = &change.ca_file {
        load_spoilt(gate, blueprint, account, *how)?;
    }
    if let Some(Claim { endpoint, host_of }) = change.claim
        && let (Some(from), Some(claimed)) = (host(endpoint), host(host_of))
    {
        control.claim_host(from, claimed)?;
    }
    Ok(())
}

fn load_spoilt(gate: &Gate, blueprint: &Blueprint, account: &str, how: Spoilt) -> Result<(), Told> {
    let failed = |error: std::io::Error| Told::Failed(ChangeError::Io(error));
    let directory = TempDir::new().map_err(failed)?;
    let path = directory.path().join("ca.pem");
    blueprint.material.spoil(account, &path, how).map_err(failed)?;
    let loaded = gate.control().load_ca_file(account, &path);
    loaded.map_err(|error| Told::Refused(error.to_string()))
}

fn gate_config(blueprint: &Blueprint) -> GateConfig {
    let Blueprint { target, material, fault, .. } = blueprint;
    GateConfig {
        certificates: material.server.chain.clone(),
        key: material.server.key_der().into(),
        accounts: material
            .accounts
            .iter()
            .map(|(name, account)| GateAccount {
                name: name.clone(),
                prefix: name.clone(),
                anchors: account.anchors.clone(),
                crls: account.crls.clone(),
            })
            .collect(),
        listeners: target
            .listeners
            .keys()
            .map(|name| (name.clone(), gate_endpoints(blueprint, name)))
            .collect(),
        fault: *fault,
        limits: limits(&blueprint.target),
    }
}

fn gate_endpoints(blueprint: &Blueprint, listener: &str) -> Vec<GateEndpoint> {
    let Blueprint { target, material, .. } = blueprint;
    let there = target.endpoints.iter().filter(|(_, endpoint)| endpoint.listener == listener);
    there
        .map(|(role, endpoint)| GateEndpoint {
            host: endpoint.host.clone(),
            marker: material.marker(*role),
            mode: endpoint.mode,
            account: endpoint.account.clone().filter(|_| endpoint.mode != Mode::Public),
            check_crls: endpoint.crl,
        })
        .collect()
}
