//! What a run shows of its server, in general.

use std::collections::BTreeSet;

use mtls_scenarios::{LooseFamily, Mode};

use super::documented::is_public;
use super::signals::CLASSES;
use crate::Run;
use crate::model::{CaseResult, Outcome};
use crate::words::{cell, version, word};

/// Scenarios about a client that resumes its own session.
const RESUMES: &str = "resumption/identity-after-resumption";
/// Ways of resumption, as they stand in case ids.
const KINDS: [&str; 3] = ["psk", "session_ticket", "session_id"];

/// What a run shows of its server, as far as it may be published.
pub(super) struct Profile {
    /// Modes in which it was seen to serve.
    pub(super) modes: BTreeSet<Mode>,
    /// TLS versions in which it did.
    pub(super) versions: BTreeSet<&'static str>,
    /// Application protocols over which it did.
    pub(super) protocols: BTreeSet<String>,
    /// Ways in which sessions were resumed.
    pub(super) resumption: BTreeSet<&'static str>,
    /// What its LOOSE endpoints do with invalid certificates.
    pub(super) loose: BTreeSet<&'static str>,
}

impl Profile {
    pub(super) fn of(run: &Run) -> Self {
        let public: Vec<&CaseResult> = run.results.iter().filter(|case| is_public(case)).collect();
        let served = || public.iter().filter(|case| is_served(case));
        let tls = || served().filter_map(|case| case.observed.as_ref()).map(|seen| &seen.tls);
        Self {
            modes: served().map(|case| case.mode).collect(),
            versions: tls().filter_map(|tls| tls.version.map(version)).collect(),
            protocols: tls().filter_map(|tls| tls.alpn).map(|alpn| word(&alpn)).collect(),
            resumption: public.iter().filter_map(|case| resumption(case)).collect(),
            loose: public.iter().filter_map(|case| family(case)).map(LooseFamily::as_str).collect(),
        }
    }
}

/// Whether somebody was let in, or served where nobody is asked.
fn is_served(case: &CaseResult) -> bool {
    let outcome = case.observed.as_ref().map(|seen| &seen.outcome);
    match outcome {
        Some(Outcome::Authenticated { .. }) => true,
        Some(Outcome::Anonymous) => case.mode == Mode::Public,
        _ => false,
    }
}

/// How the session of a case was resumed, where it was.
fn resumption(case: &CaseResult) -> Option<&'static str> {
    let steps = case.steps.iter().filter_map(|step| step.observed.as_ref());
    let resumed = steps.chain(&case.observed).any(|seen| seen.tls.resumed == Some(true));
    if !resumed || !case.scenario.starts_with(RESUMES) {
        return None;
    }
    KINDS.into_iter().find(|kind| cell(case).split(',').any(|word| word == *kind))
}

/// What a LOOSE endpoint did with a certificate that is not valid.
fn family(case: &CaseResult) -> Option<LooseFamily> {
    let invalid = CLASSES.iter().filter(|class| class.has_certificate);
    if case.mode != Mode::Loose || !invalid.into_iter().any(|class| class.scenario == case.scenario)
    {
        return None;
    }
    match &case.observed.as_ref()?.outcome {
        Outcome::RejectedTls(_) => Some(LooseFamily::FailClosedTls),
        Outcome::RejectedHttp { .. } | Outcome::RejectedProtocol { .. } => {
            Some(LooseFamily::FailClosedHttp)
        }
        Outcome::Anonymous => Some(LooseFamily::PassWithFlag),
        Outcome::Authenticated { .. } | Outcome::Timeout { .. } | Outcome::Error { .. } => None,
    }
}
