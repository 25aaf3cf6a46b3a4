//! Ways past the rule that guards the protected resource, for faulty gates.

use http::header::UPGRADE;
use http::{HeaderMap, Method, Request};

use super::path;
use crate::server::Fault;

/// Fields in which proxies that rewrite paths hand on the one that was asked for.
const PATHS: [&str; 7] = [
    "x-original-url",
    "x-rewrite-url",
    "x-original-uri",
    "x-forwarded-uri",
    "x-forwarded-path",
    "x-envoy-original-path",
    "x-forwarded-prefix",
];
/// Fields in which proxies hand on a client's address.
const ADDRESSES: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "x-client-ip"];

/// The path that the application serves, where it is not the one that the gate has seen.
pub(super) fn path(fault: Option<Fault>, request: &Request<()>) -> Option<String> {
    let seen = request.uri().path();
    match fault? {
        Fault::EncodedPathNotGated => Some(path::resolve(seen)),
        Fault::CutPathNotGated => seen.split('%').next().map(str::to_owned),
        Fault::PathFromHeader => named_in_header(request.headers()).map(str::to_owned),
        _ => None,
    }
}

/// Whether the gate forgets its rule for such a request.
pub(super) fn is_unguarded(fault: Option<Fault>, request: &Request<()>) -> bool {
    match fault {
        Some(Fault::HeadNotGated) => request.method() != Method::GET,
        Some(Fault::LocalClientsNotGated) => is_local(request.headers()),
        Some(Fault::UpgradeNotGated) => request.headers().contains_key(UPGRADE),
        _ => false,
    }
}

fn named_in_header(headers: &HeaderMap) -> Option<&str> {
    PATHS.iter().find_map(|name| headers.get(*name)?.to_str().ok())
}

fn is_local(headers: &HeaderMap) -> bool {
    let values = ADDRESSES.iter().flat_map(|name| headers.get_all(*name));
    values.filter_map(|value| value.to_str().ok()).any(|value| value.contains("127.0.0.1"))
}
