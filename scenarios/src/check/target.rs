//! Checks of target files.

use super::findings::Findings;
use crate::{Alpn, Mode, Start, Target};

pub(super) fn check(target: &Target, findings: &mut Findings<'_>) {
    for (name, listener) in &target.listeners {
        if matches!(target.start, Start::Running) && listener.address.is_none() {
            findings.report(
                name,
                format!("listener `{name}` of a running target has no address"),
                Some("add `\"address\": \"127.0.0.1:8443\"`".to_owned()),
            );
        }
    }
    if target.probe.protocol().is_some() {
        only_http(target, findings);
    }
    for endpoint in target.endpoints.values() {
        findings.known("listener", &endpoint.listener, target.listeners.keys());
        if endpoint.account.is_none() && endpoint.mode != Mode::Public {
            findings.report(
                &endpoint.host,
                format!("endpoint `{}` asks for certificates of no account", endpoint.host),
                Some("add `\"account\": \"alpha\"`".to_owned()),
            );
        }
    }
}

/// What is not for a target of another protocol than HTTP.
fn only_http(target: &Target, findings: &mut Findings<'_>) {
    let mut report = |field: &str, what: &str| {
        findings.report(
            field,
            format!("`{field}` is {what}, and the target does not speak HTTP"),
            None,
        );
    };
    if target.alpn != [Alpn::Http1] {
        report("alpn", "for versions of HTTP");
    }
    if matches!(&target.start, Start::Launch(launch) if launch.generation_header.is_some()) {
        report("generation_header", "a field of an HTTP response");
    }
}
