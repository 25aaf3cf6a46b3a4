//! The schedule: many cases at once, results in the order of the plan.

use std::future::Future;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use mtls_reports::model::{CaseResult, Disposition};
use mtls_scenarios::Case;
use tokio::task::JoinHandle;

use super::case;
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
    mut on_result: impl FnMut(CaseResult),
) -> Ending {
    let jobs = context.options.jobs.max(1);
    let mut results = stream::iter(plan.cases)
        .map(|case| {
            let context = Arc::clone(context);
            let performed = case.clone();
            let task = tokio::spawn(async move { case::perform(&context, &performed).await });
            Task { case, task }
        })
        .map(Task::join)
        .buffered(jobs);
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = tokio::select! {
            biased;
            () = &mut stop => return Ending::Interrupted,
            next = results.next() => next,
        };
        match next {
            None => return Ending::Complete,
            Some(result) => {
                let unexpected = result.disposition == Disposition::Unexpected;
                on_result(result);
                if unexpected && context.options.fail_fast {
                    return Ending::FailedFast;
                }
            }
        }
    }
}

/// A case under way; dropping it abandons the case.
struct Task {
    case: Case,
    task: JoinHandle<CaseResult>,
}

impl Task {
    async fn join(mut self) -> CaseResult {
        match (&mut self.task).await {
            Ok(result) => result,
            Err(error) => case::broken(&self.case, &error.to_string()),
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.task.abort();
    }
}
