//! A ticket whose last octet was edited on its way to the client.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::server::ProducesTickets;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, ServerConfig, ServerConnection};

use super::client::{Client, VERSIONS, config};
use crate::server::health::Health;
use crate::server::maker::{Maker, Remains};
use crate::server::registry::register_accounts;
use crate::server::testing::root;
use crate::server::{Fault, GateConfig};

/// Edits the last octet of every ticket that it hands out.
#[derive(Debug)]
struct Edited(Arc<dyn ProducesTickets>);

impl ProducesTickets for Edited {
    fn enabled(&self) -> bool {
        self.0.enabled()
    }

    fn lifetime(&self) -> u32 {
        self.0.lifetime()
    }

    fn encrypt(&self, state: &[u8]) -> Option<Vec<u8>> {
        let mut ticket = self.0.encrypt(state)?;
        *ticket.last_mut()? ^= 1;
        Some(ticket)
    }

    fn decrypt(&self, ticket: &[u8]) -> Option<Vec<u8>> {
        self.0.decrypt(ticket)
    }
}

/// Shakes hands in memory, and delivers what comes after.
fn shake_hands(client: &Arc<ClientConfig>, server: ServerConfig) -> Option<HandshakeKind> {
    let name = "alpha.agents.test".try_into().unwrap();
    let mut client = ClientConnection::new(Arc::clone(client), name).unwrap();
    let mut server = ServerConnection::new(server.into()).unwrap();
    while client.wants_write() || server.wants_write() {
        let mut octets = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut octets).unwrap();
        }
        let mut unread = octets.as_slice();
        while !unread.is_empty() {
            server.read_tls(&mut unread).unwrap();
            server.process_new_packets().unwrap();
        }
        let mut octets = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut octets).unwrap();
        }
        let mut unread = octets.as_slice();
        while !unread.is_empty() {
            client.read_tls(&mut unread).unwrap();
            client.process_new_packets().unwrap();
        }
    }
    server.handshake_kind()
}

#[test]
fn it_is_good_only_without_integrity() {
    let (alpha, beta) = (root("Alpha"), root("Beta"));
    for (fault, edits, second) in [
        (None, false, HandshakeKind::Resumed),
        (None, true, HandshakeKind::Full),
        (Some(Fault::UnauthenticatedTickets), false, HandshakeKind::Resumed),
        (Some(Fault::UnauthenticatedTickets), true, HandshakeKind::Resumed),
    ] {
        let GateConfig { certificates, key, accounts, listeners, .. } =
            config(&alpha, &beta, fault);
        let maker = Maker::new(certificates, key, fault, Remains::default()).unwrap();
        let accounts: BTreeMap<_, _> = register_accounts(accounts).unwrap();
        let generation = maker.first(&listeners["main"][0], &accounts).unwrap();
        let server = || {
            let resumption = maker.resumption(&generation, Some("alpha.agents.test"));
            let health = Arc::new(Health::new(None));
            let config = maker.server_config(&generation, &resumption, &health).unwrap();
            let mut config = Arc::unwrap_or_clone(config);
            if edits {
                config.ticketer = Arc::new(Edited(config.ticketer));
            }
            config
        };
        for version in VERSIONS {
            let client = Client::with(&[&alpha.client("Client")], version);
            assert_eq!(shake_hands(&client.config, server()), Some(HandshakeKind::Full));
            assert_eq!(shake_hands(&client.config, server()), Some(second), "{fault:?} {edits}");
        }
    }
}
