//! What the gate answers: `/whoami`, `/protected`, and refusals.

use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::Bytes;
use mtls_scenarios::Alpn;

use super::Fault;
use super::identity::{Identity, WhoAmI};
use super::session::{Client, Session};

type Answer = Response<Full<Bytes>>;

/// Header that a gate with [`Fault::IdentityFromHeader`] believes.
const CLIENT_SUBJECT: &str = "x-client-subject";

/// Answers a request. The body is never read.
pub(super) fn answer<B>(session: &Session, request: &Request<B>) -> Answer {
    if session.generation.is_retired() && session.fault != Some(Fault::KeepConnections) {
        return closing(request.version(), plain(StatusCode::MISDIRECTED_REQUEST));
    }
    if !is_for(&session.host, request) && session.fault != Some(Fault::IgnoreHost) {
        return plain(StatusCode::MISDIRECTED_REQUEST);
    }
    let claimed = claimed(session, request);
    let client = match (&claimed, &session.client) {
        (Some(identity), _) | (None, Client::Verified(identity)) => Some(identity),
        (None, Client::Refused) => return plain(StatusCode::FORBIDDEN),
        (None, Client::Anonymous) => None,
    };
    let lets_anonymous_in = !session.is_strict()
        || matches!(
            session.fault,
            Some(Fault::StrictLetsEmptyListThrough | Fault::AnonymousAlways)
        );
    if client.is_none() && !lets_anonymous_in {
        return plain(StatusCode::FORBIDDEN);
    }
    let route = match request.uri().path() {
        "/whoami" => whoami,
        "/protected" => protected,
        _ => return plain(StatusCode::NOT_FOUND),
    };
    if request.method() != Method::GET {
        let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED);
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return answer;
    }
    route(session, client)
}

fn whoami(session: &Session, client: Option<&Identity>) -> Answer {
    let view = WhoAmI {
        endpoint: &session.endpoint.host,
        verified: client.is_some(),
        subject: client.and_then(|client| client.subject.as_deref()),
        subject_alt_names: client.map(|client| client.subject_alt_names.as_slice()),
        sha256: client.map(|client| client.sha256.as_str()),
        resumed: session.resumed,
        tls_version: session.tls_version,
        alpn: session.alpn.map(Alpn::as_str),
    };
    match serde_json::to_vec(&view) {
        Ok(json) => with_body(json.into(), "application/json"),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn protected(session: &Session, client: Option<&Identity>) -> Answer {
    if client.is_some() || session.fault == Some(Fault::MarkerForEveryone) {
        with_body(Bytes::copy_from_slice(session.marker.as_bytes()), "text/plain; charset=utf-8")
    } else {
        plain(StatusCode::FORBIDDEN)
    }
}

/// The identity that a faulty gate takes from a header.
fn claimed<B>(session: &Session, request: &Request<B>) -> Option<Identity> {
    if session.fault != Some(Fault::IdentityFromHeader) {
        return None;
    }
    let subject = request.headers().get(CLIENT_SUBJECT)?.to_str().ok()?.to_owned();
    Some(Identity { subject: Some(subject), subject_alt_names: Vec::new(), sha256: String::new() })
}

/// Whether every authority that the request names is this host: the target's and the `Host` field's.
fn is_for<B>(host: &str, request: &Request<B>) -> bool {
    let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    let fields = request.headers().get_all(HOST);
    let mut named = target.into_iter().chain(fields.iter().map(HeaderValue::as_bytes)).peekable();
    named.peek().is_some()
        && fields.iter().nth(1).is_none()
        && named.all(|authority| is_host(host, authority))
}

/// Whether an authority is this host, with or without a port.
fn is_host(host: &str, authority: &[u8]) -> bool {
    let mut parts = authority.splitn(2, |&octet| octet == b':');
    let same = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(host.as_bytes()));
    let port = parts
        .next()
        .is_none_or(|port| (1..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit));
    same && port
}

fn plain(status: StatusCode) -> Answer {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut answer = with_body(Bytes::from_static(reason.as_bytes()), "text/plain; charset=utf-8");
    *answer.status_mut() = status;
    answer
}

fn with_body(body: Bytes, content_type: &'static str) -> Answer {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, hosts: &[&str]) -> Request<()> {
        let mut builder = Request::builder().uri(uri);
        for host in hosts {
            builder = builder.header(HOST, *host);
        }
        builder.body(()).unwrap()
    }

    #[test]
    fn only_its_own_host() {
        for (uri, hosts, expected) in [
            ("/", &["a.agents.test"][..], true),
            ("/", &["A.Agents.TEST:443"], true),
            ("https://a.agents.test/", &[], true),
            ("https://a.agents.test/", &["a.agents.test"], true),
            ("https://a.agents.test/", &["b.agents.test"], false),
            ("https://b.agents.test/", &["a.agents.test"], false),
            ("/", &["b.agents.test"], false),
            ("/", &["a.agents.test."], false),
            ("/", &["a.agents.test:"], false),
            ("/", &["a.agents.test:x"], false),
            ("/", &["xa.agents.test"], false),
            ("/", &["a.agents.test", "a.agents.test"], false),
            ("/", &[""], false),
            ("/", &[], false),
        ] {
            assert_eq!(is_for("a.agents.test", &request(uri, hosts)), expected, "{uri} {hosts:?}");
        }
    }
}
