//! Ports for launched servers. A port is free between our choice and the server's bind, so no two servers of this process
//! may be promised the same one: whoever came second would be taken for the first.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The ports that servers of this process have been promised.
static PROMISED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// Loopback ports for the listeners of a server, its own until this is dropped.
#[derive(Debug, Default)]
pub(super) struct Ports {
    addresses: BTreeMap<String, SocketAddr>,
}

impl Ports {
    /// A free port for every name.
    pub(super) fn choose<'a>(names: impl Iterator<Item = &'a String>) -> io::Result<Self> {
        let mut chosen = Self::default();
        // Held until all are chosen, so that the system does not offer one twice.
        let mut held = Vec::new();
        for name in names {
            loop {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                let address = listener.local_addr()?;
                held.push(listener);
                if promised().insert(address.port()) {
                    chosen.addresses.insert(name.clone(), address);
                    break;
                }
            }
        }
        Ok(chosen)
    }

    pub(super) const fn addresses(&self) -> &BTreeMap<String, SocketAddr> {
        &self.addresses
    }
}

impl Drop for Ports {
    fn drop(&mut self) {
        let mut promised = promised();
        for address in self.addresses.values() {
            promised.remove(&address.port());
        }
    }
}

fn promised() -> MutexGuard<'static, BTreeSet<u16>> {
    // The set is whole between its operations, whoever panicked holding the lock.
    PROMISED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_servers_get_one_port() {
        let names: Vec<_> = (0..4).map(|number| number.to_string()).collect();
        let all: Vec<_> = (0..50).map(|_| Ports::choose(names.iter()).unwrap()).collect();
        let ports: BTreeSet<_> =
            all.iter().flat_map(|ports| ports.addresses().values().copied()).collect();
        assert_eq!(ports.len(), 200);
        drop(all);
        assert!(ports.iter().any(|address| !promised().contains(&address.port())));
    }
}
