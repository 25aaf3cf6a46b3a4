//! `mtls-harness list`: what there is, without running it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mtls_reports::ExitCode;
use mtls_scenarios::{Case, Library};
use serde_json::json;

use super::Failure;
use super::args::List;
use super::selection::{load, nothing_selected, select};
use super::terminal;

/// Runs the command.
pub(super) fn list(arguments: &List) -> Result<ExitCode, Failure> {
    let library = load(&arguments.selection)?;
    let plan = select(&library, &arguments.selection)?;
    if plan.cases.is_empty() {
        terminal::note(&nothing_selected(&library, &arguments.selection));
        return Ok(ExitCode::NothingSelected);
    }
    let mut scenarios: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in &plan.cases {
        scenarios.entry(&case.scenario).or_default().push(case);
    }
    let text = match (arguments.json, arguments.cases) {
        (true, _) => as_json(&library, &scenarios, arguments.cases)?,
        (false, true) => plan.cases.iter().fold(String::new(), |text, case| text + &case.id + "\n"),
        (false, false) => as_table(&library, &scenarios),
    };
    terminal::say(&text);
    Ok(ExitCode::GateOpen)
}

fn as_table(library: &Library, scenarios: &BTreeMap<&str, Vec<&Case>>) -> String {
    let width = scenarios.keys().map(|id| id.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut cases = 0;
    for (id, selected) in scenarios {
        cases += selected.len();
        let (title, severity) = library
            .scenarios
            .get(*id)
            .map_or(("", ""), |scenario| (scenario.title.as_str(), scenario.severity.as_str()));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{id:width$}  {severity:8}  {:4}  {title}", selected.len());
    }
    let _ = writeln!(text, "{} scenarios, {cases} cases", scenarios.len());
    text
}

fn as_json(
    library: &Library,
    scenarios: &BTreeMap<&str, Vec<&Case>>,
    with_cases: bool,
) -> Result<String, Failure> {
    let rows: Vec<_> = scenarios
        .iter()
        .filter_map(|(id, selected)| {
            let scenario = library.scenarios.get(*id)?;
            let mut row = json!({
                "id": id,
                "title": scenario.title,
                "severity": scenario.severity,
                "references": scenario.references,
                "cases": selected.len(),
            });
            if let (true, Some(fields)) = (with_cases, row.as_object_mut()) {
                let ids: Vec<_> = selected.iter().map(|case| case.id.as_str()).collect();
                fields.insert("case_ids".to_owned(), json!(ids));
            }
            Some(row)
        })
        .collect();
    let text = serde_json::to_string_pretty(&rows).map_err(|e| Failure::undecided(&e))?;
    Ok(text + "\n")
}
