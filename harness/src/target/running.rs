//! A target that is up: where its endpoints are, and how to stop it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mtls_reports::PeerText;
use mtls_scenarios::{Apply, Claim, Endpoint, Probe, Role, Spoilt, Start, Target};

use super::change::{Change, ChangeError, Changed};
use super::launched::{LaunchError, Launched, Policy};
use super::material::Material;
use super::mock::Mock;
use super::paper::Paper;
use super::remote::{self, RemoteError};
use super::workshop::Workshop;
use crate::server::{Fault, GateError};

/// Everything that a target is brought up from, as often as it is needed.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// The target file.
    pub target: Target,
    /// Files beside the target files.
    pub templates: Arc<BTreeMap<String, String>>,
    /// What is found and built once for all starts.
    pub workshop: Workshop,
    /// Certificates, keys, secrets.
    pub material: Material,
    /// What is wrong with the mock.
    pub fault: Option<Fault>,
    /// Whether a target that is not on this machine may be attacked.
    pub authorized: bool,
}

/// A target that is up.
#[derive(Debug)]
pub struct Running {
    /// What holds now: changes are made here, too.
    blueprint: Blueprint,
    addresses: BTreeMap<String, SocketAddr>,
    version: Option<PeerText>,
    is_down: bool,
    backing: Backing,
}

#[derive(Debug)]
enum Backing {
    Mock(Box<Mock>),
    Launched(Box<Launched>),
    Paper(Box<Paper>),
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
    /// There is no program to start by hand.
    #[error(
        "the mock gate lives inside mtls-harness and cannot be started by hand; \
         name a server with --target (`mtls-harness targets` lists them)"
    )]
    NotOnPaper,
}

impl Blueprint {
    /// Brings the target up.
    ///
    /// # Errors
    /// Nothing is left running or on disk.
    pub async fn start(self) -> Result<Running, StartError> {
        if self.fault.is_some() && !matches!(self.target.start, Start::Embedded) {
            return Err(StartError::FaultNeedsMock);
        }
        let (addresses, version, backing) = match &self.target.start {
            Start::Embedded => {
                let (mock, addresses) = Mock::start(&self).await?;
                (addresses, None, Backing::Mock(Box::new(mock)))
            }
            Start::Launch(launch) => {
                let launched = Launched::start(self.policy(None), launch, &self.workshop).await?;
                let version = launched.version.clone();
                (launched.addresses().clone(), version, Backing::Launched(Box::new(launched)))
            }
            Start::Running => {
                let addresses = remote::resolve(&self.target)?;
                let elsewhere = addresses.values().find(|address| !address.ip().is_loopback());
                if let (Some(&address), false) = (elsewhere, self.authorized) {
                    return Err(StartError::NotAuthorized { address });
                }
                (addresses, None, Backing::Remote)
            }
        };
        Ok(Running { blueprint: self, addresses, version, is_down: false, backing })
    }

    /// Writes a launched target into a directory of the user's, for him to start; what it would be like is known then.
    /// Other targets are not started either. Listeners get ports from `first_port` on, or free ones.
    pub async fn on_paper(
        self,
        directory: &Path,
        first_port: Option<u16>,
    ) -> Result<Running, StartError> {
        let (addresses, version, backing) = match &self.target.start {
            Start::Embedded => return Err(StartError::NotOnPaper),
            Start::Launch(launch) => {
                let paper = Paper::write(self.policy(None), launch, directory, first_port).await?;
                let version = paper.version().cloned();
                (paper.addresses().clone(), version, Backing::Paper(Box::new(paper)))
            }
            Start::Running => (remote::resolve(&self.target)?, None, Backing::Remote),
        };
        Ok(Running { blueprint: self, addresses, version, is_down: false, backing })
    }

    /// Whether every start gives a target of its own, which may be changed.
    pub const fn is_ours(&self) -> bool {
        !matches!(self.target.start, Start::Running)
    }

    fn policy<'a>(&'a self, spoilt: Option<(&'a str, Spoilt)>) -> Policy<'a> {
        let Self { target, templates, material, .. } = self;
        Policy { target, templates, material, spoilt }
    }
}

impl StartError {
    /// Whether the user's arguments or files are to blame, not the machine or the target.
    pub const fn is_users(&self) -> bool {
        match self {
            Self::Mock(GateError::Config(_))
            | Self::Address(_)
            | Self::NotAuthorized { .. }
            | Self::FaultNeedsMock
            | Self::NotOnPaper => true,
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
            let endpoint = self.target().endpoints.get(role)?;
            let address = *self.addresses.get(&endpoint.listener)?;
            Some(Place { role: *role, address, endpoint })
        })
    }

    /// Every listener's address.
    pub fn addresses(&self) -> impl Iterator<Item = (&str, SocketAddr)> {
        self.addresses.iter().map(|(name, address)| (name.as_str(), *address))
    }

    /// The target file, with the changes since.
    pub const fn target(&self) -> &Target {
        &self.blueprint.target
    }

    /// How to ask it who we are.
    pub const fn probe(&self) -> &Probe {
        &self.blueprint.target.probe
    }

    /// The text that only the protected resource of an endpoint returns, where there is such a text.
    pub fn marker(&self, role: Role) -> Option<String> {
        let text = self.probe().http()?.marker.as_ref()?;
        Some(text.replace("@MARKER@", &self.blueprint.material.marker(role)))
    }

    /// What it says its version is.
    pub const fn version(&self) -> Option<&PeerText> {
        self.version.as_ref()
    }

    /// Whether it did not come up again after a change.
    pub const fn is_down(&self) -> bool {
        self.is_down
    }

    /// Looks whether a launched server has ended by itself, as some do at a reload: it is down then. Its last words.
    ///
    /// # Errors
    /// The operating system does not tell.
    pub fn ended(&mut self) -> io::Result<Option<PeerText>> {
        let Backing::Launched(launched) = &mut self.backing else { return Ok(None) };
        let words = launched.ended()?;
        self.is_down |= words.is_some();
        Ok(words.map(|words| PeerText::new(&words)))
    }

    /// Changes it as its operator would.
    ///
    /// # Errors
    /// Where the change cannot be tried at all; a target that refuses it is no error.
    pub async fn change(&mut self, change: &Change) -> Result<Changed, ChangeError> {
        self.supports(change)?;
        self.remember(change);
        let Self { blueprint, backing, addresses, is_down, .. } = self;
        match backing {
            Backing::Mock(mock) => {
                let changed = mock.change(blueprint, change).await?;
                *is_down = mock.is_down();
                if !*is_down {
                    *addresses = mock.addresses(&blueprint.target);
                }
                Ok(changed)
            }
            Backing::Launched(launched) => {
                if let Some(Claim { endpoint, host_of }) = change.claim {
                    claim(&mut blueprint.target, endpoint, host_of);
                }
                let spoilt = change.ca_file.as_ref().map(|(account, how)| (account.as_str(), *how));
                let policy = blueprint.policy(spoilt);
                if change.by == Apply::Reload {
                    return launched.reload(policy).await;
                }
                match launched.restart(policy).await {
                    Ok(()) => Ok(Changed::Applied),
                    Err(ChangeError::Launch(
                        LaunchError::Ended { log, .. } | LaunchError::NotReady { log, .. },
                    )) => {
                        *is_down = true;
                        Ok(Changed::Refused(PeerText::new(&log)))
                    }
                    Err(error) => Err(error),
                }
            }
            Backing::Paper(paper) => {
                if let Some(Claim { endpoint, host_of }) = change.claim {
                    claim(&mut blueprint.target, endpoint, host_of);
                }
                let spoilt = change.ca_file.as_ref().map(|(account, how)| (account.as_str(), *how));
                paper.change(blueprint.policy(spoilt), change.by)?;
                Ok(Changed::Applied)
            }
            Backing::Remote => Err(not_ours()),
        }
    }

    /// The same as somebody knows it who can neither change nor stop it.
    pub(crate) fn known(&self) -> Self {
        let Self { blueprint, addresses, version, is_down, .. } = self;
        let (blueprint, addresses) = (blueprint.clone(), addresses.clone());
        let (version, is_down) = (version.clone(), *is_down);
        Self { blueprint, addresses, version, is_down, backing: Backing::Remote }
    }

    /// What was written for the user to start, where it was.
    pub fn paper(&self) -> Option<&Paper> {
        match &self.backing {
            Backing::Paper(paper) => Some(paper),
            Backing::Mock(_) | Backing::Launched(_) | Backing::Remote => None,
        }
    }

    /// Whether it has a clock of its own, which can be moved.
    pub const fn has_clock(&self) -> bool {
        matches!(self.backing, Backing::Mock(_))
    }

    /// Moves the target's clock forward, where it has one of its own; whether it has.
    pub fn advance_clock(&self, by: Duration) -> bool {
        match &self.backing {
            Backing::Mock(mock) => mock.advance_clock(by),
            Backing::Launched(_) | Backing::Paper(_) | Backing::Remote => false,
        }
    }

    fn supports(&self, change: &Change) -> Result<(), ChangeError> {
        let unsupported = |reason: &str| Err(ChangeError::Unsupported(reason.to_owned()));
        let Start::Launch(launch) = &self.target().start else { return Ok(()) };
        if !change.modes.is_empty() && launch.modes.is_empty() {
            return unsupported("the target file does not say how to change modes");
        }
        if let Some(mode) = change.modes.values().find(|mode| !launch.modes.contains_key(mode)) {
            let mode = mode.as_str();
            return unsupported(&format!("the target file does not say what it calls mode {mode}"));
        }
        let by_reload = change.by == Apply::Reload;
        if by_reload && (launch.reload.is_none() || launch.generation_header.is_none()) {
            return unsupported("the target file does not say how to reload");
        }
        Ok(())
    }

    /// Notes what will hold from now on.
    fn remember(&mut self, change: &Change) {
        let Blueprint { target, material, .. } = &mut self.blueprint;
        for (role, mode) in &change.modes {
            if let Some(endpoint) = target.endpoints.get_mut(role) {
                endpoint.mode = *mode;
            }
        }
        for (account, anchors) in &change.anchors {
            material.accounts.entry(account.clone()).or_default().anchors.clone_from(anchors);
        }
        for (account, crls) in &change.crls {
            material.accounts.entry(account.clone()).or_default().crls.clone_from(crls);
        }
    }

    /// Stops what the harness started. `keep_logs` leaves a launched server's directory and returns its path.
    pub async fn stop(self, keep_logs: bool) -> io::Result<Option<PathBuf>> {
        match self.backing {
            Backing::Mock(mock) => {
                mock.stop().await;
                Ok(None)
            }
            Backing::Launched(launched) => launched.stop(keep_logs).await,
            Backing::Paper(_) | Backing::Remote => Ok(None),
        }
    }
}

/// Gives an endpoint the host name of another one, which keeps it.
fn claim(target: &mut Target, endpoint: Role, host_of: Role) {
    let host = target.endpoints.get(&host_of).map(|claimed| claimed.host.clone());
    if let (Some(host), Some(endpoint)) = (host, target.endpoints.get_mut(&endpoint)) {
        endpoint.host = host;
    }
}

fn not_ours() -> ChangeError {
    ChangeError::Unsupported("the server is not the harness's to change".to_owned())
}
