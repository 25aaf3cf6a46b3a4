//! The application behind the gate: two resources, and nothing else.

use http::header::ALLOW;
use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::Bytes;
use mtls_scenarios::Alpn;

use super::answer::{Answer, plain, with_body};
use super::detour;
use crate::server::Fault;
use crate::server::endpoint::Endpoint;
use crate::server::identity::WhoAmI;
use crate::server::session::{Client, Session};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resource {
    WhoAmI,
    Protected,
}

impl Resource {
    fn at(path: &str) -> Option<Self> {
        match path {
            "/whoami" => Some(Self::WhoAmI),
            "/protected" => Some(Self::Protected),
            _ => None,
        }
    }
}

/// Answers a request that the gate has let in.
pub(super) fn answer(
    session: &Session,
    endpoint: &Endpoint,
    client: &Client,
    request: &Request<()>,
) -> Answer {
    let seen_by_gate = Resource::at(request.uri().path());
    let resource =
        detour::path(session.fault, request).map_or(seen_by_gate, |path| Resource::at(&path));
    let is_get = request.method() == Method::GET;
    let ungated = resource != seen_by_gate || detour::is_unguarded(session.fault, request);
    match resource {
        None => plain(StatusCode::NOT_FOUND),
        Some(Resource::Protected) if ungated => marker(endpoint),
        Some(_) if !is_get => {
            let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED);
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
            answer
        }
        Some(Resource::WhoAmI) => whoami(session, endpoint, client),
        Some(Resource::Protected) => {
            if client.is_verified() || session.fault == Some(Fault::MarkerForEveryone) {
                marker(endpoint)
            } else {
                plain(StatusCode::FORBIDDEN)
            }
        }
    }
}

fn whoami(session: &Session, endpoint: &Endpoint, client: &Client) -> Answer {
    let identity = client.identity();
    let view = WhoAmI {
        endpoint: &endpoint.host,
        verified: client.is_verified(),
        subject: identity.and_then(|identity| identity.subject.as_deref()),
        subject_alt_names: identity.map(|identity| identity.subject_alt_names.as_slice()),
        sha256: identity.and_then(|identity| identity.sha256.as_deref()),
        resumed: session.resumed,
        tls_version: session.tls_version,
        alpn: session.alpn.map(Alpn::as_str),
    };
    match serde_json::to_vec(&view) {
        Ok(json) => with_body(json.into(), "application/json"),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn marker(endpoint: &Endpoint) -> Answer {
    with_body(Bytes::copy_from_slice(endpoint.marker.as_bytes()), "text/plain; charset=utf-8")
}
