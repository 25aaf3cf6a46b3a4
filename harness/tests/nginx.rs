//! A real nginx, started by the harness. Where this machine has none, these tests say so and pass.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and may tell"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn harness(arguments: &[&str], temp: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    command.env("LC_ALL", "C.UTF-8").env("TMPDIR", temp).args(arguments).output().unwrap()
}

/// Runs against a target file; `None` without nginx.
fn run(target: &str, more: &[&str], temp: &Path) -> Option<(i32, String)> {
    let output = harness(&[&["run", "--target", target, "--timeout", "60"], more].concat(), temp);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    if err.contains("no `nginx` found") {
        println!("skipped: {err}");
        return None;
    }
    Some((output.status.code().unwrap(), out + &err))
}

#[test]
fn valid_clients_get_in_and_invalid_ones_do_not() {
    let temp = tempfile::tempdir().unwrap();
    let filters = ["baseline/", "certificate/expired@", "path/", "revocation/", "recipe/"];
    let flags: Vec<&str> = filters.iter().flat_map(|f| ["--filter", f]).collect();
    let more = [&flags[..], &["--filter", "!rsa3072", "--filter", "!rsa4096"]].concat();
    let Some((code, text)) = run("nginx", &more, temp.path()) else { return };
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("nginx version"), "{text}");
    // Nothing is left behind by a run whose gate is open.
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}

/// A copy of the committed target with one word of it or of its configuration changed.
fn changed(folder: &Path, from: &str, to: &str) -> String {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/targets/nginx");
    let mut found = false;
    for name in ["nginx.conf", "gate.conf", "target.json"] {
        let text = fs::read_to_string(targets.join(name)).unwrap();
        found |= text.contains(from);
        fs::write(folder.join(name), text.replace(from, to)).unwrap();
    }
    assert!(found, "{from}");
    folder.join("target.json").to_string_lossy().into_owned()
}

#[test]
fn an_nginx_that_does_not_check_the_ca_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let temp = tempfile::tempdir().unwrap();
    let target = changed(folder.path(), "@MODE:gamma@", "optional_no_ca");
    let more = ["--filter", "path/self-signed@loose,*p256*"];
    let Some((code, text)) = run(&target, &more, temp.path()) else { return };
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("is reported as not verified"), "{text}");
    // The logs of a run that was not green are kept, and the user is told where.
    assert!(text.contains("the server's logs are in"), "{text}");
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 1);
}

#[test]
fn an_nginx_that_asks_nobody_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let temp = tempfile::tempdir().unwrap();
    let target = changed(folder.path(), "\"strict\": \"on\"", "\"strict\": \"off\"");
    let more = ["--filter", "baseline/no-certificate@strict,*p256"];
    let Some((code, text)) = run(&target, &more, temp.path()) else { return };
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("served as nobody, expected rejected"), "{text}");
}

#[test]
fn a_configuration_that_nginx_refuses_is_shown_with_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let temp = tempfile::tempdir().unwrap();
    let target = changed(folder.path(), "worker_processes 1;", "worker_processes many;");
    let more = ["--filter", "baseline/no-certificate"];
    let Some((code, text)) = run(&target, &more, temp.path()) else { return };
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("the server ended at its start"), "{text}");
    assert!(text.contains("worker_processes"), "{text}");
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}

#[test]
fn a_finding_is_drafted_for_the_vendor_and_repeats_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let temp = tempfile::tempdir().unwrap();
    let target = changed(folder.path(), "\"strict\": \"on\"", "\"strict\": \"off\"");
    let report = folder.path().join("finding.md");
    let explain = |target: &str, report: &Path| {
        let case = "baseline/no-certificate@strict,tls1.2,p256";
        let report = report.to_string_lossy();
        harness(&["explain", case, "--target", target, "--vendor-report", &report], temp.path())
    };
    let output = explain(&target, &report);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    if complaint.contains("no `nginx` found") {
        println!("skipped: {complaint}");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    let text = fs::read_to_string(&report).unwrap();
    for part in ["nginx version", "ssl_verify_client off", "expected rejected", "openssl s_client"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("PRIVATE KEY"), "{text}");
    let steps = folder.path().join("finding.steps");
    let key = fs::metadata(steps.join("client/alpha-valid.key")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&key.permissions()) & 0o777, 0o600);
    // Both terminals of the person at once: the steps wait until the server listens.
    let both = "./server.sh & server=$!; until (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null; do \
                kill -0 $server || exit 9; done; ./steps.sh; kill $server; wait";
    let listens = text.lines().find_map(|line| line.trim().strip_prefix("listen 127.0.0.1:"));
    let port = listens.unwrap().split(' ').next().unwrap();
    let mut person = Command::new("bash");
    let done = person.args(["-c", both, "person", port]).current_dir(&steps).output().unwrap();
    let seen = String::from_utf8_lossy(&done.stdout).into_owned();
    let case = seen.rsplit("-- The case itself.").next().unwrap();
    assert!(case.contains("HTTP/1.1 200 OK") && case.contains("X-Client-Verify: NONE"), "{seen}");
    // What is as it should be is nothing to report.
    let output = explain("nginx", &folder.path().join("nothing.md"));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(complaint.contains("nothing to report"), "{complaint}");
    assert!(!folder.path().join("nothing.steps").exists());
}
