//! A rustls gate in memory, and a client for it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mtls_reports::model::TlsFacts;
use mtls_scenarios::{Alpn, KeyAlgorithm, Library, Script, TlsVersion};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::pki::{Forge, UnixTime};
use crate::tape::Tape;
use crate::wire::{Connected, Dial, Failure, Identity, Memory, connect_over};

/// What is sent once the handshake is done, and answered with.
const GREETING: &[u8] = b"who am I?";

/// A gate of rustls that asks for a certificate and requires one.
pub(super) struct Gate {
    pub(super) config: rustls::ServerConfig,
    pub(super) identity: Arc<Identity>,
    pub(super) stranger: Arc<crate::pki::Key>,
    pub(super) memory: Memory,
}

impl Gate {
    pub(super) fn new(key: KeyAlgorithm) -> Self {
        let library = Library::embedded().unwrap();
        let now = UnixTime::now();
        let forge = Forge::new(1, now);
        let authority = forge.authority("alpha", &library.accounts["alpha"]).unwrap();
        let minted =
            forge.mint("valid", &library.credentials["valid"], &authority, key, now).unwrap();
        let server = forge.server_credential(&["gate.agents.test"]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate("main").unwrap().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = PrivateKeyDer::Pkcs8(server.key_der());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(rustls::ALL_VERSIONS)
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(server.chain.clone(), key)
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new().unwrap();
        Self {
            config,
            identity: Arc::new(Identity { list: minted.certificate_list, key: minted.key }),
            stranger: forge.stranger(KeyAlgorithm::P256).unwrap(),
            memory: Memory::default(),
        }
    }

    pub(super) fn dial(&self, version: TlsVersion, script: &str) -> Dial {
        let script: Script = serde_json::from_str(script).unwrap();
        let soon = Instant::now() + Duration::from_secs(30);
        Dial {
            address: SocketAddr::from(([127, 0, 0, 1], 443)),
            sni: Some("gate.agents.test".to_owned()),
            version,
            alpn: Some(Alpn::Http1),
            prelude: None,
            script: Arc::new(script),
            identity: Arc::clone(&self.identity),
            others: BTreeMap::new(),
            stranger: Some(Arc::clone(&self.stranger)),
            memory: self.memory.clone(),
            tape: Tape::default(),
            deadline: soon,
            open_until: soon,
        }
    }

    /// Connects by a script, sends a greeting and reads the answer; whether rustls took it for a client with a certificate.
    pub(super) async fn visit(
        &self,
        version: TlsVersion,
        script: &str,
    ) -> Result<(TlsFacts, Vec<u8>), Failure> {
        let (near, far) = tokio::io::duplex(1 << 16);
        let acceptor = TlsAcceptor::from(Arc::new(self.config.clone()));
        let serve = tokio::spawn(async move {
            let mut tls = acceptor.accept(far).await?;
            let mut greeting = [0; GREETING.len()];
            tls.read_exact(&mut greeting).await?;
            let has_certificate = tls.get_ref().1.peer_certificates().is_some();
            tls.write_all(if has_certificate { b"yours" } else { b"nobody" }).await?;
            tls.shutdown().await
        });
        let connected = connect_over(Box::new(near), self.dial(version, script)).await;
        let Connected { mut stream, facts, .. } = connected.map_err(|(failure, _)| failure)?;
        let mut answer = Vec::new();
        let wrote = stream.write_all(GREETING).await;
        let read = stream.read_to_end(&mut answer).await;
        drop(serve);
        match (wrote.and(read.map(drop)), answer.is_empty()) {
            (Err(error), _) => Err(refusal(&error)),
            (Ok(()), true) => Err(Failure::Closed),
            (Ok(()), false) => Ok((facts, answer)),
        }
    }
}

fn refusal(error: &std::io::Error) -> Failure {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => Failure::Alert(*alert),
        _ => Failure::Unable(error.to_string()),
    }
}
