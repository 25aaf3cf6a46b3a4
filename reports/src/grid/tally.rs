//! The last line: how many, how long, and what it comes to.

use super::problems::count;
use crate::style::Style;
use crate::{Run, model::RunFooter};

pub(super) fn tally(run: &Run, style: Style) -> String {
    let exit_code = run.exit_code();
    let verdict = format!("exit code {}, {}", exit_code.code(), exit_code.meaning());
    format!(
        "{}; {}; seed {}; {}\n",
        counts(run),
        time(run),
        run.header.seed,
        style.paint(exit_code.into(), &verdict)
    )
}

/// The same for a run among others, without what they have in common.
pub(crate) fn run_line(run: &Run, style: Style) -> String {
    let exit_code = run.exit_code();
    let verdict = format!("exit code {}", exit_code.code());
    format!("{}; {}; {}", counts(run), time(run), style.paint(exit_code.into(), &verdict))
}

fn counts(run: &Run) -> String {
    let (finished, selected) = (run.results.len(), run.header.selected);
    let cases = if finished < selected {
        format!("{finished} of {}", count(selected, "case"))
    } else {
        count(finished, "case")
    };
    let counts = run.summary().dispositions;
    let flaky = run.results.iter().filter(|case| case.flaky.is_some()).count();
    let parts: Vec<String> = [
        (counts.expected, "as expected"),
        (counts.unexpected, "unexpected"),
        (counts.undecided, "undecided"),
        (counts.waived, "waived"),
        (counts.skipped, "skipped"),
        (flaky, "flaky"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    if parts.is_empty() { cases } else { format!("{cases}: {}", parts.join(", ")) }
}

fn time(run: &Run) -> String {
    let Some(footer) = &run.footer else {
        return "the run did not come to its end".to_owned();
    };
    let rate = run.cases_per_second().map_or_else(String::new, |rate| format!(", {rate} cases/s"));
    let interrupted = if footer.interrupted { ", interrupted" } else { "" };
    format!("{}{rate}{interrupted}", seconds(footer))
}

fn seconds(footer: &RunFooter) -> String {
    let hundredths = footer.elapsed_us / 10_000;
    format!("{}.{:02} s", hundredths / 100, hundredths % 100)
}
