//! Real servers of many makes, started by the harness: both clients, the honest one and the one that can lie, are let in with
//! a valid certificate and kept out without.
//!
//! A server that is not on this machine is left out, and its test says so; `MTLS_HARNESS_REQUIRE_PEERS` makes that a
//! failure: `all`, or names of the folders beside this file, with commas between.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a test fails by panicking and may tell"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// A server that may be on this machine.
struct Peer {
    /// Its folder beside this file, with `target.json`; or the name of a target that comes with the harness.
    name: &'static str,
    /// A command that succeeds where it is installed.
    version: &'static [&'static str],
    /// Whether it speaks HTTP/2.
    h2: bool,
    /// Families of cipher suites of TLS 1.2 that the clients must meet.
    suites: &'static [&'static str],
}

/// Servers with a certificate of each kind.
const BOTH: &[&str] = &["TLS_ECDHE_ECDSA_", "TLS_ECDHE_RSA_"];

impl Peer {
    /// Runs both clients against the server and requires that every case is as expected.
    fn check(&self) {
        if !self.is_here() {
            assert!(!self.is_required(), "{} is not installed, and required", self.name);
            println!("skipped: {} is not installed", self.name);
            return;
        }
        // Left out: another account on the same listener, and slow keys, which show nothing new.
        let mut filters = vec![
            "baseline/",
            "handshake/honest-script",
            "handshake/no-certificate@",
            "!valid-at-second-account",
            "!rsa3072",
            "!rsa4096",
        ];
        if !self.h2 {
            filters.push("!h2");
        }
        let temp = tempfile::tempdir().unwrap();
        let report = temp.path().join("report.json");
        let text = self.run(&filters, &report);
        assert!(!text.contains("\nskipped "), "{text}");
        let report = fs::read_to_string(report).unwrap();
        for suites in self.suites {
            assert!(report.contains(suites), "{}: {suites}", self.name);
        }
    }

    /// What a run has to say whose gate must be open.
    fn run(&self, filters: &[&str], report: &Path) -> String {
        let temp = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtls-harness"));
        command.env("LC_ALL", "C.UTF-8").env("TMPDIR", temp.path());
        command.arg("run").arg("--target").arg(self.target());
        // Some of these servers take one client at a time.
        command.args(["--timeout", "60", "--jobs", "4", "--progress", "never"]);
        command.args(filters.iter().flat_map(|filter| ["--filter", filter]));
        command.arg("--report").arg(format!("json={}", report.display()));
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}: {text}", self.name);
        // The server is gone, and its directory with it.
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0, "{}", self.name);
        text
    }

    fn target(&self) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
        let file = folder.join(self.name).join("target.json");
        if file.exists() { file } else { self.name.into() }
    }

    fn is_here(&self) -> bool {
        let [program, arguments @ ..] = self.version else { panic!("no command") };
        // Where servers live that an ordinary user's PATH leaves out.
        let path = env::var("PATH").unwrap_or_default() + ":/usr/local/sbin:/usr/sbin:/sbin";
        let mut command = Command::new("/usr/bin/env");
        command.env("PATH", path).arg(program).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap().success()
    }

    fn is_required(&self) -> bool {
        let required = env::var("MTLS_HARNESS_REQUIRE_PEERS").unwrap_or_default();
        required.split(',').any(|name| name == "all" || name == self.name)
    }
}

#[test]
fn nginx() {
    let suites = &["TLS_ECDHE_ECDSA_"];
    Peer { name: "nginx", version: &["nginx", "-v"], h2: true, suites }.check();
}

#[test]
fn openssl() {
    Peer { name: "openssl", version: &["openssl", "version"], h2: false, suites: BOTH }.check();
}

#[test]
fn gnutls() {
    Peer { name: "gnutls", version: &["gnutls-serv", "--version"], h2: false, suites: BOTH }
        .check();
}

#[test]
fn haproxy() {
    Peer { name: "haproxy", version: &["haproxy", "-v"], h2: false, suites: BOTH }.check();
}

#[test]
fn apache() {
    Peer { name: "apache", version: &["apache2", "-v"], h2: false, suites: BOTH }.check();
}

#[test]
fn go() {
    Peer { name: "go", version: &["go", "version"], h2: true, suites: BOTH }.check();
}

#[test]
fn java() {
    // The compiler, which a plain runtime does not have, starts the server from its source.
    Peer { name: "java", version: &["javac", "--version"], h2: false, suites: BOTH }.check();
}

#[test]
fn node() {
    Peer { name: "node", version: &["node", "--version"], h2: false, suites: BOTH }.check();
}
