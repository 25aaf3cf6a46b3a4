//! Servers that the harness starts: whatever happens, none is left.
#![cfg(target_os = "linux")]

use std::path::Path;

use tokio::process::Child;

use crate::ending::{lines_in, signal};
use crate::stage::{Ran, Stage, command, finish};

/// A server that never listens, and has a child of its own.
const DEAF: &str = "sleep 1000 & echo $!; echo $$; wait";

struct Launch {
    stage: Stage,
    child: Child,
}

impl Launch {
    /// Runs against a shell script; its output is in the file `said`.
    fn new(program: &str, script: &str, ready_within: u64) -> Self {
        let stage = Stage::new();
        let script = format!("exec >{}; {script}", stage.path("said").display());
        let target = serde_json::json!({
            "summary": "a server of a test",
            "start": { "launch": {
                "program": [program],
                "command": ["@PROGRAM@", "-c", script],
                "version": ["-c", "echo 1"],
                "install": "install it",
                "files": {},
                "ready_within": ready_within
            } },
            "listeners": { "gate": {} },
            "endpoints": { "solo-strict": {
                "listener": "gate", "host": "gate.test", "mode": "strict", "account": "alpha"
            } },
            "probe": { "identity_path": "/", "protected_path": "/" },
            "alpn": ["http/1.1"]
        });
        let path = stage.path("target.json");
        std::fs::write(&path, target.to_string()).unwrap();
        std::fs::create_dir(stage.path("tmp")).unwrap();
        let arguments = ["--target", path.to_str().unwrap()].map(str::to_owned);
        let child = command(&arguments).env("TMPDIR", stage.path("tmp")).spawn().unwrap();
        Self { stage, child }
    }

    /// The processes of a [`DEAF`] server, once it is up.
    async fn processes(&self) -> Vec<String> {
        lines_in(&self.stage.path("said"), 2).await
    }

    async fn finish(self) -> (Ran, Stage) {
        (finish(self.child).await, self.stage)
    }
}

async fn gone(processes: Vec<String>) {
    for process in processes {
        while runs(&process) {
            tokio::task::yield_now().await;
        }
    }
}

/// A process that nobody has waited for is over as well.
fn runs(process: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn assert_nothing_on_disk(stage: &Stage) {
    assert_eq!(std::fs::read_dir(stage.path("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn one_that_never_listens_is_told_and_ended() {
    let launch = Launch::new("/bin/sh", DEAF, 1);
    let processes = launch.processes().await;
    let (ran, stage) = launch.finish().await;
    ran.says(3, &["error: the server did not listen on 127.0.0.1:", " within 1 s"]);
    assert!(!processes.iter().any(|process| runs(process)), "{processes:?}");
    assert_nothing_on_disk(&stage);
}

#[tokio::test]
async fn an_interrupt_ends_it() {
    let launch = Launch::new("/bin/sh", DEAF, 600);
    let processes = launch.processes().await;
    signal("INT", &launch.child).await;
    let (ran, stage) = launch.finish().await;
    ran.says(3, &["interrupted before the first case"]);
    gone(processes).await;
    assert_nothing_on_disk(&stage);
}

#[tokio::test]
async fn it_ends_with_the_harness_even_if_that_is_killed() {
    let launch = Launch::new("/bin/sh", DEAF, 600);
    let processes = launch.processes().await;
    signal("KILL", &launch.child).await;
    let (ran, _stage) = launch.finish().await;
    assert_eq!(ran.code, None);
    gone(processes).await;
}

#[tokio::test]
async fn one_that_does_not_want_to_end_is_killed_with_its_children() {
    let script = "trap '' TERM; sleep 1000 & echo $!; echo $$; while :; do wait; done";
    let launch = Launch::new("/bin/sh", script, 1);
    let processes = launch.processes().await;
    let (ran, _stage) = launch.finish().await;
    ran.says(3, &["did not listen"]);
    gone(processes).await;
}

#[tokio::test]
async fn one_that_ends_at_once_is_told_with_its_log_escaped() {
    let script = r"printf '\033[2J::error::no such option\n' >&2; exit 7";
    let (ran, stage) = Launch::new("/bin/sh", script, 600).finish().await;
    ran.says(3, &["the server ended at its start (exit status: 7)", r"\u{1b}[2J::error::no such"]);
    assert_nothing_on_disk(&stage);
}

#[tokio::test]
async fn one_that_is_not_installed_is_told() {
    let (ran, _stage) = Launch::new("no-such-server", "", 600).finish().await;
    ran.says(3, &["no `no-such-server` found on this machine; install it"]);
}
