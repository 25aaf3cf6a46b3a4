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
use super::directory::Directory;
use super::health::Health;
use super::last_client::LastClient;
use super::listener::Listener;
use super::maker::{Maker, Remains};
use super::observe::{Observation, Observer};
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
    #[error("cannot listen on {address} (listener '{listener}'): {source}")]
    Bind {
        /// The listener.
        listener: String,
        /// Where it should have listened.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// How a gate stands in the world.
#[derive(Debug, Default)]
pub struct GateOptions {
    /// Where listeners listen, by name; on a free loopback port if not said.
    pub addresses: BTreeMap<String, SocketAddr>,
    /// Who is told what happens.
    pub observer: Option<Arc<dyn Observer>>,
    /// What the run before left, where this gate ran before.
    pub remains: Remains,
}

/// A running mock gate. Dropping it ends it at once.
#[derive(Debug)]
pub struct Gate {
    addresses: BTreeMap<String, SocketAddr>,
    control: Control,
    stopping: watch::Sender<bool>,
    listeners: JoinSet<()>,
}

impl Gate {
    /// Starts a gate on free loopback ports.
    pub async fn start(config: GateConfig) -> Result<Self, GateError> {
        Self::start_with(config, GateOptions::default()).await
    }

    /// Starts a gate that ran before, as it is configured now.
    pub async fn start_again(config: GateConfig, remains: Remains) -> Result<Self, GateError> {
        Self::start_with(config, GateOptions { remains, ..GateOptions::default() }).await
    }

    /// Checks the configuration, opens all listeners and serves them on the current Tokio runtime.
    pub async fn start_with(config: GateConfig, options: GateOptions) -> Result<Self, GateError> {
        let GateConfig { certificates, key, accounts, listeners, fault, limits } = config;
        let GateOptions { addresses: wanted, observer, remains } = options;
        let maker = Arc::new(Maker::new(certificates, key, fault, remains)?);
        let accounts = registry::register_accounts(accounts)?;
        let unasking = maker.unasking()?;
        let observation = Arc::new(Observation::new(observer));
        let (stopping, stop) = watch::channel(false);
        let mut directories = BTreeMap::new();
        let mut addresses = BTreeMap::new();
        let mut sockets = Vec::new();
        for (name, endpoints) in listeners {
            let endpoints = registry::register_endpoints(&name, endpoints, &accounts, &maker)?;
            let endpoints = Arc::new(Directory::new(endpoints));
            directories.insert(name.clone(), Arc::clone(&endpoints));
            let address = wanted.get(&name).copied();
            let (socket, address) = bind(&name, address).await?;
            addresses.insert(name, address);
            let listener = Listener {
                endpoints,
                unasking: Arc::clone(&unasking),
                maker: Arc::clone(&maker),
                health: Arc::new(Health::new(fault)),
                last_client: LastClient::default(),
                limits,
                observation: Arc::clone(&observation),
            };
            sockets.push((socket, Arc::new(listener)));
        }
        let mut tasks = JoinSet::new();
        for (socket, listener) in sockets {
            tasks.spawn(accept(socket, listener, stop.clone()));
        }
        let control = Control::new(maker, directories, accounts);
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

/// Opens a listener, on a free loopback port if nothing is said.
async fn bind(
    listener: &str,
    address: Option<SocketAddr>,
) -> Result<(TcpListener, SocketAddr), GateError> {
    let address = address.unwrap_or((Ipv4Addr::LOCALHOST, 0).into());
    let bound = async {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        Ok((socket, address))
    };
    let listener = || listener.to_owned();
    bound.await.map_err(|source| GateError::Bind { listener: listener(), address, source })
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
                Ok((stream, peer)) => {
                    connections.spawn(connection::serve(
                        stream,
                        listener.observation.connection(peer),
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
