//! The keys of one direction: every recorded secret that could open its records, tried in turn.
//!
//! Which key is due is what the lying client lies about, so that nothing is taken for granted but the secrets.

use rustls::{CipherSuite, ContentType};

use crate::tape;
use crate::tls::{Protection, Record, Secret, Side, Suite, Version, protections};

/// Most keys that are tried on a record.
const MAX_KEYS: usize = 32;
/// How many updates of a traffic secret are looked for ahead.
const MAX_UPDATES: usize = 4;
/// Records that nothing opened, after which nothing is tried any more.
const MAX_FAILURES: usize = 64;

/// What a record was protected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Nothing.
    Clear,
    /// The client's early traffic secret (RFC 8446 7.1).
    Early,
    /// A handshake traffic secret.
    Handshake,
    /// An application traffic secret, updated or not.
    Application,
    /// The master secret of TLS 1.2.
    Session,
}

/// The keys of one direction.
#[derive(Debug)]
pub(super) struct Keyring {
    side: Side,
    /// Master secrets of TLS 1.2, each with the client's random.
    masters: Vec<(Vec<u8>, Vec<u8>)>,
    keys: Vec<Key>,
    failures: usize,
}

#[derive(Debug)]
struct Key {
    keys: Keys,
    suite: &'static Suite,
    /// The traffic secret of TLS 1.3.
    secret: Option<Secret>,
    protection: Protection,
}

impl Keyring {
    pub(super) fn new(side: Side, secrets: &[tape::Secret]) -> Self {
        let masters = secrets
            .iter()
            .filter(|secret| secret.label == "CLIENT_RANDOM")
            .map(|secret| (secret.client_random.clone(), secret.octets.clone()))
            .collect();
        let traffic = secrets
            .iter()
            .filter_map(|secret| Some((traffic(side, &secret.label)?, secret)))
            .flat_map(|(keys, secret)| suites(keys, &secret.octets));
        Self { side, masters, keys: traffic.take(MAX_KEYS).collect(), failures: 0 }
    }

    /// A TLS 1.2 `ServerHello` chose what the master secrets are expanded with.
    pub(super) fn negotiated(&mut self, suite: CipherSuite, server_random: &[u8]) {
        let Some(suite) = Suite::find(suite).filter(|suite| suite.version == Version::Tls12) else {
            return;
        };
        for (client_random, master) in &self.masters {
            let block = protections(suite, master, client_random, server_random);
            let protection = match self.side {
                Side::Client => block.client,
                Side::Server => block.server,
            };
            if self.keys.len() < MAX_KEYS {
                self.keys.push(Key { keys: Keys::Session, suite, secret: None, protection });
            }
        }
    }

    /// Type and content of a record that one of the keys opens.
    pub(super) fn open(&mut self, record: &Record) -> Option<(Keys, ContentType, Vec<u8>)> {
        if self.failures >= MAX_FAILURES {
            return None;
        }
        let opened = self.keys.iter_mut().find_map(|key| key.open(record));
        if opened.is_some() {
            self.failures = 0;
        } else if record.kind == ContentType::ApplicationData {
            self.failures += 1;
        }
        opened
    }
}

impl Key {
    fn open(&mut self, record: &Record) -> Option<(Keys, ContentType, Vec<u8>)> {
        let opened = self.protection.open(record).ok().or_else(|| self.open_updated(record));
        opened.map(|(kind, content)| (self.keys, kind, content))
    }

    /// Opens a record after `KeyUpdate`s (RFC 8446 7.2), and goes on with the key that did.
    fn open_updated(&mut self, record: &Record) -> Option<(ContentType, Vec<u8>)> {
        let mut secret = self.secret.clone().filter(|_| self.keys == Keys::Application)?;
        for _ in 0..MAX_UPDATES {
            secret = secret.next();
            let mut protection = secret.protection(self.suite);
            if let Ok(opened) = protection.open(record) {
                (self.secret, self.protection) = (Some(secret), protection);
                return Some(opened);
            }
        }
        None
    }
}

/// What the traffic secret with this label of a key log protects; `None` for other secrets and the other direction's.
fn traffic(side: Side, label: &str) -> Option<Keys> {
    match (side, label) {
        (Side::Client, "CLIENT_EARLY_TRAFFIC_SECRET") => Some(Keys::Early),
        (Side::Client, "CLIENT_HANDSHAKE_TRAFFIC_SECRET")
        | (Side::Server, "SERVER_HANDSHAKE_TRAFFIC_SECRET") => Some(Keys::Handshake),
        (Side::Client, "CLIENT_TRAFFIC_SECRET_0") | (Side::Server, "SERVER_TRAFFIC_SECRET_0") => {
            Some(Keys::Application)
        }
        _ => None,
    }
}

/// A key for each suite that a secret of this length can belong to.
fn suites(keys: Keys, octets: &[u8]) -> impl Iterator<Item = Key> {
    let fitting = Suite::ALL.iter().filter(|suite| suite.version == Version::Tls13);
    let fitting = fitting.filter(|suite| suite.hash.len() == octets.len());
    fitting.map(move |suite| {
        let secret = Secret::new(suite.hash, octets);
        let protection = secret.protection(suite);
        Key { keys, suite, secret: Some(secret), protection }
    })
}
