//! Which failures are waived, which waivers close the gate, and what is drafted.

use mtls_reports::{
    ExitCode, Run, Waivers, draft,
    model::{CaseResult, Discrepancy, Disposition, Grade, Verdict, WaiverFault},
};
use mtls_scenarios::{Date, FILL_IN, Library, PlacedWaiver, Severity, Waiver, expand};

use crate::fixture;

fn today() -> Date {
    "2026-03-01".parse().unwrap()
}

fn waiver(cases: &str) -> Waiver {
    Waiver {
        cases: cases.parse().unwrap(),
        target: "nginx".to_owned(),
        version: None,
        discrepancy: Discrepancy::UnexpectedAcceptance,
        reason: "The application checks dates".to_owned(),
        references: Vec::new(),
        owner: "platform".to_owned(),
        expires: "2026-06-01".parse().unwrap(),
    }
}

fn placed(waivers: Vec<Waiver>, results: &[CaseResult]) -> Waivers {
    let place = |(number, waiver): (usize, Waiver)| PlacedWaiver {
        covers: results.iter().filter(|case| waiver.cases.covers(&case.id)).count(),
        place: format!("w.json:{}", number + 1),
        waiver,
    };
    Waivers::new(waivers.into_iter().enumerate().map(place).collect(), today())
}

/// The whole of `certificate/expired`, each case with this verdict.
fn expired(verdict: impl Fn(&str) -> Verdict) -> Vec<CaseResult> {
    let library = Library::embedded().unwrap();
    let id = "certificate/expired";
    let about = (id, "Expired certificate", Severity::High);
    let cases = library.scenarios.get(id).into_iter().flat_map(|scenario| expand(id, scenario));
    let result = |case: mtls_scenarios::Case| CaseResult {
        id: case.id.clone(),
        ..fixture::case(about, (case.cell.mode, case.cell.tls), None, verdict(&case.id))
    };
    cases.map(result).collect()
}

fn let_in(_: &str) -> Verdict {
    Verdict::Fail(Discrepancy::UnexpectedAcceptance)
}

fn passed(_: &str) -> Verdict {
    Verdict::Pass(Grade::Exact)
}

fn loose_only(id: &str) -> Verdict {
    if id.contains("loose") { let_in(id) } else { passed(id) }
}

/// The run with its waivers, as the command makes it.
fn waived(waivers: &Waivers, results: Vec<CaseResult>) -> Run {
    let in_force = waivers.for_target("nginx", Some("nginx/1.22.1"));
    let mut run = fixture::run(results.into_iter().map(|case| in_force.apply(case)).collect());
    run.footer.as_mut().unwrap().waiver_problems = waivers.problems(&run);
    run
}

fn faults(run: &Run) -> Vec<(&str, WaiverFault)> {
    run.waiver_problems().iter().map(|problem| (problem.place.as_str(), problem.fault)).collect()
}

#[test]
fn a_waived_failure_leaves_the_gate_open() {
    let results = expired(let_in);
    let waivers = placed(vec![waiver("certificate/expired@*")], &results);
    let run = waived(&waivers, results);
    assert!(run.results.iter().all(|case| case.disposition == Disposition::Waived));
    assert_eq!(run.results[0].waiver.as_ref().unwrap().place, "w.json:1");
    assert_eq!(run.exit_code(), ExitCode::GateOpen);
}

#[test]
fn what_fails_otherwise_or_elsewhere_is_not_waived() {
    let change = |change: fn(&mut Waiver)| {
        let mut waiver = waiver("certificate/expired@*");
        change(&mut waiver);
        waiver
    };
    for other in [
        change(|waiver| waiver.discrepancy = Discrepancy::WrongIdentity),
        change(|waiver| waiver.target = "haproxy".to_owned()),
        change(|waiver| waiver.version = Some("nginx/1.24.*".to_owned())),
        change(|waiver| waiver.expires = "2026-02-28".parse().unwrap()),
        waiver("certificate/wrong-ca@*"),
    ] {
        let results = expired(let_in);
        let run = waived(&placed(vec![other.clone()], &results), results);
        assert!(run.results.iter().all(|case| case.waiver.is_none()), "{other:?}");
        assert_eq!(run.exit_code(), ExitCode::GateClosed);
    }
}

#[test]
fn an_expired_waiver_closes_the_gate_of_its_target_alone() {
    let results = expired(passed);
    let mut old = waiver("certificate/expired@*");
    old.expires = "2026-02-28".parse().unwrap();
    let elsewhere = Waiver { target: "haproxy".to_owned(), ..old.clone() };
    let run = waived(&placed(vec![old, elsewhere], &results), results);
    assert_eq!(faults(&run), [("w.json:1", WaiverFault::Expired)]);
    assert_eq!(run.exit_code(), ExitCode::GateClosed);
    let message = &run.waiver_problems()[0].message;
    assert!(message.contains("expired on 2026-02-28: platform looks at it again"), "{message}");
}

#[test]
fn a_waiver_is_unused_only_where_that_is_certain() {
    let all = || placed(vec![waiver("certificate/expired@*")], &expired(passed));
    let unused = waived(&all(), expired(passed));
    assert_eq!(faults(&unused), [("w.json:1", WaiverFault::Unused)]);
    assert_eq!(unused.exit_code(), ExitCode::GateClosed);
    let otherwise = |_: &str| Verdict::Fail(Discrepancy::OtherRefusal);
    assert_eq!(faults(&waived(&all(), expired(otherwise))), [("w.json:1", WaiverFault::Unused)]);

    let skipped = |_: &str| Verdict::Skipped { reason: String::new() };
    let undecided = |id: &str| {
        let reason = String::new();
        if id.contains("loose") { Verdict::Inconclusive { reason } } else { passed(id) }
    };
    let some_of = |verdict: fn(&str) -> Verdict| {
        expired(verdict).into_iter().filter(|case| case.id.contains("strict")).collect()
    };
    for (why, results) in [
        ("used", expired(loose_only)),
        ("skipped", expired(skipped)),
        ("undecided", expired(undecided)),
        ("not all selected", some_of(passed)),
    ] {
        assert!(faults(&waived(&all(), results)).is_empty(), "{why}");
    }
    let mut interrupted = unused;
    interrupted.footer.as_mut().unwrap().interrupted = true;
    assert!(all().problems(&interrupted).is_empty());
}

#[test]
fn of_waivers_that_overlap_the_first_is_named_and_both_are_used() {
    let results = expired(loose_only);
    let both = vec![waiver("certificate/expired@loose,*"), waiver("certificate/expired@*")];
    let run = waived(&placed(both, &results), results);
    let places = run.results.iter().filter_map(|case| Some(case.waiver.as_ref()?.place.as_str()));
    assert!(places.into_iter().all(|place| place == "w.json:1"));
    assert!(faults(&run).is_empty());
    assert_eq!(run.exit_code(), ExitCode::GateOpen);
}

#[test]
fn a_draft_covers_what_failed_until_somebody_fills_it_in() {
    let library = Library::embedded().unwrap();
    let run = fixture::run(expired(loose_only));
    let drafted = draft(&run, &library, today());
    let patterns: Vec<_> = drafted.iter().map(|waiver| waiver.cases.as_str()).collect();
    assert_eq!(patterns, ["certificate/expired@loose,*"]);
    let waiver = &drafted[0];
    assert!(waiver.reason.starts_with(FILL_IN) && waiver.owner.starts_with(FILL_IN));
    assert_eq!((waiver.target.as_str(), waiver.expires), ("nginx", today().plus_days(90)));
    let again = waived(&placed(drafted, &run.results), run.results);
    assert_eq!(again.exit_code(), ExitCode::GateOpen);
    assert!(draft(&again, &library, today()).is_empty(), "what is waived is not drafted again");
}
