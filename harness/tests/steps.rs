//! Scenarios of many steps, written by a user: what a case tells of them, and what decides.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::time::Duration;

use common::{options, perform, run_library, run_mock};
use mtls_harness::run::Options;
use mtls_reports::model::{CaseResult, Discrepancy, Verdict};
use mtls_scenarios::{Library, Probe};

/// Runs one scenario with these steps in these modes against the correct mock.
async fn play(mode: &str, steps: &str) -> Vec<CaseResult> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("own")).unwrap();
    let scenario = format!(
        r#"{{"title": "Own", "severity": "low", "why": "A test.",
            "matrix": {{"mode": [{mode}], "tls": ["1.3"], "resumption": ["psk"]}}, "steps": [{steps}]}}"#
    );
    fs::write(folder.path().join("own/scenario.json"), scenario).unwrap();
    let library = Library::with_directory(folder.path()).unwrap();
    run_library(library, None, &["own/"]).await
}

const ANONYMOUS: &str =
    r#"{"connect": {"endpoint": "gamma", "credential": "none"}, "expect": "no_certificate"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_case_tells_its_steps() {
    let again = r#"{"reuse": {"connection": "c"}, "expect": "accepted"}"#;
    let first = r#"{"connect": {"credential": "valid", "keep_open": "c"}, "expect": "accepted"}"#;
    let results = play(r#""strict""#, &format!("{first}, {again}")).await;
    assert!(matches!(results[0].verdict, Verdict::Pass(_)), "{:?}", results[0]);
    let actions: Vec<_> = results[0].steps.iter().map(|step| step.action.as_str()).collect();
    assert_eq!(actions, ["connect to alpha as valid", "ask again on connection `c`"]);
    assert!(results[0].steps.iter().all(|step| step.observed.as_ref().is_some_and(|o| o.marker)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_step_that_fails_is_named_and_the_last_one_performed() {
    let wrong = r#"{"connect": {"endpoint": "gamma", "credential": "none"}, "expect": {"only": ["rejected"]}}"#;
    let results = play(r#""loose""#, &format!("{ANONYMOUS}, {wrong}, {ANONYMOUS}")).await;
    assert_eq!(results[0].verdict, Verdict::Fail(Discrepancy::UnexpectedAnonymous));
    let explanation = &results[0].explanation;
    assert!(explanation.starts_with("step 2, connect to gamma as none: "), "{explanation}");
    assert_eq!(results[0].steps.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_with_a_method_that_gets_no_answer() {
    let mut library = Library::embedded().unwrap();
    let mut probe = library.targets["mock"].probe.http().unwrap().clone();
    probe.methods = ["GET", "HEAD"].map(str::to_owned).to_vec();
    library.targets.get_mut("mock").unwrap().probe = Probe::Http(Box::new(probe));
    let results = run_library(library, None, &["requests/methods@strict,tls1.3,p256,"]).await;
    for result in results {
        let is_asked =
            ["head", "get-as-head"].iter().any(|name| result.id.ends_with(&format!(",{name}")));
        match &result.verdict {
            Verdict::Pass(_) => assert!(is_asked, "{result:?}"),
            Verdict::Skipped { reason } => {
                assert!(!is_asked && reason.ends_with("is not GET or HEAD"), "{result:?}");
            }
            _ => panic!("{result:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_target_is_given_the_time_it_needs() {
    for (needs, is_judged) in [(None, false), (Some(30), true)] {
        let mut library = Library::embedded().unwrap();
        library.targets.get_mut("mock").unwrap().answers_within = needs;
        let hasty = Options { timeout: Duration::from_nanos(1), ..options() };
        let performed = perform(library, None, &["baseline/valid@strict,tls1.3,p256"], hasty).await;
        let passed = performed.iter().all(|p| matches!(p.result.verdict, Verdict::Pass(_)));
        assert!(!performed.is_empty() && passed == is_judged, "{needs:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_that_fails_decides_nothing() {
    let setup = r#"{"connect": {"credential": "none"}, "expect": "accepted", "setup": true}"#;
    let results = play(r#""strict""#, &format!("{setup}, {ANONYMOUS}")).await;
    let Verdict::Inconclusive { reason } = &results[0].verdict else { panic!("{:?}", results[0]) };
    assert!(reason.contains("what the attack needs did not come about"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_refused_in_the_handshake_asks_nothing_more() {
    let refused =
        r#"{"connect": {"credential": "unknown-ca", "keep_open": "c"}, "expect": "anything"}"#;
    let again = |expect| format!(r#"{{"reuse": {{"connection": "c"}}, "expect": "{expect}"}}"#);
    let results = play(r#""strict""#, &format!("{refused}, {}", again("refused"))).await;
    assert!(matches!(results[0].verdict, Verdict::Pass(_)), "{:?}", results[0]);
    let results = play(r#""strict""#, &format!("{refused}, {}", again("accepted"))).await;
    assert_eq!(results[0].verdict, Verdict::Fail(Discrepancy::UnexpectedRefusal));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_client_comes_back_with_empty_hands() {
    let refused =
        r#"{"connect": {"credential": "unknown-ca", "keep_tickets": "t"}, "expect": "refused"}"#;
    let back = r#"{"connect": {"credential": "none", "resume": "t"}, "expect": "no_certificate"}"#;
    let results = play(r#""strict", "loose""#, &format!("{refused}, {back}")).await;
    assert_eq!(results.len(), 2);
    for result in results {
        assert!(matches!(result.verdict, Verdict::Pass(_)), "{result:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_resumed_and_says_so() {
    let first =
        r#"{"connect": {"credential": "valid", "keep_tickets": "t"}, "expect": "accepted"}"#;
    let back = r#"{"connect": {"credential": "valid", "resume": "t"}, "expect": "accepted"}"#;
    let results = play(r#""strict", "loose""#, &format!("{first}, {back}")).await;
    for result in results {
        assert!(matches!(result.verdict, Verdict::Pass(_)), "{result:?}");
        let resumed: Vec<_> =
            result.steps.iter().map(|s| s.observed.clone().unwrap().tls.resumed).collect();
        assert_eq!(resumed, [Some(false), Some(true)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_worth_nothing_to_whom_a_full_handshake_lets_in() {
    let first =
        r#"{"connect": {"credential": "valid", "keep_tickets": "t"}, "expect": "accepted"}"#;
    let back =
        r#"{"connect": {"credential": "valid", "resume": "t"}, "expect": {"only": ["rejected"]}}"#;
    let results = play(r#""strict""#, &format!("{first}, {back}")).await;
    let Verdict::Skipped { reason } = &results[0].verdict else { panic!("{:?}", results[0]) };
    assert!(reason.contains("lets the same client in with a full handshake"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_changes_a_gate_of_its_own() {
    let change = r#"{"operate": {"set_mode": {"endpoint": "gamma", "mode": "strict"}}}"#;
    let refused =
        r#"{"connect": {"endpoint": "gamma", "credential": "none"}, "expect": "no_certificate"}"#;
    let results = play(r#""loose""#, &format!("{ANONYMOUS}, {change}, {refused}")).await;
    assert!(matches!(results[0].verdict, Verdict::Pass(_)), "{:?}", results[0]);
    let outcomes: Vec<_> =
        results[0].steps.iter().map(|s| s.observed.clone().map(|o| o.outcome)).collect();
    assert_ne!(outcomes[0], outcomes[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_come_in_the_order_of_the_plan_and_alike_twice() {
    let filter = ["certificate/expired@", "baseline/valid@", "!rsa", "!p521"];
    let outline = |results: Vec<CaseResult>| -> Vec<_> {
        results.into_iter().map(|r| (r.id, r.verdict, r.expected)).collect()
    };
    let first = outline(run_mock(None, &filter).await);
    let second = outline(run_mock(None, &filter).await);
    assert_eq!(first, second);
    assert!(first.first().is_some_and(|(id, ..)| id.starts_with("baseline/valid@")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_is_not_waited_for_at_the_mock() {
    let valid = r#"{"connect": {"credential": "valid"}, "expect": "accepted"}"#;
    let wait = r#"{"wait": {"expiry": "valid"}}"#;
    let refused =
        r#"{"connect": {"credential": "valid"}, "expect": "refused", "controlled_before": true}"#;
    let results = play(r#""strict", "loose""#, &format!("{valid}, {wait}, {refused}")).await;
    for result in results {
        assert!(matches!(result.verdict, Verdict::Pass(_)), "{result:?}");
    }
}
