//! The steps of a case, one after the other, at the gate that it needs.

use mtls_reports::model::{Observation, StepResult, Verdict};
use mtls_scenarios::{Case, Scenario, Step};

use super::context::Context;
use super::course::Course;
use super::gates::Wear;
use super::judge::Judgement;
use super::outcome::{skipped, undecided};
use super::stage::Stage;
use super::tapes::Taped;
use super::visit::Judged;
use super::{action, operate, visit};

/// What came of a case.
pub(super) struct Played {
    pub(super) judgement: Judgement,
    pub(super) observed: Option<Observation>,
    pub(super) steps: Vec<StepResult>,
    pub(super) taped: Vec<Taped>,
}

impl Played {
    pub(super) const fn of(judgement: Judgement) -> Self {
        Self { judgement, observed: None, steps: Vec::new(), taped: Vec::new() }
    }

    /// Whether there is nothing to complain of.
    pub(super) const fn is_fine(&self) -> bool {
        matches!(self.judgement.verdict, Verdict::Pass(_) | Verdict::Skipped { .. })
    }
}

/// A case under way: the first step that does not pass decides, else the last.
pub(super) struct Player<'a> {
    pub(super) course: Course<'a>,
    played: Played,
    /// Whether there is only one step, and none need be named.
    is_plain: bool,
    is_over: bool,
}

impl<'a> Player<'a> {
    pub(super) fn new(course: Course<'a>, scenario: &Scenario) -> Self {
        let played = Played::of(undecided("the scenario has no steps".to_owned()));
        Self { course, played, is_plain: scenario.steps.len() == 1, is_over: false }
    }

    /// Performs the next step, unless it is decided already.
    pub(super) async fn perform(&mut self, (index, step): (usize, &Step)) {
        if self.is_over {
            return;
        }
        let action = self.begin((index, step));
        let course = &mut self.course;
        let done = match step {
            Step::Visit(visit) => visit::perform(course, visit).await,
            Step::Operate(operation) => (operate::operate(course, operation).await, None),
            Step::Wait(wait) => (operate::wait(course, wait).await, None),
        };
        self.note(index, action, done);
    }

    /// Says on the tapes which step it is.
    pub(super) fn begin(&mut self, (index, step): (usize, &Step)) -> String {
        let action = action::describe(self.course.case, step);
        if !self.is_plain {
            self.course.tapes.step(format!("step {}: {action}", index + 1));
        }
        action
    }

    /// Takes down what came of a step.
    pub(super) fn note(&mut self, index: usize, action: String, (judgement, observed): Judged) {
        self.is_over = !matches!(judgement.verdict, Verdict::Pass(_));
        self.played.observed.clone_from(&observed);
        if self.is_plain {
            self.played.judgement = judgement;
            return;
        }
        self.played.judgement = at_step(judgement, index + 1, &action);
        self.played.steps.push(StepResult { action, observed });
    }

    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Leaves the gate.
    pub(super) fn leave(self) -> (Played, Stage<'a>) {
        let (stage, tapes) = self.course.leave();
        (Played { taped: tapes.recordings(), ..self.played }, stage)
    }
}

/// Plays a scenario, at a gate of its own where it needs one.
pub(super) async fn play(context: &Context, case: &Case, scenario: &Scenario) -> Played {
    if scenario.operates() && !context.gates.can_start() {
        return Played::of(skipped("the server is not the harness's to change".to_owned()));
    }
    let wear = match Wear::of(scenario, context.target.has_clock()) {
        // Copies of a server that serves few at once serve many.
        Wear::None if context.needs_copies() => Wear::Strain,
        wear => wear,
    };
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
        if played.is_fine() && wear == Wear::Strain {
            context.gates.give_back(own).await;
            return played;
        }
        own.stop().await;
        if played.is_fine() || !is_used {
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
    let mut player = Player::new(Course::new(context, case, stage), scenario);
    for step in scenario.steps.iter().enumerate() {
        player.perform(step).await;
    }
    player.leave()
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
