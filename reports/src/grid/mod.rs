//! The run on a terminal, as text: who got in where, what is not as expected and how to see it
//! again. For people only: no format, may change at any time.

mod problems;
mod table;
mod tally;
mod waivers;

use crate::{Run, Style};

pub(crate) use problems::count;
pub(crate) use tally::run_line;
pub(crate) use waivers::problems as waiver_problems;

/// The whole display: table, problems, skipped cases, waivers, and one line that sums it all up.
pub fn grid(run: &Run, style: Style) -> String {
    let sections = [
        table::table(run, style),
        problems::problems(run, style),
        problems::skipped(run, style),
        waivers::waived(run, style),
        waivers::problems(run, style),
        tally::tally(run, style),
    ];
    let filled: Vec<String> = sections.into_iter().filter(|text| !text.is_empty()).collect();
    let text = filled.join("\n");
    if style.unicode { text } else { ascii(&text) }
}

/// Names that gates report need not be ASCII, but a terminal that is shows them as something else.
pub(crate) fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '…' => plain.push_str("..."),
            c if c.is_ascii() => plain.push(c),
            c => plain.extend(c.escape_unicode()),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_ascii() {
        assert_eq!(ascii("CN=Zo\u{eb}…\n"), "CN=Zo\\u{eb}...\n");
    }
}
