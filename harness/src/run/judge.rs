//! The judge: expectation and observations in, verdict out. A pure function.

use std::collections::BTreeSet;

use mtls_reports::describe;
use mtls_reports::model::{
    CertificateSent, Discrepancy, Fault, Grade, Identity, Observation, Outcome, TlsRefusal, Verdict,
};
use mtls_scenarios::{Alert, Expect, Expected, LooseFamily, Mode, Promise, Promises, Resumption};

/// Whom a gate must report when it lets a credential in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Serial number of the end-entity certificate, decimal; `None` where it has none that could be one.
    pub serial: Option<String>,
    /// SHA-256 of the end-entity certificate, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-1 of it, lower-case hexadecimal.
    pub sha1: String,
    /// Its subject name, RFC 4514.
    pub name: String,
}

/// Everything that a verdict on one step depends on.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Question<'a> {
    /// What the scenario says must come of the step.
    pub expect: &'a Expect,
    /// The alerts that fit best.
    pub alerts: &'a [Alert],
    /// The cell's mode.
    pub mode: Mode,
    /// What the target promises where the standards leave a choice.
    pub promises: &'a Promises,
    /// How the target promises to treat invalid certificates in LOOSE mode.
    pub loose_family: Option<LooseFamily>,
    /// Whether the target reports identities at all.
    pub reports_identity: bool,
    /// Whom the gate must report; none for a client without a certificate.
    pub subject: Option<&'a Subject>,
    /// What was seen.
    pub observed: &'a Observation,
    /// What the positive twin saw; `None` where there is none, as when acceptance is expected.
    pub control: Option<&'a Observation>,
    /// Whether the alert counts, too.
    pub pedantic: bool,
    /// How the session was to be resumed, where a full handshake would not answer the question.
    pub resumes: Option<Resumption>,
    /// Whether the gate answered well before, so that silence is a failure.
    pub canary: bool,
    /// Whether the gate may still wait for what was promised: then silence is a refusal.
    pub may_wait: bool,
    /// A CA that the `CertificateRequest` names and must not.
    pub foreign_authority: Option<&'a str>,
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What would have been good.
    pub expected: Vec<Expected>,
    /// The word.
    pub verdict: Verdict,
    /// One line for people; empty for a plain pass.
    pub explanation: String,
}

/// Judges one step.
pub fn judge(question: &Question<'_>) -> Judgement {
    let expected = expected(question);
    let verdict = verdict(question, &expected);
    let explanation = explain(question, &expected, &verdict);
    Judgement { expected: expected.into_iter().collect(), verdict, explanation }
}

fn expected(question: &Question<'_>) -> BTreeSet<Expected> {
    good(question.expect, question.mode, question.promises, question.loose_family)
}

/// The set of good results, with the target's promises filled in.
pub(super) fn good(
    expect: &Expect,
    mode: Mode,
    promises: &Promises,
    loose_family: Option<LooseFamily>,
) -> BTreeSet<Expected> {
    let refusal = match (mode, loose_family) {
        (Mode::Public, _) => Expected::Anonymous,
        (Mode::Strict, _)
        | (Mode::Loose, Some(LooseFamily::FailClosedTls | LooseFamily::FailClosedHttp)) => {
            Expected::Rejected
        }
        (Mode::Loose, Some(LooseFamily::PassWithFlag) | None) => Expected::Unauthenticated,
    };
    let acceptance = match mode {
        Mode::Public => Expected::Anonymous,
        Mode::Strict | Mode::Loose => Expected::Authenticated,
    };
    match expect {
        Expect::Accepted => BTreeSet::from([acceptance]),
        Expect::Refused => BTreeSet::from([refusal]),
        Expect::NoCertificate => BTreeSet::from([match mode {
            Mode::Strict => Expected::Rejected,
            Mode::Loose | Mode::Public => Expected::Anonymous,
        }]),
        Expect::Policy(policy) => match promises.get(policy) {
            Some(Promise::Accept) => BTreeSet::from([acceptance]),
            Some(Promise::Refuse) => BTreeSet::from([refusal]),
            None => BTreeSet::from([acceptance, refusal]),
        },
        Expect::Only(outcomes) => outcomes.iter().copied().collect(),
        Expect::Anything => BTreeSet::new(),
        Expect::ByMode { strict, loose } => match mode {
            Mode::Strict => strict.iter().copied().collect(),
            Mode::Loose => loose.iter().copied().collect(),
            Mode::Public => BTreeSet::from([Expected::Anonymous]),
        },
    }
}

fn verdict(question: &Question<'_>, expected: &BTreeSet<Expected>) -> Verdict {
    let observed = question.observed;
    if let Some(verdict) = beyond_outcomes(question) {
        return verdict;
    }
    if *question.expect == Expect::Anything {
        return Verdict::Pass(Grade::Exact);
    }
    match &observed.outcome {
        Outcome::Authenticated { .. }
            if withheld(observed) && expected.contains(&Expected::Authenticated) =>
        {
            inconclusive(WITHHELD)
        }
        Outcome::Authenticated { identity } => acceptance(question, expected, identity.as_ref()),
        Outcome::Anonymous => anonymity(question, expected),
        Outcome::RejectedTls(_)
        | Outcome::RejectedHttp { .. }
        | Outcome::RejectedProtocol { .. } => refusal(question, expected),
        Outcome::Timeout { .. } if question.may_wait => refusal(question, expected),
        Outcome::Timeout { .. } | Outcome::Error { .. } => inconclusive(&describe(observed)),
    }
}

/// What decides whatever outcome was expected.
fn beyond_outcomes(question: &Question<'_>) -> Option<Verdict> {
    let Observation { outcome, tls, .. } = question.observed;
    let is_silent = match outcome {
        Outcome::Timeout { .. } => true,
        Outcome::Error { fault, .. } => *fault == Fault::Target,
        _ => false,
    };
    if question.canary && is_silent {
        return Some(Verdict::Fail(Discrepancy::Unresponsive));
    }
    if tls.early_data == Some(true) && *outcome != (Outcome::RejectedHttp { status: TOO_EARLY }) {
        return Some(Verdict::Fail(Discrepancy::EarlyDataServed));
    }
    question.foreign_authority.map(|_| Verdict::Fail(Discrepancy::ForeignAuthorities))
}

/// `425 Too Early` (RFC 8470 5.2).
const TOO_EARLY: u16 = 425;

/// What it means that a session which was to be resumed was not.
fn began_anew(question: &Question<'_>) -> Option<Verdict> {
    let resumption = question.resumes.filter(|_| question.observed.tls.resumed != Some(true))?;
    Some(match resumption {
        // The gate keeps such sessions itself, and may let any of them go (RFC 5246 7.4.1.3).
        Resumption::SessionId => Verdict::Skipped { reason: LET_GO.to_owned() },
        Resumption::Psk | Resumption::SessionTicket => inconclusive(BEGAN_ANEW),
    })
}

const BEGAN_ANEW: &str = "the gate did not resume the session but began a new one";

const LET_GO: &str = "the target let the session go that its id stands for";

fn inconclusive(reason: &str) -> Verdict {
    Verdict::Inconclusive { reason: reason.to_owned() }
}

fn acceptance(
    question: &Question<'_>,
    expected: &BTreeSet<Expected>,
    identity: Option<&Identity>,
) -> Verdict {
    let observed = question.observed;
    if !expected.contains(&Expected::Authenticated) || unasked(observed) {
        return Verdict::Fail(Discrepancy::UnexpectedAcceptance);
    }
    if observed.marker_of.is_some() {
        return Verdict::Fail(Discrepancy::ForeignSecret);
    }
    if !observed.marker || (question.reports_identity && identity.is_none()) {
        return Verdict::Fail(Discrepancy::IncoherentAcceptance);
    }
    match (identity, question.subject) {
        (Some(identity), Some(subject)) if !is_that(identity, subject) => {
            Verdict::Fail(Discrepancy::WrongIdentity)
        }
        (Some(_), None) => Verdict::Fail(Discrepancy::WrongIdentity),
        _ => began_anew(question).unwrap_or(Verdict::Pass(Grade::Exact)),
    }
}

/// Whether the gate speaks of this end-entity. Names are written differently everywhere, so fingerprints decide
/// where there are any, else the serial number.
fn is_that(identity: &Identity, subject: &Subject) -> bool {
    let same = |said: &Option<mtls_reports::PeerText>, is: &str| {
        said.as_ref().map(|said| said.as_str().eq_ignore_ascii_case(is))
    };
    let fingerprints =
        [same(&identity.sha256, &subject.sha256), same(&identity.sha1, &subject.sha1)];
    if fingerprints.iter().any(Option::is_some) {
        return fingerprints.iter().flatten().all(|same| *same);
    }
    let serial = subject.serial.as_deref().and_then(|serial| same(&identity.serial, serial));
    serial.or_else(|| same(&identity.subject, &subject.name)).unwrap_or(false)
}

fn anonymity(question: &Question<'_>, expected: &BTreeSet<Expected>) -> Verdict {
    let observed = question.observed;
    if withheld(observed) {
        return inconclusive(WITHHELD);
    }
    if !expected.contains(&Expected::Anonymous) && !expected.contains(&Expected::Unauthenticated) {
        return Verdict::Fail(Discrepancy::UnexpectedAnonymous);
    }
    if observed.unverified_identity.is_some()
        && question.loose_family != Some(LooseFamily::PassWithFlag)
    {
        return Verdict::Fail(Discrepancy::UnverifiedIdentity);
    }
    if let Some(reason) = failed_control(question) {
        return inconclusive(&reason);
    }
    let must_resume = !expected.contains(&Expected::Unauthenticated);
    began_anew(question).filter(|_| must_resume).unwrap_or(Verdict::Pass(Grade::Exact))
}

fn refusal(question: &Question<'_>, expected: &BTreeSet<Expected>) -> Verdict {
    let wanted =
        expected.contains(&Expected::Rejected) || expected.contains(&Expected::Unauthenticated);
    if !wanted {
        if withheld(question.observed) {
            return inconclusive(WITHHELD);
        }
        return Verdict::Fail(Discrepancy::UnexpectedRefusal);
    }
    if let Some(reason) = failed_control(question) {
        return inconclusive(&reason);
    }
    if withheld(question.observed) {
        return inconclusive(WITHHELD);
    }
    match &question.observed.outcome {
        Outcome::RejectedTls(TlsRefusal::Alert { name, .. }) if !question.alerts.is_empty() => {
            match name {
                Some(name) if question.alerts.contains(name) => Verdict::Pass(Grade::Exact),
                _ if question.pedantic => Verdict::Fail(Discrepancy::OtherAlert),
                _ => Verdict::Pass(Grade::Ok),
            }
        }
        // Who waits for more, and then gives up, has no alert to send.
        Outcome::RejectedTls(TlsRefusal::Close | TlsRefusal::Reset)
            if question.pedantic && !question.may_wait =>
        {
            Verdict::Fail(Discrepancy::OtherAlert)
        }
        Outcome::RejectedTls(TlsRefusal::Close | TlsRefusal::Reset) | Outcome::Timeout { .. } => {
            Verdict::Pass(Grade::Ok)
        }
        _ => Verdict::Pass(Grade::Exact),
    }
}

const WITHHELD: &str = "the certificate was not sent: the server's CertificateRequest lists no \
                        signature scheme that its key can make";

fn withheld(observed: &Observation) -> bool {
    observed.tls.certificate == CertificateSent::Withheld
}

/// Whether the gate never asked for a certificate; resumption has no need to (RFC 8446 4.3.2).
fn unasked(observed: &Observation) -> bool {
    observed.tls.certificate == CertificateSent::NotRequested && observed.tls.resumed != Some(true)
}

/// Why a refusal does not count: the positive twin was not let in either.
fn failed_control(question: &Question<'_>) -> Option<String> {
    let control = question.control?;
    let good = match question.mode {
        Mode::Public => control.outcome == Outcome::Anonymous,
        Mode::Strict | Mode::Loose => {
            matches!(control.outcome, Outcome::Authenticated { .. })
                && control.marker
                && !withheld(control)
                && !unasked(control)
        }
    };
    let oddity = match control.tls.certificate {
        CertificateSent::Withheld => "; its certificate was not sent",
        CertificateSent::NotRequested if unasked(control) => "; it was not asked for a certificate",
        _ => "",
    };
    (!good).then(|| {
        format!("the control, a valid client on the same path: {}{oddity}", describe(control))
    })
}

fn explain(question: &Question<'_>, expected: &BTreeSet<Expected>, verdict: &Verdict) -> String {
    let seen = describe(question.observed);
    let wanted = || {
        let words: Vec<_> = expected.iter().map(|e| e.as_str()).collect();
        words.join(" or ")
    };
    match verdict {
        Verdict::Pass(Grade::Exact) => String::new(),
        Verdict::Pass(Grade::Ok) => seen,
        Verdict::Inconclusive { reason } | Verdict::Skipped { reason } => reason.clone(),
        Verdict::Fail(Discrepancy::WrongIdentity) => {
            let whom = question.subject.map_or("nobody", |subject| subject.name.as_str());
            format!("{seen}, but the client is {whom}")
        }
        Verdict::Fail(Discrepancy::IncoherentAcceptance) => {
            let odd = if question.observed.marker {
                "gave the protected resource without saying to whom"
            } else {
                "verified the client but kept the protected resource from it"
            };
            format!("{seen}; the gate {odd}")
        }
        Verdict::Fail(Discrepancy::UnverifiedIdentity) => {
            format!(
                "{seen}, yet the gate reports the identity of a certificate that it did not verify"
            )
        }
        Verdict::Fail(Discrepancy::OtherAlert) => {
            let names: Vec<_> = question.alerts.iter().map(|alert| alert.as_str()).collect();
            format!("{seen}, expected alert {}", names.join(" or "))
        }
        Verdict::Fail(Discrepancy::Unresponsive) => {
            format!("{seen}; the gate answered before, and no longer does")
        }
        Verdict::Fail(Discrepancy::EarlyDataServed) => {
            format!("{seen} to a request in early data, which anybody can send again")
        }
        Verdict::Fail(Discrepancy::ForeignAuthorities) => {
            let named = question.foreign_authority.unwrap_or_default();
            format!("the CertificateRequest names {named}, which is not a CA of this account")
        }
        Verdict::Fail(Discrepancy::ForeignSecret) => {
            format!("{seen}, who has no business there")
        }
        Verdict::Fail(Discrepancy::UnexpectedAcceptance) if unasked(question.observed) => {
            format!("{seen} without being asked for a certificate, expected {}", wanted())
        }
        Verdict::Fail(_) => format!("{seen}, expected {}", wanted()),
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
