//! Several targets side by side, as text and as documents; repetitions of a case as one.

use insta::assert_snapshot;
use mtls_reports::{
    Agreement, Column, Comparison, ExitCode, Format, Found, PeerText, Run, Style,
    model::{CaseResult, Discrepancy, Disposition, Grade, Outcome, Verdict},
    render_comparison, settle, side_by_side,
};
use mtls_scenarios::{Mode, Severity, TlsVersion};

use crate::fixture::{self, alert, case, let_in};

const STRICT: (Mode, TlsVersion) = (Mode::Strict, TlsVersion::Tls13);

fn run_at(target: &str, mut run: Run) -> Column {
    target.clone_into(&mut run.header.target);
    run.header.target_version = Some(PeerText::new(&format!("{target}/1.0")));
    run.header.rerun = format!("run --target {target}");
    Column { target: target.to_owned(), found: Found::Run(Box::new(run)) }
}

/// One case that refuses, accepts or cannot be said.
fn one(scenario: &str, verdict: Verdict) -> CaseResult {
    let outcome = match &verdict {
        Verdict::Pass(_) => alert(45),
        Verdict::Fail(_) => let_in("CN=Client"),
        Verdict::Inconclusive { .. } | Verdict::Skipped { .. } => Outcome::Anonymous,
    };
    case((scenario, "Some title", Severity::High), STRICT, Some(outcome), verdict)
}

fn pass() -> Verdict {
    Verdict::Pass(Grade::Exact)
}

fn accepted() -> Verdict {
    Verdict::Fail(Discrepancy::UnexpectedAcceptance)
}

fn skipped() -> Verdict {
    Verdict::Skipped { reason: "the target has no endpoint `beta`".to_owned() }
}

fn unsure() -> Verdict {
    Verdict::Inconclusive { reason: "the target did not answer".to_owned() }
}

fn three() -> Comparison {
    let at = |target: &str, verdicts: [Verdict; 5]| {
        let ids = ["path/differs", "path/alike", "names/good", "names/skipped", "names/unsure"];
        let cases = ids.into_iter().zip(verdicts).map(|(id, verdict)| one(id, verdict));
        run_at(target, fixture::run(cases.collect()))
    };
    let not = |target: &str, found| Column { target: target.to_owned(), found };
    Comparison {
        arguments: "run --target nginx,haproxy,go,caddy,java".to_owned(),
        columns: vec![
            at("nginx", [pass(), accepted(), pass(), skipped(), pass()]),
            at("haproxy", [accepted(), accepted(), skipped(), skipped(), unsure()]),
            not(
                "go",
                Found::Failed("the server ended at its start; its log says:\n  x".to_owned()),
            ),
            not("caddy", Found::Missing("no `caddy` found; install it".to_owned())),
            at("java", [pass(), accepted(), pass(), skipped(), pass()]),
        ],
    }
}

fn many() -> Comparison {
    let targets = (1..=15).map(|number| {
        let mut run = fixture::every_verdict();
        if number % 3 == 0 {
            for case in &mut run.results {
                case.verdict = pass();
                case.disposition = Disposition::Expected;
            }
        }
        run_at(&format!("server-{number}"), run)
    });
    Comparison { arguments: "run --target all".to_owned(), columns: targets.collect() }
}

fn rendered(format: Format, comparison: &Comparison) -> String {
    String::from_utf8(render_comparison(format, comparison).unwrap()).unwrap()
}

#[test]
fn side_by_side_in_unicode() {
    let style = Style { unicode: true, ..Style::default() };
    assert_snapshot!(side_by_side(&three(), style));
}

#[test]
fn side_by_side_in_ascii() {
    let text = side_by_side(&three(), Style::default());
    assert!(text.is_ascii());
    assert_snapshot!(text);
}

#[test]
fn fifteen_targets_on_a_terminal() {
    let style = Style { unicode: true, colour: false, width: 100 };
    let text = side_by_side(&many(), style);
    let table = text.lines().skip(15).take_while(|line| !line.starts_with("FAIL"));
    // The legend may be wider: it is prose.
    let mut rows = table.filter(|line| !line.contains("as expected"));
    assert!(rows.all(|line| line.chars().count() <= 100), "{text}");
    assert_snapshot!(text);
}

#[test]
fn waived_failures_are_marked_and_bad_waivers_told() {
    let good = run_at("good", fixture::run(vec![one("certificate/expired", pass())]));
    let comparison = Comparison {
        arguments: "run --target waived,good".to_owned(),
        columns: vec![run_at("waived", fixture::with_waivers()), good],
    };
    let text = side_by_side(&comparison, Style { unicode: true, ..Style::default() });
    assert!(text.contains("~A2"), "{text}");
    assert!(text.contains("waived: EXPIRED WAIVER ci/waivers.json:12"), "{text}");
    assert_eq!(comparison.exit_code(), ExitCode::GateClosed);
}

#[test]
fn a_skipped_case_is_no_disagreement() {
    let rows = three().rows();
    let agreement = |id: &str| rows.iter().find(|row| row.scenario == id).unwrap().agreement;
    assert_eq!(agreement("path/differs"), Agreement::Differ);
    assert_eq!(agreement("names/unsure"), Agreement::Differ);
    assert_eq!(agreement("path/alike"), Agreement::AlikeNotAsExpected);
    assert_eq!(agreement("names/good"), Agreement::AsExpected);
    assert_eq!(agreement("names/skipped"), Agreement::NotJudged);
}

#[test]
fn a_target_that_could_not_be_tested_leaves_it_undecided_and_a_missing_one_does_not() {
    let mut comparison = three();
    assert_eq!(comparison.exit_code(), ExitCode::GateClosed);
    let good = || run_at("good", fixture::run(vec![one("names/good", pass())]));
    let other = |found| Column { target: "other".to_owned(), found };
    comparison.columns = vec![good(), other(Found::Failed("silent".to_owned()))];
    assert_eq!(comparison.exit_code(), ExitCode::Undecided);
    comparison.columns = vec![good(), other(Found::Missing("not here".to_owned()))];
    assert_eq!(comparison.exit_code(), ExitCode::GateOpen);
    comparison.columns = vec![other(Found::Missing("not here".to_owned()))];
    assert_eq!(comparison.exit_code(), ExitCode::Undecided);
}

#[test]
fn json_of_a_comparison() {
    let document: serde_json::Value =
        serde_json::from_str(&rendered(Format::Json, &three())).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn junit_of_a_comparison() {
    assert_snapshot!(rendered(Format::Junit, &three()));
}

#[test]
fn repetitions_that_differ_are_flaky_and_the_worst_counts() {
    let settled = |verdicts: &[Verdict]| {
        let cases: Vec<_> = verdicts.iter().map(|v| one("path/differs", v.clone())).collect();
        settle(&cases).unwrap()
    };
    assert!(settle(&[]).is_none());
    let steady = settled(&[pass(), Verdict::Pass(Grade::Ok), pass()]);
    assert_eq!((steady.flaky, steady.verdict), (None, Verdict::Pass(Grade::Ok)));
    let flaky = settled(&[pass(), accepted(), pass()]);
    assert_eq!(flaky.verdict, accepted());
    assert_eq!(flaky.disposition, Disposition::Unexpected);
    assert_eq!(
        flaky.explanation,
        "flaky in 3 repetitions: once unexpected-acceptance (let in as CN=Client, expected rejected); \
         2 times as expected (refused by TLS alert certificate_expired (45))"
    );
    let counts: Vec<_> = flaky.flaky.unwrap().seen.iter().map(|seen| seen.times).collect();
    assert_eq!(counts, [1, 2]);
    let (open, waived) = (one("path/differs", accepted()), {
        let mut waived = one("path/differs", accepted());
        waived.disposition = Disposition::Waived;
        waived
    });
    let unexpected = settle(&[waived.clone(), open, waived]).unwrap();
    assert_eq!(unexpected.disposition, Disposition::Unexpected);
    assert_eq!(settled(&[skipped(), pass()]).verdict, pass());
    assert_eq!(settled(&[pass(), unsure(), skipped()]).verdict, unsure());
    assert_eq!(settled(&[unsure(), accepted()]).verdict, accepted());
}

#[test]
fn a_flaky_case_is_marked() {
    let cases = [one("path/differs", pass()), one("path/differs", skipped())];
    let mut run = fixture::run(vec![settle(&cases).unwrap()]);
    run.footer = None;
    assert_snapshot!(mtls_reports::grid(&run, Style { unicode: true, ..Style::default() }));
    let marked = side_by_side(
        &Comparison {
            arguments: String::new(),
            columns: vec![
                run_at("nginx", run),
                run_at("go", fixture::run(vec![one("path/differs", accepted())])),
            ],
        },
        Style::default(),
    );
    assert!(marked.contains("ok*"), "{marked}");
}
