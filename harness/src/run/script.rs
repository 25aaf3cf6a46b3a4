//! Scripts on their way to the lying client.

use std::sync::Arc;
use std::time::Duration;

use mtls_scenarios::Script;
use mtls_scenarios::script::{Act, Scheme, Signing};
use tokio::time::Instant;

use super::course::{Course, Lines};
use super::judge::Judgement;
use super::outcome::skipped;
use super::wallet::Held;

/// What a gate has beyond the time that it promises to give a handshake.
const GRACE: Duration = Duration::from_secs(3);

/// What the lying client plays, with every credential that the script names. `has_name`: a server name is sent.
pub(super) fn lines(
    course: &mut Course<'_>,
    script: &Script,
    (account, held): (&str, &Held),
    has_name: bool,
) -> Result<Lines, Judgement> {
    if script.outwaits() && promised(course).is_none() {
        let reason =
            "the target does not promise how long a handshake may take (`handshake_timeout`)";
        return Err(skipped(reason.to_owned()));
    }
    if !has_name && script.fields().into_iter().any(is_server_name) {
        return Err(skipped("the gate is dialled without a server name to change".to_owned()));
    }
    let resumes = script.acts().iter().any(|act| matches!(act, Act::Resume(_)));
    if resumes && !course.memory.has_session() {
        return Err(skipped("the target gives nothing to resume a session with".to_owned()));
    }
    if let Some(scheme) = impossible(script, held) {
        return Err(skipped(format!("the client's own key cannot sign by {}", scheme.as_str())));
    }
    let mut others = std::collections::BTreeMap::new();
    for name in script.credentials() {
        let other = course.hold(account, name)?;
        others.insert(name.to_owned(), Arc::clone(&other.identity));
    }
    let identity = Arc::clone(&held.identity);
    Ok(Lines { script: Arc::new(script.clone()), identity, others })
}

/// A signature scheme that the script asks of the client's own key, and that is none of its.
fn impossible(script: &Script, held: &Held) -> Option<Scheme> {
    let key = held.identity.key.as_ref()?;
    script.acts().into_iter().find_map(|act| match act {
        Act::Sign(Signing { key: None, scheme: Some(scheme), .. }) => {
            (!key.can_sign(scheme.code().into())).then_some(*scheme)
        }
        _ => None,
    })
}

fn is_server_name(field: &str) -> bool {
    let rest = field.strip_prefix("extensions.server_name");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// When a script must have come to its end.
pub(super) fn deadline(course: &Course<'_>, script: &Script) -> Instant {
    match promised(course).filter(|_| script.outwaits()) {
        Some(promised) => Instant::now() + promised + GRACE,
        None => course.deadline(),
    }
}

fn promised(course: &Course<'_>) -> Option<Duration> {
    course.stage.target().target().handshake_timeout.map(Duration::from_secs)
}
