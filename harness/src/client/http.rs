//! HTTP/1.1 and h2 over one interface: a request, and a bounded response.

use std::time::Duration;

use http::HeaderMap;
use http::header::HOST;
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use mtls_reports::PeerText;
use mtls_scenarios::Alpn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;

/// Largest response body that is read.
const MAX_BODY: usize = 256 << 10;
/// Largest response head (HTTP/1.1) or header list (h2) that is read.
const MAX_HEAD: u32 = 64 << 10;
/// Most header fields in a response.
const MAX_HEADERS: usize = 256;

/// How long after the deadline a connection may take to close.
const FAREWELL: Duration = Duration::from_secs(1);

/// A `GET` request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `Host` or `:authority`.
    pub host: &'a str,
    /// Path and query.
    pub path: &'a str,
}

/// A whole response.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Header fields.
    pub headers: HeaderMap,
    /// Body, whole.
    pub body: Bytes,
}

/// Runs what moves the bytes, for a limited time.
#[derive(Clone, Copy, Debug)]
struct Tasks {
    until: Instant,
}

impl<F> Executor<F> for Tasks
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, task: F) {
        tokio::spawn(timeout_at(self.until, async move { drop(task.await) }));
    }
}

/// The sending half of an HTTP connection.
pub(super) enum Sender {
    Http1(http1::SendRequest<Empty<Bytes>>),
    H2(http2::SendRequest<Empty<Bytes>>),
}

impl Sender {
    /// Starts HTTP on a stream; tasks of its own move the bytes until the sender is dropped, or soon after the
    /// deadline: closing takes two.
    pub(super) async fn start<S>(
        stream: S,
        alpn: Alpn,
        deadline: Instant,
    ) -> Result<Self, hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let io = TokioIo::new(stream);
        let tasks = Tasks { until: deadline + FAREWELL };
        match alpn {
            Alpn::Http1 => {
                let (sender, connection) = http1::Builder::new()
                    .max_headers(MAX_HEADERS)
                    .max_buf_size(usize::try_from(MAX_HEAD).unwrap_or(usize::MAX))
                    .handshake(io)
                    .await?;
                // Its result reaches us through the sender.
                tasks.execute(connection);
                Ok(Self::Http1(sender))
            }
            Alpn::H2 => {
                let (sender, connection) = http2::Builder::new(tasks)
                    .timer(TokioTimer::new())
                    .keep_alive_interval(None::<Duration>)
                    .max_header_list_size(MAX_HEAD)
                    .handshake(io)
                    .await?;
                tasks.execute(connection);
                Ok(Self::H2(sender))
            }
        }
    }

    /// Whether another request can be sent.
    pub(super) async fn is_reusable(&mut self) -> bool {
        match self {
            Self::Http1(sender) => sender.ready().await.is_ok(),
            Self::H2(sender) => sender.ready().await.is_ok(),
        }
    }

    /// Sends a request and reads the response to its end.
    pub(super) async fn exchange(&mut self, request: Request<'_>) -> Result<Response, Failure> {
        let response = match self {
            Self::Http1(sender) => {
                let built = http::Request::get(request.path).header(HOST, request.host);
                sender.send_request(finish(built)?).await
            }
            Self::H2(sender) => {
                let uri = format!("https://{}{}", request.host, request.path);
                sender.send_request(finish(http::Request::get(uri))?).await
            }
        };
        read(response.map_err(|e| Failure::from_http(&e))?).await
    }
}

fn finish(builder: http::request::Builder) -> Result<http::Request<Empty<Bytes>>, Failure> {
    builder
        .body(Empty::new())
        .map_err(|e| Failure::Unsupported(format!("no such request can be written: {e}")))
}

async fn read(response: http::Response<Incoming>) -> Result<Response, Failure> {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(|e| {
        if e.is::<LengthLimitError>() {
            return Failure::TooMuch { limit: u64::try_from(MAX_BODY).unwrap_or(u64::MAX) };
        }
        match e.downcast_ref::<hyper::Error>() {
            Some(error) => Failure::from_http(error),
            None => Failure::Misbehaved(PeerText::new(&e.to_string())),
        }
    })?;
    Ok(Response { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
}
