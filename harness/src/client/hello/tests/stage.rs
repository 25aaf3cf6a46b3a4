//! A rustls gate that tells what it received, and clients for it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use mtls_scenarios::{Alpn, Credential, KeyAlgorithm, Library, TlsVersion};
use rustls::crypto::{SupportedKxGroup, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, HandshakeKind, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::client::credential::Resolver;
use crate::client::hello::{HelloEdit, Registration};
use crate::client::socket::Socket;
use crate::client::{
    ClientCredential, Dial, Failure, Persona, Request, Tickets, connect, provider,
};
use crate::pki::{Authority, Forge, UnixTime};
use crate::tape::Tape;

const CLIENT: &str = r#"{"summary": "s",
    "certificates": {"leaf": {"profile": "client", "issuer": {"anchor": "main"}}},
    "send": [{"certificate": "leaf"}]}"#;

/// A STRICT gate with tickets.
pub(super) struct Gate {
    pub(super) address: SocketAddr,
    credential: ClientCredential,
    seen: mpsc::UnboundedReceiver<Seen>,
}

/// A connection as the gate saw it.
#[derive(Debug)]
pub(super) struct Seen {
    /// All octets up to the end of the handshake.
    pub(super) received: Vec<u8>,
    /// The handshake, if it completed.
    pub(super) accepted: Option<Accepted>,
}

#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) name: Option<String>,
    pub(super) kind: HandshakeKind,
    pub(super) has_certificate: bool,
}

impl Seen {
    /// How often these octets came.
    pub(super) fn count(&self, octets: &[u8]) -> usize {
        self.received.windows(octets.len()).filter(|window| *window == octets).count()
    }
}

impl Gate {
    /// Starts one that does the key exchange with this group.
    pub(super) async fn start(group: &'static dyn SupportedKxGroup) -> Self {
        let forge = Forge::new(7, UnixTime::now());
        let account = &Library::embedded().unwrap().accounts["beta"];
        let authority = forge.authority("beta", account).unwrap();
        let client: Credential = serde_json::from_str(CLIENT).unwrap();
        let minted =
            forge.mint("c", &client, &authority, KeyAlgorithm::P256, UnixTime::now()).unwrap();
        let credential =
            ClientCredential::new(minted.certificate_list.unwrap(), minted.key.unwrap());

        let acceptor = TlsAcceptor::from(Arc::new(server_config(&forge, &authority, group)));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, seen) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(&acceptor, stream, &tell).await;
            }
        });
        Self { address, credential, seen }
    }

    /// The next connection that it saw.
    pub(super) async fn saw(&mut self) -> Seen {
        self.seen.recv().await.unwrap()
    }

    /// Connects and asks for something, with the client under test.
    pub(super) async fn ask(&self, version: TlsVersion, hello: HelloEdit) -> Result<u16, Failure> {
        ask(self.address, version, hello, self.credential.clone()).await
    }

    /// A client that keeps its sessions.
    pub(super) fn resuming_client(&self, version: TlsVersion) -> Arc<ClientConfig> {
        let version = match version {
            TlsVersion::Tls12 => &rustls::version::TLS12,
            TlsVersion::Tls13 => &rustls::version::TLS13,
        };
        let config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Persona::new(&provider()).verifier)
            .with_client_cert_resolver(self.resolver());
        Arc::new(config)
    }

    fn resolver(&self) -> Arc<Resolver> {
        let resolver = Arc::<Resolver>::default();
        resolver.show(self.credential.clone());
        resolver
    }

    /// Connects with such a client and waits for all that comes, tickets among it.
    pub(super) async fn visit(&self, client: &Arc<ClientConfig>, edit: &Registration) {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let socket = Socket::new(stream, 1 << 20, Tape::default()).editing();
        let connector = TlsConnector::from(Arc::clone(client));
        let mut stream = connector.connect(edit.marker(), socket).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await.unwrap();
        assert!(response.starts_with(b"HTTP/1.1 200"));
    }
}

/// Connects to whatever is there and asks for something.
pub(super) async fn ask(
    address: SocketAddr,
    version: TlsVersion,
    hello: HelloEdit,
    credential: ClientCredential,
) -> Result<u16, Failure> {
    // Only a guard against tests that hang.
    let deadline = Instant::now() + Duration::from_secs(60);
    let (sni, hello) = (Some("Alpha.agents.test"), Some(hello));
    let dial = Dial {
        address,
        sni,
        hello,
        version,
        alpn: Some(Alpn::Http1),
        prelude: None,
        persona: &Persona::new(&provider()),
        credential,
        resumption: None,
        offer: Tickets::default(),
        early_request: None,
        deadline,
        open_until: deadline,
        tape: Tape::default(),
    };
    let mut connection = connect(dial).await.map_err(|(failure, _)| failure)?;
    let response = connection.request(Request::get("alpha.agents.test", "/"), deadline).await?;
    Ok(response.status)
}

fn server_config(
    forge: &Forge,
    authority: &Authority,
    group: &'static dyn SupportedKxGroup,
) -> ServerConfig {
    let mut provider = aws_lc_rs::default_provider();
    provider.kx_groups = vec![group];
    let provider = Arc::new(provider);
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate("main").unwrap().clone()).unwrap();
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let server = forge.server_credential(&["localhost"]).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(server.chain.clone(), server.key_der().into())
        .unwrap();
    config.ticketer = aws_lc_rs::Ticketer::new().unwrap();
    config
}

async fn serve(acceptor: &TlsAcceptor, stream: TcpStream, tell: &mpsc::UnboundedSender<Seen>) {
    let mut tap = Tap { stream, received: Vec::new() };
    let Ok(mut tls) = acceptor.accept(&mut tap).await else {
        let _ = tell.send(Seen { received: tap.received, accepted: None });
        return;
    };
    let connection = tls.get_ref().1;
    let accepted = Some(Accepted {
        name: connection.server_name().map(str::to_owned),
        kind: connection.handshake_kind().unwrap(),
        has_certificate: connection.peer_certificates().is_some(),
    });
    let _ = tell.send(Seen { received: tls.get_ref().0.received.clone(), accepted });
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && tls.read_buf(&mut request).await.unwrap_or(0) > 0 {}
    let _ = tls.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let _ = tls.shutdown().await;
}

/// Keeps what was read.
struct Tap {
    stream: TcpStream,
    received: Vec<u8>,
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.received.extend(&buf.filled()[before..]);
        read
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
