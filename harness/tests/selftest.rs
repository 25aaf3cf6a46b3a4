//! The self-test: what names what, and what it says when a fault goes unnoticed.
//!
//! That each scenario catches what it names is for `mtls-harness selftest` itself, which CI runs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use mtls_harness::server::Fault;
use mtls_scenarios::Library;

/// Exit code and output of a self-test.
fn selftest(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    command.env("LC_ALL", "C.UTF-8").args(["selftest", "--progress", "never", "--color", "never"]);
    let output = command.args(arguments).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// A folder with one scenario: valid clients are let in; `catches` what it says.
fn own_scenario(folder: &Path, catches: &str) {
    fs::create_dir(folder.join("own")).unwrap();
    let scenario = format!(
        r#"{{"title": "Own", "severity": "low", "why": "A test.", "catches": [{catches}],
            "steps": [{{"connect": {{"credential": "valid"}}, "expect": "accepted"}}]}}"#
    );
    fs::write(folder.join("own/scenario.json"), scenario).unwrap();
}

#[test]
fn every_scenario_names_faults_and_every_fault_is_named() {
    let library = Library::embedded().unwrap();
    let mut named = BTreeSet::new();
    for (id, scenario) in &library.scenarios {
        assert!(!scenario.catches.is_empty(), "{id} names no fault");
        for name in &scenario.catches {
            let fault: Fault = name.parse().unwrap_or_else(|error| panic!("{id}: {error}"));
            named.insert(fault);
        }
    }
    let all: BTreeSet<_> = Fault::ALL.iter().copied().collect();
    let unnamed: Vec<_> = all.difference(&named).map(|fault| fault.as_str()).collect();
    assert!(unnamed.is_empty(), "no scenario names {}", unnamed.join(", "));
}

#[test]
fn a_fault_that_is_caught_opens_the_gate() {
    let filter = ["--filter", "baseline/valid@", "--filter", "!rsa"];
    let (code, text) = selftest(&[&filter[..], &["--fault", "refuse-everyone"]].concat());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("✓ refuse-everyone     1  baseline/valid"), "{text}");
    assert!(text.contains("1 of 1 faults caught"), "{text}");
}

#[test]
fn a_fault_that_goes_unnoticed_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    own_scenario(folder.path(), r#""refuse-everyone", "ignore-validity""#);
    let own = ["--scenarios", folder.path().to_str().unwrap(), "--filter", "own/"];
    let (code, text) = selftest(&own);
    assert_eq!(code, 1, "{text}");
    let missed = "own/scenario names the fault ignore-validity and does not catch it";
    assert!(text.contains(missed), "{text}");
    // A fault that nobody names is one that nobody looks for.
    let (code, text) = selftest(&[&own[..], &["--fault", "accept-all"]].concat());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("no scenario names the fault accept-all"), "{text}");
}

#[test]
fn a_scenario_that_cannot_fail_closes_it() {
    let folder = tempfile::tempdir().unwrap();
    own_scenario(folder.path(), "");
    let own = folder.path().to_str().unwrap();
    let (code, text) = selftest(&["--scenarios", own, "--filter", "own/"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("no fault turns own/scenario red"), "{text}");
}

#[test]
fn unknown_faults_are_the_users() {
    let (code, text) = selftest(&["--fault", "acept-all"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("unknown fault 'acept-all'"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    own_scenario(folder.path(), r#""no-such-fault""#);
    let own = folder.path().to_str().unwrap();
    let (code, text) = selftest(&["--scenarios", own, "--filter", "own/"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("scenario `own/scenario` catches a fault that does not exist"), "{text}");
}

#[test]
fn the_matrix_as_json() {
    let (code, text) = selftest(&[
        "--filter",
        "baseline/valid@strict,tls1.3,p256",
        "--fault",
        "refuse-everyone",
        "--json",
    ]);
    assert_eq!(code, 0, "{text}");
    let matrix: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(matrix["format_version"], 1);
    assert_eq!(matrix["faults"][0]["caught_by"][0], "baseline/valid");
}
