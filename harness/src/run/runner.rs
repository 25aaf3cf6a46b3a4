//! The schedule: many cases at once, results in the order of the plan.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use mtls_reports::model::Disposition;
use mtls_scenarios::Case;
use tokio::task::JoinHandle;

use super::case::{self, Performed};
use super::company;
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
    let few = context.target.target().most_at_once.filter(|_| !context.needs_copies());
    let most = few.map_or(usize::MAX, |most| usize::from(most.get()));
    let jobs = context.options.jobs.clamp(1, most);
    let (aside, others): (Vec<_>, Vec<_>) =
        companies(context, &plan).into_iter().partition(|cases| is_aside(context, cases));
    let start = |company: Company| Task::start(context, company).join();
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
        let Some(results) = next else { return Ending::Complete };
        early.results.extend(results);
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

/// Cases that are performed together, with the place of the first in the plan.
type Company = (usize, Vec<Case>);

/// The plan as it is performed: neighbours that change their gate in the same way go together, all others alone.
fn companies(context: &Context, plan: &Plan) -> Vec<Company> {
    let go_together = |one: &Case, next: &Case| {
        let scenario = context.library.scenarios.get(&one.scenario);
        one.scenario == next.scenario && scenario.is_some_and(|s| company::forms(context, s))
    };
    let mut place = 0;
    let companies = plan.cases.chunk_by(go_together).map(|cases| {
        place += cases.len();
        (place - cases.len(), cases.to_vec())
    });
    companies.collect()
}

/// Whether cases take no job from the others: they wait for time to pass or to be sent away, so that all wait together.
fn is_aside(context: &Context, (_, cases): &Company) -> bool {
    let scenario = cases.first().and_then(|case| context.library.scenarios.get(&case.scenario));
    scenario.is_some_and(|scenario| scenario.waits() || scenario.outwaits())
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

/// Cases under way; dropping it abandons them.
struct Task {
    place: usize,
    cases: Vec<Case>,
    results: JoinHandle<Vec<Performed>>,
}

impl Task {
    fn start(context: &Arc<Context>, (place, cases): Company) -> Self {
        let context = Arc::clone(context);
        let performed = cases.clone();
        let results = tokio::spawn(async move { case::perform(&context, &performed).await });
        Self { place, cases, results }
    }

    async fn join(mut self) -> Vec<(usize, Performed)> {
        let results = (&mut self.results).await.unwrap_or_else(|error| {
            let error = error.to_string();
            self.cases.iter().map(|case| case::broken(case, &error)).collect()
        });
        (self.place..).zip(results).collect()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.results.abort();
    }
}
