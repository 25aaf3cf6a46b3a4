//! Several targets, some of them under way at once.
//!
//! Much of a run at a launched server is spent waiting, for reloads, time-outs and expiry, so that the others get on meanwhile.

use futures_util::{StreamExt as _, stream};
use mtls_reports::{Column, Found};

use super::trial::{Stopped, Trial, Tried};

/// Carries out the trials, `at_once` of them at a time; servers that let clients wait for each other come first, as most can be done
/// beside them. None stops the others: one that comes to nothing says so in its column. Also says what could not be written.
pub(super) async fn carry_out<'a>(
    trials: impl Iterator<Item = Trial<'a>>,
    at_once: usize,
) -> (Vec<Column>, Vec<String>) {
    let mut trials: Vec<_> = trials.enumerate().collect();
    trials.sort_by_key(|(_, trial)| trial.chosen.target.most_at_once.is_none());
    let under_way = trials.into_iter().map(async |(number, trial)| {
        let target = trial.chosen.name.clone();
        let (found, unwritten) = found(trial).await;
        trial.progress.target_done(&target, &what(&found));
        (number, Column { target, found }, unwritten)
    });
    let mut done: Vec<_> = stream::iter(under_way).buffer_unordered(at_once).collect().await;
    done.sort_by_key(|(number, ..)| *number);
    let mut all_unwritten = Vec::new();
    let columns = done.into_iter().map(|(_, column, unwritten)| {
        all_unwritten.extend(unwritten);
        column
    });
    (columns.collect(), all_unwritten)
}

/// What came of a target, in a few words.
fn what(found: &Found) -> String {
    match found {
        Found::Run(run) => format!("{} of {} cases done", run.results.len(), run.header.selected),
        Found::Failed(_) => "could not be tested".to_owned(),
        Found::Missing(_) => "not here".to_owned(),
    }
}

async fn found(trial: Trial<'_>) -> (Found, Vec<String>) {
    match trial.carry_out().await {
        Ok(Tried { run, unwritten }) => (Found::Run(Box::new(run)), unwritten),
        Err(Stopped::Missing(failure)) if trial.may_be_missing() => {
            (Found::Missing(failure.message), Vec::new())
        }
        Err(stopped) => (Found::Failed(stopped.failure().message), Vec::new()),
    }
}
