//! Mutual TLS with nothing around it: what rustls alone can do on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use mtls_harness::pki::{Forge, Key};
use mtls_scenarios::{KeyAlgorithm, Library};
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::{CONCURRENCY, SetUpError, now};

const HOST: &str = "alpha.agents.test";

/// A server that shakes hands and closes, and the client that it lets in.
pub struct Raw {
    address: SocketAddr,
    connector: TlsConnector,
}

impl Raw {
    /// Starts the server on the current runtime: P-256 certificates on both sides, one version, X25519.
    pub async fn start(version: &'static SupportedProtocolVersion) -> Result<Self, SetUpError> {
        let (client, server) = configurations(version)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(server))));
        Ok(Self { address, connector: TlsConnector::from(Arc::new(client)) })
    }

    /// Makes so many full handshakes; returns how many of them the server completed.
    pub async fn handshakes(&self, count: usize) -> usize {
        stream::iter(0..count)
            .map(|_| tokio::spawn(shake_hands(self.address, self.connector.clone())))
            .buffer_unordered(CONCURRENCY)
            .filter(|done| std::future::ready(matches!(done, Ok(Ok(())))))
            .count()
            .await
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            stream.set_nodelay(true)?;
            acceptor.accept(stream).await?.shutdown().await
        });
    }
}

/// The server's `close_notify` says that it has verified the client, too.
async fn shake_hands(address: SocketAddr, connector: TlsConnector) -> Result<(), SetUpError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut tls = connector.connect(ServerName::try_from(HOST)?, stream).await?;
    tls.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

fn configurations(
    version: &'static SupportedProtocolVersion,
) -> Result<(ClientConfig, ServerConfig), SetUpError> {
    let library = Library::embedded()?;
    let account = library.accounts.get("alpha").ok_or("no account `alpha`")?;
    let credential = library.credentials.get("valid").ok_or("no credential `valid`")?;
    let forge = Forge::new(1, now());
    let authority = forge.authority("alpha", account)?;
    let minted = forge.mint("valid", credential, &authority, KeyAlgorithm::P256, now())?;
    let server = forge.server_credential(&[HOST])?;
    let provider = CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519],
        ..aws_lc_rs::default_provider()
    };
    let provider = Arc::new(provider);

    let mut roots = RootCertStore::empty();
    roots.add(server.anchor)?;
    let mut client = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])?
        .with_root_certificates(roots)
        .with_client_auth_cert(
            minted.certificate_list.unwrap_or_default(),
            private(&*minted.key.ok_or("the credential has no key")?),
        )?;
    client.resumption = Resumption::disabled();

    let mut anchors = RootCertStore::empty();
    anchors.add(authority.certificate("main").ok_or("no anchor `main`")?.clone())?;
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(&provider))
            .build()?;
    let server = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(server.chain, private(&server.key))?;
    Ok((client, server))
}

fn private(key: &Key) -> PrivateKeyDer<'static> {
    PrivatePkcs8KeyDer::from(key.pkcs8_der().to_vec()).into()
}
