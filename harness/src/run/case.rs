//! One case: prepare, control, probe, judge.

use std::sync::Arc;

use mtls_reports::model::{CaseResult, Disposition, Observation, Outcome, Verdict};
use mtls_scenarios::{Case, Expect, Mode, Scenario, Severity, Step};
use tokio::time::Instant;

use super::context::Context;
use super::control::{self, Path};
use super::judge::{self, Judgement, Question};
use super::preflight::{names, sni_of};
use super::probe::Probe;
use super::wallet::{Held, WalletError};
use super::world::MintError;
use crate::client::Dial;
use crate::target::Place;

/// How often a certificate that is valid from the next second on is tried again when that second came first.
const CLOCK_ATTEMPTS: usize = 3;

/// Performs a case.
pub(super) async fn perform(context: &Context, case: &Case) -> CaseResult {
    let started = Instant::now();
    let scenario = context.library.scenarios.get(&case.scenario);
    let (judgement, observed) = match scenario {
        Some(scenario) => steps(context, case, scenario).await,
        None => (undecided(format!("no scenario `{}`", case.scenario)), None),
    };
    let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    CaseResult {
        title: scenario.map(|s| s.title.clone()).unwrap_or_default(),
        severity: scenario.map_or(Severity::Info, |s| s.severity),
        observed,
        elapsed_us,
        ..result(case, judgement)
    }
}

/// The result of a case that the harness itself failed to perform.
pub(super) fn broken(case: &Case, error: &str) -> CaseResult {
    result(case, undecided(format!("the harness failed, please report it: {error}")))
}

fn result(case: &Case, judgement: Judgement) -> CaseResult {
    let Judgement { expected, verdict, explanation } = judgement;
    CaseResult {
        id: case.id.clone(),
        scenario: case.scenario.clone(),
        title: String::new(),
        severity: Severity::Info,
        mode: case.cell.mode,
        tls: case.cell.tls,
        expected,
        observed: None,
        disposition: disposition(&verdict),
        verdict,
        explanation,
        elapsed_us: 0,
    }
}

const fn disposition(verdict: &Verdict) -> Disposition {
    match verdict {
        Verdict::Pass(_) => Disposition::Expected,
        Verdict::Fail(_) => Disposition::Unexpected,
        Verdict::Inconclusive { .. } => Disposition::Undecided,
        Verdict::Skipped { .. } => Disposition::Skipped,
    }
}

fn undecided(reason: String) -> Judgement {
    let verdict = Verdict::Inconclusive { reason: reason.clone() };
    Judgement { expected: Vec::new(), verdict, explanation: reason }
}

fn skipped(reason: String) -> Judgement {
    let verdict = Verdict::Skipped { reason: reason.clone() };
    Judgement { expected: Vec::new(), verdict, explanation: reason }
}

/// Goes through the steps; the first that does not pass decides, else the last.
async fn steps(
    context: &Context,
    case: &Case,
    scenario: &Scenario,
) -> (Judgement, Option<Observation>) {
    let mut last = (undecided("the scenario has no steps".to_owned()), None);
    for step in &scenario.steps {
        last = match Prepared::new(context, case, step) {
            Ok(prepared) => prepared.perform().await,
            Err(judgement) => (judgement, None),
        };
        if !matches!(last.0.verdict, Verdict::Pass(_)) {
            break;
        }
    }
    last
}

/// A step with all its names resolved.
struct Prepared<'a> {
    context: &'a Context,
    case: &'a Case,
    step: &'a Step,
    place: Place<'a>,
    account: &'a str,
    credential: &'a str,
}

impl<'a> Prepared<'a> {
    fn new(context: &'a Context, case: &'a Case, step: &'a Step) -> Result<Self, Judgement> {
        let target = context.target.target();
        let roles = step.connect.endpoints(case.cell.mode);
        let place = context
            .target
            .place(&roles)
            .ok_or_else(|| skipped(format!("the target has no endpoint {}", names(&roles))))?;
        if !target.alpn.contains(&case.cell.alpn) {
            let alpn = case.cell.alpn.as_str();
            return Err(skipped(format!("the target does not speak {alpn}")));
        }
        let says_whom = target.probe.identity.is_some() || target.probe.marker.is_some();
        if case.cell.mode == Mode::Loose && !says_whom {
            return Err(skipped(
                "the target does not say whom it sees, so in LOOSE mode a 2xx proves nothing; \
                 give --identity-header or --marker"
                    .to_owned(),
            ));
        }
        let credential = step.connect.credential.as_deref().or(case.cell.credential.as_deref());
        let credential =
            credential.ok_or_else(|| undecided("the step names no credential".to_owned()))?;
        let account = place.endpoint.account.as_deref().unwrap_or("alpha");
        Ok(Self { context, case, step, place, account, credential })
    }

    async fn perform(&self) -> (Judgement, Option<Observation>) {
        let held = match self.hold(self.credential) {
            Ok(held) => held,
            Err(judgement) => return (judgement, None),
        };
        if let Some(anchor) = self.untrusted(&held) {
            let reason = format!("the target does not trust the anchor `{anchor}` of the account");
            return (skipped(reason), None);
        }
        let control = match self.control_before().await {
            Ok(control) => control,
            Err(judgement) => return (judgement, None),
        };
        let mut held = held;
        for attempt in 1.. {
            let observed = self.probe(&held).await;
            let too_late =
                matches!(observed.outcome, Outcome::Authenticated { .. }) && held.is_valid_by_now();
            if !too_late {
                return self.judged(&held, observed, control).await;
            }
            if attempt == CLOCK_ATTEMPTS {
                let reason = "the certificate became valid while it was being tried".to_owned();
                return (undecided(reason), Some(observed));
            }
            held = match self.hold(self.credential) {
                Ok(held) => held,
                Err(judgement) => return (judgement, Some(observed)),
            };
        }
        (undecided("no attempt was made".to_owned()), None)
    }

    /// Asks again for the control where the refusal may only mean that nobody is there, then judges.
    async fn judged(
        &self,
        held: &Held,
        observed: Observation,
        control: Option<Observation>,
    ) -> (Judgement, Option<Observation>) {
        let control = if control.is_some() && control::is_weak(&observed.outcome) {
            match self.control(true).await {
                Ok(again) => Some(again),
                Err(judgement) => return (judgement, Some(observed)),
            }
        } else {
            control
        };
        let judgement = judge::judge(&self.question(held, &observed, control.as_ref()));
        (judgement, Some(observed))
    }

    fn question<'q>(
        &'q self,
        held: &'q Held,
        observed: &'q Observation,
        control: Option<&'q Observation>,
    ) -> Question<'q> {
        let target = self.context.target.target();
        Question {
            expect: &self.step.expect,
            alerts: &self.step.alert,
            mode: self.case.cell.mode,
            promises: &target.policies,
            loose_family: target.loose_family,
            reports_identity: target.probe.identity.is_some(),
            subject: held.subject.as_ref(),
            observed,
            control,
            pedantic: self.context.options.pedantic,
        }
    }

    fn hold(&self, credential: &str) -> Result<Arc<Held>, Judgement> {
        self.context.wallet.hold(self.account, credential, self.case.cell.key).map_err(
            |e| match e {
                WalletError::Mint(MintError::Unavailable(reason)) => skipped(reason),
                other => undecided(other.to_string()),
            },
        )
    }

    /// An anchor that the credential needs to be accepted under and the target was not told of.
    fn untrusted(&self, held: &Held) -> Option<String> {
        let trusted = self.context.target.target().anchors.as_ref()?;
        held.anchors.iter().find(|anchor| !trusted.contains(anchor)).cloned()
    }

    async fn control_before(&self) -> Result<Option<Observation>, Judgement> {
        let accepted_only = matches!(self.step.expect, Expect::Accepted);
        if accepted_only || self.step.control == self.credential {
            return Ok(None);
        }
        self.control(false).await.map(Some)
    }

    async fn control(&self, again: bool) -> Result<Observation, Judgement> {
        let held = self.hold(&self.step.control)?;
        let cell = &self.case.cell;
        let path = Path {
            role: self.place.role,
            sni: self.step.connect.sni.clone(),
            host: self.step.connect.host.clone(),
            tls: cell.tls,
            key: cell.key,
            alpn: cell.alpn,
            credential: self.step.control.clone(),
        };
        let observe = async || self.probe(&held).await;
        let seen = if again {
            self.context.controls.after(&path, observe).await
        } else {
            self.context.controls.before(&path, observe).await
        };
        Ok(seen)
    }

    async fn probe(&self, held: &Held) -> Observation {
        let connect = &self.step.connect;
        let host = &self.place.endpoint.host;
        let dial = Dial {
            address: self.place.address,
            sni: connect.sni.as_deref().or_else(|| sni_of(host)),
            version: self.case.cell.tls,
            alpn: self.case.cell.alpn,
            hello: None,
            credential: held.client.clone(),
            deadline: Instant::now() + self.context.options.timeout,
        };
        let probe = Probe {
            target: &self.context.target,
            dial,
            host: connect.host.as_deref().unwrap_or(host),
            provider: &self.context.provider,
        };
        probe.observe().await
    }
}
