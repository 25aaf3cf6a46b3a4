//! The doctor as a user meets it: exit codes, messages, and commands that do what they say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

fn doctor(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    command.arg("doctor").args(arguments).output().unwrap()
}

/// Runs and expects this exit code; returns standard output and standard error.
fn expect(code: i32, arguments: &[&str]) -> (String, String) {
    let output = doctor(arguments);
    let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    assert!(out.is_empty() || err.is_empty(), "{out}\n{err}");
    (out, err)
}

/// Certificates on disk, made once.
fn pki() -> &'static Path {
    static PKI: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, directory) = PKI.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("pki");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
        let made = command.args(["pki", "init"]).arg(&directory).output().unwrap();
        assert!(made.status.success());
        (folder, directory)
    });
    directory
}

/// Certificate, key and CA of a client as arguments.
fn files(name: &str) -> Vec<String> {
    let path = |name: String| pki().join("alpha").join(name).to_string_lossy().into_owned();
    let (certificate, key) = (format!("clients/{name}.crt"), format!("clients/{name}.key"));
    [
        "--cert".into(),
        path(certificate),
        "--key".into(),
        path(key),
        "--ca".into(),
        path("ca.crt".into()),
    ]
    .into()
}

fn strings(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// A file with this content.
fn file(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}

#[test]
fn exit_codes_follow_the_findings() {
    let (out, _) = expect(0, &strings(&files("valid")));
    assert!(out.contains("0 errors"), "{out}");
    let (out, _) = expect(1, &strings(&files("recipe-v1")));
    assert!(out.contains("ERROR     x509-v1") && out.contains("gates built on rustls"), "{out}");
    let mut other_key = files("valid");
    other_key[3] = files("via-intermediate")[3].clone();
    let (out, _) = expect(1, &strings(&other_key));
    assert!(out.contains("key-mismatch"), "{out}");
}

#[test]
fn another_day_can_be_asked_about() {
    let ask = |at: &str, code| {
        let mut arguments = files("valid");
        arguments.push(format!("--at={at}"));
        expect(code, &strings(&arguments)).0
    };
    assert!(ask("+80d", 0).contains("expires-soon"));
    assert!(ask("+91d", 1).contains("ERROR     expired"));
    assert!(ask("2001-01-01", 1).contains("not-yet-valid"));
}

#[test]
fn json_is_versioned_and_complete() {
    let mut arguments = files("expired");
    arguments.push("--json".to_owned());
    let (out, _) = expect(1, &strings(&arguments));
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(read["format_version"], 1);
    assert_eq!(read["counts"]["errors"], 1);
    let diagnosis = &read["credentials"][0];
    assert_eq!(diagnosis["key"]["matches"], true);
    assert_eq!(diagnosis["verdicts"][0]["accepts"], false);
    let finding = &diagnosis["findings"][0];
    assert_eq!((&finding["id"], &finding["severity"]), (&"expired".into(), &"error".into()));
    assert_eq!(finding["where"]["certificate"], 1);
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| file(folder.path(), name, content);
    let directory = folder.path().to_string_lossy().into_owned();
    let garbage: Vec<u8> = (0..=255).cycle().take(9_000).collect();
    let garbage = write("garbage", &garbage);
    let empty = write("empty.yaml", b"");
    let large = write("large", &vec![b'a'; 5 << 20]);
    let base64 = write("base64.yaml", b"kind: Secret\ndata:\n  tls.crt: '*&^%'\n  tls.key: AAAA\n");
    let broken = write("broken.yaml", b"kind: Secret\n data: [\n");
    let level = |n| format!("a{n}: &a{n} [{}]", format!("*a{}, ", n - 1).repeat(9));
    let levels: Vec<_> = (1..40).map(level).collect();
    let bomb = write("bomb.yaml", format!("a0: &a0 [x, x]\n{}\n", levels.join("\n")).as_bytes());
    let deep = write("deep.yaml", "- ".repeat(100_000).as_bytes());
    for (arguments, hint) in [
        (vec![], "--manifest"),
        (vec!["--key", "x"], "--cert"),
        (vec!["--cert", "no-such-file"], "cannot read `no-such-file`"),
        (vec!["--cert", &directory], "directory"),
        (vec!["--cert", &garbage], "holds no certificate"),
        (vec!["--cert", &large], "longer than 4 MiB"),
        (vec!["--manifest", "x", "--cert", "y"], "cannot be used with"),
        (vec!["--manifest", &empty], "kubectl get secret"),
        (vec!["--manifest", &garbage], "not UTF-8"),
        (vec!["--manifest", &large], "longer than 4 MiB"),
        (vec!["--manifest", &base64], "base64.yaml:3, Secret (no name), data.tls.crt"),
        (vec!["--manifest", &broken], "broken.yaml:2:"),
        (vec!["--manifest", &bomb], "holds no certificate"),
        (vec!["--manifest", &deep], "nested deeper"),
        (vec!["--manifest", "x", "--at", "tomorrow"], "`tomorrow` is not a time"),
    ] {
        let (_, err) = expect(2, &arguments);
        assert!(err.contains(hint), "{arguments:?}\n{err}");
    }
}

#[test]
fn a_manifest_is_read_as_the_files_are() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = files("recipe-v1");
    let entry = |key: &str, at: usize| {
        let pem = std::fs::read_to_string(&arguments[at]).unwrap();
        format!("  {key}: |\n    {}\n", pem.trim_end().replace('\n', "\n    "))
    };
    let text = format!(
        "kind: Secret\nmetadata: {{name: agent}}\nstringData:\n{}{}{}",
        entry("client.crt", 1),
        entry("client.key", 3),
        entry("ca.crt", 5)
    );
    let manifest = file(folder.path(), "agent.yaml", text.as_bytes());
    let (out, _) = expect(1, &["--manifest", &manifest]);
    assert!(out.starts_with("Secret agent\n") && out.contains("ERROR     x509-v1"), "{out}");
}

/// Runs a shell command where the files are.
fn shell(folder: &Path, command: &str) {
    let output = Command::new("sh").args(["-ec", command]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// What the doctor says to do about the documented recipe is done, word for word, and helps.
#[test]
fn the_commands_for_a_version_1_certificate_mend_it() {
    if Command::new("openssl").arg("version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let in_folder = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let v1 = files("recipe-v1");
    for (at, name) in [(1, "client.crt"), (3, "client.key")] {
        std::fs::copy(&v1[at], in_folder(name)).unwrap();
    }
    shell(
        folder.path(),
        "openssl req -x509 -nodes -newkey rsa:2048 -keyout ca.key -out ca.crt -subj '/CN=CA Cert'",
    );
    let [certificate, key, ca] = ["client.crt", "client.key", "ca.crt"].map(in_folder);
    let arguments = ["--cert", &certificate, "--key", &key, "--ca", &ca];
    let output = doctor(&[&arguments[..], &["--json"]].concat());
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = read["credentials"][0]["findings"].as_array().unwrap();
    let v1 = findings.iter().find(|finding| finding["id"] == "x509-v1").unwrap();
    for command in v1["commands"].as_array().unwrap() {
        shell(folder.path(), command.as_str().unwrap());
    }
    let renewed = in_folder("client.new.crt");
    expect(0, &["--cert", &renewed, "--key", &key, "--ca", &ca]);
}
