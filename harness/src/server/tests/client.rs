//! A gate to talk to and a client to talk with.

use std::collections::BTreeMap;
use std::sync::Arc;

use mtls_scenarios::Mode;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, ResolvesClientCert, Resumption,
    Tls12ClientSessionValue, Tls12Resumption, Tls13ClientSessionValue,
};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, DigitallySignedStruct, NamedGroup, SignatureScheme, SupportedProtocolVersion,
    version,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::server::testing::{Minted, root};
use crate::server::{Fault, Gate, GateAccount, GateConfig, GateEndpoint, Limits};

pub(super) const VERSIONS: [&SupportedProtocolVersion; 2] = [&version::TLS12, &version::TLS13];

/// What `/protected` of an endpoint returns.
pub(super) fn marker(host: &str) -> String {
    format!("the secret of {host}")
}

/// Accounts alpha and beta; endpoints `public`, `alpha` (STRICT), `beta` (STRICT) and `gamma` (LOOSE, alpha's CA)
/// on listener `main`, `crl` (STRICT, with revocation lists) on listener `crl`.
pub(super) struct World {
    pub(super) alpha: Minted,
    pub(super) beta: Minted,
    pub(super) gate: Gate,
}

pub(in crate::server) fn config(alpha: &Minted, beta: &Minted, fault: Option<Fault>) -> GateConfig {
    let server = root("Server").client_with("server", |params| {
        params.subject_alt_names =
            vec![rcgen::SanType::DnsName("*.agents.test".try_into().unwrap())];
        params.extended_key_usages.clear();
    });
    let account = |name: &str, ca: &Minted| GateAccount {
        name: name.to_owned(),
        prefix: name.to_owned(),
        anchors: vec![ca.der.clone()],
        crls: vec![ca.crl(&[])],
    };
    let endpoint = |host: &str, mode, account: &str, check_crls| GateEndpoint {
        host: format!("{host}.agents.test"),
        marker: marker(host),
        mode,
        account: Some(account.to_owned()),
        check_crls,
    };
    GateConfig {
        certificates: vec![server.der.clone()],
        key: PrivatePkcs8KeyDer::from(server.key.serialize_der()).into(),
        accounts: vec![account("alpha", alpha), account("beta", beta)],
        listeners: BTreeMap::from([
            (
                "main".to_owned(),
                vec![
                    endpoint("public", Mode::Public, "alpha", false),
                    endpoint("alpha", Mode::Strict, "alpha", false),
                    endpoint("beta", Mode::Strict, "beta", false),
                    endpoint("gamma", Mode::Loose, "alpha", false),
                ],
            ),
            ("crl".to_owned(), vec![endpoint("crl", Mode::Strict, "alpha", true)]),
        ]),
        fault,
        limits: Limits::default(),
    }
}

pub(super) async fn world() -> World {
    world_with(None).await
}

pub(super) async fn world_with(fault: Option<Fault>) -> World {
    let (alpha, beta) = (root("Alpha"), root("Beta"));
    let gate = Gate::start(config(&alpha, &beta, fault)).await.unwrap();
    World { alpha, beta, gate }
}

impl World {
    pub(super) async fn connect(&self, client: &Client, host: &str) -> Result<Connection, String> {
        let listener = if host.starts_with("crl") { "crl" } else { "main" };
        let address = self.gate.address(listener).unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let tls = TlsConnector::from(Arc::clone(&client.config))
            .connect(name, stream)
            .await
            .map_err(|error| error.to_string())?;
        Ok(Connection { tls, host: host.to_owned() })
    }

    /// `/whoami` and `/protected`, over one connection.
    pub(super) async fn visit(&self, client: &Client, host: &str) -> Result<Visit, String> {
        let mut connection = self.connect(client, host).await?;
        let (status, body) = connection.get("/whoami").await?;
        if status != 200 {
            return Err(format!("status {status}"));
        }
        let whoami: serde_json::Value = serde_json::from_str(&body).unwrap();
        let (protected, body) = connection.get("/protected").await?;
        let endpoint = whoami["endpoint"].as_str().unwrap();
        let marker = body == marker(endpoint.split('.').next().unwrap());
        assert_eq!(marker, protected == 200);
        Ok(Visit { verified: whoami["verified"].as_bool().unwrap(), whoami, marker })
    }
}

/// What a client saw.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) whoami: serde_json::Value,
    pub(super) verified: bool,
    pub(super) marker: bool,
}

pub(super) struct Connection {
    tls: TlsStream<TcpStream>,
    host: String,
}

impl Connection {
    pub(super) fn into_tls(self) -> TlsStream<TcpStream> {
        self.tls
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<(u16, String), String> {
        let host = self.host.clone();
        self.get_of(&host, path).await
    }

    /// The same of another host than the server name's.
    pub(super) async fn get_of(&mut self, host: &str, path: &str) -> Result<(u16, String), String> {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")).await
    }

    /// Sends a request as it is and reads the answer.
    pub(super) async fn send(&mut self, request: &str) -> Result<(u16, String), String> {
        // The answer to HEAD tells the length of a body that does not follow.
        let is_head = request.starts_with("HEAD ");
        let _ = self.tls.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let count = self.tls.read(&mut buffer).await.map_err(|error| error.to_string())?;
            if count == 0 {
                return Err("closed".to_owned());
            }
            answer.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8(answer.clone()).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if is_head || body.len() >= length {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return Ok((status, body.to_owned()));
            }
        }
    }
}

/// A client with a ticket store of its own.
pub(super) struct Client {
    pub(super) config: Arc<ClientConfig>,
}

impl Client {
    /// Sends these certificates, and signs with the key of the first.
    pub(super) fn with(list: &[&Minted], version: &'static SupportedProtocolVersion) -> Self {
        let key = list.first().map(|first| first.key.serialize_der());
        Self::build(list.iter().map(|minted| minted.der.clone()).collect(), key, version)
    }

    pub(super) fn anonymous(version: &'static SupportedProtocolVersion) -> Self {
        Self::build(Vec::new(), None, version)
    }

    /// Sends certificates and signs with another key.
    pub(super) fn impostor(
        list: &[&Minted],
        key: &Minted,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        let certificates = list.iter().map(|minted| minted.der.clone()).collect();
        Self::build(certificates, Some(key.key.serialize_der()), version)
    }

    fn build(
        certificates: Vec<CertificateDer<'static>>,
        key: Option<Vec<u8>>,
        version: &'static SupportedProtocolVersion,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = key.map(|der| {
            let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(
                &PrivatePkcs8KeyDer::from(der).into(),
            )
            .unwrap();
            Arc::new(CertifiedKey::new(certificates, key))
        });
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone))
            .with_client_cert_resolver(Arc::new(Always(key)));
        Self { config: Arc::new(config) }
    }

    /// This client with sessions that it offers wherever it connects to.
    pub(super) fn roaming(self, how: Tls12Resumption) -> Self {
        self.changed(|config| {
            let store = Arc::new(AnyName(ClientSessionMemoryCache::new(8)));
            config.resumption = Resumption::store(store).tls12_resumption(how);
        })
    }

    /// This client for HTTP/2.
    pub(super) fn for_h2(self) -> Self {
        self.changed(|config| config.alpn_protocols = vec![b"h2".to_vec()])
    }

    /// This client without a server name.
    pub(super) fn nameless(self) -> Self {
        self.changed(|config| config.enable_sni = false)
    }

    /// This client, changed.
    pub(super) fn changed(mut self, change: impl FnOnce(&mut ClientConfig)) -> Self {
        change(Arc::get_mut(&mut self.config).unwrap());
        self
    }
}

/// Sessions that are good for every name.
#[derive(Debug)]
struct AnyName(ClientSessionMemoryCache);

impl AnyName {
    fn name() -> ServerName<'static> {
        "any.test".try_into().unwrap()
    }
}

impl ClientSessionStore for AnyName {
    fn set_kx_hint(&self, _: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(Self::name(), group);
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        self.0.kx_hint(&Self::name())
    }

    fn set_tls12_session(&self, _: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(Self::name(), value);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(&Self::name())
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.0.remove_tls12_session(&Self::name());
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(Self::name(), value);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(&Self::name())
    }
}

#[derive(Debug)]
struct Always(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

/// The gate's own certificate is not what is tested here.
#[derive(Debug)]
pub(super) struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
