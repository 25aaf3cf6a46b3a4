//! Reports that cannot be written, and readers that go away.

use crate::stage::{Ran, command, finish, run};

const CASE: &str = "baseline/valid@strict,tls1.3,p256";

async fn with_report(report: &str) -> Ran {
    run(&["-f", CASE, "--report", report].map(str::to_owned)).await
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told_before_the_run() {
    with_report("junit=/nowhere/x.xml").await.says(2, &["there is no such folder; make it first"]);
    with_report("junit=/").await.says(2, &["that is a folder; name a file"]);
    with_report("pdf=x").await.says(2, &["unknown report format"]);
    with_report("x").await.says(2, &["write FORMAT=PATH"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_log_that_cannot_be_opened_is_told_before_the_run() {
    let ran = with_report("jsonl=/proc/mtls-harness.jsonl").await;
    ran.says(2, &["failed to write /proc/mtls-harness.jsonl: "]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn results_are_shown_although_their_report_cannot_be_written() {
    for report in ["json=/proc/mtls-harness.json", "junit=/dev/full"] {
        let ran = with_report(report).await;
        ran.says(3, &["as expected", "error: cannot write report /", " (os error "]);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told() {
    with_report("jsonl=/dev/full").await.says(3, &["No space left on device"]);
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&["-f", CASE].map(str::to_owned)).spawn().unwrap();
    drop(child.stdout.take());
    let ran = finish(child).await;
    assert_eq!((ran.code, ran.err.contains("error")), (Some(0), false), "{ran}");
}
