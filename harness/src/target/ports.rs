//! Ports for launched servers.
//!
//! A port that is merely free is anybody's between our choice and the server's bind, and whoever takes it is then tested in
//! the server's place. So each port is held by a socket that is bound and does not listen: nobody is offered the port,
//! and a server that sets `SO_REUSEADDR`, as servers do, can still listen on it.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// Loopback ports for the listeners of a server, its own until this is dropped.
#[derive(Debug)]
pub(super) struct Ports {
    addresses: BTreeMap<String, SocketAddr>,
    _held: Vec<TcpSocket>,
}

impl Ports {
    /// A free port for every name.
    pub(super) fn choose<'a>(names: impl Iterator<Item = &'a String>) -> io::Result<Self> {
        let mut addresses = BTreeMap::new();
        let mut held = Vec::new();
        for name in names {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
            addresses.insert(name.clone(), socket.local_addr()?);
            held.push(socket);
        }
        Ok(Self { addresses, _held: held })
    }

    pub(super) const fn addresses(&self) -> &BTreeMap<String, SocketAddr> {
        &self.addresses
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn no_two_servers_get_one_port() {
        let names: Vec<_> = (0..4).map(|number| number.to_string()).collect();
        let all: Vec<_> = (0..50).map(|_| Ports::choose(names.iter()).unwrap()).collect();
        let ports = all.iter().flat_map(|ports| ports.addresses().values());
        let ports: BTreeSet<_> = ports.collect();
        assert_eq!(ports.len(), 200);
    }

    #[tokio::test]
    async fn the_server_can_listen_and_nobody_is_offered_the_port() {
        let ports = Ports::choose([&"gate".to_owned()].into_iter()).unwrap();
        let address = ports.addresses()["gate"];
        for _ in 0..200 {
            let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            assert_ne!(other.local_addr().unwrap(), address);
        }
        // The standard library sets SO_REUSEADDR for listeners.
        let server = TcpListener::bind(address).unwrap();
        assert!(std::net::TcpStream::connect(address).is_ok());
        drop(server);
    }
}
