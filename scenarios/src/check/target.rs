//! Checks of target files.

use super::findings::Findings;
use crate::{Mode, Start, Target};

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
