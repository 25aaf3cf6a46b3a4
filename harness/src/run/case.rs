//! What cases amount to.

use mtls_reports::model::{CaseResult, Disposition, Verdict};
use mtls_scenarios::{Case, Scenario, Severity};
use tokio::time::Instant;

use super::context::{Context, Dialogues};
use super::judge::Judgement;
use super::outcome::undecided;
use super::play::Played;
use super::{company, dialogue};
use crate::tape::Recording;

/// A case that was performed.
#[derive(Clone, Debug)]
pub struct Performed {
    /// What came of it.
    pub result: CaseResult,
    /// Its connections, where they were to be kept.
    pub recordings: Vec<Recording>,
}

impl Performed {
    /// The result alone.
    const fn of(result: CaseResult) -> Self {
        Self { result, recordings: Vec::new() }
    }
}

/// Performs cases of one scenario: a company, or one alone.
pub(super) async fn perform(context: &Context, cases: &[Case]) -> Vec<Performed> {
    let started = Instant::now();
    let Some(first) = cases.first() else { return Vec::new() };
    let Some(scenario) = context.library.scenarios.get(&first.scenario) else {
        let error = format!("no scenario `{}`", first.scenario);
        return cases.iter().map(|case| broken(case, &error)).collect();
    };
    let played = company::play_all(context, scenario, cases).await;
    let results = cases.iter().zip(played);
    results.map(|(case, played)| performed(context, scenario, case, played, started)).collect()
}

fn performed(
    context: &Context,
    scenario: &Scenario,
    case: &Case,
    played: Played,
    started: Instant,
) -> Performed {
    let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let result = context.waivers.apply(CaseResult {
        title: scenario.title.clone(),
        severity: scenario.severity,
        observed: played.observed,
        steps: played.steps,
        elapsed_us,
        ..result(case, played.judgement)
    });
    let asks = match context.options.dialogues {
        Dialogues::OfNone => false,
        Dialogues::OfProblems => {
            matches!(result.disposition, Disposition::Unexpected | Disposition::Undecided)
        }
        Dialogues::OfAll => true,
    };
    let dialogue = if asks { dialogue::of(&played.taped) } else { Vec::new() };
    let result = CaseResult { dialogue, ..result };
    let recordings = if context.options.keep_recordings {
        played.taped.into_iter().map(|taped| taped.recording).collect()
    } else {
        Vec::new()
    };
    Performed { result, recordings }
}

/// The result of a case that the harness itself failed to perform.
pub(super) fn broken(case: &Case, error: &str) -> Performed {
    let judgement = undecided(format!("the harness failed, please report it: {error}"));
    Performed::of(result(case, judgement))
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
        steps: Vec::new(),
        dialogue: Vec::new(),
        disposition: disposition(&verdict),
        waiver: None,
        verdict,
        explanation,
        flaky: None,
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
