//! One connection: choose the endpoint, shake hands, decide who the client is, serve.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mtls_scenarios::Alpn;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::Acceptor;
use rustls::{HandshakeKind, ProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use super::directory::Directory;
use super::hello::{self, Recorder};
use super::identity::Identity;
use super::observe::{Observation, Reporter};
use super::rejection::Rejection;
use super::session::{Client, Session};
use super::verify::GateVerifier;
use super::{Fault, Limits, http, presented};

/// A fatal `unrecognized_name` alert (RFC 6066 3) in a record of its own.
const UNRECOGNIZED_NAME: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];
/// Octets of a request head.
const MAX_HEAD: usize = 16 * 1024;
/// Requests at a time on an HTTP/2 connection.
const MAX_STREAMS: u32 = 32;
/// What a refused peer may still send until it notices.
const MAX_LINGER_OCTETS: u64 = 256 * 1024;
const LINGER: Duration = Duration::from_secs(1);

/// What the connections of a socket have in common.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) endpoints: Arc<Directory>,
    pub(super) marker: Arc<str>,
    pub(super) fault: Option<Fault>,
    pub(super) limits: Limits,
    pub(super) observation: Arc<Observation>,
}

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
        let handshake = Box::pin(presented::during(shake_hands(stream, &listener, &reporter)));
        match tokio::time::timeout(listener.limits.handshake, handshake).await {
            Ok(Some((tls, session))) => serve_http(tls, session, reporter, stop).await,
            Ok(None) => {}
            Err(_) => reporter.refused(None, None, Rejection::TimedOut, None),
        }
    })
    .await;
}

async fn shake_hands(
    stream: TcpStream,
    listener: &Listener,
    reporter: &Reporter,
) -> Option<(TlsStream<TcpStream>, Session)> {
    let recorder = Recorder::new(stream);
    let mut acceptor = LazyConfigAcceptor::new(Acceptor::default(), recorder);
    let start = match (&mut acceptor).await {
        Ok(start) => start,
        Err(error) => {
            reporter.refused(None, None, Rejection::of(&error, None), None);
            linger(acceptor.take_io()?.into_parts().0).await;
            return None;
        }
    };
    let (mut stream, seen) = start.io.into_parts();
    let accepted = start.accepted;
    let server_name = accepted.client_hello().server_name().map(str::to_owned);
    let server_name = server_name.as_deref();
    let dotted = server_name.is_some() && hello::has_trailing_dot(&seen);
    let Some(endpoint) = listener.endpoints.select(server_name).filter(|_| !dotted) else {
        let reason = match server_name {
            None => Rejection::NoServerName,
            Some(_) => Rejection::UnknownServerName,
        };
        reporter.refused(server_name, None, reason, None);
        stream.write_all(&UNRECOGNIZED_NAME).await.ok()?;
        linger(stream).await;
        return None;
    };
    let start = StartHandshake::from_parts(accepted, stream);
    let generation = endpoint.current();
    let tls = match start.into_stream(Arc::clone(&generation.tls)).into_fallible().await {
        Ok(tls) => tls,
        Err((error, stream)) => {
            let presented = presented::take();
            let reason = Rejection::of(&error, presented.as_ref());
            reporter.refused(server_name, Some(&endpoint.host), reason, presented.as_ref());
            linger(stream).await;
            return None;
        }
    };
    let connection = tls.get_ref().1;
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    let session = Session {
        client: client(
            connection.peer_certificates().unwrap_or_default(),
            generation.verifier.as_deref(),
            resumed.then(UnixTime::now),
            listener.fault,
        ),
        resumed,
        tls_version: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "1.2",
            _ => "1.3",
        },
        alpn: connection.alpn_protocol().map(|protocol| {
            if protocol == Alpn::H2.as_str().as_bytes() { Alpn::H2 } else { Alpn::Http1 }
        }),
        marker: Arc::clone(&listener.marker),
        fault: listener.fault,
        endpoint,
        generation,
    };
    reporter.connected(&session, presented::take().as_ref());
    Some((tls, session))
}

/// Who the client is, by the handshake alone.
fn client(
    list: &[CertificateDer<'_>],
    verifier: Option<&GateVerifier>,
    resumed_at: Option<UnixTime>,
    fault: Option<Fault>,
) -> Client {
    let (Some((end_entity, others)), Some(verifier)) = (list.split_first(), verifier) else {
        return Client::Anonymous;
    };
    // rustls verifies at full handshakes only; a session can outlive its certificate.
    let look_again = resumed_at.filter(|_| fault != Some(Fault::TicketsOutlivePolicy));
    if look_again.is_some_and(|now| verifier.verdict(end_entity, others, now).is_err()) {
        return Client::Refused;
    }
    match fault {
        Some(Fault::AnonymousAlways) => Client::Anonymous,
        Some(Fault::IdentityFromLastCertificate) => {
            Client::Verified(Identity::of(others.last().unwrap_or(end_entity)))
        }
        _ => Client::Verified(Identity::of(end_entity)),
    }
}

/// Closes so that the peer gets the alert: closing with unread input would reset the connection, and a
/// reset overtakes what was sent.
async fn linger(mut stream: TcpStream) {
    let _ = tokio::time::timeout(LINGER, async {
        stream.shutdown().await?;
        let mut rest = stream.take(MAX_LINGER_OCTETS);
        let mut buffer = [0; 4096];
        while rest.read(&mut buffer).await? > 0 {}
        std::io::Result::Ok(())
    })
    .await;
}

async fn serve_http(
    tls: TlsStream<TcpStream>,
    session: Session,
    reporter: Reporter,
    mut stop: watch::Receiver<bool>,
) {
    let is_h2 = session.alpn == Some(Alpn::H2);
    let session = Arc::new(session);
    let service = service_fn(move |request| {
        let (session, reporter) = (Arc::clone(&session), reporter.clone());
        async move {
            let answer = http::answer(&session, &request);
            reporter.answered(&session, &request, answer.status());
            Ok::<_, Infallible>(answer)
        }
    });
    let io = TokioIo::new(tls);
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

#[cfg(test)]
mod tests {
    use mtls_scenarios::Mode;

    use super::*;
    use crate::server::testing::{root, unix_now};
    use crate::server::verify::{Checks, PathValidator};

    #[test]
    fn a_resumed_certificate_is_looked_at_again() {
        let root = root("Root");
        let list = [root.client("Client").der];
        let validator = PathValidator::new(&[root.der], None, Checks::default()).unwrap();
        let verifier = GateVerifier::new(validator, Mode::Strict, None);
        let later =
            UnixTime::since_unix_epoch(Duration::from_secs(unix_now().as_secs() + 365 * 86_400));
        let at = |resumed_at, fault| client(&list, Some(&verifier), resumed_at, fault);
        assert!(matches!(at(None, None), Client::Verified(_)));
        assert!(matches!(at(Some(unix_now()), None), Client::Verified(_)));
        assert!(matches!(at(Some(later), None), Client::Refused));
        let fault = Some(Fault::TicketsOutlivePolicy);
        assert!(matches!(at(Some(later), fault), Client::Verified(_)));
        assert!(matches!(client(&[], Some(&verifier), None, None), Client::Anonymous));
    }
}
