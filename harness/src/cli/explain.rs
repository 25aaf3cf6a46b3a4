//! `mtls-harness explain`: what a scenario does, what must come of it, why it matters; with `--run`, what was said.

use std::fmt::Write as _;

use mtls_reports::{ExitCode, Run as Finished, story};
use mtls_scenarios::{
    Action, Case, Cell, Control, EndpointChoice, Expect, Expected, Library, Mode, Scenario, Step,
    Visit, Wording, did_you_mean, expand,
};

use super::Failure;
use super::args::{Choice, Explain, Run, Selection};
use super::by_hand::Papers;
use super::run::{Job, carry_out};
use super::selection::load;
use super::terminal;
use crate::run::{Dialogues, Plan, describe_step};

/// Column at which prose is broken.
const WIDTH: usize = 96;

/// Runs the command.
pub(super) fn explain(arguments: &Explain) -> Result<ExitCode, Failure> {
    let selection = Selection { filter: Vec::new(), scenarios: arguments.scenarios.clone() };
    let mut library = load(&selection)?;
    arguments.gate.trust.rekey(&mut library)?;
    let (id, cell) = match arguments.id.split_once('@') {
        Some((id, cell)) => (id, Some(cell)),
        None => (arguments.id.as_str(), None),
    };
    let Some(scenario) = library.scenarios.get(id) else {
        let known = library.scenarios.keys().map(String::as_str);
        let hint = did_you_mean(id, known)
            .unwrap_or_else(|| "`mtls-harness list` shows all scenarios".to_owned());
        return Err(Failure::invalid(&format!("unknown scenario `{id}`\n  help: {hint}")));
    };
    let cases = expand(id, scenario);
    if let Some(cell) = cell
        && !cases.iter().any(|case| case.id == arguments.id)
    {
        let known = cases.iter().filter_map(|case| Some(case.id.split_once('@')?.1));
        let hint = did_you_mean(cell, known)
            .unwrap_or_else(|| format!("`mtls-harness list --cases -f {id}` shows its cases"));
        return Err(Failure::invalid(&format!(
            "scenario `{id}` has no case `{cell}`\n  help: {hint}"
        )));
    }
    let case = cases.iter().find(|case| cases.len() == 1 || case.id == arguments.id);
    let papers = Papers::new(arguments)?;
    let performs = arguments.run || arguments.vendor_report.is_some();
    if (performs || papers.is_some()) && case.is_none() {
        let example = cases.first().map_or(id, |case| case.id.as_str());
        return Err(Failure::invalid(&format!(
            "--run, --steps and --vendor-report are about one case, and scenario `{id}` has {}\n  \
             help: name one, such as {example}; `mtls-harness list --cases -f {id}` shows them",
            cases.len(),
        )));
    }
    terminal::say(&text(&library, id, scenario, &cases, &arguments.id));
    let Some(case) = case.filter(|_| performs || papers.is_some()) else {
        return Ok(ExitCode::GateOpen);
    };
    let mut finished = None;
    let code = if performs {
        perform(arguments, library.clone(), case, |run| finished = Some(run.clone()))?
    } else {
        ExitCode::GateOpen
    };
    if let Some(papers) = papers {
        let job = job(arguments, library.clone(), case)?;
        papers.write(arguments, (scenario, case), &job, finished.as_ref())?;
    }
    Ok(code)
}

/// Performs a case and tells what was said.
fn perform(
    arguments: &Explain,
    library: Library,
    case: &Case,
    keep: impl FnMut(&Finished),
) -> Result<ExitCode, Failure> {
    let style = terminal::style(&arguments.gate.display, None);
    carry_out(job(arguments, library, case)?, |comparison, _| {
        let several = comparison.columns.len() > 1;
        for run in comparison.runs() {
            if several {
                terminal::say(&format!("\nAt {}\n", run.header.target));
            }
            run.results.iter().for_each(|case| terminal::say(&format!("\n{}", story(case, style))));
        }
        comparison.runs().take(1).for_each(keep);
        Ok(())
    })
}

/// The case as a run.
fn job(arguments: &Explain, library: Library, case: &Case) -> Result<Job, Failure> {
    let mut gate = arguments.gate.clone();
    gate.display.progress = Choice::Never;
    let scenarios = arguments.scenarios.clone();
    let run = Run {
        gate,
        selection: Selection { filter: vec![case.id.clone()], scenarios },
        jobs: 1,
        targets_at_once: 1,
        repeat: None,
        fail_fast: false,
        allow_undecided: false,
        report: Vec::new(),
        waivers: Vec::new(),
        write_waivers: None,
        keylog: None,
        pcap: None,
    };
    Job::new(run, library, Plan { cases: vec![case.clone()] }, Dialogues::OfAll)
}

fn text(library: &Library, id: &str, scenario: &Scenario, cases: &[Case], asked: &str) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{id}\n{}\n", scenario.title);
    let _ = writeln!(out, "Severity: {}   Cases: {}\n", scenario.severity.as_str(), cases.len());
    out.push_str(&wrapped(&scenario.why));
    out.push('\n');
    let one = cases.iter().find(|case| case.id == asked);
    let variant = one.and_then(|case| case.cell.variant.as_deref());
    // Of several cases no variant is shown in particular.
    let shown = one.cloned().or_else(|| {
        let first = cases.first().cloned()?;
        Some(Case { cell: Cell { variant: None, ..first.cell }, ..first })
    });
    for (number, step) in scenario.steps.iter().enumerate() {
        match &shown {
            Some(case) if scenario.steps.len() > 1 => {
                let _ = writeln!(out, "Step {}: {}", number + 1, describe_step(case, step));
            }
            _ => {
                let _ = writeln!(out, "Step {}", number + 1);
            }
        }
        if let Step::Visit(visit) = step {
            describe_visit(&mut out, library, scenario, visit, variant);
        }
    }
    if !scenario.variants.is_empty() && variant.is_none() {
        variants(&mut out, scenario);
    }
    if !scenario.references.is_empty() {
        let _ = writeln!(out, "References: {}", scenario.references.join("; "));
    }
    let _ = writeln!(out, "\nRun it:\n  mtls-harness run --filter '{asked}'");
    out
}

/// The variants, each with its script where it has one.
fn variants(out: &mut String, scenario: &Scenario) {
    let names = scenario.variants.keys();
    let width = names.clone().map(String::len).max().unwrap_or(0);
    if scenario.variants.values().all(|wording| wording.script.is_none()) {
        let names: Vec<_> = names.map(String::as_str).collect();
        let _ = writeln!(out, "Variants: {}\n", names.join(", "));
        return;
    }
    let _ = writeln!(out, "Variants");
    for (name, wording) in &scenario.variants {
        let script = wording.script.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(out, "{}", format!("  {name:width$}  {script}").trim_end());
    }
    out.push('\n');
}

/// What the client does by script, the variant's where one is looked at.
fn client(scenario: &Scenario, visit: &Visit, variant: Option<&str>) -> Option<String> {
    let varied = variant.and_then(|name| scenario.variants.get(name)).filter(|_| visit.vary);
    if let Some(variant) = varied {
        return visit.say.overlaid(variant).script.map(|script| script.to_string());
    }
    let scripted = |wording: &Wording| wording.script.is_some();
    let varies = visit.vary && scenario.variants.values().any(scripted);
    match &visit.say.script {
        Some(script) if varies && !script.is_honest() => {
            Some(format!("{script}; then what the variant says"))
        }
        _ if varies => Some("does what the variant says".to_owned()),
        script => script.as_ref().map(ToString::to_string),
    }
}

fn describe_visit(
    out: &mut String,
    library: &Library,
    scenario: &Scenario,
    visit: &Visit,
    variant: Option<&str>,
) {
    let (choice, own) = match &visit.action {
        Action::Connect(connect) => (connect.endpoint, connect.credential.as_ref()),
        Action::Reuse(reuse) => (reuse.endpoint, None),
        Action::Raw(raw) => (raw.endpoint, None),
    };
    let of_cell = scenario.matrix.credential.iter().filter(|_| own.is_none());
    for name in own.into_iter().chain(of_cell) {
        let summary = library.credentials.get(name).map_or("", |c| c.summary.as_str());
        let _ = writeln!(out, "  credential  {name}: {summary}");
    }
    for (what, value) in [("SNI", &visit.say.sni), ("Host", &visit.say.host)] {
        if let Some(value) = value {
            let _ = writeln!(out, "  {what:10}  {value}");
        }
    }
    if let Some(does) = client(scenario, visit, variant) {
        let _ = writeln!(out, "  client      {does}");
    }
    for mode in &scenario.matrix.mode {
        let roles = EndpointChoice::roles(choice, *mode);
        let mode_there = roles.first().map_or(*mode, |role| role.mode());
        let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        let _ = writeln!(
            out,
            "  {:10}  at {}: {}",
            mode.as_str().to_uppercase(),
            roles.join(" or "),
            expectation(&visit.expect, mode_there)
        );
    }
    if !visit.alert.is_empty() {
        let names: Vec<_> = visit.alert.iter().map(|alert| alert.as_str()).collect();
        let _ = writeln!(out, "  best alert  {}", names.join(" or "));
    }
    if let (true, Control::Twin(name)) = (visit.expect != Expect::Accepted, &visit.control) {
        let _ = writeln!(out, "  control     {name} must be let in at the same endpoint first");
    }
    out.push('\n');
}

fn expectation(expect: &Expect, mode: Mode) -> String {
    let words = |set: &[Expected]| set.iter().map(|e| e.as_str()).collect::<Vec<_>>().join(" or ");
    match (expect, mode) {
        (Expect::Only(outcomes), _) => words(outcomes),
        (Expect::Anything, _) => "whatever happens is good".to_owned(),
        (_, Mode::Public) | (Expect::NoCertificate, Mode::Loose) => "anonymous".to_owned(),
        (Expect::Accepted, _) => "authenticated, as exactly this end-entity".to_owned(),
        (Expect::Refused | Expect::NoCertificate, Mode::Strict) => "rejected".to_owned(),
        (Expect::Refused, Mode::Loose) => {
            "rejected, or served as nobody (RFC 8446 4.4.2.4), as the target promises".to_owned()
        }
        (Expect::Policy(policy), _) => format!(
            "as the target promises for `{}`; without a promise, refused or authenticated as exactly this end-entity",
            policy.as_str()
        ),
        (Expect::ByMode { strict, .. }, Mode::Strict) => words(strict),
        (Expect::ByMode { loose, .. }, Mode::Loose) => words(loose),
    }
}

/// Breaks prose into lines.
pub(super) fn wrapped(prose: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in prose.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_between_words() {
        let text = wrapped(&"word ".repeat(50));
        assert!(text.lines().all(|line| line.len() <= WIDTH));
        assert_eq!(text.split_whitespace().count(), 50);
    }
}
