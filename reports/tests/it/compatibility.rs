//! The compatibility page, and what must not be on it.

use insta::assert_snapshot;
use mtls_reports::{
    Column, Comparison, Format, Found, PeerText, Run,
    model::{CaseResult, Discrepancy, Grade, Outcome, StepResult, TlsRefusal, Verdict},
    render, render_comparison,
};
use mtls_scenarios::{Mode, Severity, TlsVersion};

use crate::fixture::{self, MODES, VERSIONS, alert, case, let_in};

/// A scenario in the four cells, as expected by this outcome.
fn good(scenario: &str, outcome: impl Fn(Mode, TlsVersion) -> Outcome) -> Vec<CaseResult> {
    let places = MODES.into_iter().flat_map(|mode| VERSIONS.map(|tls| (mode, tls)));
    let cases = places.map(|(mode, tls)| {
        let about = (scenario, "Some title", Severity::High);
        let pass = Verdict::Pass(Grade::Exact);
        let mut case = case(about, (mode, tls), Some(outcome(mode, tls)), pass);
        case.observed.as_mut().unwrap().tls.version = Some(tls);
        case
    });
    cases.collect()
}

fn run(bad: Option<CaseResult>) -> Run {
    let mut results = good("baseline/valid", |_, _| let_in("CN=Client"));
    results.extend(good("baseline/no-certificate", |mode, tls| match (mode, tls) {
        (Mode::Strict, TlsVersion::Tls12) => alert(40),
        (Mode::Strict, TlsVersion::Tls13) => alert(116),
        _ => Outcome::Anonymous,
    }));
    results.extend(good("certificate/expired", |_, _| Outcome::RejectedHttp { status: 400 }));
    results.extend(good("path/unknown-ca", |_, tls| match tls {
        TlsVersion::Tls12 => Outcome::RejectedTls(TlsRefusal::Close),
        TlsVersion::Tls13 => alert(48),
    }));
    let mut resumed = good("resumption/identity-after-resumption", |_, _| let_in("CN=Client"));
    for case in &mut resumed {
        case.id.push_str(",session_ticket,valid");
        let mut observed = case.observed.clone();
        observed.as_mut().unwrap().tls.resumed = Some(true);
        case.steps.push(StepResult { action: "resumes".to_owned(), observed });
    }
    results.extend(resumed);
    results.extend(bad);
    fixture::run(results)
}

fn accepted() -> CaseResult {
    let about = ("path/twin-ca", "Secret finding", Severity::Critical);
    let verdict = Verdict::Fail(Discrepancy::UnexpectedAcceptance);
    case(about, (Mode::Strict, TlsVersion::Tls13), Some(let_in("CN=Twin")), verdict)
}

fn page(runs: Vec<Run>) -> String {
    let columns = runs
        .into_iter()
        .map(|run| Column { target: run.header.target.clone(), found: Found::Run(Box::new(run)) });
    let columns = columns.collect();
    let comparison = Comparison { arguments: "run --target nginx,odd".to_owned(), columns };
    String::from_utf8(render_comparison(Format::Compatibility, &comparison).unwrap()).unwrap()
}

#[test]
fn the_page() {
    let mut odd = run(None);
    odd.results.truncate(2);
    "odd|server".clone_into(&mut odd.header.target);
    odd.header.target_version = Some(PeerText::new("1.0 <script>alert(1)</script>"));
    assert_snapshot!(page(vec![run(None), odd]));
}

#[test]
fn what_is_not_publicly_known_changes_nothing() {
    let with = page(vec![run(Some(accepted()))]);
    assert_eq!(with, page(vec![run(None)]));
    let mut expired = run(None);
    for case in &mut expired.results {
        if case.scenario == "certificate/expired" {
            let bad = accepted();
            (case.verdict, case.disposition) = (bad.verdict, bad.disposition);
            case.observed = bad.observed;
        }
    }
    let page = page(vec![expired]);
    assert!(!page.contains("let in"), "{page}");
    assert!(page.contains("| expired | – | – | – | – |"), "{page}");
}

#[test]
fn times_of_day_and_durations_are_not_on_it() {
    let mut later = run(None);
    later.header.started = later.header.started.replace("12:00:00", "23:59:59");
    later.footer = None;
    assert_eq!(page(vec![later]), page(vec![run(None)]));
}

#[test]
fn a_single_run_has_a_page_too() {
    let page = String::from_utf8(render(Format::Compatibility, &run(None)).unwrap()).unwrap();
    let command = "mtls-harness run --target nginx --seed 1 --report compatibility=";
    assert!(page.contains(command), "{page}");
}

#[test]
fn waived_failures_are_on_it_if_they_have_references() {
    let with = fixture::with_waivers();
    let waived = page(vec![with.clone()]);
    assert_snapshot!(waived);
    let mut without = with;
    for case in &mut without.results {
        case.waiver.iter_mut().for_each(|waiver| waiver.references.clear());
    }
    let page = page(vec![without]);
    assert!(!page.contains("let in") && !page.contains("deviations\n"), "{page}");
}
