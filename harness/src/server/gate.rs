//! The gate: its sockets, its start and its end.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection;
use super::control::Control;
use super::health::Health;
use super::last_client::LastClient;
use super::listener::Listener;
use super::maker::{Maker, Remains};
use super::registry;
use super::{ConfigError, GateConfig};

/// Time that open connections get when the gate stops.
const GRACE: Duration = Duration::from_secs(2);
/// Pause after a failure to accept, so that running out of descriptors does not turn into a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Why a gate did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// The configuration is wrong.
    #[error("the mock gate's configuration is wrong: {0}")]
    Config(#[from] ConfigError),
    /// A socket could not be opened.
    #[error("cannot open listener '{listener}' on the loopback interface")]
    Bind {
        /// The listener.
        listener: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A running mock gate on the loopback interface. Dropping it ends it at once.
#[derive(Debug)]
pub struct Gate {
    addresses: BTreeMap<String, SocketAddr>,
    control: Control,
    stopping: watch::Sender<bool>,
    listeners: JoinSet<()>,
}

impl Gate {
    /// Checks the configuration, opens all listeners and serves them on the current Tokio runtime.
    pub async fn start(config: GateConfig) -> Result<Self, GateError> {
        Self::start_again(config, Remains::default()).await
    }

    /// Starts a gate that ran before, as it is configured now.
    pub async fn start_again(config: GateConfig, remains: Remains) -> Result<Self, GateError> {
        let GateConfig { certificates, key, accounts, listeners, fault, limits } = config;
        let maker = Arc::new(Maker::new(certificates, key, fault, remains)?);
        let accounts = registry::register_accounts(accounts)?;
        let unasking = maker.unasking()?;
        let (stopping, stop) = watch::channel(false);
        let mut all_endpoints = Vec::new();
        let mut addresses = BTreeMap::new();
        let mut sockets = Vec::new();
        for (name, endpoints) in listeners {
            let endpoints = registry::register_endpoints(&name, endpoints, &accounts, &maker)?;
            all_endpoints.extend(endpoints.iter().cloned());
            let (socket, address) = bind()
                .await
                .map_err(|source| GateError::Bind { listener: name.clone(), source })?;
            addresses.insert(name, address);
            let listener = Listener {
                endpoints,
                unasking: Arc::clone(&unasking),
                maker: Arc::clone(&maker),
                health: Arc::new(Health::new(fault)),
                last_client: LastClient::default(),
                limits,
            };
            sockets.push((socket, Arc::new(listener)));
        }
        let mut tasks = JoinSet::new();
        for (socket, listener) in sockets {
            tasks.spawn(accept(socket, listener, stop.clone()));
        }
        let control = Control::new(maker, all_endpoints, accounts);
        Ok(Self { addresses, control, stopping, listeners: tasks })
    }

    /// Where a listener listens.
    pub fn address(&self, listener: &str) -> Option<SocketAddr> {
        self.addresses.get(listener).copied()
    }

    /// A handle to change its policies.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// What it leaves to the gate that follows it.
    pub fn remains(&self) -> Remains {
        self.control.remains()
    }

    /// Stops accepting, lets requests in progress end, and closes everything within two seconds.
    pub async fn stop(mut self) {
        self.stopping.send_replace(true);
        while self.listeners.join_next().await.is_some() {}
    }
}

async fn bind() -> io::Result<(TcpListener, SocketAddr)> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

async fn accept(socket: TcpListener, listener: Arc<Listener>, stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut stopped = stop.clone();
    loop {
        let free = connections.len() < listener.health.connections(listener.limits.connections);
        tokio::select! {
            biased;
            _ = stopped.changed() => break,
            () = listener.health.death() => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.health.accept(&socket), if free => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection::serve(
                        stream,
                        Arc::clone(&listener),
                        stop.clone(),
                    ));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(socket);
    // Whoever is still there after that is cut off with the set.
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} })
        .await;
}
