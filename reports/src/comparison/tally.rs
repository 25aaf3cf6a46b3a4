//! The last lines: what each target came to, and all of them together.

use super::{Column, Comparison, Found};
use crate::grid::run_line;
use crate::style::{Paint, Style, pad};
use crate::text::harmless;

/// Waivers that close the gate, with the target where they do.
pub(super) fn waiver_problems(comparison: &Comparison, style: Style) -> String {
    let mut text = String::new();
    for run in comparison.runs() {
        for line in crate::grid::waiver_problems(run, style).lines() {
            text.extend([&*harmless(&run.header.target), ": ", line, "\n"]);
        }
    }
    text
}

pub(super) fn tally(comparison: &Comparison, style: Style) -> String {
    let names = comparison.columns.iter().map(|column| column.target.chars().count());
    let width = names.max().unwrap_or_default();
    let mut text = String::new();
    for column in &comparison.columns {
        let name = pad(&harmless(&column.target), width);
        text.extend([&*name, "  ", &line(column, style), "\n"]);
    }
    let code = comparison.exit_code();
    let verdict = format!("exit code {}, {}", code.code(), code.meaning());
    text.extend([&*style.paint(code.into(), &verdict), "\n"]);
    text
}

fn line(column: &Column, style: Style) -> String {
    let one_line = |why: &str| {
        let lines: Vec<&str> = why.lines().map(str::trim).collect();
        harmless(&lines.join(" ")).into_owned()
    };
    match &column.found {
        Found::Run(run) => run_line(run, style),
        Found::Failed(why) => {
            style.paint(Paint::Unsure, &format!("could not be tested: {}", one_line(why)))
        }
        Found::Missing(why) => style.paint(Paint::Faint, &format!("not here: {}", one_line(why))),
    }
}
