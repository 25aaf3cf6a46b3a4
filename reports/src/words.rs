//! Facts in the words that people read: one line each.

use mtls_scenarios::{Expected, TlsVersion};
use serde::Serialize;

use crate::{
    PeerText,
    model::{
        AppliedWaiver, CaseResult, Fault, Identity, Observation, Outcome, Phase, TlsRefusal,
        Verdict,
    },
};

/// One line on what came of a step, in words: `refused by TLS alert certificate_expired (45)`,
/// `HTTP 400`, `let in as CN=Client`.
pub fn describe(observation: &Observation) -> String {
    let outcome = describe_outcome(observation);
    let secret =
        observation.marker_of.map(|role| format!(", with the secret of `{}`", role.as_str()));
    let resumed = observation.tls.resumed == Some(true);
    let resumed = if resumed { " in a resumed session" } else { "" };
    format!("{outcome}{}{resumed}", secret.unwrap_or_default())
}

fn describe_outcome(observation: &Observation) -> String {
    match &observation.outcome {
        Outcome::Authenticated { identity } => match identity.as_ref().and_then(name) {
            Some(name) => format!("let in as {name}"),
            None => "let in, the gate does not say as whom".to_owned(),
        },
        Outcome::Anonymous => match observation.unverified_identity.as_ref().and_then(name) {
            Some(name) => format!("served as nobody, though {name} is reported as not verified"),
            None => "served as nobody".to_owned(),
        },
        Outcome::RejectedTls(refusal) => refused(*refusal),
        Outcome::RejectedHttp { status } => format!("HTTP {status}"),
        Outcome::RejectedProtocol { message } => format!("refused with `{message}`"),
        Outcome::Timeout { waiting_for } => {
            let phase = match waiting_for {
                Phase::Connect => "connection",
                Phase::Handshake => "handshake",
                Phase::Response => "response",
            };
            format!("no answer within the time limit while waiting for the {phase}")
        }
        Outcome::Error { fault, message } => match fault {
            Fault::Peer => format!("the peer broke the protocol: {message}"),
            Fault::Target => format!("the target cannot be used: {message}"),
            Fault::Harness => format!("the harness cannot do this: {message}"),
        },
    }
}

/// What was expected, in words: `authenticated or rejected`.
pub fn describe_expected(expected: &[Expected]) -> String {
    let words: Vec<String> = expected.iter().map(word).collect();
    if words.is_empty() { "nothing in particular".to_owned() } else { words.join(" or ") }
}

/// One line on why a case is what it is: its explanation, or else what was seen and expected.
pub(crate) fn reason(case: &CaseResult) -> String {
    match &case.verdict {
        _ if !case.explanation.is_empty() => case.explanation.clone(),
        Verdict::Inconclusive { reason } | Verdict::Skipped { reason } => reason.clone(),
        Verdict::Pass(_) | Verdict::Fail(_) => format!(
            "{}, expected {}",
            case.observed.as_ref().map_or_else(|| "nothing observed".to_owned(), describe),
            describe_expected(&case.expected),
        ),
    }
}

/// Who answers for a failure, and until when: `until 2027-01-31: known upstream (platform, waivers.json:12)`.
pub(crate) fn waiver(waiver: &AppliedWaiver) -> String {
    let AppliedWaiver { place, reason, owner, expires, .. } = waiver;
    format!("until {expires}: {reason} ({owner}, {place})")
}

/// The alert of an observation: `certificate_expired (45)`.
pub(crate) fn alert(observation: &Observation) -> Option<String> {
    match &observation.outcome {
        Outcome::RejectedTls(TlsRefusal::Alert { code, name }) => Some(match name {
            Some(name) => format!("{} ({code})", word(name)),
            None => format!("{code} (not a registered one)"),
        }),
        _ => None,
    }
}

fn refused(refusal: TlsRefusal) -> String {
    match refusal {
        TlsRefusal::Alert { code, name: Some(name) } => {
            format!("refused by TLS alert {} ({code})", word(&name))
        }
        TlsRefusal::Alert { code, name: None } => {
            format!("refused by TLS alert {code}, which is not a registered one")
        }
        TlsRefusal::Close => "closed without alert".to_owned(),
        TlsRefusal::Reset => "connection reset".to_owned(),
    }
}

/// The most telling name of an identity.
fn name(identity: &Identity) -> Option<String> {
    let hash = |kind: &str, hash: &PeerText| format!("the certificate with {kind} {hash}");
    let given = |text: &&PeerText| !text.is_empty();
    (identity.subject.as_ref().filter(given).map(PeerText::to_string))
        .or_else(|| {
            identity.serial.as_ref().filter(given).map(|serial| hash("serial number", serial))
        })
        .or_else(|| identity.sha256.as_ref().filter(given).map(|sha256| hash("SHA-256", sha256)))
        .or_else(|| identity.sha1.as_ref().filter(given).map(|sha1| hash("SHA-1", sha1)))
}

/// The word that a field-less variant has in JSON, so that people and programs read the same one.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// `1.2`, `1.3`.
pub(crate) const fn version(tls: TlsVersion) -> &'static str {
    match tls {
        TlsVersion::Tls12 => "1.2",
        TlsVersion::Tls13 => "1.3",
    }
}

/// The cell of a case: what stands after `@` in its id.
pub(crate) fn cell(case: &CaseResult) -> &str {
    match case.id.split_once('@') {
        Some((_, cell)) if !cell.is_empty() => cell,
        _ => &case.id,
    }
}

/// The command that repeats one case.
pub(crate) fn rerun(arguments: &str, case_id: &str) -> String {
    // POSIX shells take everything between single quotes as it is, except a single quote.
    let quoted = case_id.replace('\'', r"'\''");
    format!("mtls-harness {arguments} --filter '{quoted}'")
}
