//! The comparison on a terminal, as text. For people only: no format, may change at any time.

use super::mark::{Brevity, legend, mark};
use super::{Agreement, Comparison, Row, details, tally};
use crate::grid::{ascii, count};
use crate::style::{Paint, Style, fit, pad};
use crate::summary::group_by_first;
use crate::text::harmless;

const GAP: usize = 2;
/// Columns that the names of scenarios have at least.
const NARROWEST_NAME: usize = 20;

/// The whole display: the targets, the rows where they differ, those where all fail alike, details of what is not as
/// expected, and a line for each target.
pub fn side_by_side(comparison: &Comparison, style: Style) -> String {
    let rows = comparison.rows();
    let of = |agreement| rows.iter().filter(|row| row.agreement == agreement).collect::<Vec<_>>();
    let (differ, alike) = (of(Agreement::Differ), of(Agreement::AlikeNotAsExpected));
    let table = Table::new(comparison, &[&*differ, &*alike].concat(), style);
    let sections = [
        table.targets(comparison),
        table.section("The targets differ", &differ),
        table.section("All alike, and not as expected", &alike),
        table.rest(of(Agreement::AsExpected).len(), of(Agreement::NotJudged).len()),
        details::details(comparison, style),
        tally::waiver_problems(comparison, style),
        tally::tally(comparison, style),
    ];
    let filled: Vec<String> = sections.into_iter().filter(|text| !text.is_empty()).collect();
    let text = filled.join("\n");
    if style.unicode { text } else { ascii(&text) }
}

/// How the table is laid out.
struct Table {
    columns: Vec<TableColumn>,
    name_width: usize,
    brevity: Brevity,
    all_ran: bool,
    style: Style,
}

struct TableColumn {
    target: String,
    heading: String,
    width: usize,
}

impl Table {
    fn new(comparison: &Comparison, rows: &[&Row], style: Style) -> Self {
        let names = rows.iter().map(|row| name(row).1.chars().count() + 2);
        let longest = names.max().unwrap_or_default();
        let fits = |(_, columns): &(Brevity, Vec<TableColumn>)| {
            style.width == 0 || longest.min(NARROWEST_NAME) + taken(columns) <= style.width
        };
        // Many targets have numbers; the list above says whose.
        let named = |target: &str, _| harmless(target).into_owned();
        let numbered = |_: &str, number: usize| number.to_string();
        let columns = |brevity| columns(comparison, rows, (brevity, style), numbered);
        let shortest = (Brevity::Shortest, columns(Brevity::Shortest));
        let layouts = [
            (Brevity::Full, self::columns(comparison, rows, (Brevity::Full, style), named)),
            (Brevity::Full, columns(Brevity::Full)),
            (Brevity::Short, columns(Brevity::Short)),
        ];
        let (brevity, columns) = layouts.into_iter().find(fits).unwrap_or(shortest);
        let room = style.width.saturating_sub(taken(&columns)).max(NARROWEST_NAME);
        let name_width = if style.width == 0 { longest } else { longest.min(room) };
        let all_ran = comparison.runs().count() == comparison.columns.len();
        Self { columns, name_width, brevity, all_ran, style }
    }

    /// The targets with their versions, numbered.
    fn targets(&self, comparison: &Comparison) -> String {
        let width = self.columns.iter().map(|column| column.target.chars().count()).max();
        let digits = self.columns.len().to_string().len();
        let lines = self.columns.iter().zip(&comparison.columns).enumerate();
        let lines = lines.map(|(index, (shown, column))| {
            let version = column.run().and_then(|run| run.header.target_version.as_ref());
            let name = pad(&harmless(&shown.target), width.unwrap_or_default());
            let line = format!(
                "{:>digits$}  {name}  {}",
                index + 1,
                version.map(|version| harmless(version.as_str())).unwrap_or_default()
            );
            self.style.paint(Paint::Strong, line.trim_end()) + "\n"
        });
        lines.collect()
    }

    /// A part of the table under a title; nothing without rows.
    fn section(&self, title: &str, rows: &[&Row]) -> String {
        if rows.is_empty() {
            return String::new();
        }
        let title = format!("{title}: {}", count(rows.len(), "scenario"));
        let mut lines = vec![self.style.paint(Paint::Strong, &title), self.headings()];
        for class in group_by_first(rows.iter().copied(), |row| name(row).0) {
            lines.extend(class.first().map(|row| harmless(name(row).0).into_owned()));
            lines.extend(class.into_iter().map(|row| self.line(row)));
        }
        lines.push(legend(rows, self.all_ran, self.brevity, self.style));
        lines.join("\n") + "\n"
    }

    fn headings(&self) -> String {
        let mut line = pad("", self.name_width);
        for column in &self.columns {
            line.extend([&*" ".repeat(GAP), &pad(&column.heading, column.width)]);
        }
        self.style.paint(Paint::Faint, line.trim_end())
    }

    fn line(&self, row: &Row) -> String {
        let shown = format!("  {}", harmless(name(row).1));
        let mut line = pad(&fit(&shown, self.name_width, self.style), self.name_width);
        for column in &self.columns {
            let (text, paint) = mark(row.cells.get(&column.target), self.brevity, self.style);
            let blanks = " ".repeat(column.width.saturating_sub(text.chars().count()));
            line.extend([&*" ".repeat(GAP), &self.style.paint(paint, &text), &blanks]);
        }
        line.truncate(line.trim_end().len());
        line
    }

    /// How many rows are not shown, and why.
    fn rest(&self, as_expected: usize, not_judged: usize) -> String {
        let mut text = String::new();
        for (number, words, paint) in [
            (as_expected, "as expected wherever judged", Paint::Good),
            (not_judged, "skipped at all targets", Paint::Faint),
        ] {
            if number > 0 {
                let line = format!("{} {words}", count(number, "scenario"));
                text.extend([&*self.style.paint(paint, &line), "\n"]);
            }
        }
        text
    }
}

fn columns(
    comparison: &Comparison,
    rows: &[&Row],
    (brevity, style): (Brevity, Style),
    heading: impl Fn(&str, usize) -> String,
) -> Vec<TableColumn> {
    let column = |(index, target): (usize, &str)| {
        let heading = heading(target, index + 1);
        let marks =
            rows.iter().map(|row| mark(row.cells.get(target), brevity, style).0.chars().count());
        let width = marks.chain([heading.chars().count()]).max().unwrap_or_default();
        TableColumn { target: target.to_owned(), heading, width }
    };
    comparison.columns.iter().map(|column| &*column.target).enumerate().map(column).collect()
}

fn taken(columns: &[TableColumn]) -> usize {
    columns.iter().map(|column| column.width + GAP).sum()
}

/// The class of a scenario, and the rest of its id.
fn name(row: &Row) -> (&str, &str) {
    row.scenario.split_once('/').unwrap_or((&row.scenario, &row.scenario))
}
