//! A rustls client and a rustls server that talk in memory while we listen.

use std::io::{Read, Write};
use std::mem;
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use rustls::crypto::{
    ActiveKeyExchange, CryptoProvider, SharedSecret, SupportedKxGroup, aws_lc_rs,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{
    ClientConfig, ClientConnection, Error, KeyLog, NamedGroup, ProtocolVersion, RootCertStore,
    ServerConfig, ServerConnection,
};

use crate::tls::{KeyExchange, Protection, Record, RecordReader, Side, Suite};

/// What the two and their key exchange let us know.
#[derive(Debug, Default)]
struct Known {
    logged: Vec<(String, Vec<u8>)>,
    shared: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
struct Listener(Arc<Mutex<Known>>);

impl KeyLog for Listener {
    fn log(&self, label: &str, _client_random: &[u8], secret: &[u8]) {
        self.0.lock().unwrap().logged.push((label.to_owned(), secret.to_vec()));
    }
}

/// Our key exchange, as rustls uses one.
#[derive(Debug)]
struct Group {
    name: NamedGroup,
    listener: Listener,
}

impl SupportedKxGroup for Group {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let exchange = KeyExchange::generate(self.name).unwrap();
        Ok(Box::new(Started { exchange, listener: self.listener.clone() }))
    }

    fn name(&self) -> NamedGroup {
        self.name
    }
}

struct Started {
    exchange: KeyExchange,
    listener: Listener,
}

impl ActiveKeyExchange for Started {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        let secret = self.exchange.agree(peer_pub_key).unwrap();
        self.listener.0.lock().unwrap().shared.clone_from(&secret);
        Ok(SharedSecret::from(secret))
    }

    fn pub_key(&self) -> &[u8] {
        self.exchange.public()
    }

    fn group(&self) -> NamedGroup {
        self.exchange.group()
    }
}

/// The two, connected.
pub(super) struct Peers {
    pub(super) client: ClientConnection,
    pub(super) server: ServerConnection,
    /// All records since last taken, in the order sent.
    records: Vec<(Side, Record)>,
    listener: Listener,
}

impl Peers {
    /// Shakes hands with this suite.
    pub(super) fn connect(suite: &Suite, group: NamedGroup) -> Self {
        let listener = Listener::default();
        let provider = Arc::new(CryptoProvider {
            cipher_suites: aws_lc_rs::ALL_CIPHER_SUITES
                .iter()
                .copied()
                .filter(|supported| supported.suite() == suite.id)
                .collect(),
            kx_groups: vec![Box::leak(Box::new(Group { name: group, listener: listener.clone() }))],
            ..aws_lc_rs::default_provider()
        });
        let versions = rustls::ALL_VERSIONS
            .iter()
            .copied()
            .filter(|version| version.version == ProtocolVersion::from(suite.version))
            .collect::<Vec<_>>();
        let key = if suite.signs_with_rsa == Some(true) {
            KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
        } else {
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
        };
        let params = CertificateParams::new(vec!["gate.test".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.key_log = Arc::new(listener.clone());
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let server = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let name = "gate.test".try_into().unwrap();
        let mut peers = Self {
            client: ClientConnection::new(Arc::new(client), name).unwrap(),
            server: ServerConnection::new(Arc::new(server)).unwrap(),
            records: Vec::new(),
            listener,
        };
        peers.talk();
        assert!(!peers.client.is_handshaking() && !peers.server.is_handshaking());
        peers
    }

    /// Lets each read what the other wrote, until neither has anything to say.
    pub(super) fn talk(&mut self) {
        while self.client.wants_write() || self.server.wants_write() {
            let mut octets = Vec::new();
            while self.client.wants_write() {
                self.client.write_tls(&mut octets).unwrap();
            }
            self.hear(Side::Client, &octets);
            to_server(&mut self.server, &octets);
            octets.clear();
            while self.server.wants_write() {
                self.server.write_tls(&mut octets).unwrap();
            }
            self.hear(Side::Server, &octets);
            to_client(&mut self.client, &octets);
        }
    }

    fn hear(&mut self, side: Side, octets: &[u8]) {
        let mut reader = RecordReader::new();
        reader.push(octets);
        while let Some(record) = reader.next().unwrap() {
            self.records.push((side, record));
        }
        assert!(reader.is_empty());
    }

    /// The records since last asked.
    pub(super) fn take_records(&mut self) -> Vec<(Side, Record)> {
        mem::take(&mut self.records)
    }

    /// A secret that rustls logged, by its label in key logs.
    pub(super) fn logged(&self, label: &str) -> Vec<u8> {
        let known = self.listener.0.lock().unwrap();
        let (_, secret) = known.logged.iter().find(|(logged, _)| logged == label).unwrap();
        secret.clone()
    }

    /// What the key exchange of the client came to.
    pub(super) fn shared(&self) -> Vec<u8> {
        self.listener.0.lock().unwrap().shared.clone()
    }

    /// Each sends the other data of its own, and then data of ours as if it were its own.
    pub(super) fn exchange_data(&mut self, client: &mut Protection, server: &mut Protection) {
        use rustls::ContentType::ApplicationData;
        self.client.writer().write_all(b"question").unwrap();
        self.server.writer().write_all(b"answer").unwrap();
        self.talk();
        for (side, record) in self.take_records() {
            let (protection, said) = match side {
                Side::Client => (&mut *client, &b"question"[..]),
                Side::Server => (&mut *server, &b"answer"[..]),
            };
            assert_eq!(protection.open(&record), Ok((ApplicationData, said.to_vec())));
        }
        to_server(&mut self.server, &client.seal(ApplicationData, b", ours", 17));
        to_client(&mut self.client, &server.seal(ApplicationData, b", ours", 0));
        assert_eq!(read(&mut self.server.reader()), b"question, ours");
        assert_eq!(read(&mut self.client.reader()), b"answer, ours");
    }
}

fn to_server(server: &mut ServerConnection, mut octets: &[u8]) {
    while !octets.is_empty() {
        server.read_tls(&mut octets).unwrap();
        server.process_new_packets().unwrap();
    }
}

fn to_client(client: &mut ClientConnection, mut octets: &[u8]) {
    while !octets.is_empty() {
        client.read_tls(&mut octets).unwrap();
        client.process_new_packets().unwrap();
    }
}

/// What has arrived; what is still to come makes `WouldBlock`.
fn read(reader: &mut impl Read) -> Vec<u8> {
    let mut data = Vec::new();
    let _would_block = reader.read_to_end(&mut data);
    data
}
