//! The command as a user meets it: exit codes, messages, files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

/// The command, without what the surroundings could change.
fn harness(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs and expects this exit code; returns standard output and standard error.
fn expect(code: i32, arguments: &[&str]) -> (String, String) {
    let output = harness(arguments);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    (out, err)
}

const QUICK: &str = "baseline/valid@strict,tls1.3,p256";

#[test]
fn a_good_case_opens_the_gate() {
    let (out, _) = expect(0, &["run", "--filter", QUICK]);
    assert!(out.contains("1 cases: 1 as expected") || out.contains("1 case"), "{out}");
    assert!(!out.contains('\u{1b}'), "colour without a terminal");
}

#[test]
fn a_broken_mock_closes_it_and_says_how_to_see_it_again() {
    let id = "certificate/expired@strict,tls1.3,p256";
    let (out, _) = expect(1, &["run", "--fault", "ignore-validity", "--filter", id]);
    assert!(out.contains("let in as"), "{out}");
    assert!(out.contains("mtls-harness run --fault ignore-validity --filter"), "{out}");
    assert!(out.contains(id), "{out}");
}

#[test]
fn reports_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (json, junit, log) = (path("r.json"), path("r.xml"), path("r.jsonl"));
    let reports = [format!("json={json}"), format!("junit={junit}"), format!("jsonl={log}")];
    let mut arguments = vec!["run", "--filter", "certificate/expired@"];
    for report in &reports {
        arguments.extend(["--report", report]);
    }
    expect(0, &arguments);
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(report["format_version"], 1);
    assert!(std::fs::read_to_string(&junit).unwrap().contains("<testsuite "));
    let log = mtls_reports::read_log(Path::new(&log)).unwrap();
    assert!(log.is_complete());
    assert_eq!(log.header.selected, log.results.len());
}

#[test]
fn what_went_over_connections_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (keys, capture) = (path("keys.log"), path("case.pcapng"));
    expect(0, &["run", "--filter", QUICK, "--keylog", &keys, "--pcap", &capture]);
    let keys = std::fs::read_to_string(&keys).unwrap();
    assert!(keys.contains("CLIENT_TRAFFIC_SECRET_0 "), "{keys}");
    assert!(keys.ends_with('\n'));
    let capture = std::fs::read(&capture).unwrap();
    assert!(capture.starts_with(b"\x0a\x0d\x0d\x0a"), "no section header of pcapng");
    assert!(capture.windows(64).any(|part| keys.as_bytes().starts_with(part)), "no secrets");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_key_log_that_cannot_be_written_ends_a_run_before_its_cases() {
    let (_, err) = expect(2, &["run", "--filter", QUICK, "--keylog", "/proc/no-such-file"]);
    assert!(err.contains("failed to write /proc/no-such-file"), "{err}");
}

#[test]
fn explain_performs_a_case_and_tells_what_was_said() {
    let id = "possession/no-certificate-verify@strict,tls1.3,p256";
    let (out, _) = expect(0, &["explain", id, "--run"]);
    let lie = out.lines().find(|line| line.trim_start().starts_with('!')).unwrap();
    assert!(lie.contains("certificate_verify"), "{lie}");
    assert!(out.contains("ClientHello: TLS 1.3"), "{out}");
    assert!(out.ends_with("Verdict:  as expected\n"), "{out}");
    let fault = ["--fault", "ignore-validity"];
    let id = "certificate/expired@strict,tls1.2,p256";
    let (out, _) = expect(1, &[&["explain", id, "--run"], &fault[..]].concat());
    assert!(out.contains("Verdict:  unexpected-acceptance: let in as"), "{out}");
}

#[test]
fn what_went_wrong_is_told_message_by_message() {
    let id = "certificate/expired@strict,tls1.3,p256";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.xml").to_string_lossy().into_owned();
    let report = format!("junit={path}");
    let run = ["run", "--fault", "ignore-validity", "--filter", id, "--report", &report];
    let (out, _) = expect(1, &run);
    assert!(out.contains("→     52  HTTP: GET /protected"), "{out}");
    let junit = std::fs::read_to_string(&path).unwrap();
    assert!(junit.contains("HTTP: GET /protected"), "{junit}");
}

#[test]
fn a_report_on_standard_output_is_alone_there() {
    let (out, _) = expect(0, &["run", "--filter", QUICK, "--report", "json=-"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["cases"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_selected_is_its_own_exit_code() {
    let (_, err) = expect(4, &["run", "--filter", "certificate/expird"]);
    assert!(err.contains("did you mean `certificate/expired`?"), "{err}");
    expect(4, &["list", "--filter", "no-such-thing"]);
}

#[test]
fn invalid_use_says_what_to_do() {
    for (arguments, hint) in [
        (vec!["run", "--target", "ngnix"], "did you mean `nginx`?"),
        (vec!["run", "--target", "https://127.0.0.1:1"], "needs --mode"),
        (vec!["run", "--target", "https://127.0.0.1:1", "--mode", "strict"], "--cert and --key"),
        (vec!["run", "--target", "no-such-file.json"], "failed to read no-such-file.json"),
        (vec!["run", "--mode", "strict"], "goes with --target https://"),
        (vec!["run", "--fault", "accept-al"], "accept-all"),
        (vec!["run", "--target", "nginx", "--fault", "accept-all"], "mock gate only"),
        (vec!["run", "--report", "junit"], "FORMAT=PATH"),
        (vec!["run", "--report", "junti=x"], "junit"),
        (vec!["run", "--report", "json=-", "--report", "junit=-"], "goes there already"),
        (vec!["run", "--report", "junit=no/such/folder/x.xml"], "make it first"),
        (vec!["run", "--filter", "!"], "invalid filter"),
        (vec!["run", "--timeout", "0"], "between"),
        (vec!["run", "--scenarios", "no-such-folder"], "failed to read no-such-folder"),
        (vec!["explain", "certificate/expird"], "did you mean `certificate/expired`?"),
        (vec!["explain", "certificate/expired@strict,tls1.1,p256"], "did you mean"),
        (
            vec!["explain", "certificate/expired", "--run"],
            "--run, --steps and --vendor-report are about one case",
        ),
        (vec!["explain", "certificate/expired", "--seed", "2"], "--run"),
        (vec!["run", "--pcap", "x.pcapng"], "--pcap captures one case"),
        (vec!["run", "--pcap", "no/such/folder/x"], "make it first"),
        (vec!["run", "--keylog", "."], "name a file"),
        (vec!["run", "--keylog", "x", "--pcap", "x"], "the same file"),
        (vec!["run", "--ca", "x"], "--ca-key"),
        (vec!["run", "--pki", "x", "--ca", "x", "--ca-key", "x"], "cannot be used with"),
        (vec!["run", "--cert", "x", "--key", "x", "--ca", "x", "--ca-key", "x"], "cannot be used"),
        (vec!["run", "--cert", "beta=x", "--key", "x"], "--key of the same account"),
        (vec!["run", "--cert", "bete=x", "--key", "x"], "did you mean `beta`?"),
        (vec!["run", "--cert", "x", "--cert", "y", "--key", "x"], "given twice"),
        (vec!["run", "--target", "https://127.0.0.1:1", "--identity-json", "x"], "JSON pointer"),
        (vec!["run", "--target", "https://127.0.0.1:1", "--crl"], "--crl goes with --pki"),
        (vec!["run", "--pki", "no-such-folder"], "has no readable pki.json"),
        (vec!["frobnicate"], "unrecognized subcommand"),
    ] {
        let (_, err) = expect(2, &arguments);
        assert!(err.contains(hint), "{arguments:?}\n{err}");
    }
}

#[test]
fn a_bad_scenario_is_located() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    let path = folder.path().join("mine/odd.json");
    std::fs::write(&path, "{\n  \"title\": \"x\",\n  \"severty\": \"low\"\n}\n").unwrap();
    let directory = folder.path().to_string_lossy().into_owned();
    let (_, err) = expect(2, &["list", "--scenarios", &directory]);
    assert!(err.contains("mine/odd.json:3:11: unknown field `severty`"), "{err}");
    assert!(err.contains("did you mean `severity`?"), "{err}");
}

#[test]
fn a_scenario_and_a_credential_of_ones_own_need_no_rust() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["mine", "credentials"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let credential = r#"{
        "summary": "Valid for one hour, a year ago",
        "certificates": {"leaf": {"profile": "client", "issuer": {"anchor": "main"},
            "validity": {"not_before": "-365d", "not_after": "-364d"}}},
        "send": [{"certificate": "leaf"}]
    }"#;
    let scenario = r#"{
        "title": "Certificate of last year", "severity": "high", "why": "It is over.",
        "steps": [{"connect": {"credential": "last-year"}, "expect": "refused"}]
    }"#;
    std::fs::write(folder.path().join("credentials/last-year.json"), credential).unwrap();
    std::fs::write(folder.path().join("mine/last-year.json"), scenario).unwrap();
    let directory = folder.path().to_string_lossy().into_owned();
    let (out, _) = expect(0, &["run", "--scenarios", &directory]);
    assert!(out.contains("4 cases: 4 as expected"), "{out}");
    expect(1, &["run", "--scenarios", &directory, "--fault", "ignore-validity"]);
}

#[test]
fn list_and_explain_tell_what_is_there() {
    let (out, _) = expect(0, &["list", "--filter", "certificate/expired@"]);
    assert!(out.contains("certificate/expired"), "{out}");
    let (out, _) = expect(0, &["list", "--json", "--cases", "--filter", "certificate/expired@"]);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(rows[0]["id"], "certificate/expired");
    let (out, _) = expect(0, &["explain", "recipe/openssl"]);
    assert!(out.contains("X.509 v1"), "{out}");
    let (out, _) = expect(0, &["explain", "certificate/expired@strict,tls1.3,p256"]);
    assert!(out.contains("--filter 'certificate/expired@strict,tls1.3,p256'"), "{out}");
    let (out, _) = expect(0, &["explain", "possession/bogus-session"]);
    assert!(out.contains("client      does what the variant says"), "{out}");
    assert!(
        out.contains("id-signed-by-other      says in the ClientHello: another session id; signs"),
        "{out}"
    );
    let (out, _) =
        expect(0, &["explain", "possession/bogus-session@strict,tls1.3,p256,id-unsigned"]);
    assert!(
        out.contains("client      says in the ClientHello: another session id; skips"),
        "{out}"
    );
}

#[test]
fn targets_are_listed_with_what_they_provide_and_how_to_get_those_that_are_missing() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("targets/own");
    std::fs::create_dir_all(&own).unwrap();
    let target = serde_json::json!({
        "summary": "A server of a test",
        "start": { "launch": {
            "program": ["no-such-server"],
            "command": ["@PROGRAM@"],
            "version": [],
            "install": "ask its maker",
        } },
        "listeners": { "gate": {} },
        "endpoints": { "solo-strict": {
            "listener": "gate", "host": "gate.test", "mode": "strict", "account": "alpha"
        } },
        "probe": { "identity_path": "/", "protected_path": "/" },
    });
    std::fs::write(own.join("target.json"), target.to_string()).unwrap();
    let directory = folder.path().to_string_lossy().into_owned();
    let (out, _) = expect(0, &["targets", "--scenarios", &directory]);
    assert!(out.contains("comes with the harness"), "{out}");
    let missing = "not here: no `no-such-server` found on this machine; ask its maker";
    assert!(out.contains(missing), "{out}");
    let (out, _) = expect(0, &["targets", "--scenarios", &directory, "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    let row = |name: &str| rows.as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(row("own")["here"], false);
    assert_eq!(row("own")["endpoints"], serde_json::json!(["solo-strict"]));
    assert_eq!(row("mock")["here"], true);
}

#[test]
fn the_default_suite_is_large_enough() {
    let (out, _) = expect(0, &["list", "--cases"]);
    assert!(out.lines().count() >= 1500, "{}", out.lines().count());
}

#[test]
fn a_pki_is_written_once_and_never_over_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("pki").to_string_lossy().into_owned();
    let (out, _) = expect(0, &["pki", "init", &directory]);
    assert!(out.contains("--pki"), "{out}");
    let written = |name: &str| Path::new(&directory).join(name).is_file();
    for name in [
        "README.txt",
        "pki.json",
        "alpha/main.key",
        "alpha/ca.crt",
        "alpha/crl.pem",
        "server/server.key",
    ] {
        assert!(written(name), "{name} is missing");
    }
    let (_, err) = expect(2, &["pki", "init", &directory]);
    assert!(err.contains("not an empty directory"), "{err}");
    let (_, err) = expect(2, &["pki", "init", "/proc/no", "--key", "p999"]);
    assert!(err.contains("known are p256"), "{err}");
}

#[test]
fn a_ca_that_is_none_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    };
    let (certificate, key) = (file("ca.crt", "not a certificate"), file("ca.key", ""));
    let target = ["--target", "https://127.0.0.1:1", "--mode", "strict"];
    let arguments = [&["run"], &target[..], &["--ca", &certificate, "--ca-key", &key]].concat();
    let (_, err) = expect(2, &arguments);
    assert!(err.contains("ca.crt"), "{err}");
}

#[test]
fn addresses_elsewhere_need_authorization() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("pki").to_string_lossy().into_owned();
    expect(0, &["pki", "init", &directory]);
    let (ca, key) = (format!("{directory}/alpha/main.crt"), format!("{directory}/alpha/main.key"));
    // TEST-NET-1 (RFC 5737): refused before any packet is sent.
    let target = ["--target", "https://192.0.2.1:443", "--mode", "strict"];
    let arguments = [&["run"], &target[..], &["--ca", &ca, "--ca-key", &key]].concat();
    let (_, err) = expect(2, &arguments);
    assert!(err.contains("--authorized"), "{err}");
}

#[test]
fn steps_by_hand_need_one_case_and_a_server_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let steps = folder.path().join("steps").to_string_lossy().into_owned();
    let (_, complaint) = expect(2, &["explain", "certificate/expired", "--steps", &steps]);
    assert!(complaint.contains("are about one case"), "{complaint}");
    let case = "certificate/expired@strict,tls1.3,p256";
    let (_, complaint) = expect(2, &["explain", case, "--steps", &steps]);
    assert!(complaint.contains("lives inside mtls-harness"), "{complaint}");
    assert!(!folder.path().join("steps").exists());
    let occupied = folder.path().to_string_lossy().into_owned();
    std::fs::write(folder.path().join("mine"), "").unwrap();
    let (_, complaint) = expect(2, &["explain", case, "--steps", &occupied]);
    assert!(complaint.contains("is not an empty directory"), "{complaint}");
}
