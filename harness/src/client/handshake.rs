//! Dialling: TCP, the TLS handshake with exactly what the caller asked for, and the start of what is spoken over it.

use std::net::SocketAddr;
use std::sync::Arc;

use mtls_reports::model::{Phase, TlsFacts};
use mtls_scenarios::{Alpn, Prelude, Resumption, TlsVersion};
use rustls::client::{ResolvesClientCert, Tls12Resumption};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::connection::Connection;
use super::credential::{ClientCredential, Resolver};
use super::early;
use super::failure::Failure;
use super::hello::{HelloEdit, Registration};
use super::persona::Persona;
use super::secrets::Secrets;
use super::session::{Store, Tickets};
use super::socket::Socket;
use crate::tape::{Tape, say};

/// Most bytes that one connection reads, TLS overhead included.
const MAX_RECEIVED: u64 = 4 << 20;

/// One connection to make.
#[derive(Clone, Debug)]
pub struct Dial<'a> {
    /// Where to.
    pub address: SocketAddr,
    /// `server_name` to send; none for an IP address, or where the extension is to be left out.
    pub sni: Option<&'a str>,
    /// The one version offered.
    pub version: TlsVersion,
    /// The one application protocol offered; none where what is spoken is not HTTP.
    pub alpn: Option<Alpn>,
    /// What is said before TLS begins.
    pub prelude: Option<Prelude>,
    /// What the `ClientHello` says instead of what rustls would write.
    pub hello: Option<HelloEdit>,
    /// Who connects: sessions are resumed by the client that began them.
    pub persona: &'a Persona,
    /// What to show when asked for a certificate.
    pub credential: ClientCredential,
    /// How sessions are kept and resumed; without it the client offers nothing and takes nothing.
    pub resumption: Option<Resumption>,
    /// What to offer for resumption.
    pub offer: Tickets,
    /// An HTTP/1.1 request to send as early data, where the session allows that.
    pub early_request: Option<&'a [u8]>,
    /// When to give up.
    pub deadline: Instant,
    /// When an open connection ends at the latest.
    pub open_until: Instant,
    /// What records the connection.
    pub tape: Tape,
}

/// Connects, shakes hands and starts HTTP, where that is spoken.
///
/// In TLS 1.3 the client finishes first: success here proves nothing before a response has been read.
///
/// # Errors
/// What stopped it, with the facts of the handshake as far as it went.
pub async fn connect(dial: Dial<'_>) -> Result<Connection, (Failure, TlsFacts)> {
    let resolver = &dial.persona.resolver;
    resolver.show(dial.credential.clone());
    let failed =
        |failure| (failure, TlsFacts { certificate: resolver.answer(), ..TlsFacts::default() });
    let tickets = Tickets::default();
    let config = client_config(&dial, &tickets).map_err(&failed)?;
    let name = server_name(&dial).map_err(&failed)?;
    let edit = dial.hello.as_ref().map(|edit| Registration::new(edit, &name));
    let edit = edit.transpose().map_err(&failed)?;

    let dialled = timeout_at(dial.deadline, TcpStream::connect(dial.address)).await;
    let mut stream = dialled
        .map_err(|_| failed(Failure::Timeout(Phase::Connect)))?
        .map_err(|e| failed(Failure::Unreachable(e.to_string())))?;
    // Without this the second request of a connection waits for the peer's delayed acknowledgement.
    stream.set_nodelay(true).map_err(|e| failed(Failure::Unreachable(e.to_string())))?;

    if let Some(prelude) = dial.prelude {
        let said = say(&mut stream, prelude, dial.deadline).await;
        said.map_err(|unsaid| failed(unsaid.into()))?;
    }
    let socket = Socket::new(stream, MAX_RECEIVED, dial.tape.clone());
    if let Some(prelude) = dial.prelude {
        dial.tape.prelude(prelude);
    }
    let (socket, name) = match &edit {
        None => (socket, name),
        Some(edit) => (socket.editing(), edit.marker()),
    };
    let mut sent_early = false;
    let connecting = TlsConnector::from(config)
        .connect_with(name, socket, |tls| sent_early = early::send(tls, dial.early_request));
    let shaken = timeout_at(dial.deadline, connecting).await;
    let mut tls = shaken
        .map_err(|_| failed(Failure::Timeout(Phase::Handshake)))?
        .map_err(|e| failed(Failure::from_io(&e)))?;

    let mut facts = facts_of(tls.get_ref().1, resolver);
    let early_response = if sent_early {
        let accepted = tls.get_ref().1.is_early_data_accepted();
        facts.early_data = Some(accepted);
        if accepted { Some(early::receive(&mut tls, dial.deadline).await) } else { None }
    } else {
        None
    };
    let bounds = (dial.deadline, dial.open_until);
    let connection =
        Connection::over(tls, dial.alpn, facts, resolver.authorities(), bounds).await?;
    Ok(Connection { tickets, early_response, tape: dial.tape, ..connection })
}

fn client_config(dial: &Dial<'_>, tickets: &Tickets) -> Result<Arc<ClientConfig>, Failure> {
    let Persona { resolver, verifier, provider } = dial.persona;
    let resolver: Arc<dyn ResolvesClientCert> = Arc::<Resolver>::clone(resolver);
    let versions: &[&'static rustls::SupportedProtocolVersion] = match dial.version {
        TlsVersion::Tls12 => &[&rustls::version::TLS12],
        TlsVersion::Tls13 => &[&rustls::version::TLS13],
    };
    let mut config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(versions)
        .map_err(|e| Failure::Unsupported(e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(verifier))
        .with_client_cert_resolver(resolver);
    config.alpn_protocols =
        dial.alpn.iter().map(|alpn| alpn.as_str().as_bytes().to_vec()).collect();
    config.resumption = resumption(dial, tickets);
    config.enable_early_data = dial.early_request.is_some();
    if dial.tape.is_recording() {
        config.key_log = Arc::new(Secrets(dial.tape.clone()));
    }
    config.enable_sni = dial.sni.is_some() || dial.hello.is_some();
    Ok(Arc::new(config))
}

fn resumption(dial: &Dial<'_>, tickets: &Tickets) -> rustls::client::Resumption {
    let Some(how) = dial.resumption else {
        return rustls::client::Resumption::disabled();
    };
    let store = Store { offered: dial.offer.clone(), kept: tickets.clone() };
    rustls::client::Resumption::store(Arc::new(store)).tls12_resumption(match how {
        Resumption::SessionId => Tls12Resumption::SessionIdOnly,
        Resumption::Psk | Resumption::SessionTicket => Tls12Resumption::SessionIdOrTickets,
    })
}

fn server_name(dial: &Dial<'_>) -> Result<ServerName<'static>, Failure> {
    match dial.sni {
        None => Ok(ServerName::IpAddress(dial.address.ip().into())),
        Some(name) => ServerName::try_from(name.to_owned())
            .map_err(|e| Failure::Unsupported(format!("SNI `{name}`: {e}"))),
    }
}

fn facts_of(connection: &rustls::ClientConnection, resolver: &Resolver) -> TlsFacts {
    TlsFacts {
        version: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => Some(TlsVersion::Tls12),
            Some(ProtocolVersion::TLSv1_3) => Some(TlsVersion::Tls13),
            _ => None,
        },
        cipher_suite: connection
            .negotiated_cipher_suite()
            .and_then(|suite| suite.suite().as_str())
            .map(str::to_owned),
        alpn: match connection.alpn_protocol() {
            Some(b"http/1.1") => Some(Alpn::Http1),
            Some(b"h2") => Some(Alpn::H2),
            _ => None,
        },
        resumed: connection.handshake_kind().map(|kind| kind == HandshakeKind::Resumed),
        certificate: resolver.answer(),
        early_data: None,
    }
}
