//! Real servers of many makes, started by the harness: both clients, the honest one and the one that can lie, are let in with
//! a valid certificate and kept out without, and lies about the key are found out.
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
    /// Whether it has endpoints in LOOSE mode.
    loose: bool,
    /// Families of cipher suites of TLS 1.2 that the clients must meet.
    suites: &'static [&'static str],
    /// Attacks that it must withstand, beside those that all must.
    withstands: &'static [&'static str],
    /// Cells that it has nothing to do with, and why.
    outside: &'static [(&'static str, &'static str)],
}

impl Peer {
    /// One with a certificate of each kind, HTTP/1.1, and nothing to explain.
    const fn new(name: &'static str, version: &'static [&'static str]) -> Self {
        let suites = &["TLS_ECDHE_ECDSA_", "TLS_ECDHE_RSA_"];
        Self { name, version, h2: false, loose: true, suites, withstands: &[], outside: &[] }
    }
}

impl Peer {
    /// One that does not speak HTTP, and has a certificate with an ECDSA key.
    const fn of_protocol(name: &'static str, version: &'static [&'static str]) -> Self {
        Self { loose: false, suites: &["TLS_ECDHE_ECDSA_"], ..Self::new(name, version) }
    }

    /// Runs both clients against the server and requires that every case is as expected.
    fn check(&self) {
        let filters = self.filters();
        self.check_only(&filters.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// The same with these cases alone.
    fn check_only(&self, filters: &[&str]) {
        if !self.is_here() {
            assert!(!self.is_required(), "{} is not installed, and required", self.name);
            println!("skipped: {} is not installed", self.name);
            return;
        }
        let temp = tempfile::tempdir().unwrap();
        let report = temp.path().join("report.json");
        let text = self.run(filters, &report);
        assert!(!text.contains("\nskipped "), "{text}");
        let report = fs::read_to_string(report).unwrap();
        for suites in self.suites {
            assert!(report.contains(suites), "{}: {suites}", self.name);
        }
    }

    fn filters(&self) -> Vec<String> {
        let mut filters = vec!["baseline/", "handshake/honest-script", "handshake/no-certificate@"];
        filters.extend(POSSESSION);
        filters.extend(self.withstands);
        // Another account on the same listener, and one that asks nobody.
        let mut left_out = vec!["valid-at-second-account", "handshake/unasked-certificate"];
        // Slow keys, which show nothing new.
        left_out.extend(["rsa3072", "rsa4096"]);
        left_out.extend((!self.h2).then_some("h2"));
        left_out.extend((!self.loose).then_some("@loose,"));
        left_out.extend(self.outside.iter().map(|(filter, _)| *filter));
        let filters = filters.into_iter().map(str::to_owned);
        filters.chain(left_out.iter().map(|filter| format!("!{filter}"))).collect()
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

/// Clients without the key of their certificate, who get in nowhere.
const POSSESSION: [&str; 10] = [
    "possession/after-hello-retry@",
    "possession/bogus-session@",
    "possession/ecdsa-",
    "possession/ed25519-",
    "possession/empty-signature@",
    "possession/no-certificate-verify@",
    "possession/other-",
    "possession/replayed-signature@",
    "possession/rsa-degenerate@",
    "possession/scheme-of-other-key@",
];

/// Of a server with one certificate.
const ECDSA: &[&str] = &["TLS_ECDHE_ECDSA_"];

#[test]
fn nginx() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("nginx", &["nginx", "-v"]) }.check();
}

#[test]
fn openssl() {
    let withstands = &[
        "handshake/",
        "fragmentation/",
        "messages/certificate-",
        "messages/client-key-exchange",
        "messages/compressed-",
        "messages/empty-entry-",
        "messages/odd-entry-",
        "messages/trailing-octets",
        "messages/unreadable-",
        "messages/weak-key-share",
        "post-handshake/authentication-",
        "post-handshake/client-hello",
        "post-handshake/renegotiation",
    ];
    Peer { withstands, ..Peer::new("openssl", &["openssl", "version"]) }.check();
}

#[test]
fn gnutls() {
    Peer::new("gnutls", &["gnutls-serv", "--version"]).check();
}

#[test]
fn haproxy() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("haproxy", &["haproxy", "-v"]) }.check();
}

#[test]
fn apache() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("apache", &["apache2", "-v"]) }.check();
}

/// Asks for the certificate when a request needs it. The honest client has no answer to that.
#[test]
fn apache_after_the_handshake() {
    let peer = Peer { suites: &[], ..Peer::new("apache-late", &["apache2", "-v"]) };
    peer.check_only(&["post-handshake/authentication-"]);
}

#[test]
fn lighttpd() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("lighttpd", &["lighttpd", "-v"]) }.check();
}

#[test]
fn stunnel() {
    Peer { suites: ECDSA, ..Peer::new("stunnel", &["stunnel4", "-version"]) }.check();
}

/// With `BoringSSL`.
#[test]
fn envoy() {
    let outside = &[("ed25519", "it asks for no such keys"), ("p521", "it asks for no such keys")];
    Peer { h2: true, suites: ECDSA, outside, ..Peer::new("envoy", &["envoy", "--version"]) }
        .check();
}

/// Written in a Go that is newer than Debian's.
#[test]
fn traefik() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("traefik", &["traefik", "version"]) }.check();
}

#[test]
fn go() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("go", &["go", "version"]) }.check();
}

/// Also written in Go.
#[test]
fn caddy() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("caddy", &["caddy", "version"]) }.check();
}

#[test]
fn java() {
    // The compiler, which a plain runtime does not have, builds the server.
    Peer { suites: ECDSA, ..Peer::new("java", &["javac", "--version"]) }.check();
}

#[test]
fn node() {
    Peer { h2: true, suites: ECDSA, ..Peer::new("node", &["node", "--version"]) }.check();
}

#[test]
fn python() {
    Peer { suites: ECDSA, ..Peer::new("python", &["python3", "--version"]) }.check();
}

/// The mock gate as a process of its own.
#[test]
fn rustls() {
    let version = &[env!("CARGO_BIN_EXE_mtls-harness"), "--version"];
    Peer { h2: true, suites: ECDSA, ..Peer::new("rustls", version) }.check();
}

#[test]
fn postgresql() {
    const ONE_CURVE: &str = "in TLS 1.2 OpenSSL holds client certificates to the server's own curves, and up to version 17 \
                             ssl_ecdh_curve is one (openssl/openssl#12768)";
    let outside = &[("tls1.2,p384", ONE_CURVE), ("tls1.2,p521", ONE_CURVE)];
    let peer =
        Peer::of_protocol("postgresql", &["sh", "-c", "ls /usr/lib/postgresql/*/bin/postgres"]);
    Peer { loose: true, outside, ..peer }.check();
}

#[test]
fn mosquitto() {
    // It has no way to print its version that succeeds.
    Peer::of_protocol("mosquitto", &["sh", "-c", "command -v mosquitto"]).check();
}

#[test]
fn redis() {
    Peer::of_protocol("redis", &["redis-server", "--version"]).check();
}

#[test]
fn tls_echo() {
    Peer::of_protocol("tls-echo", &["stunnel4", "-version"]).check();
}
