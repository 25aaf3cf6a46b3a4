//! A target that is up: where its endpoints are, and how to stop it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use mtls_reports::PeerText;
use mtls_scenarios::{Endpoint, Mode, Probe, Role, Start, Target};

use super::launched::{LaunchError, Launched};
use super::material::Material;
use super::remote::{self, RemoteError};
use crate::server::{Fault, Gate, GateAccount, GateConfig, GateEndpoint, GateError, Limits};

/// A target that is up.
#[derive(Debug)]
pub struct Running {
    target: Target,
    addresses: BTreeMap<String, SocketAddr>,
    version: Option<PeerText>,
    marker: Option<String>,
    backing: Backing,
}

#[derive(Debug)]
enum Backing {
    Mock(Gate),
    Launched(Box<Launched>),
    Remote,
}

/// An endpoint with its address.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its role.
    pub role: Role,
    /// Where it listens.
    pub address: SocketAddr,
    /// What the target file says about it.
    pub endpoint: &'a Endpoint,
}

/// A target could not be brought up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The mock gate.
    #[error("failed to start the mock gate: {0}")]
    Mock(#[from] GateError),
    /// A server of this machine.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// An address.
    #[error(transparent)]
    Address(#[from] RemoteError),
    /// The harness attacks what it tests.
    #[error("{address} is not on this machine; add --authorized if you may attack it")]
    NotAuthorized {
        /// The address.
        address: SocketAddr,
    },
    /// Only the mock can be made wrong.
    #[error("--fault is for the mock gate only")]
    FaultNeedsMock,
}

/// Brings a target up.
///
/// # Errors
/// Nothing is left running or on disk.
pub async fn start(
    target: Target,
    templates: &BTreeMap<String, String>,
    material: &Material,
    fault: Option<Fault>,
    authorized: bool,
) -> Result<Running, StartError> {
    if fault.is_some() && !matches!(target.start, Start::Embedded) {
        return Err(StartError::FaultNeedsMock);
    }
    let (addresses, version, backing) = match &target.start {
        Start::Embedded => {
            let gate = Gate::start(gate_config(&target, material, fault)).await?;
            let addresses = target
                .listeners
                .keys()
                .filter_map(|name| Some((name.clone(), gate.address(name)?)))
                .collect();
            (addresses, None, Backing::Mock(gate))
        }
        Start::Launch(launch) => {
            let launched = Launched::start(&target, launch, templates, material).await?;
            let version = launched.version.clone();
            (launched.addresses.clone(), version, Backing::Launched(Box::new(launched)))
        }
        Start::Running => {
            let addresses = remote::resolve(&target)?;
            let elsewhere = addresses.values().find(|address| !address.ip().is_loopback());
            if let (Some(&address), false) = (elsewhere, authorized) {
                return Err(StartError::NotAuthorized { address });
            }
            (addresses, None, Backing::Remote)
        }
    };
    let marker = target.probe.marker.as_ref().map(|m| m.replace("@MARKER@", &material.marker));
    Ok(Running { target, addresses, version, marker, backing })
}

impl StartError {
    /// Whether the user's arguments or files are to blame, not the machine or the target.
    pub const fn is_users(&self) -> bool {
        match self {
            Self::Mock(GateError::Config(_))
            | Self::Address(_)
            | Self::NotAuthorized { .. }
            | Self::FaultNeedsMock => true,
            Self::Launch(error) => {
                matches!(error, LaunchError::Template { .. } | LaunchError::NoTemplate(_))
            }
            Self::Mock(_) => false,
        }
    }
}

impl Running {
    /// The first of the roles that the target plays.
    pub fn place(&self, roles: &[Role]) -> Option<Place<'_>> {
        roles.iter().find_map(|role| {
            let endpoint = self.target.endpoints.get(role)?;
            let address = *self.addresses.get(&endpoint.listener)?;
            Some(Place { role: *role, address, endpoint })
        })
    }

    /// Every listener's address.
    pub fn addresses(&self) -> impl Iterator<Item = (&str, SocketAddr)> {
        self.addresses.iter().map(|(name, address)| (name.as_str(), *address))
    }

    /// The target file.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// How to ask it who we are.
    pub const fn probe(&self) -> &Probe {
        &self.target.probe
    }

    /// The text that only its protected resource returns, where it has one.
    pub fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// What it says its version is.
    pub const fn version(&self) -> Option<&PeerText> {
        self.version.as_ref()
    }

    /// Makes it read its configuration again.
    pub async fn reload(&mut self) -> io::Result<()> {
        match &mut self.backing {
            Backing::Launched(launched) => launched.reload().await,
            // The mock has no configuration but what its controls set, which holds at once.
            Backing::Mock(_) => Ok(()),
            Backing::Remote => {
                Err(io::Error::new(io::ErrorKind::Unsupported, "the server is not ours to reload"))
            }
        }
    }

    /// Stops what the harness started. `keep_logs` leaves a launched server's directory and returns its path.
    pub async fn stop(self, keep_logs: bool) -> io::Result<Option<PathBuf>> {
        match self.backing {
            Backing::Mock(gate) => {
                gate.stop().await;
                Ok(None)
            }
            Backing::Launched(launched) => launched.stop(keep_logs).await,
            Backing::Remote => Ok(None),
        }
    }
}

fn gate_config(target: &Target, material: &Material, fault: Option<Fault>) -> GateConfig {
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
            .map(|name| (name.clone(), gate_endpoints(target, name, &material.marker)))
            .collect(),
        fault,
        limits: Limits::default(),
    }
}

fn gate_endpoints(target: &Target, listener: &str, marker: &str) -> Vec<GateEndpoint> {
    let there = target.endpoints.values().filter(|endpoint| endpoint.listener == listener);
    there
        .map(|endpoint| GateEndpoint {
            host: endpoint.host.clone(),
            marker: marker.to_owned(),
            mode: endpoint.mode,
            account: endpoint.account.clone().filter(|_| endpoint.mode != Mode::Public),
            check_crls: endpoint.crl,
        })
        .collect()
}
