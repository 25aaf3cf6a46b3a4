//! Which requests are answered.

use std::net::{IpAddr, SocketAddr};

use http::header::HOST;
use http::{Method, Request, StatusCode};

/// Says no to what is no `GET` by a browser that was pointed at this address.
///
/// Any web page can make a browser connect here under a name of its own (DNS rebinding); what gives it away
/// is that name in the `Host` field.
pub(super) fn refusal<B>(address: SocketAddr, request: &Request<B>) -> Option<StatusCode> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => return Some(StatusCode::BAD_REQUEST),
    };
    let target = request.uri().authority().map_or(named, |authority| authority.as_str());
    if ![named, target].iter().all(|authority| is_this_machine(address, authority)) {
        return Some(StatusCode::MISDIRECTED_REQUEST);
    }
    (request.method() != Method::GET).then_some(StatusCode::METHOD_NOT_ALLOWED)
}

fn is_this_machine(address: SocketAddr, authority: &str) -> bool {
    let own = match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    let names = ["localhost", "127.0.0.1", "[::1]", &own];
    let port = format!(":{}", address.port());
    let without = authority.strip_suffix(&port).or((address.port() == 80).then_some(authority));
    without.is_some_and(|name| names.iter().any(|known| known.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_may_be_meant() {
        let address: SocketAddr = "127.0.0.1:8444".parse().unwrap();
        for (method, uri, hosts, expected) in [
            ("GET", "/", &["localhost:8444"][..], None),
            ("GET", "/", &["127.0.0.1:8444"], None),
            ("GET", "/", &["[::1]:8444"], None),
            ("GET", "http://localhost:8444/", &["localhost:8444"], None),
            ("POST", "/", &["localhost:8444"], Some(405)),
            ("HEAD", "/", &["localhost:8444"], Some(405)),
            ("GET", "/", &["localhost"], Some(421)),
            ("GET", "/", &["localhost:8445"], Some(421)),
            ("GET", "/", &["rebound.example:8444"], Some(421)),
            ("GET", "/", &["localhost.example:8444"], Some(421)),
            ("GET", "/", &["localhost:8444.example:8444"], Some(421)),
            ("GET", "http://rebound.example:8444/", &["localhost:8444"], Some(421)),
            ("GET", "http://localhost:8444/", &["rebound.example:8444"], Some(421)),
            ("GET", "/", &[], Some(400)),
            ("GET", "/", &["localhost:8444", "rebound.example:8444"], Some(400)),
        ] {
            let mut request = Request::builder().method(method).uri(uri);
            for host in hosts {
                request = request.header(HOST, *host);
            }
            let refused = refusal(address, &request.body(()).unwrap());
            assert_eq!(refused.map(|status| status.as_u16()), expected, "{method} {uri} {hosts:?}");
        }
        let request = Request::builder().header(HOST, "localhost").body(()).unwrap();
        assert_eq!(refusal("127.0.0.1:80".parse().unwrap(), &request), None);
    }
}
