//! The gate's part of an answer: whom it lets in.

use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body, Bytes};
use mtls_scenarios::Mode;

use super::authority::Route;
use super::{application, authority, claims};
use crate::server::Fault;
use crate::server::session::{Client, Session};

pub(super) type Answer = Response<Full<Bytes>>;

/// Octets of a body that a gate reads which looks for trailers.
const MAX_BODY: usize = 64 * 1024;

/// Answers a request. Without a fault the body is never read.
pub(in crate::server) async fn answer<B>(session: &Session, request: Request<B>) -> Answer
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let trailers = match session.fault {
        Some(Fault::IdentityFromTrailer) => trailers(body).await,
        _ => None,
    };
    let request = Request::from_parts(head, ());
    let answer = respond(session, &request, trailers.as_ref());
    // RFC 9110 9.3.2: no content; in HTTP/2 hyper would send it.
    if request.method() == Method::HEAD { answer.map(|_| Full::default()) } else { answer }
}

fn respond(session: &Session, request: &Request<()>, trailers: Option<&HeaderMap>) -> Answer {
    if session.generation.is_retired() && session.fault != Some(Fault::KeepConnections) {
        return closing(request.version(), plain(StatusCode::MISDIRECTED_REQUEST));
    }
    let Some(route) = authority::route(session, request) else {
        return plain(StatusCode::MISDIRECTED_REQUEST);
    };
    let client = claims::client(session, &route, request.headers(), trailers);
    if !lets_in(session, &route, &client) {
        return plain(StatusCode::FORBIDDEN);
    }
    application::answer(session, &route.endpoint, &client, request)
}

fn lets_in(session: &Session, route: &Route, client: &Client) -> bool {
    match client {
        Client::Verified(_) | Client::Trusted => true,
        Client::Refused => false,
        Client::Anonymous | Client::Unverified(_) => route.mode != Mode::Strict || session.exempt,
    }
}

async fn trailers<B>(body: B) -> Option<HeaderMap>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    Limited::new(body, MAX_BODY).collect().await.ok()?.trailers().cloned()
}

pub(super) fn plain(status: StatusCode) -> Answer {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = with_body(Bytes::from_static(reason.as_bytes()), "text/plain; charset=utf-8");
    *answer.status_mut() = status;
    answer
}

pub(super) fn with_body(body: Bytes, content_type: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}

fn closing(version: Version, mut answer: Answer) -> Answer {
    if version <= Version::HTTP_11 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}
