//! Waivers as a user meets them: a broken mock, files that waive what it lets pass, and drafts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

use mtls_scenarios::Date;
use tempfile::TempDir;

const BROKEN: [&str; 3] = ["run", "--fault", "ignore-validity"];
const EXPIRED: &str = "certificate/expired@";

/// Days from today; negative for the past.
fn day(from_today: i64) -> Date {
    (time::OffsetDateTime::now_utc() + time::Duration::days(from_today)).date().into()
}

fn waiver(cases: &str, expires: Date) -> String {
    format!(
        r#"{{
      "cases": "{cases}",
      "target": "mock",
      "discrepancy": "unexpected-acceptance",
      "reason": "The mock was told to",
      "owner": "tests",
      "expires": "{expires}"
    }}"#
    )
}

/// A folder for waiver files and reports.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    /// Writes a waiver file.
    fn file(&self, waivers: &[String]) -> String {
        let path = self.path("waivers.json");
        fs::write(
            &path,
            format!("{{\n  \"waivers\": [\n    {}\n  ]\n}}\n", waivers.join(",\n    ")),
        )
        .unwrap();
        path
    }
}

/// Runs and expects this exit code; returns standard output and standard error.
fn expect(code: i32, arguments: &[&str], more: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    let output = command.env("LC_ALL", "C.UTF-8").args(arguments).args(more).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?} {more:?}\n{out}\n{err}");
    (out, err)
}

#[test]
fn a_waived_failure_leaves_the_gate_open_and_is_told_everywhere() {
    let desk = Desk::new();
    expect(1, &BROKEN, &["--filter", EXPIRED]);
    let file = desk.file(&[waiver("certificate/expired@*", day(30))]);
    let (json, log) = (desk.path("report.json"), desk.path("events.jsonl"));
    let (json_report, log_report) = (format!("json={json}"), format!("jsonl={log}"));
    let reports = ["--report", &*json_report, "--report", &*log_report];
    let waived = ["--filter", EXPIRED, "--waivers", &file, "--fail-fast"];
    let (out, _) = expect(0, &BROKEN, &[&waived[..], &reports[..]].concat());
    assert!(out.contains(": The mock was told to (tests, "), "{out}");
    assert!(out.contains("waivers.json:3)"), "{out}");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    let cases = report["cases"].as_array().unwrap();
    assert!(cases.len() > 1, "--fail-fast stopped at a waived case");
    assert!(cases.iter().all(|case| case["disposition"] == "waived"), "{report}");
    assert!(cases.iter().all(|case| case["waiver"]["owner"] == "tests"), "{report}");
    let log = mtls_reports::read_log(log.as_ref()).unwrap();
    assert_eq!(log.summary().dispositions.waived, cases.len());
    assert_eq!(log.footer.unwrap().exit_code, 0);
}

#[test]
fn a_waiver_of_some_cells_waives_no_others() {
    let desk = Desk::new();
    let file = desk.file(&[waiver("certificate/expired@loose,*", day(30))]);
    let (out, _) = expect(1, &BROKEN, &["--filter", EXPIRED, "--waivers", &file]);
    assert!(out.contains("FAIL") && out.contains("waived certificate/expired"), "{out}");
}

#[test]
fn expired_and_unused_waivers_close_the_gate_by_file_and_line() {
    let desk = Desk::new();
    let other = waiver("certificate/long-lived@*", day(30));
    let file = desk.file(&[other, waiver("certificate/expired@*", day(-1))]);
    let (out, _) = expect(1, &BROKEN, &["--filter", EXPIRED, "--waivers", &file]);
    assert!(out.contains(&format!("EXPIRED WAIVER {file}:11  ")), "{out}");
    assert!(out.contains("FAIL"), "an expired waiver waives nothing\n{out}");
    assert!(!out.contains("UNUSED WAIVER"), "none of its cases was selected\n{out}");

    let file = desk.file(&[waiver("certificate/expired@*", day(30))]);
    let (out, _) = expect(1, &["run"], &["--filter", EXPIRED, "--waivers", &file]);
    assert!(out.contains(&format!("UNUSED WAIVER {file}:3  ")), "{out}");
    let (out, _) =
        expect(0, &["run"], &["--filter", "certificate/expired@loose,*", "--waivers", &file]);
    assert!(!out.contains("WAIVER"), "not all of its cases were selected\n{out}");
}

#[test]
fn bad_files_end_a_run_before_it_begins() {
    let desk = Desk::new();
    let file = desk.file(&[waiver("certificate/*", day(30))]);
    let (out, err) = expect(1, &BROKEN, &["--waivers", &file]);
    assert!(err.contains(&format!("{file}:4:7: waiver `certificate/*` is too wide")), "{err}");
    assert!(out.is_empty(), "{out}");
    let file = desk.file(&[waiver("certificate/expird@*", day(30))]);
    let (_, err) = expect(2, &BROKEN, &["--waivers", &file]);
    assert!(err.contains("did you mean `certificate/expired`?"), "{err}");
    let (_, err) = expect(2, &BROKEN, &["--waivers", &desk.path("none.json")]);
    assert!(err.contains("failed to read"), "{err}");
}

#[test]
fn a_draft_is_refused_until_it_is_filled_in() {
    let desk = Desk::new();
    let draft = desk.path("draft.json");
    let selected = ["--filter", EXPIRED];
    let (_, err) = expect(1, &BROKEN, &[&selected[..], &["--write-waivers", &draft]].concat());
    assert!(err.contains("drafted 1 waiver in "), "{err}");
    let waived = [&selected[..], &["--waivers", &draft]].concat();
    let (_, err) = expect(2, &BROKEN, &waived);
    assert!(err.contains("`reason` is as the draft left it"), "{err}");
    assert!(err.contains("`owner` is as the draft left it"), "{err}");
    let text = fs::read_to_string(&draft).unwrap();
    assert!(text.contains("\"certificate/expired@*\""), "{text}");
    fs::write(&draft, text.replace("FILL IN", "Known")).unwrap();
    expect(0, &BROKEN, &waived);

    let (_, err) = expect(2, &BROKEN, &[&selected[..], &["--write-waivers", &draft]].concat());
    assert!(err.contains("is there already and is not written over"), "{err}");
    let nothing = desk.path("nothing.json");
    let (_, err) = expect(0, &BROKEN, &[&waived[..], &["--write-waivers", &nothing]].concat());
    assert!(err.contains("nothing to waive"), "{err}");
    assert_eq!(fs::read_dir(desk.0.path()).unwrap().count(), 1, "something else was left");
}
