//! Real servers with one thing wrong in their configuration, as people get it wrong: the run that is green for the committed target
//! must be red, and say why. Where this machine has not the server, the test says so and passes.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and may tell"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A hole in a target's configuration, and the cases that must see it.
struct Hole {
    target: &'static str,
    /// What is replaced in its files, wherever it stands, by what.
    change: (&'static str, &'static str),
    filter: &'static str,
    /// What the run must say.
    says: &'static str,
}

impl Hole {
    fn check(&self) {
        let temp = tempfile::tempdir().unwrap();
        let committed = committed(self.target).join("target.json");
        let Some((code, text)) = self.run(&committed, temp.path()) else { return };
        assert_eq!(code, 0, "{text}");
        let folder = tempfile::tempdir().unwrap();
        self.copy_changed(folder.path());
        let (code, text) = self.run(&folder.path().join("target.json"), temp.path()).unwrap();
        assert_eq!(code, 1, "{text}");
        assert!(text.contains(self.says), "{text}");
    }

    /// The exit code and what was said; `None` without the server.
    fn run(&self, target: &Path, temp: &Path) -> Option<(i32, String)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
        command.env("LC_ALL", "C.UTF-8").env("TMPDIR", temp).arg("run").arg("--target").arg(target);
        command.args(["--timeout", "60", "--progress", "never", "--filter", self.filter]);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        if text.contains("found on this machine") {
            println!("skipped: {text}");
            return None;
        }
        Some((output.status.code().unwrap(), text))
    }

    fn copy_changed(&self, folder: &Path) {
        let (from, to) = self.change;
        let mut found = false;
        for entry in fs::read_dir(committed(self.target)).unwrap() {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            found |= text.contains(from);
            fs::write(folder.join(entry.file_name()), text.replace(from, to)).unwrap();
        }
        assert!(found, "{from}");
    }
}

fn committed(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/targets").join(target)
}

/// Verification errors are to be looked at by the application, which does not.
#[test]
fn an_haproxy_that_ignores_errors() {
    Hole {
        target: "haproxy",
        change: ("strict-sni", "strict-sni ca-ignore-err all crt-ignore-err all"),
        filter: "certificate/expired@loose,*p256*",
        says: "is reported as not verified",
    }
    .check();
}

/// `ssl_c_verify` is 0 for clients without a certificate, too.
#[test]
fn an_haproxy_that_takes_nobody_for_verified() {
    Hole {
        target: "haproxy",
        change: ("unless { ssl_c_used } { ssl_c_verify 0 }", "unless { ssl_c_verify 0 }"),
        filter: "baseline/no-certificate@loose,*p256*",
        says: "let in",
    }
    .check();
}

/// The handshake was with one host, the request is for another one.
#[test]
fn an_haproxy_that_does_not_hold_host_against_server_name() {
    Hole {
        target: "haproxy",
        change: ("  http-request return status 421 unless", "  # Not held against it:"),
        filter: "virtual-hosts/neighbours-host@",
        says: "let in",
    }
    .check();
}

/// Clients without a server name get the first virtual host.
#[test]
fn an_nginx_with_a_default_host_that_asks_nobody() {
    Hole {
        target: "nginx",
        change: (
            "ssl_reject_handshake on;",
            "location = /whoami { return 200; } location = /protected { return 200 \"@MARKER:alpha@\"; }",
        ),
        filter: "virtual-hosts/nobodys-name-second-accounts-certificate@*p256*",
        says: "served as nobody, expected rejected",
    }
    .check();
}

/// The list is reloaded, and nobody looks at it. All cells of the scenario are at the same gate.
#[test]
fn an_nginx_that_forgets_its_revocation_list() {
    Hole {
        target: "nginx",
        change: ("ssl_crl @CRL:alpha@;", ""),
        filter: "operations/revocation-list-reloaded@",
        says: "let in as CN=client,O=Example ORG, expected rejected",
    }
    .check();
}

/// `authorized` is not looked at.
#[test]
fn a_node_whose_application_takes_any_certificate() {
    Hole {
        target: "node",
        change: ("socket.authorized && client !== undefined", "client !== undefined"),
        filter: "path/self-signed@loose,*p256*",
        says: "let in as",
    }
    .check();
}

/// Errors are logged, and the handshake goes on.
#[test]
fn an_s_server_that_does_not_return_errors() {
    Hole {
        target: "openssl",
        change: ("-verify_return_error", ""),
        filter: "path/self-signed@*p256*",
        says: "let in",
    }
    .check();
}
