//! One connection: choose the endpoint, shake hands, decide who the client is, serve.

use std::convert::Infallible;
use std::io::Cursor;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mtls_scenarios::Alpn;
use rustls::ProtocolVersion;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use super::hello::{self, Recorder};
use super::lenient::{self, Forgiven};
use super::listener::{Listener, ServerName};
use super::observe::Reporter;
use super::rejection::Rejection;
use super::session::{Client, Session, Terms};
use super::{Fault, admission, http, presented};

/// A fatal `unrecognized_name` alert (RFC 6066 3) in a record of its own.
const UNRECOGNIZED_NAME: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];
/// Content type of handshake messages.
const HANDSHAKE: u8 = 22;
/// Octets of a request head.
const MAX_HEAD: usize = 16 * 1024;
/// Requests at a time on an HTTP/2 connection.
const MAX_STREAMS: u32 = 32;
/// What a refused peer may still send until it notices.
const MAX_LINGER_OCTETS: u64 = 256 * 1024;
const LINGER: Duration = Duration::from_secs(1);

/// Serves a connection until it ends, fails or has taken too long.
pub(super) async fn serve(
    stream: TcpStream,
    reporter: Reporter,
    listener: Arc<Listener>,
    stop: watch::Receiver<bool>,
) {
    let limit = listener.limits.connection;
    // What goes wrong on a connection concerns its peer alone, and the peer has been told.
    let _ = tokio::time::timeout(limit, async {
        let _ = stream.set_nodelay(true);
        if listener.maker.fault == Some(Fault::ServesPlaintext) && !is_handshake(&stream).await {
            if let Some(session) = Session::without_tls(&listener) {
                serve_http(stream, session, reporter, stop).await;
            }
            return;
        }
        if !Forgiven::by(listener.maker.fault).is_nothing() {
            return lenient::serve(stream, &listener, reporter, stop).await;
        }
        let turn = listener.health.turn().await;
        let handshake = Box::pin(presented::during(shake_hands(stream, &listener, &reporter)));
        let limit = match listener.maker.fault {
            Some(Fault::HandshakesNeverEnd) => limit,
            _ => listener.limits.handshake,
        };
        let shaken = tokio::time::timeout(limit, handshake).await;
        drop(turn);
        match shaken {
            Ok(Some((tls, session))) => serve_early(tls, session, reporter, stop).await,
            Ok(None) => listener.health.after_failed_handshake(),
            Err(_) => reporter.refused(None, None, Rejection::TimedOut, None),
        }
    })
    .await;
}

async fn shake_hands(
    stream: TcpStream,
    listener: &Arc<Listener>,
    reporter: &Reporter,
) -> Option<(TlsStream<TcpStream>, Session)> {
    let recorder = Recorder::new(stream);
    let mut acceptor = LazyConfigAcceptor::new(Acceptor::default(), recorder);
    let start = match (&mut acceptor).await {
        Ok(start) => start,
        Err(error) => {
            reporter.refused(None, None, Rejection::of(&error, None), None);
            let (stream, seen) = acceptor.take_io()?.into_parts();
            if !hello::is_tls(&seen) {
                listener.health.after_garbage();
            }
            linger(stream).await;
            return None;
        }
    };
    let segmented = start.io.is_segmented();
    let (mut stream, seen) = start.io.into_parts();
    let accepted = start.accepted;
    let server_name = accepted.client_hello().server_name().map(str::to_owned);
    let written = hello::written_name(&seen).unwrap_or_default();
    let fragmented = hello::is_fragmented(&seen);
    let choice = listener.select(server_name.as_deref().map(|normal| ServerName {
        normal,
        written: &written,
        fragmented,
        segmented,
    }));
    let Some(choice) = choice else {
        let name = server_name.as_deref();
        let reason = name.map_or(Rejection::NoServerName, |_| Rejection::UnknownServerName);
        reporter.refused(name, None, reason, None);
        stream.write_all(&UNRECOGNIZED_NAME).await.ok()?;
        linger(stream).await;
        return None;
    };
    let start = StartHandshake::from_parts(accepted, stream);
    let generation = &choice.generation;
    let resumption = listener.maker.resumption(generation, server_name.as_deref());
    let config = listener.maker.server_config(generation, &resumption, &listener.health).ok()?;
    let tls = match start.into_stream(config).into_fallible().await {
        Ok(tls) => tls,
        Err((error, stream)) => {
            listener.health.after_error(&error);
            let presented = presented::take();
            let reason = Rejection::of(&error, presented.as_ref());
            let host = Some(choice.endpoint.host.as_str());
            reporter.refused(server_name.as_deref(), host, reason, presented.as_ref());
            linger(stream).await;
            return None;
        }
    };
    let connection = tls.get_ref().1;
    let resumed = resumption.origin();
    let list = connection.peer_certificates().unwrap_or_default();
    let client = admission::client(list, &choice, resumed.as_ref(), listener.maker.clock.now());
    let terms = Terms {
        client: match listener.maker.fault {
            _ if resumption.is_refused() => Client::Refused,
            Some(Fault::IdentityOfLastClient) => listener.last_client.mix_up(client),
            _ => client,
        },
        exempt: admission::is_exempt(&choice.generation, resumed.as_ref()),
        resumed: resumed.is_some(),
        tls_version: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "1.2",
            _ => "1.3",
        },
        alpn: connection.alpn_protocol().map(|protocol| {
            if protocol == Alpn::H2.as_str().as_bytes() { Alpn::H2 } else { Alpn::Http1 }
        }),
    };
    let session = Session::new(listener, &choice, server_name.as_deref(), terms);
    reporter.connected(&session, presented::take().as_ref());
    Some((tls, session))
}

/// Whether the first octet is that of a record with a handshake message.
async fn is_handshake(stream: &TcpStream) -> bool {
    let mut first = [0];
    !matches!(stream.peek(&mut first).await, Ok(1)) || first == [HANDSHAKE]
}

/// Closes so that the peer gets the alert: closing with unread input would reset the connection, and a
/// reset overtakes what was sent.
pub(super) async fn linger(mut stream: TcpStream) {
    let _ = tokio::time::timeout(LINGER, async {
        stream.shutdown().await?;
        let mut rest = stream.take(MAX_LINGER_OCTETS);
        let mut buffer = [0; 4096];
        while rest.read(&mut buffer).await? > 0 {}
        std::io::Result::Ok(())
    })
    .await;
}

/// Serves what came before the end of the handshake, and then the rest.
async fn serve_early(
    mut tls: TlsStream<TcpStream>,
    session: Session,
    reporter: Reporter,
    stop: watch::Receiver<bool>,
) {
    let early_data = early_data(&mut tls);
    if early_data.is_empty() {
        serve_http(tls, session, reporter, stop).await;
    } else {
        let (read, write) = tokio::io::split(tls);
        let all = Cursor::new(early_data).chain(read);
        serve_http(tokio::io::join(all, write), session, reporter, stop).await;
    }
}

/// What a gate with [`Fault::AcceptsEarlyData`](super::Fault::AcceptsEarlyData) has taken; a correct one takes none.
fn early_data(tls: &mut TlsStream<TcpStream>) -> Vec<u8> {
    use std::io::Read as _;
    let mut octets = Vec::new();
    if let Some(mut early_data) = tls.get_mut().1.early_data() {
        // Reading from memory: it does not fail, and rustls has bounded it.
        let _ = early_data.read_to_end(&mut octets);
    }
    octets
}

/// Serves HTTP to the end of a connection.
pub(super) async fn serve_http<S>(
    stream: S,
    session: Session,
    reporter: Reporter,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let is_h2 = session.alpn == Some(Alpn::H2);
    let session = Arc::new(session);
    let service = service_fn(move |request: Request<Incoming>| {
        let (session, reporter) = (Arc::clone(&session), reporter.clone());
        async move {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let answer = http::answer(&session, request).await;
            reporter.answered(&session, &method, &uri, answer.status());
            Ok::<_, Infallible>(answer)
        }
    });
    let io = TokioIo::new(stream);
    // An error here is the peer's: it went away or does not speak HTTP.
    if is_h2 {
        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        builder
            .max_concurrent_streams(MAX_STREAMS)
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX));
        let mut connection = pin!(builder.serve_connection(io, service));
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stop.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    } else {
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder.max_buf_size(MAX_HEAD).header_read_timeout(None);
        let mut connection = pin!(builder.serve_connection(io, service));
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stop.changed() => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}
