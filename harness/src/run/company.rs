//! Cases that change their gate in the same way do so together.
//!
//! What an operator does is the same in every cell of a scenario, and starting a server costs more than most cases do. So the cases of
//! such a scenario share a launched gate: all perform a step before any goes on to the next, and a change is made once. A case that
//! does not pass in company says nothing yet, and is played again alone.

use futures_util::future::join_all;
use mtls_scenarios::{Case, Operation, Scenario, Step};

use super::context::Context;
use super::course::Course;
use super::gates::OwnGate;
use super::operate;
use super::play::{Played, Player, play};
use super::stage::Stage;

/// Whether the cases of a scenario go together. A server that serves few at once would let them wait for each other; a gate in this
/// process costs nothing.
pub(super) fn forms(context: &Context, scenario: &Scenario) -> bool {
    let is_launched = context.gates.can_start() && !context.target.has_clock();
    scenario.operates() && is_launched && !context.needs_copies()
}

/// Plays cases of one scenario; what came of each, in their order.
pub(super) async fn play_all(
    context: &Context,
    scenario: &Scenario,
    cases: &[Case],
) -> Vec<Played> {
    let together = if cases.len() > 1 { in_company(context, scenario, cases).await } else { None };
    let mut together = together.unwrap_or_default().into_iter();
    let mut all = Vec::new();
    for case in cases {
        all.push(match together.next().filter(Played::is_fine) {
            Some(played) => played,
            None => play(context, case, scenario).await,
        });
    }
    all
}

/// `None` where there is no gate for them.
async fn in_company(context: &Context, scenario: &Scenario, cases: &[Case]) -> Option<Vec<Played>> {
    let mut gate = context.gates.fresh().await.ok()?;
    let mut players: Vec<_> = cases
        .iter()
        .map(|case| {
            let stage = Stage::Company(Box::new(gate.target.known()));
            Player::new(Course::new(context, case, stage), scenario)
        })
        .collect();
    for (index, step) in scenario.steps.iter().enumerate() {
        if let Step::Operate(operation) = step {
            gate = change(gate, &mut players, (index, step, operation)).await?;
        } else {
            join_all(players.iter_mut().map(|player| player.perform((index, step)))).await;
        }
    }
    // A gate that is to end would wait for those who are still there.
    let played = players.into_iter().map(|player| player.leave().0).collect();
    gate.stop().await;
    Some(played)
}

/// One of those who are still there makes the change, and all are told.
async fn change<'a>(
    gate: OwnGate<'a>,
    players: &mut [Player<'a>],
    (index, step, operation): (usize, &Step, &Operation),
) -> Option<OwnGate<'a>> {
    let mut there = players.iter_mut().filter(|player| !player.is_over());
    let Some(first) = there.next() else { return Some(gate) };
    let action = first.begin((index, step));
    first.course.stage = Stage::Own(gate);
    let judgement = operate::operate(&mut first.course, operation).await;
    first.note(index, action, (judgement.clone(), None));
    let changed = first.course.stage.target().known();
    let company = || Stage::Company(Box::new(changed.known()));
    let Stage::Own(gate) = std::mem::replace(&mut first.course.stage, company()) else {
        return None;
    };
    let (changes, may_be_down) = (first.course.changes, first.course.may_be_down);
    for other in there {
        let action = other.begin((index, step));
        (other.course.changes, other.course.may_be_down) = (changes, may_be_down);
        other.course.stage = company();
        other.note(index, action, (judgement.clone(), None));
    }
    Some(gate)
}
