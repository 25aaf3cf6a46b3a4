//! Plain HTTP for browsers on this machine.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{guard, page};
use crate::service::ServiceError;
use crate::service::ledger::Ledger;
use crate::service::status::Facts;

type Answer = Response<Full<Bytes>>;

/// Connections at a time; more wait.
const CONNECTIONS: usize = 64;
/// Time for a connection in all.
const CONNECTION: Duration = Duration::from_secs(60);
/// Octets of a request head.
const MAX_HEAD: usize = 16 * 1024;
/// Pause after a failure to accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// Nothing but what this server serves, and nobody may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The status page's server. Dropping it ends it.
#[derive(Debug)]
pub(in crate::service) struct Admin {
    _accepting: JoinSet<()>,
}

/// A status page that has its address and nothing to say yet.
#[derive(Debug)]
pub(in crate::service) struct Bound {
    address: SocketAddr,
    socket: TcpListener,
}

impl Admin {
    /// Takes the address.
    pub(in crate::service) async fn bind(address: SocketAddr) -> Result<Bound, ServiceError> {
        let failed = |source| ServiceError::Admin { address, source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Bound { address, socket })
    }
}

impl Bound {
    /// Where it is.
    pub(in crate::service) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves what a ledger says.
    pub(in crate::service) fn serve(self, ledger: Arc<Ledger>, facts: Facts) -> Admin {
        let Self { address, socket } = self;
        let shared = Arc::new(Shared { address, ledger, facts });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(socket, shared));
        Admin { _accepting: accepting }
    }
}

#[derive(Debug)]
struct Shared {
    address: SocketAddr,
    ledger: Arc<Ledger>,
    facts: Facts,
}

async fn accept(socket: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let free = connections.len() < CONNECTIONS;
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = socket.accept(), if free => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&shared, &request)) }
    });
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD).header_read_timeout(None);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    // What goes wrong here concerns one browser.
    let _ = tokio::time::timeout(CONNECTION, connection).await;
}

/// Answers a request. The body is never read.
fn answer<B>(shared: &Shared, request: &Request<B>) -> Answer {
    if let Some(status) = guard::refusal(shared.address, request) {
        let mut answer = plain(status);
        if status == StatusCode::METHOD_NOT_ALLOWED {
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        return answer;
    }
    let status = || shared.ledger.status(&shared.facts);
    match request.uri().path() {
        "/" => with_body(page::render(&status()).into(), HTML),
        "/app.js" => with_body(page::SCRIPT.into(), "text/javascript; charset=utf-8"),
        "/style.css" => with_body(page::STYLE.into(), "text/css; charset=utf-8"),
        "/status.json" => match serde_json::to_vec(&status()) {
            Ok(json) => with_body(json.into(), JSON),
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
        },
        "/healthz" => with_body("ok\n".into(), TEXT),
        _ => plain(StatusCode::NOT_FOUND),
    }
}

fn plain(status: StatusCode) -> Answer {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = with_body(reason.into(), TEXT);
    *answer.status_mut() = status;
    answer
}

fn with_body(body: Bytes, content_type: &'static str) -> Answer {
    const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let mut answer = Response::new(Full::new(body));
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (RESOURCE_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}
