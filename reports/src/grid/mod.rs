//! The run on a terminal, as text: who got in where, what is not as expected and how to see it
//! again. For people only: no format, may change at any time.

mod problems;
mod style;
mod table;
mod tally;

pub use style::Style;

use crate::Run;

/// The whole display: table, problems, skipped cases, and one line that sums it all up.
pub fn grid(run: &Run, style: Style) -> String {
    let sections = [
        table::table(run, style),
        problems::problems(run, style),
        problems::skipped(run, style),
        tally::tally(run, style),
    ];
    let filled: Vec<String> = sections
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    filled.join("\n")
}
