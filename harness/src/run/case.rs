//! One case: its steps, one after the other, and what they amount to.

use mtls_reports::model::{CaseResult, Disposition, Observation, StepResult, Verdict};
use mtls_scenarios::{Case, Scenario, Severity, Step};
use tokio::time::Instant;

use super::context::{Context, Dialogues};
use super::course::Course;
use super::gates::Wear;
use super::judge::Judgement;
use super::outcome::{skipped, undecided};
use super::stage::Stage;
use super::tapes::Taped;
use super::{action, dialogue, operate, visit};
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

/// Performs a case.
pub(super) async fn perform(context: &Context, case: &Case) -> Performed {
    let started = Instant::now();
    let scenario = context.library.scenarios.get(&case.scenario);
    let played = match scenario {
        Some(scenario) => play(context, case, scenario).await,
        None => Played::of(undecided(format!("no scenario `{}`", case.scenario))),
    };
    let elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let result = context.waivers.apply(CaseResult {
        title: scenario.map(|s| s.title.clone()).unwrap_or_default(),
        severity: scenario.map_or(Severity::Info, |s| s.severity),
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

/// What came of a case.
struct Played {
    judgement: Judgement,
    observed: Option<Observation>,
    steps: Vec<StepResult>,
    taped: Vec<Taped>,
}

impl Played {
    const fn of(judgement: Judgement) -> Self {
        Self { judgement, observed: None, steps: Vec::new(), taped: Vec::new() }
    }
}

/// Plays a scenario, at a gate of its own where it needs one.
async fn play(context: &Context, case: &Case, scenario: &Scenario) -> Played {
    let operates = scenario.steps.iter().any(|step| matches!(step, Step::Operate(_)));
    if operates && !context.gates.can_start() {
        return Played::of(skipped("the server is not the harness's to change".to_owned()));
    }
    let wear = Wear::of(scenario, context.target.has_clock());
    if wear == Wear::None || !context.gates.can_start() {
        return play_at(context, case, scenario, Stage::Shared(&context.target)).await.0;
    }
    let mut gate = context.gates.take(wear).await;
    loop {
        let own = match gate {
            Ok(own) => own,
            Err(error) => return Played::of(undecided(format!("no gate of its own: {error}"))),
        };
        let is_used = own.is_used;
        let (played, stage) = play_at(context, case, scenario, Stage::Own(own)).await;
        let Stage::Own(own) = stage else { return played };
        let passed = matches!(played.judgement.verdict, Verdict::Pass(_) | Verdict::Skipped { .. });
        if passed && wear == Wear::Strain {
            context.gates.give_back(own).await;
            return played;
        }
        own.stop().await;
        if passed || !is_used {
            return played;
        }
        // It may be the cases before that the gate suffers from.
        gate = context.gates.fresh().await;
    }
}

/// Plays a scenario at a gate, and leaves it.
async fn play_at<'a>(
    context: &'a Context,
    case: &'a Case,
    scenario: &Scenario,
    stage: Stage<'a>,
) -> (Played, Stage<'a>) {
    let mut course = Course::new(context, case, stage);
    let played = steps(&mut course, scenario).await;
    let (stage, tapes) = course.leave();
    (Played { taped: tapes.recordings(), ..played }, stage)
}

/// Goes through the steps; the first that does not pass decides, else the last.
async fn steps(course: &mut Course<'_>, scenario: &Scenario) -> Played {
    let mut played = Played::of(undecided("the scenario has no steps".to_owned()));
    let is_plain = scenario.steps.len() == 1;
    for (index, step) in scenario.steps.iter().enumerate() {
        let action = action::describe(course.case, step);
        if !is_plain {
            course.tapes.step(format!("step {}: {action}", index + 1));
        }
        let (judgement, observed) = match step {
            Step::Visit(visit) => visit::perform(course, visit).await,
            Step::Operate(operation) => (operate::operate(course, operation).await, None),
            Step::Wait(wait) => (operate::wait(course, wait).await, None),
        };
        played.observed.clone_from(&observed);
        let passed = matches!(judgement.verdict, Verdict::Pass(_));
        if is_plain {
            played.judgement = judgement;
            break;
        }
        played.judgement = at_step(judgement, index + 1, &action);
        played.steps.push(StepResult { action, observed });
        if !passed {
            break;
        }
    }
    played
}

/// Says at which step a scenario of many came to its verdict.
fn at_step(judgement: Judgement, number: usize, action: &str) -> Judgement {
    let Judgement { expected, verdict, explanation } = judgement;
    if explanation.is_empty() || matches!(verdict, Verdict::Skipped { .. }) {
        return Judgement { expected, verdict, explanation };
    }
    let explanation = format!("step {number}, {action}: {explanation}");
    let verdict = match verdict {
        Verdict::Inconclusive { .. } => Verdict::Inconclusive { reason: explanation.clone() },
        other => other,
    };
    Judgement { expected, verdict, explanation }
}
