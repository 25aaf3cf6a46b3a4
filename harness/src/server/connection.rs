//! One connection: choose the endpoint, shake hands, decide who the client is, serve.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
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

use super::hello::{self, Recorder};
use super::identity::Identity;
use super::listener::{Listener, ServerName};
use super::session::{Client, Session};
use super::verify::GateVerifier;
use super::{Fault, http};

/// A fatal `unrecognized_name` alert (RFC 6066 3) in a record of its own.
const UNRECOGNIZED_NAME: [u8; 7] = [21, 3, 3, 0, 2, 2, 112];
/// Octets of a request head.
const MAX_HEAD: usize = 16 * 1024;
/// Requests at a time on an HTTP/2 connection.
const MAX_STREAMS: u32 = 32;
/// What a refused peer may still send until it notices.
const MAX_LINGER_OCTETS: u64 = 256 * 1024;
const LINGER: Duration = Duration::from_secs(1);

/// Serves a connection until it ends, fails or has taken too long.
pub(super) async fn serve(stream: TcpStream, listener: Arc<Listener>, stop: watch::Receiver<bool>) {
    let limit = listener.limits.connection;
    // What goes wrong on a connection concerns its peer alone, and the peer has been told.
    let _ = tokio::time::timeout(limit, async {
        let _ = stream.set_nodelay(true);
        let handshake =
            tokio::time::timeout(listener.limits.handshake, shake_hands(stream, &listener));
        if let Ok(Some((tls, session))) = handshake.await {
            serve_http(tls, session, stop).await;
        }
    })
    .await;
}

async fn shake_hands(
    stream: TcpStream,
    listener: &Arc<Listener>,
) -> Option<(TlsStream<TcpStream>, Session)> {
    let recorder = Recorder::new(stream);
    let mut acceptor = LazyConfigAcceptor::new(Acceptor::default(), recorder);
    let Ok(start) = (&mut acceptor).await else {
        linger(acceptor.take_io()?.into_parts().0).await;
        return None;
    };
    let (mut stream, seen) = start.io.into_parts();
    let accepted = start.accepted;
    let server_name = accepted.client_hello().server_name().map(str::to_owned);
    let written = hello::written_name(&seen).unwrap_or_default();
    let choice = listener
        .select(server_name.as_deref().map(|normal| ServerName { normal, written: &written }));
    let Some(choice) = choice else {
        stream.write_all(&UNRECOGNIZED_NAME).await.ok()?;
        linger(stream).await;
        return None;
    };
    let start = StartHandshake::from_parts(accepted, stream);
    let tls = match start.into_stream(Arc::clone(&choice.generation.tls)).into_fallible().await {
        Ok(tls) => tls,
        Err((_, stream)) => {
            linger(stream).await;
            return None;
        }
    };
    let connection = tls.get_ref().1;
    let resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
    let client = if choice.trusted {
        Client::Trusted
    } else {
        client(
            connection.peer_certificates().unwrap_or_default(),
            choice.generation.verifier.as_deref(),
            resumed.then(UnixTime::now),
            listener.fault,
        )
    };
    let session = Session {
        listener: Arc::clone(listener),
        endpoint: choice.endpoint,
        generation: choice.generation,
        routed_by_host: choice.routed_by_host,
        client,
        resumed,
        tls_version: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "1.2",
            _ => "1.3",
        },
        alpn: connection.alpn_protocol().map(|protocol| {
            if protocol == Alpn::H2.as_str().as_bytes() { Alpn::H2 } else { Alpn::Http1 }
        }),
        used: AtomicBool::new(false),
        fault: listener.fault,
    };
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
    let now = resumed_at.unwrap_or_else(UnixTime::now);
    if verifier.tolerates_invalid() && verifier.verdict(end_entity, others, now).is_err() {
        return match fault {
            Some(Fault::LooseReportsUnverified) => {
                Client::Unverified(Identity::of(end_entity, fault))
            }
            _ => Client::Anonymous,
        };
    }
    // rustls verifies at full handshakes only; a session can outlive its certificate.
    let look_again = resumed_at.filter(|_| fault != Some(Fault::TicketsOutlivePolicy));
    if look_again.is_some_and(|now| verifier.verdict(end_entity, others, now).is_err()) {
        return Client::Refused;
    }
    let named = match fault {
        Some(Fault::AnonymousAlways) => return Client::Anonymous,
        Some(Fault::IdentityFromLastCertificate) => others.last().unwrap_or(end_entity),
        Some(Fault::IdentityFromAnyCertificate) => others.first().unwrap_or(end_entity),
        Some(Fault::PathFromAnyCertificate) => verifier.find_client(end_entity, others, now),
        _ => end_entity,
    };
    Client::Verified(Identity::of(named, fault))
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

async fn serve_http(tls: TlsStream<TcpStream>, session: Session, mut stop: watch::Receiver<bool>) {
    let is_h2 = session.alpn == Some(Alpn::H2);
    let session = Arc::new(session);
    let service = service_fn(move |request| {
        let session = Arc::clone(&session);
        async move { Ok::<_, Infallible>(http::answer(&session, request).await) }
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
