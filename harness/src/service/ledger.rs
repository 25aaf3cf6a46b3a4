//! What has happened: counts, the newest connections, the log.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mtls_reports::PeerText;
use serde::Serialize;

use super::load::Account;
use super::log::Log;
use super::stamp::Stamp;
use super::status::{AccountStatus, Ca, Cause, Counts, Facts, PolicyStatus, Problem, Status};
use super::visit::{Asked, Entry, Outcome, Visit};
use crate::server::{CaSummary, GateEvent, Happened, Observer};

/// Connections that are remembered.
const NEWEST: usize = 200;

/// Keeps count of a gate.
#[derive(Debug)]
pub(super) struct Ledger {
    log: Log,
    domain: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    revision: u64,
    policy: PolicyStatus,
    accounts: Vec<Account>,
    counts: BTreeMap<String, Counts>,
    refused_elsewhere: u64,
    newest: VecDeque<Entry>,
}

#[derive(Debug, Serialize)]
struct PolicyLine<'a> {
    cause: Cause,
    generation: u64,
    accounts: Vec<AccountLine<'a>>,
}

#[derive(Debug, Serialize)]
struct AccountLine<'a> {
    prefix: &'a str,
    host: &'a str,
    mode: &'static str,
}

#[derive(Debug, Serialize)]
struct ProblemLine<'a> {
    cause: Cause,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct RequestLine<'a> {
    connection: u64,
    account: Option<&'a str>,
    #[serde(flatten)]
    asked: &'a Asked,
}

#[derive(Debug, Serialize)]
struct Nothing {}

impl Ledger {
    /// An empty ledger.
    pub(super) fn new(log: Log, domain: &str) -> Self {
        let since = Stamp::now();
        let policy = PolicyStatus { generation: 0, since, cause: Cause::Start, problem: None };
        let state = State {
            revision: 0,
            policy,
            accounts: Vec::new(),
            counts: BTreeMap::new(),
            refused_elsewhere: 0,
            newest: VecDeque::with_capacity(NEWEST),
        };
        Self { log, domain: domain.to_ascii_lowercase(), state: Mutex::new(state) }
    }

    /// A policy is in force.
    pub(super) fn policy_applied(&self, cause: Cause, accounts: Vec<Account>) {
        let mut state = self.state();
        let since = Stamp::now();
        let generation = state.policy.generation.saturating_add(1);
        state.policy = PolicyStatus { generation, since, cause, problem: None };
        let mut before = std::mem::take(&mut state.counts);
        for Account { prefix, .. } in &accounts {
            let counts = before.remove(prefix).unwrap_or_default();
            state.counts.insert(prefix.clone(), counts);
        }
        let lines = accounts.iter().map(|account| AccountLine {
            prefix: &account.prefix,
            host: &account.host,
            mode: account.mode.as_str(),
        });
        let line = PolicyLine { cause, generation, accounts: lines.collect() };
        self.log.line(since, "policy_applied", &line);
        state.accounts = accounts;
        state.revision += 1;
    }

    /// A policy was not taken.
    pub(super) fn policy_refused(&self, cause: Cause, message: String) {
        let mut state = self.state();
        let time = Stamp::now();
        self.log.line(time, "policy_refused", &ProblemLine { cause, message: &message });
        state.policy.problem = Some(Problem { time, cause, message });
        state.revision += 1;
    }

    /// Something about the service as a whole: `started`, `stopping`, `stopped`.
    pub(super) fn service(&self, event: &'static str, facts: Option<&Facts>) {
        match facts {
            Some(facts) => self.log.line(Stamp::now(), event, facts),
            None => self.log.line(Stamp::now(), event, &Nothing {}),
        }
    }

    /// Writes what of the log is still to be written. Blocks the thread for a second at most.
    pub(super) fn finish(&self) {
        self.log.finish();
    }

    /// Everything, as it is now.
    pub(super) fn status(&self, facts: &Facts) -> Status {
        let state = self.state();
        let accounts = state.accounts.iter().map(|account| AccountStatus {
            prefix: account.prefix.clone(),
            host: account.host.clone(),
            mode: account.mode.as_str(),
            ca: account
                .anchors
                .iter()
                .filter_map(CaSummary::of)
                .map(|summary| ca(&summary))
                .collect(),
            checks_revocation: account.crls.is_some(),
            counts: state.counts.get(&account.prefix).copied().unwrap_or_default(),
        });
        Status {
            format_version: 1,
            revision: state.revision,
            facts: facts.clone(),
            policy: state.policy.clone(),
            accounts: accounts.collect(),
            refused_elsewhere: state.refused_elsewhere,
            connections: state.newest.iter().cloned().collect(),
            log_lines_lost: self.log.lost(),
        }
    }

    /// The prefix of a host of ours.
    fn account(&self, host: &str) -> Option<String> {
        host.strip_suffix(&self.domain)?.strip_suffix('.').map(str::to_owned)
    }

    fn record(&self, visit: Visit) {
        let mut state = self.state();
        let time = Stamp::now();
        self.log.line(time, "connection", &visit);
        if let Some(prefix) = &visit.account {
            let counts = state.counts.entry(prefix.clone()).or_default();
            match visit.outcome {
                Outcome::Authenticated => counts.authenticated += 1,
                Outcome::Anonymous => counts.anonymous += 1,
                Outcome::Refused => counts.refused += 1,
            }
        } else {
            state.refused_elsewhere += 1;
        }
        state.newest.truncate(NEWEST - 1);
        state.newest.push_front(Entry { time, visit, requests: 0, last_request: None });
        state.revision += 1;
    }

    fn answered(&self, connection: u64, host: &str, asked: Asked) {
        let account = self.account(host);
        let line = RequestLine { connection, account: account.as_deref(), asked: &asked };
        let mut state = self.state();
        self.log.line(Stamp::now(), "request", &line);
        let entry = state.newest.iter_mut().find(|entry| entry.visit.connection == connection);
        if let Some(entry) = entry {
            entry.requests += 1;
            entry.last_request = Some(asked);
        }
        state.revision += 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Ledger {
    fn notice(&self, event: GateEvent) {
        let GateEvent { connection, peer, happened } = event;
        let at = (connection, peer);
        match happened {
            Happened::Refused { server_name, host, reason, presented } => {
                let account = host.and_then(|host| self.account(&host));
                let presented = presented.as_ref();
                self.record(Visit::refused(
                    at,
                    account,
                    server_name.as_deref(),
                    &reason,
                    presented,
                ));
            }
            Happened::Connected { host, client, resumed, tls_version, alpn } => {
                let account = self.account(&host);
                self.record(Visit::connected(at, account, &client, resumed, (tls_version, alpn)));
            }
            Happened::Answered { host, method, path, status } => {
                let (method, path) = (PeerText::new(&method), PeerText::new(&path));
                self.answered(connection, &host, Asked { method, path, status });
            }
        }
    }
}

fn ca(summary: &CaSummary) -> Ca {
    let not_after = Stamp::from_unix(summary.not_after);
    // The subject is as whoever made the CA wanted it.
    let subject = PeerText::new(&summary.subject).to_string();
    Ca { subject, not_after, expired: not_after < Stamp::now() }
}
