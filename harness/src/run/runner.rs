//! The schedule: many cases at once, results in the order of the plan.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use mtls_reports::model::Disposition;
use mtls_scenarios::Case;
use tokio::task::JoinHandle;

use super::case::{self, Performed};
use super::context::Context;
use super::plan::Plan;

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every case was performed.
    Complete,
    /// `fail_fast` stopped it at a case that was not as expected.
    FailedFast,
    /// It was told to stop.
    Interrupted,
}

/// Performs the cases of a plan and hands over each result, in the order of the plan.
///
/// When `stop` completes, what is under way is abandoned and the run ends with what is known.
pub async fn run(
    context: &Arc<Context>,
    plan: Plan,
    stop: impl Future<Output = ()>,
    mut on_result: impl FnMut(Performed),
) -> Ending {
    let most = context.target.target().most_at_once.map(|most| usize::from(most.get()));
    let jobs = context.options.jobs.clamp(1, most.unwrap_or(usize::MAX));
    let (aside, others) = starting_order(context, plan);
    let start = |numbered: Numbered| Task::start(context, numbered).join();
    let aside = stream::iter(aside).map(start).buffer_unordered(MOST_ASIDE);
    let others = stream::iter(others).map(start).buffer_unordered(jobs);
    let mut results = stream::select(aside, others);
    let mut stop = std::pin::pin!(stop);
    let mut early = Early::default();
    loop {
        let next = tokio::select! {
            biased;
            () = &mut stop => {
                early.results.into_values().for_each(on_result);
                return Ending::Interrupted;
            }
            next = results.next() => next,
        };
        let Some((number, result)) = next else { return Ending::Complete };
        early.results.insert(number, result);
        while let Some(result) = early.in_turn() {
            let unexpected = result.result.disposition == Disposition::Unexpected;
            on_result(result);
            if unexpected && context.options.fail_fast {
                return Ending::FailedFast;
            }
        }
    }
}

/// Cases that take no job from the others, under way at once.
const MOST_ASIDE: usize = 64;

/// A case with its place in the plan.
type Numbered = (usize, Case);

/// Numbered cases: those that take no job from the others, and the others. The former wait for time to pass or to be sent away, so
/// that all wait together. Where a gate bears only so many cases, they are those that have one to themselves.
fn starting_order(context: &Context, plan: Plan) -> (Vec<Numbered>, Vec<Numbered>) {
    let few = context.target.target().most_at_once.is_some();
    let is_aside = |case: &Case| {
        let scenario = context.library.scenarios.get(&case.scenario);
        scenario.is_some_and(|scenario| {
            if few {
                scenario.needs_own_gate() && context.gates.can_start()
            } else {
                scenario.waits() || scenario.outwaits()
            }
        })
    };
    plan.cases.into_iter().enumerate().partition(|(_, case)| is_aside(case))
}

/// Results that came before their turn.
#[derive(Default)]
struct Early {
    results: BTreeMap<usize, Performed>,
    reported: usize,
}

impl Early {
    fn in_turn(&mut self) -> Option<Performed> {
        let result = self.results.remove(&self.reported)?;
        self.reported += 1;
        Some(result)
    }
}

/// A case under way; dropping it abandons the case.
struct Task {
    number: usize,
    case: Case,
    result: JoinHandle<Performed>,
}

impl Task {
    fn start(context: &Arc<Context>, (number, case): Numbered) -> Self {
        let context = Arc::clone(context);
        let performed = case.clone();
        let result = tokio::spawn(async move { case::perform(&context, &performed).await });
        Self { number, case, result }
    }

    async fn join(mut self) -> (usize, Performed) {
        let result = match (&mut self.result).await {
            Ok(result) => result,
            Err(error) => case::broken(&self.case, &error.to_string()),
        };
        (self.number, result)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.result.abort();
    }
}
