//! What the ledger, the page and the log make of events, above all of hostile ones.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use mtls_scenarios::{AccountMode, Alpn};
use serde_json::Value;

use super::admin::render;
use super::ledger::Ledger;
use super::load::Account;
use super::log::Log;
use super::stamp::Stamp;
use super::status::{Cause, Facts, Status};
use crate::server::{Admission, GateEvent, Happened, Identity, Observer as _, Rejection};

const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 1);
const HOSTILE: &str = "<script>alert(1)</script>\u{1b}]0;x\u{7}\u{202e}\n\"'&";

#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Stage {
    ledger: Ledger,
    written: Written,
}

impl Stage {
    fn new() -> Self {
        let written = Written::default();
        let ledger = Ledger::new(Log::to(Box::new(written.clone())), "agents.test");
        ledger.policy_applied(Cause::Start, vec![account("acme", AccountMode::Strict)]);
        Self { ledger, written }
    }

    fn happens(&self, connection: u64, happened: Happened) {
        self.ledger.notice(GateEvent { connection, peer: NOWHERE, happened });
    }

    fn status(&self) -> Status {
        self.ledger.status(&Facts {
            version: "0",
            started: Stamp::from_unix(0),
            config: "accounts.json".to_owned(),
            listen: NOWHERE,
            admin: NOWHERE,
            server_ca: None,
        })
    }

    /// Every line of the log.
    fn log(&self) -> Vec<Value> {
        self.ledger.finish();
        let text = String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn account(prefix: &str, mode: AccountMode) -> Account {
    let host = format!("{prefix}.agents.test");
    Account { prefix: prefix.to_owned(), host, mode, anchors: Vec::new(), crls: None }
}

fn identity(subject: &str, names: usize) -> Identity {
    Identity {
        subject: Some(subject.to_owned()),
        subject_alt_names: vec![format!("URI:{subject}"); names],
        sha256: Some("00".to_owned()),
    }
}

fn connected(client: Admission) -> Happened {
    Happened::Connected {
        host: "acme.agents.test".to_owned(),
        client,
        resumed: false,
        tls_version: "1.3",
        alpn: Some(Alpn::H2),
    }
}

fn refused(server_name: &str, host: Option<&str>, presented: Option<Identity>) -> Happened {
    Happened::Refused {
        server_name: Some(server_name.to_owned()),
        host: host.map(str::to_owned),
        reason: Rejection::UnknownServerName,
        presented,
    }
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let stage = Stage::new();
    let long = format!("{HOSTILE}{}", "x".repeat(100_000));
    stage.happens(1, refused(&long, None, Some(identity(&long, 1000))));
    stage.happens(2, connected(Admission::Authenticated(identity(&long, 1000))));
    let (host, status) = ("acme.agents.test".to_owned(), 404);
    let (method, path) = (long.clone(), long);
    stage.happens(2, Happened::Answered { host, method, path, status });
    let page = render(&stage.status());
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert_eq!(page.matches("<script").count(), 1, "ours");
    let is_harmless = |text: &str| {
        text.len() < 60_000
            && !text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}')
    };
    assert!(is_harmless(&page));
    assert!(is_harmless(&serde_json::to_string(&stage.status()).unwrap()));
    let log = stage.log();
    assert_eq!(log.len(), 4);
    for line in &log {
        assert!(is_harmless(&line.to_string()), "{line}");
    }
    // Escaped, not cut away.
    assert!(
        log[1]["server_name"].as_str().unwrap().starts_with("<script>alert(1)</script>\\u{1b}")
    );
}

#[test]
fn counts_and_the_newest_connections() {
    let stage = Stage::new();
    let acme = "acme.agents.test";
    for connection in 1..=300 {
        stage.happens(
            connection,
            match connection % 4 {
                0 => connected(Admission::Authenticated(identity("CN=a", 1))),
                1 => connected(Admission::Anonymous),
                2 => refused(acme, Some(acme), None),
                _ => refused("other.agents.test", None, None),
            },
        );
    }
    let status = stage.status();
    let counts = status.accounts[0].counts;
    assert_eq!((counts.authenticated, counts.anonymous, counts.refused), (75, 75, 75));
    assert_eq!(status.refused_elsewhere, 75);
    assert_eq!(status.connections.len(), 200);
    assert_eq!(status.connections[0].visit.connection, 300);
    // One that is no longer shown may still ask.
    let answered = |path: &str| Happened::Answered {
        host: acme.to_owned(),
        method: "GET".to_owned(),
        path: path.to_owned(),
        status: 200,
    };
    stage.happens(1, answered("/whoami"));
    stage.happens(300, answered("/whoami"));
    stage.happens(300, answered("/protected"));
    let status = stage.status();
    assert_eq!(status.connections[0].requests, 2);
    assert_eq!(status.connections[0].last_request.as_ref().unwrap().path.as_str(), "/protected");
    let requests = stage.log().iter().filter(|line| line["event"] == "request").count();
    assert_eq!(requests, 3);
}

#[test]
fn policies_come_and_counts_stay_with_their_account() {
    let stage = Stage::new();
    stage.happens(1, connected(Admission::Anonymous));
    stage.ledger.policy_refused(Cause::File, "accounts.json:1:1: <no>".to_owned());
    let page = render(&stage.status());
    assert!(page.contains("accounts.json:1:1: &lt;no&gt;"), "{page}");
    assert!(page.contains("the one before stays in force"), "{page}");
    let accounts = vec![account("new", AccountMode::Loose), account("acme", AccountMode::Loose)];
    stage.ledger.policy_applied(Cause::Signal, accounts);
    let status = stage.status();
    assert!(status.policy.problem.is_none());
    assert_eq!(status.policy.generation, 2);
    assert_eq!(status.accounts[1].counts.anonymous, 1);
    assert_eq!(status.accounts[1].mode, "loose");
    stage.ledger.policy_applied(Cause::File, vec![account("new", AccountMode::Loose)]);
    stage.ledger.policy_applied(Cause::File, vec![account("acme", AccountMode::Loose)]);
    assert_eq!(stage.status().accounts[0].counts.anonymous, 0, "another account of that prefix");
    let events: Vec<_> = stage.log().iter().map(|line| line["event"].clone()).collect();
    assert_eq!(events[..4], ["policy_applied", "connection", "policy_refused", "policy_applied"]);
}
