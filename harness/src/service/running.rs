//! The service: start, look after the files, stop.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mtls_scenarios::{AccountMode, LoadError};
use tokio::time::{MissedTickBehavior, interval};

use super::admin::Admin;
use super::ledger::Ledger;
use super::load::{self, Account, Attempt, Policy};
use super::log::Log;
use super::stamp::Stamp;
use super::status::{Cause, Facts, Status};
use super::watch::Watch;
use super::{ServiceError, forged};
use crate::server::{
    Control, Gate, GateAccount, GateConfig, GateEndpoint, GateOptions, GatePolicy, Limits,
};

/// The only listener.
const LISTENER: &str = "main";
/// Time for a connection in all: agents keep theirs open.
const CONNECTION: Duration = Duration::from_secs(3600);

/// How to run a service.
pub struct Settings {
    /// The gate file.
    pub config: PathBuf,
    /// Where the CA of a forged server certificate goes.
    pub server_ca: PathBuf,
    /// Where log lines go.
    pub log: Box<dyn Write + Send>,
    /// How often to look whether a file has changed.
    pub poll: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("config", &self.config).finish_non_exhaustive()
    }
}

/// A gate with its accounts, its status page and its log.
#[derive(Debug)]
pub struct Service {
    gate: Gate,
    control: Control,
    admin: Admin,
    ledger: Arc<Ledger>,
    facts: Facts,
    config: PathBuf,
    in_force: Policy,
    watch: Watch,
    poll: Duration,
}

/// Reads a gate file and everything that it names; returns its hosts with their modes.
pub fn check(config: &Path) -> Result<Vec<(String, AccountMode)>, LoadError> {
    let policy = load::load(config).outcome?;
    Ok(policy.accounts.into_iter().map(|account| (account.host, account.mode)).collect())
}

impl Service {
    /// Starts a service on the current Tokio runtime.
    pub async fn start(settings: Settings) -> Result<Self, ServiceError> {
        let Attempt { prints, outcome } = load::load(&settings.config);
        let policy = outcome?;
        let admin = Admin::bind(policy.file.admin).await?;
        let ledger = Arc::new(Ledger::new(Log::to(settings.log), &policy.file.domain));
        let (server, server_ca) = if let Some((list, key)) = &policy.server {
            ((list.clone(), key.clone_key()), None)
        } else {
            let made = forged::server(&policy.file.domain, &settings.server_ca)?;
            (made, Some(settings.server_ca.display().to_string()))
        };
        let (accounts, listeners) = for_gate(&policy.accounts);
        let config = GateConfig {
            certificates: server.0,
            key: server.1,
            accounts,
            listeners,
            fault: None,
            limits: Limits { connection: CONNECTION, ..Limits::default() },
        };
        let options = GateOptions {
            addresses: BTreeMap::from([(LISTENER.to_owned(), policy.file.listen)]),
            observer: Some(Arc::<Ledger>::clone(&ledger)),
            ..GateOptions::default()
        };
        let gate = Gate::start_with(config, options).await?;
        let facts = Facts {
            version: env!("CARGO_PKG_VERSION"),
            started: Stamp::now(),
            config: settings.config.display().to_string(),
            listen: gate.address(LISTENER).unwrap_or(policy.file.listen),
            admin: admin.address(),
            server_ca,
        };
        ledger.service("started", Some(&facts));
        ledger.policy_applied(Cause::Start, policy.accounts.clone());
        Ok(Self {
            control: gate.control(),
            gate,
            admin: admin.serve(Arc::clone(&ledger), facts.clone()),
            ledger,
            facts,
            config: settings.config,
            in_force: policy,
            watch: Watch::new(prints),
            poll: settings.poll,
        })
    }

    /// Everything there is to know about it.
    pub fn status(&self) -> Status {
        self.ledger.status(&self.facts)
    }

    /// Reads the gate file again whenever `hangup` completes or a file changes. Never returns.
    pub async fn look_after(&mut self, mut hangup: impl AsyncFnMut()) {
        let mut tick = interval(self.poll);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = hangup() => self.reload(Cause::Signal),
                _ = tick.tick() => {
                    if self.watch.has_changed() {
                        self.reload(Cause::File);
                    }
                }
            }
        }
    }

    /// Reads the gate file and what it names. Puts it in force as a whole, or leaves everything as it is.
    fn reload(&mut self, cause: Cause) {
        let Attempt { prints, outcome } = load::load(&self.config);
        self.watch = Watch::new(prints);
        let taken = outcome.map_err(|error| error.to_string()).and_then(|policy| self.take(policy));
        match taken {
            Ok(()) => self.ledger.policy_applied(cause, self.in_force.accounts.clone()),
            Err(message) => self.ledger.policy_refused(cause, message),
        }
    }

    fn take(&mut self, policy: Policy) -> Result<(), String> {
        let (before, after) = (&self.in_force.file, &policy.file);
        for (field, differs) in [
            ("listen", before.listen != after.listen),
            ("admin", before.admin != after.admin),
            ("domain", before.domain != after.domain),
            ("server", before.server.is_some() != after.server.is_some()),
        ] {
            if differs {
                let path = self.config.display();
                return Err(format!(
                    "{path}: `{field}` cannot change while the gate runs; restart it"
                ));
            }
        }
        let (accounts, listeners) = for_gate(&policy.accounts);
        let server = policy.server.as_ref().map(|(list, key)| (list.clone(), key.clone_key()));
        self.control
            .apply(GatePolicy { accounts, listeners, server })
            .map_err(|error| format!("{}: {error}", self.config.display()))?;
        self.in_force = policy;
        Ok(())
    }

    /// Stops accepting, lets requests in progress end, and closes everything within two seconds.
    pub async fn stop(self) {
        self.ledger.service("stopping", None);
        self.gate.stop().await;
        drop(self.admin);
        self.ledger.service("stopped", None);
        let ledger = self.ledger;
        let _ = tokio::task::spawn_blocking(move || ledger.finish()).await;
    }
}

type ForGate = (Vec<GateAccount>, BTreeMap<String, Vec<GateEndpoint>>);

fn for_gate(accounts: &[Account]) -> ForGate {
    let (accounts, endpoints) = accounts.iter().map(Account::for_gate).unzip();
    (accounts, BTreeMap::from([(LISTENER.to_owned(), endpoints)]))
}
