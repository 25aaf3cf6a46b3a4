//! `JUnit` XML as CI systems read it: a suite for each scenario, a test case for each cell.
//!
//! `classname` is the scenario's path with dots, `name` the cell: some systems drop a test case
//! whose pair of these was seen before, so the pairs are unique. A failure is something unexpected,
//! an error something undecided or
//! missing. What is waived counts as skipped, with the waiver's reason: a known failure neither breaks the build nor looks
//! like a success. Waivers that close the gate are failures of a suite of their own, `WAIVERS`.

use std::{collections::BTreeMap, time::Duration};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    Comparison, Found, RenderError, Run, Style,
    dialogue::few_lines,
    model::{CaseResult, Disposition, Verdict},
    summary::by_scenario,
    text::harmless,
    words::{self, describe_expected, word},
};

pub(crate) fn render(run: &Run) -> Result<Vec<u8>, RenderError> {
    let mut report = Report::new("mtls-harness");
    report.timestamp = run.header.started.parse().ok();
    report.time = run.footer.as_ref().map(|footer| Duration::from_micros(footer.elapsed_us));
    add_suites(&mut report, run, None);
    serialize(&report)
}

/// The runs of a comparison: suites and classes have the target's name in front.
pub(crate) fn render_comparison(comparison: &Comparison) -> Result<Vec<u8>, RenderError> {
    let mut report = Report::new("mtls-harness");
    let first = comparison.runs().next();
    report.timestamp = first.and_then(|run| run.header.started.parse().ok());
    for column in &comparison.columns {
        match &column.found {
            Found::Run(run) => add_suites(&mut report, run, Some(&column.target)),
            Found::Failed(why) => {
                let status = TestCaseStatus::non_success(NonSuccessKind::Error);
                report.add_test_suite(not_run(&column.target, status, why));
            }
            Found::Missing(why) => {
                let status = TestCaseStatus::skipped();
                report.add_test_suite(not_run(&column.target, status, why));
            }
        }
    }
    serialize(&report)
}

fn serialize(report: &Report) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    report.serialize(&mut bytes)?;
    Ok(bytes)
}

fn add_suites(report: &mut Report, run: &Run, target: Option<&str>) {
    let suites = by_scenario(&run.results).into_iter().map(|cases| suite(run, &cases));
    let of_run = (!run.is_complete()).then(|| incomplete(run));
    let of_waivers = (!run.waiver_problems().is_empty()).then(|| waivers(run));
    for mut suite in suites.chain(of_run).chain(of_waivers) {
        if let Some(target) = target {
            put_in_front(&mut suite, target);
        }
        report.add_test_suite(suite);
    }
}

/// Tells the suites of targets apart.
fn put_in_front(suite: &mut TestSuite, target: &str) {
    let target = harmless(target);
    suite.name = format!("{target}/{}", suite.name.as_str()).into();
    for test in &mut suite.test_cases {
        let class = test.classname.as_ref().map(quick_junit::XmlString::as_str);
        // Systems split class names at dots.
        let class = format!("{}.{}", target.replace('.', "_"), class.unwrap_or_default());
        test.set_classname(class);
    }
}

/// A target that was not tested must not look like one that passed.
fn not_run(target: &str, mut status: TestCaseStatus, why: &str) -> TestSuite {
    status.set_message(harmless(why));
    let mut test = TestCase::new("tested", status);
    test.set_classname("RUN");
    let mut suite = TestSuite::new("RUN");
    suite.add_test_case(test);
    put_in_front(&mut suite, target);
    suite
}

fn suite(run: &Run, cases: &[&CaseResult]) -> TestSuite {
    let scenario = cases.first().map_or("", |case| case.scenario.as_str());
    let mut suite = TestSuite::new(harmless(scenario));
    let class = harmless(scenario).replace('/', ".");
    let mut elapsed_us: u64 = 0;
    let mut names = BTreeMap::new();
    for case in cases {
        elapsed_us = elapsed_us.saturating_add(case.elapsed_us);
        let mut test = TestCase::new(unique(words::cell(case), &mut names), status(run, case));
        test.set_classname(class.as_str());
        test.set_time(Duration::from_micros(case.elapsed_us));
        test.add_property(Property::new("severity", word(&case.severity)));
        test.add_property(Property::new("expected", describe_expected(&case.expected)));
        suite.add_test_case(test);
    }
    suite.set_time(Duration::from_micros(elapsed_us));
    if let Some(case) = cases.first() {
        suite.add_property(Property::new("title", harmless(&case.title)));
    }
    suite
}

/// Cases that are missing must not look like cases that passed.
fn incomplete(run: &Run) -> TestSuite {
    let (finished, selected) = (run.results.len(), run.header.selected);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("incomplete");
    status.set_message(format!("the run was cut short: {finished} of {selected} cases finished"));
    let mut test = TestCase::new("completed", status);
    // No scenario has this name: theirs have no capitals.
    test.set_classname("RUN");
    let mut suite = TestSuite::new("RUN");
    suite.add_test_case(test);
    suite
}

/// Waivers that close the gate. Like `RUN`, no scenario has this name.
fn waivers(run: &Run) -> TestSuite {
    let mut suite = TestSuite::new("WAIVERS");
    let mut names = BTreeMap::new();
    for problem in run.waiver_problems() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(format!("{}-waiver", word(&problem.fault)));
        status.set_message(harmless(&problem.message));
        let mut test = TestCase::new(unique(&problem.place, &mut names), status);
        test.set_classname("WAIVERS");
        suite.add_test_case(test);
    }
    suite
}

/// A log holds each id once; a run put together in memory may not.
fn unique(name: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let name = harmless(name).into_owned();
    let times = seen.entry(name.clone()).or_default();
    *times += 1;
    if *times == 1 { name } else { format!("{name} ({times})") }
}

fn status(run: &Run, case: &CaseResult) -> TestCaseStatus {
    let mut status = match case.disposition {
        Disposition::Expected => return TestCaseStatus::success(),
        Disposition::Unexpected => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Disposition::Undecided => TestCaseStatus::non_success(NonSuccessKind::Error),
        Disposition::Waived => return waived(case),
        Disposition::Skipped => TestCaseStatus::skipped(),
    };
    status.set_message(harmless(&words::reason(case)));
    if case.disposition != Disposition::Skipped {
        status.set_type(kind(&case.verdict));
        status.set_description(details(run, case));
    }
    status
}

fn waived(case: &CaseResult) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type("waived");
    let given = case.waiver.as_ref().map_or_else(String::new, words::waiver);
    status.set_message(harmless(&format!(
        "waived {given}; {}: {}",
        kind(&case.verdict),
        words::reason(case)
    )));
    status
}

fn kind(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Fail(discrepancy) => word(discrepancy),
        Verdict::Pass(_) => "unexpected-pass".to_owned(),
        Verdict::Inconclusive { .. } => "inconclusive".to_owned(),
        Verdict::Skipped { .. } => "skipped".to_owned(),
    }
}

fn details(run: &Run, case: &CaseResult) -> String {
    let observed = case.observed.as_ref();
    let lines = [
        ("case", Some(case.id.clone())),
        ("title", Some(case.title.clone())),
        ("expected", Some(describe_expected(&case.expected))),
        ("observed", observed.map(words::describe)),
        ("alert", observed.and_then(words::alert)),
        ("explanation", Some(words::reason(case))),
        ("rerun", Some(words::rerun(&run.header.rerun, &case.id))),
    ];
    let mut text = String::new();
    for (label, line) in lines.iter().filter_map(|(label, line)| Some((label, line.as_ref()?))) {
        text.extend(["\n", label, ": ", &harmless(line)]);
    }
    if !case.dialogue.is_empty() {
        text.push_str("\ndialogue:");
        for line in few_lines(&case.dialogue, Style::default()) {
            text.extend(["\n", &*harmless(&line)]);
        }
    }
    text.push('\n');
    text
}
