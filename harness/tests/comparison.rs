//! Several targets in one run, and cases that are performed several times, as a user meets them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const QUICK: &str = "baseline/valid@strict,tls1.3,p256";
/// Refused at the handshake by a mock whose file promises otherwise.
const PROMISED: &str = "certificate/eku-any@strict,tls1.3,p256";

/// Runs and expects this exit code; returns standard output and standard error.
fn expect(code: i32, arguments: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    let output = command.env("LC_ALL", "C.UTF-8").args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

/// A folder with target files of one's own.
struct Targets(TempDir);

impl Targets {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    /// The mock's target file with something changed in it.
    fn changed(&self, name: &str, change: impl FnOnce(&mut Value)) -> String {
        let mock =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scenarios/targets/mock/target.json");
        let mut target: Value = serde_json::from_slice(&fs::read(mock).unwrap()).unwrap();
        change(&mut target);
        let path = self.path(name);
        fs::write(&path, serde_json::to_vec(&target).unwrap()).unwrap();
        path
    }

    /// A mock that promises to accept what it refuses.
    fn boastful(&self) -> String {
        self.changed("boastful.json", |target| {
            target["policies"]["any_extended_key_usage"] = "accept".into();
        })
    }

    /// A server that is said to run, where nobody listens: arguments with its CA.
    fn dead(&self) -> Vec<String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(listener);
        let path = self.changed("dead.json", |target| {
            target["start"] = "running".into();
            for listener in target["listeners"].as_object_mut().unwrap().values_mut() {
                *listener = serde_json::json!({ "address": address });
            }
        });
        let pki = self.path("pki");
        expect(0, &["pki", "init", &pki]);
        let file = |end: &str| format!("{pki}/alpha/main.{end}");
        vec![path, "--ca".to_owned(), file("crt"), "--ca-key".to_owned(), file("key")]
    }
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What leaves every other target of the library out of `all`.
fn others(kept: &[&str]) -> String {
    let (out, _) = expect(0, &["targets", "--json"]);
    let targets: Vec<Value> = serde_json::from_str(&out).unwrap();
    let names = targets.iter().map(|target| target["name"].as_str().unwrap());
    names.filter(|name| !kept.contains(name)).flat_map(|name| [",!", name]).collect()
}

#[test]
fn targets_that_differ_are_shown_side_by_side() {
    let targets = Targets::new();
    let list = format!("mock,{}", targets.boastful());
    let report = format!("json={}", targets.path("r.json"));
    let junit = format!("junit={}", targets.path("r.xml"));
    let log = format!("jsonl={}", targets.path("events.jsonl"));
    let filters = ["--filter", QUICK, "--filter", PROMISED];
    let reports = ["--report", &report, "--report", &junit, "--report", &log];
    let (out, _) = expect(1, &[&["run", "--target", &list][..], &filters, &reports].concat());
    assert!(out.contains("The targets differ: 1 scenario"), "{out}");
    assert!(out.contains("✗R1"), "{out}");
    assert!(out.contains("1 scenario as expected wherever judged"), "{out}");
    assert!(out.ends_with("exit code 1, gate closed: something is not as expected\n"), "{out}");

    let document = json(&targets.path("r.json"));
    assert_eq!(document["format_version"], 1);
    assert_eq!(document["targets"][0]["target"], "mock");
    assert_eq!(document["targets"][0]["report"]["summary"]["exit_code"], 0);
    assert_eq!(document["targets"][1]["report"]["summary"]["exit_code"], 1);
    assert_eq!(document["rows"][1]["agreement"], "differ");
    assert!(
        fs::read_to_string(targets.path("r.xml")).unwrap().contains("mock/certificate/eku-any")
    );
    let mock = mtls_reports::read_log(Path::new(&targets.path("events.mock.jsonl"))).unwrap();
    assert_eq!((mock.header.target.as_str(), mock.results.len()), ("mock", 2));
    let logs = fs::read_dir(targets.0.path()).unwrap();
    let logs = logs
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".jsonl"));
    assert_eq!(logs.count(), 2);
}

#[test]
fn a_dead_target_stops_nobody_and_leaves_the_run_undecided() {
    let targets = Targets::new();
    let dead = targets.dead();
    let list = format!("{},mock", dead[0]);
    let report = format!("json={}", targets.path("r.json"));
    let mut arguments = vec!["run", "--target", &list, "--filter", QUICK, "--report", &report];
    arguments.extend(dead[1..].iter().map(String::as_str));
    let (out, _) = expect(3, &arguments);
    assert!(out.contains("could not be tested: nothing to test at 127.0.0.1:"), "{out}");
    assert!(out.contains("1 case: 1 as expected"), "{out}");
    let document = json(&targets.path("r.json"));
    assert_eq!(document["exit_code"], 3);
    assert!(document["targets"][0]["failed"].is_string(), "{document}");
    assert_eq!(document["targets"][1]["report"]["cases"].as_array().unwrap().len(), 1);
}

#[test]
fn of_all_targets_those_that_are_missing_do_not_count() {
    let targets = Targets::new();
    let folder = targets.0.path().join("library");
    let missing = folder.join("targets/nobody");
    fs::create_dir_all(&missing).unwrap();
    let start = serde_json::json!({ "launch": {
        "program": ["no-such-server"], "version": [], "install": "write it first",
        "files": {}, "command": ["@PROGRAM@"], "modes": {},
    }});
    let path = targets.changed("nobody.json", |target| target["start"] = start);
    fs::rename(path, missing.join("target.json")).unwrap();
    let folder = folder.to_string_lossy().into_owned();
    let own = ["--scenarios", folder.as_str(), "--filter", QUICK];
    let named = [&["run", "--target", "mock,nobody"][..], &own].concat();
    let (out, _) = expect(3, &named);
    assert!(out.contains("could not be tested: no `no-such-server` found"), "{out}");
    let report = format!("json={}", targets.path("r.json"));
    let all = format!("all{}", others(&["mock", "nobody"]));
    let all = [&["run", "--target", &all, "--report", &report][..], &own].concat();
    let (out, _) = expect(0, &all);
    assert!(out.contains("not here: no `no-such-server` found on this machine; write it"), "{out}");
    let document = json(&targets.path("r.json"));
    let found = document["targets"].as_array().unwrap().iter();
    let nobody = found.clone().find(|target| target["target"] == "nobody").unwrap();
    assert!(nobody["missing"].as_str().unwrap().contains("write it first"), "{nobody}");
}

#[test]
fn repetitions_come_to_one_result() {
    let targets = Targets::new();
    let report = format!("json={}", targets.path("r.json"));
    let log = format!("jsonl={}", targets.path("r.jsonl"));
    let reports = ["--report", &report, "--report", &log];
    let filter = ["--filter", QUICK, "--repeat", "3"];
    let (out, _) = expect(0, &[&["run"][..], &filter, &reports].concat());
    assert!(out.contains("1 case: 1 as expected;"), "{out}");
    assert_eq!(json(&targets.path("r.json"))["cases"].as_array().unwrap().len(), 1);
    let log = mtls_reports::read_log(Path::new(&targets.path("r.jsonl"))).unwrap();
    assert!(log.is_complete());
}

#[test]
fn what_cannot_be_compared_is_refused() {
    for (arguments, hint) in [
        (vec!["run", "--target", "mock,mock"], "names `mock` twice"),
        (vec!["run", "--target", "mock,all"], "unknown target `all`"),
        (vec!["run", "--target", "all,mock"], "write !NAME"),
        (vec!["run", "--target", "mock,ngnix"], "did you mean `nginx`?"),
        (vec!["run", "--target", "mock,nginx", "--report", "jsonl=-"], "name a file"),
        (vec!["run", "--target", "mock,nginx", "--fault", "accept-all"], "mock gate only"),
        (vec!["run", "--repeat", "1"], "2..=20"),
    ] {
        let (_, err) = expect(2, &arguments);
        assert!(err.contains(hint), "{arguments:?}: {err}");
    }
}
