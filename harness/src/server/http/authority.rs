//! Whose resource a request is for.
//!
//! A connection is for the endpoint that its server name chose, under that endpoint's policy. A request that names
//! another authority has come to the wrong place, and is told so (421).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::HOST;
use http::{HeaderValue, Request};
use mtls_scenarios::{Alpn, Mode};

use crate::server::Fault;
use crate::server::endpoint::Endpoint;
use crate::server::session::Session;

/// Where a request leads.
#[derive(Debug)]
pub(super) struct Route {
    /// The endpoint whose resource is served.
    pub(super) endpoint: Arc<Endpoint>,
    /// Its mode.
    pub(super) mode: Mode,
    /// Whether the request came past the endpoint's policy: nobody asks it for a client any more.
    pub(super) unasked: bool,
}

/// The route of a request; `None` where it is for somebody else.
pub(super) fn route<B>(session: &Session, request: &Request<B>) -> Option<Route> {
    let is_first = !session.used.swap(true, Ordering::Relaxed);
    if let Some(authority) = unchecked(session, request, is_first) {
        return route_by_host(session, authority);
    }
    let passes = match session.fault {
        Some(Fault::IgnoreHost) => true,
        Some(Fault::LiteralHost) => {
            is_for(&session.host, request)
                && authorities(request).all(|named| named == session.host.as_bytes())
        }
        _ => is_for(&session.host, request),
    };
    passes.then(|| own(session))
}

fn own(session: &Session) -> Route {
    let endpoint = Arc::clone(&session.endpoint);
    Route { endpoint, mode: session.generation.mode, unasked: false }
}

/// Routing by the name in a request alone, whatever the connection was let in for.
fn route_by_host(session: &Session, authority: &[u8]) -> Option<Route> {
    let dotted = without_dot(authority);
    let name = str::from_utf8(dotted.or_else(|| host_in(authority))?).ok()?;
    let endpoint = session.listener.endpoints.named(name)?;
    // Without TLS nobody was let in at the first endpoint either.
    let let_in = session.fault != Some(Fault::ServesPlaintext);
    if let_in && dotted.is_none() && Arc::ptr_eq(&endpoint, &session.endpoint) {
        return Some(own(session));
    }
    let mode = endpoint.current().mode;
    // What is behind a STRICT endpoint relies on it, and asks nobody.
    let unasked = mode == Mode::Strict || (dotted.is_some() && mode == Mode::Loose);
    Some(Route { endpoint, mode, unasked })
}

/// The authority that a faulty gate routes by and does not check.
fn unchecked<'r, B>(
    session: &Session,
    request: &'r Request<B>,
    is_first: bool,
) -> Option<&'r [u8]> {
    let is_h2 = session.alpn == Some(Alpn::H2);
    let is_own = |authority| is_host(&session.host, authority);
    let target = target(request);
    let mut fields = request.headers().get_all(HOST).iter().map(HeaderValue::as_bytes);
    let (field, last_field) = (fields.next(), fields.next_back());
    let named = target.or(field);
    match session.fault? {
        Fault::DefaultEndpoint | Fault::UnknownNameIsPublic | Fault::ServesPlaintext => {
            named.filter(|_| session.routed_by_host)
        }
        Fault::HostRouting => named,
        Fault::KeepAliveNotRechecked => named.filter(|_| !is_h2 && !is_first),
        Fault::H2StreamsNotRechecked => named.filter(|_| is_h2 && !is_first),
        Fault::HostOverAuthority => field.filter(|_| is_h2 && target.is_some_and(is_own)),
        Fault::AbsoluteFormUnchecked => target.filter(|_| !is_h2 && field.is_some_and(is_own)),
        Fault::LastHostWins => last_field.filter(|_| field.is_some_and(is_own)),
        Fault::DottedNameEscapesPolicy => named.filter(|name| without_dot(name).is_some()),
        _ => None,
    }
}

/// The authority of the target: `:authority` of HTTP/2, absolute-form of HTTP/1.1.
fn target<B>(request: &Request<B>) -> Option<&[u8]> {
    request.uri().authority().map(|authority| authority.as_str().as_bytes())
}

/// Every authority that the request names: the target's and the `Host` fields'.
fn authorities<B>(request: &Request<B>) -> impl Iterator<Item = &[u8]> {
    let fields = request.headers().get_all(HOST);
    target(request).into_iter().chain(fields.iter().map(HeaderValue::as_bytes))
}

/// Whether every authority that the request names is this host, and one is named.
fn is_for<B>(host: &str, request: &Request<B>) -> bool {
    let mut named = authorities(request).peekable();
    named.peek().is_some()
        && request.headers().get_all(HOST).iter().nth(1).is_none()
        && named.all(|authority| is_host(host, authority))
}

/// Whether an authority is this host, with or without a port.
fn is_host(host: &str, authority: &[u8]) -> bool {
    host_in(authority).is_some_and(|name| name.eq_ignore_ascii_case(host.as_bytes()))
}

/// The host in an authority; `None` where what follows is no port.
fn host_in(authority: &[u8]) -> Option<&[u8]> {
    let mut parts = authority.splitn(2, |&octet| octet == b':');
    let host = parts.next()?;
    parts
        .next()
        .is_none_or(|port| (1..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit))
        .then_some(host)
}

/// The name in an authority before its trailing dot, where it has one.
fn without_dot(authority: &[u8]) -> Option<&[u8]> {
    authority.split(|&octet| octet == b':').next()?.strip_suffix(b".")
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

    #[test]
    fn trailing_dots() {
        for (authority, expected) in [
            ("a.test.", Some("a.test")),
            ("a.test.:443", Some("a.test")),
            ("a.test", None),
            ("a.test:443", None),
            ("", None),
        ] {
            assert_eq!(without_dot(authority.as_bytes()), expected.map(str::as_bytes));
        }
    }
}
