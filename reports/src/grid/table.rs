//! The table: a row for each scenario, a column for each mode and TLS version.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use mtls_scenarios::{Mode, TlsVersion};

use crate::style::{Paint, Style, fit, pad};
use crate::{
    Dispositions, Run,
    model::{CaseResult, Disposition},
    summary::{by_scenario, group_by_first},
    text::harmless,
    words::version,
};

type Column = (Mode, TlsVersion);

const GAP: usize = 2;
/// What marks a cell with cases whose repetitions came to different verdicts.
const FLAKY: &str = " *";
const NARROWEST_NAME: usize = 12;

/// A scenario and its cells.
struct Row<'a> {
    class: Cow<'a, str>,
    name: Cow<'a, str>,
    cells: BTreeMap<Column, Dispositions>,
    /// Columns with a case whose repetitions came to different verdicts.
    flaky: BTreeSet<Column>,
}

pub(super) fn table(run: &Run, style: Style) -> String {
    let rows: Vec<Row<'_>> =
        by_scenario(&run.results).iter().filter_map(|cases| Row::of(cases)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let columns = columns(&rows);
    let widths: Vec<usize> = columns.iter().map(|column| width(*column, &rows, style)).collect();
    let name_width = name_width(&rows, &widths, style);

    let mut lines = vec![heading(run, style), headers(&columns, &widths, name_width, style)];
    for class in group_by_first(&rows, |row| row.class.as_ref()) {
        lines.extend(class.first().map(|row| style.paint(Paint::Strong, &row.class)));
        for row in class {
            lines.push(row.line(&columns, &widths, name_width, style));
        }
    }
    lines.push(legend(&rows, style));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

impl<'a> Row<'a> {
    fn of(cases: &[&'a CaseResult]) -> Option<Self> {
        let scenario = cases.first()?.scenario.as_str();
        let (class, name) = scenario.split_once('/').unwrap_or((scenario, scenario));
        let mut cells: BTreeMap<Column, Dispositions> = BTreeMap::new();
        for case in cases {
            cells.entry((case.mode, case.tls)).or_default().add(case.disposition);
        }
        let flaky = cases.iter().filter(|case| case.flaky.is_some());
        let flaky = flaky.map(|case| (case.mode, case.tls)).collect();
        Some(Self { class: harmless(class), name: harmless(name), cells, flaky })
    }

    fn cell(&self, column: Column, style: Style) -> (String, Option<Disposition>) {
        let counts = self.cells.get(&column).copied().unwrap_or_default();
        let worst = counts.worst();
        let all = counts.total();
        let text = match worst {
            None => String::new(),
            Some(worst @ Disposition::Skipped) => style.symbol(worst).to_owned(),
            Some(worst) => {
                let such = match worst {
                    Disposition::Unexpected => counts.unexpected,
                    Disposition::Undecided => counts.undecided,
                    Disposition::Waived => counts.waived,
                    Disposition::Expected | Disposition::Skipped => counts.expected,
                };
                let symbol = style.symbol(worst);
                match worst {
                    Disposition::Expected if such == all => format!("{symbol} {all}"),
                    _ => format!("{symbol} {such}/{all}"),
                }
            }
        };
        let text = if self.flaky.contains(&column) { text + FLAKY } else { text };
        (text, worst)
    }

    fn line(
        &self,
        columns: &[Column],
        widths: &[usize],
        name_width: usize,
        style: Style,
    ) -> String {
        let mut line = pad(&fit(&format!("  {}", self.name), name_width, style), name_width);
        for (column, width) in columns.iter().zip(widths) {
            let (text, worst) = self.cell(*column, style);
            let padded = pad(&text, *width);
            let (shown, blanks) = padded.split_at(text.len());
            let painted = worst.map_or_else(String::new, |worst| style.paint(worst.into(), shown));
            line.extend([&*" ".repeat(GAP), &painted, blanks]);
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// STRICT and LOOSE always, so that tables of different runs look alike; public where it occurs.
fn columns(rows: &[Row<'_>]) -> Vec<Column> {
    let versions = [TlsVersion::Tls12, TlsVersion::Tls13];
    let always = [Mode::Strict, Mode::Loose].into_iter().flat_map(|m| versions.map(|v| (m, v)));
    let occurs = |column: &Column| rows.iter().any(|row| row.cells.contains_key(column));
    always.chain(versions.map(|v| (Mode::Public, v)).into_iter().filter(occurs)).collect()
}

fn title((mode, tls): Column) -> String {
    format!("{} {}", mode.as_str(), version(tls))
}

fn width(column: Column, rows: &[Row<'_>], style: Style) -> usize {
    let cells = rows.iter().map(|row| row.cell(column, style).0.chars().count());
    cells.chain([title(column).len()]).max().unwrap_or_default()
}

/// As long as the longest name, or as the columns leave room for.
fn name_width(rows: &[Row<'_>], widths: &[usize], style: Style) -> usize {
    let longest = rows.iter().map(|row| row.name.chars().count() + 2).max().unwrap_or_default();
    let columns: usize = widths.iter().map(|width| width + GAP).sum();
    match style.width {
        0 => longest,
        width => longest.min(width.saturating_sub(columns).max(NARROWEST_NAME)),
    }
}

fn heading(run: &Run, style: Style) -> String {
    let target = harmless(&run.header.target);
    let line = match &run.header.target_version {
        Some(version) if !version.is_empty() => format!("target {target} ({version})"),
        _ => format!("target {target}"),
    };
    style.paint(Paint::Strong, &line)
}

fn headers(columns: &[Column], widths: &[usize], name_width: usize, style: Style) -> String {
    let mut line = pad("", name_width);
    for (column, width) in columns.iter().zip(widths) {
        line.extend([&*" ".repeat(GAP), &pad(&title(*column), *width)]);
    }
    style.paint(Paint::Faint, line.trim_end())
}

/// What the symbols mean; those of waived and flaky cases only where there are any.
fn legend(rows: &[Row<'_>], style: Style) -> String {
    let words = [
        (Disposition::Expected, "as expected"),
        (Disposition::Unexpected, "not as expected, of all"),
        (Disposition::Undecided, "undecided, of all"),
        (Disposition::Waived, "waived, of all"),
        (Disposition::Skipped, "skipped"),
    ];
    let mut cells = rows.iter().flat_map(|row| row.cells.values());
    let has_waived = cells.any(|counts| counts.waived > 0);
    let mut parts: Vec<_> = words
        .into_iter()
        .filter(|(disposition, _)| *disposition != Disposition::Waived || has_waived)
        .map(|(disposition, word)| format!("{} {word}", style.symbol(disposition)))
        .collect();
    if rows.iter().any(|row| !row.flaky.is_empty()) {
        parts.push(format!("{} flaky", FLAKY.trim_start()));
    }
    style.paint(Paint::Faint, &parts.join("   "))
}
