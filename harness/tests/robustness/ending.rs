//! Ctrl-C and its relatives.

use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mtls_reports::model::Event;
use tokio::process::Child;
use tokio::sync::Notify;

use crate::stage::{Stage, command, finish, respond, serve};

/// Sends a signal by name.
pub(crate) async fn signal(name: &str, child: &Child) {
    let pid = child.id().unwrap().to_string();
    let status = tokio::process::Command::new("kill").args(["-s", name, &pid]).status().await;
    assert!(status.unwrap().success());
}

/// Waits until a file has this many lines.
pub(crate) async fn lines_in(path: &Path, count: usize) -> Vec<String> {
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.matches('\n').count() >= count {
            return text.lines().map(str::to_owned).collect();
        }
        tokio::task::yield_now().await;
    }
}

/// Interrupts a run whose first case is over and whose second hangs.
async fn interrupt(signals: &[&str]) {
    let stage = Stage::new();
    let turns = Arc::new(AtomicUsize::new(0));
    // The first look, and the control and the client of the first case.
    let address = stage
        .serve_tls(move |stream| {
            let turn = turns.fetch_add(1, Ordering::SeqCst);
            async move {
                if turn < 3 {
                    let response = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
                    return respond(stream, response).await;
                }
                pending::<()>().await;
            }
        })
        .await;
    let log = stage.path("log.jsonl");
    let report = format!("jsonl={}", log.display());
    let cases = "certificate/expired@strict,tls1.3";
    let more = ["-f", cases, "-f", "!h2", "--jobs", "1", "--timeout", "600", "--report", &report];
    let child = command(&stage.against(address, &more)).spawn().unwrap();
    // The header and the first case.
    lines_in(&log, 2).await;
    for name in signals {
        signal(name, &child).await;
    }
    let ran = finish(child).await;
    assert_eq!(ran.code, Some(3), "{ran}");
    let events: Vec<Event> = std::fs::read_to_string(&log)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    if signals.len() == 1 {
        ran.says(3, &["interrupted: ending with what is known", "exit code 3"]);
        let [Event::RunStarted(_), Event::CaseFinished(_), Event::RunFinished(footer)] =
            &events[..]
        else {
            panic!("{events:?}");
        };
        assert!(footer.interrupted && footer.finished == 1 && footer.exit_code == 3);
    }
}

#[tokio::test]
async fn an_interrupted_run_ends_with_what_is_known() {
    interrupt(&["INT"]).await;
    interrupt(&["TERM"]).await;
}

#[tokio::test]
async fn impatience_does_no_harm() {
    interrupt(&["INT", "INT"]).await;
}

#[tokio::test]
async fn an_interrupt_before_the_first_case() {
    let stage = Stage::new();
    let came = Arc::new(Notify::new());
    let notice = Arc::clone(&came);
    let address = serve(move |stream| {
        let notice = Arc::clone(&notice);
        async move {
            notice.notify_one();
            pending::<()>().await;
            drop(stream);
        }
    })
    .await;
    let child = command(&stage.against(address, &["--timeout", "600"])).spawn().unwrap();
    came.notified().await;
    signal("INT", &child).await;
    finish(child).await.says(3, &["error: interrupted before the first case"]);
}
