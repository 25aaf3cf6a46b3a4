//! HTTP/1.1 and h2 over one interface: a request, and a bounded response.

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use http::header::{HOST, TRAILER, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use mtls_reports::PeerText;
use mtls_scenarios::Alpn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;

/// Largest response body that is read.
const MAX_BODY: usize = 256 << 10;
/// Largest response head (HTTP/1.1) or header list (h2) that is read.
const MAX_HEAD: u32 = 64 << 10;
/// Most header fields in a response.
const MAX_HEADERS: usize = 256;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// How long after the deadline a connection may take to close.
const FAREWELL: Duration = Duration::from_secs(1);

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Method.
    pub method: &'a str,
    /// `Host` or `:authority`.
    pub host: &'a str,
    /// A second `Host` field; in HTTP/2 one beside `:authority`.
    pub second_host: Option<&'a str>,
    /// Authority of a target in absolute-form (HTTP/1.1).
    pub absolute_form: Option<&'a str>,
    /// Path and query.
    pub path: &'a str,
    /// More fields, name and value.
    pub headers: &'a [(String, String)],
    /// Fields after the body.
    pub trailers: &'a [(String, String)],
}

impl<'a> Request<'a> {
    /// A plain `GET`.
    pub const fn get(host: &'a str, path: &'a str) -> Self {
        Self {
            method: "GET",
            host,
            second_host: None,
            absolute_form: None,
            path,
            headers: &[],
            trailers: &[],
        }
    }
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
    Http1(http1::SendRequest<Body>),
    H2 {
        sender: http2::SendRequest<Body>,
        /// Whether the connection has come to a good end, once it has ended.
        ended: Option<JoinHandle<bool>>,
    },
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
                let ended = timeout_at(tasks.until, connection);
                let ended = tokio::spawn(async move {
                    match ended.await {
                        Ok(Ok(())) => true,
                        Ok(Err(e)) => matches!(Failure::from_http(&e), Failure::Refused(_)),
                        Err(_) => false,
                    }
                });
                Ok(Self::H2 { sender, ended: Some(ended) })
            }
        }
    }

    /// Whether another request can be sent.
    pub(super) async fn is_reusable(&mut self) -> bool {
        match self {
            Self::Http1(sender) => sender.ready().await.is_ok(),
            Self::H2 { sender, .. } => sender.ready().await.is_ok(),
        }
    }

    /// Whether the peer has ended the connection as HTTP/2 says it shall (GOAWAY, RFC 9113 6.8). To be asked when it has
    /// ended.
    pub(super) async fn took_leave(&mut self) -> bool {
        match self {
            Self::Http1(_) => false,
            Self::H2 { ended, .. } => match ended.take() {
                Some(ended) => ended.await.unwrap_or(false),
                None => false,
            },
        }
    }

    /// Sends a request and reads the response to its end.
    pub(super) async fn exchange(&mut self, request: Request<'_>) -> Result<Response, Failure> {
        let response = match self {
            Self::Http1(sender) => sender.send_request(build(request, Alpn::Http1)?).await,
            Self::H2 { sender, .. } => sender.send_request(build(request, Alpn::H2)?).await,
        };
        read(response.map_err(|e| Failure::from_http(&e))?).await
    }
}

fn build(request: Request<'_>, alpn: Alpn) -> Result<http::Request<Body>, Failure> {
    let unsupported =
        |e: &dyn fmt::Display| Failure::Unsupported(format!("no such request can be written: {e}"));
    let Request { method, host, second_host, absolute_form, path, headers, trailers } = request;
    let uri = match (alpn, absolute_form) {
        (Alpn::H2, _) => format!("https://{host}{path}"),
        (Alpn::Http1, Some(authority)) => format!("https://{authority}{path}"),
        (Alpn::Http1, None) => path.to_owned(),
    };
    let mut built = http::Request::builder().method(method).uri(uri);
    if alpn == Alpn::Http1 {
        built = built.header(HOST, host);
    }
    if let Some(second) = second_host {
        built = built.header(HOST, second);
    }
    for (name, value) in headers {
        built = built.header(name, value);
    }
    if !trailers.is_empty() && alpn == Alpn::Http1 {
        let names: Vec<_> = trailers.iter().map(|(name, _)| name.as_str()).collect();
        built = built.header(TRAILER, names.join(", "));
        // Without it hyper sends no body with methods that rarely have one.
        built = built.header(TRANSFER_ENCODING, "chunked");
    }
    let body = body(trailers).map_err(|e| unsupported(&e))?;
    built.body(body).map_err(|e| unsupported(&e))
}

/// No body; with trailers one octet, so that there is something for them to follow.
fn body(trailers: &[(String, String)]) -> Result<Body, http::Error> {
    if trailers.is_empty() {
        return Ok(Empty::new().boxed_unsync());
    }
    let mut fields = HeaderMap::new();
    for (name, value) in trailers {
        fields.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    let frames = [Frame::data(Bytes::from_static(b"-")), Frame::trailers(fields)];
    Ok(StreamBody::new(futures_util::stream::iter(frames.map(Ok))).boxed_unsync())
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
