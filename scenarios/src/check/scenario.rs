//! Checks of scenarios: axes, and the names that steps use of each other and of other files.

use std::collections::BTreeSet;

use super::findings::Findings;
use super::script;
use crate::{
    Action, Connect, Control, EndpointChoice, Library, Matrix, Operation, RawBytes, Scenario, Step,
    Visit, Wait, Wording, pieces,
};

pub(super) fn check(library: &Library, scenario: &Scenario, findings: &mut Findings<'_>) {
    axes(library, scenario, findings);
    if scenario.steps.is_empty() {
        findings.report("steps", "a scenario needs at least one step".to_owned(), None);
    }
    let mut before = Before::default();
    for step in &scenario.steps {
        match step {
            Step::Visit(visit) => before.visit(library, scenario, visit, findings),
            Step::Operate(operation) => operate(library, operation, findings),
            Step::Wait(Wait::Expiry(name)) => {
                findings.known("credential", name, library.credentials.keys());
            }
            Step::Wait(Wait::Elapse(text)) => elapse(text, findings),
        }
    }
}

fn axes(library: &Library, scenario: &Scenario, findings: &mut Findings<'_>) {
    let Matrix { mode, tls, key, alpn, resumption, credential } = &scenario.matrix;
    let axes = [
        ("mode", mode.is_empty(), has_duplicates(mode)),
        ("tls", tls.is_empty(), has_duplicates(tls)),
        ("key", key.is_empty(), has_duplicates(key)),
        ("alpn", alpn.is_empty(), has_duplicates(alpn)),
        ("resumption", false, has_duplicates(resumption)),
        ("credential", false, has_duplicates(credential)),
    ];
    for (axis, empty, repeated) in axes {
        if empty {
            findings.report(axis, format!("the axis `{axis}` has no value"), None);
        }
        if repeated {
            findings.report(axis, format!("the axis `{axis}` has a value twice"), None);
        }
    }
    for name in credential {
        findings.known("credential", name, library.credentials.keys());
    }
    let varies = |step: &Step| matches!(step, Step::Visit(visit) if visit.vary);
    let varying = scenario.steps.iter().filter(|step| varies(step)).count();
    match (scenario.variants.is_empty(), varying) {
        (true, 1..) => findings.report("vary", "there are no `variants`".to_owned(), None),
        (false, 0) => {
            let help = "add `\"vary\": true` to the step that they are for".to_owned();
            findings.report("variants", "no step varies".to_owned(), Some(help));
        }
        _ => {}
    }
    for wording in scenario.variants.values() {
        placeholders(wording, findings);
        if let Some(script) = &wording.script {
            script::check(library, script, &scenario.matrix.tls, findings);
        }
    }
}

fn has_duplicates<T: Ord>(values: &[T]) -> bool {
    values.iter().collect::<BTreeSet<_>>().len() != values.len()
}

/// What earlier steps left for later ones.
#[derive(Default)]
struct Before {
    tickets: BTreeSet<String>,
    connections: BTreeSet<String>,
    any_visit: bool,
}

impl Before {
    fn visit(
        &mut self,
        library: &Library,
        scenario: &Scenario,
        visit: &Visit,
        findings: &mut Findings<'_>,
    ) {
        placeholders(&visit.say, findings);
        if let Some(script) = &visit.say.script {
            script::check(library, script, &scenario.matrix.tls, findings);
        }
        scripted(scenario, visit, findings);
        match &visit.control {
            Control::Twin(name) => findings.known("credential", name, library.credentials.keys()),
            Control::Before if !self.any_visit => {
                findings.report("controlled_before", "no step comes before".to_owned(), None);
            }
            Control::Before => {}
        }
        self.any_visit = true;
        let choice = match &visit.action {
            Action::Connect(connect) => {
                self.connect(library, scenario, connect, findings);
                connect.endpoint
            }
            Action::Reuse(reuse) => {
                findings.known("connection", &reuse.connection, &self.connections);
                reuse.endpoint
            }
            Action::Raw(raw) => {
                match &raw.send {
                    RawBytes::Text(text) => placeholders_of(text, findings),
                    RawBytes::Hex(digits) => hexadecimal(digits, findings),
                }
                raw.endpoint
            }
        };
        endpoint(choice, scenario, findings);
    }

    fn connect(
        &mut self,
        library: &Library,
        scenario: &Scenario,
        connect: &Connect,
        findings: &mut Findings<'_>,
    ) {
        match &connect.credential {
            Some(name) => findings.known("credential", name, library.credentials.keys()),
            None if scenario.matrix.credential.is_empty() => findings.report(
                "connect",
                "the step names no credential and the matrix has no axis `credential`".to_owned(),
                Some("add `\"credential\": \"valid\"` to `connect`".to_owned()),
            ),
            None => {}
        }
        if let Some(account) = &connect.account {
            findings.known("account", account, library.accounts.keys());
        }
        if let Some(name) = &connect.resume {
            findings.known("tickets", name, &self.tickets);
        }
        if connect.keep_tickets.is_some() && scenario.matrix.resumption.is_empty() {
            let help =
                "add `\"resumption\": [\"psk\", \"session_ticket\", \"session_id\"]`".to_owned();
            let message = "tickets are kept and the matrix has no axis `resumption`".to_owned();
            findings.report("keep_tickets", message, Some(help));
        }
        self.tickets.extend(connect.keep_tickets.clone());
        self.connections.extend(connect.keep_open.clone());
    }
}

fn endpoint(choice: Option<EndpointChoice>, scenario: &Scenario, findings: &mut Findings<'_>) {
    for mode in &scenario.matrix.mode {
        if choice.is_some_and(|choice| choice.for_mode(*mode).is_none()) {
            let message = format!("`endpoint` names none for mode `{}`", mode.as_str());
            findings.report("endpoint", message, None);
        }
    }
}

fn operate(library: &Library, operation: &Operation, findings: &mut Findings<'_>) {
    for account in operation.accounts() {
        findings.known("account", account, library.accounts.keys());
    }
    if let Some(trust) = &operation.trust
        && let Some(account) = library.accounts.get(&trust.account)
    {
        let known = account.anchors.keys().chain(account.spare_anchors.keys());
        let known: Vec<_> = known.cloned().collect();
        for name in &trust.anchors {
            findings.known("anchor", name, &known);
        }
    }
    if let Some(revoke) = &operation.revoke
        && let Some(account) = library.accounts.get(&revoke.account)
    {
        findings.known("CRL set", &revoke.lists, account.crl_sets.keys());
    }
}

fn elapse(text: &str, findings: &mut Findings<'_>) {
    if Wait::seconds(text).is_none() {
        let help = "write `90s`, `18h` or `2d`".to_owned();
        findings.report(text, format!("`{text}` is no length of time"), Some(help));
    }
}

/// Reports what the lying client does not do.
fn scripted(scenario: &Scenario, visit: &Visit, findings: &mut Findings<'_>) {
    let varied = || scenario.variants.values().any(|wording| wording.script.is_some());
    if visit.say.script.is_none() && !(visit.vary && varied()) {
        return;
    }
    let Action::Connect(connect) = &visit.action else {
        let help = "move the script to a step that connects".to_owned();
        findings.report("script", "only `connect` follows a script".to_owned(), Some(help));
        return;
    };
    let ignored = [
        ("resume", connect.resume.is_some()),
        ("keep_tickets", connect.keep_tickets.is_some()),
        ("early_data", connect.early_data),
        ("second_sni", visit.say.second_sni.is_some()),
        ("edit_ticket", visit.say.edit_ticket.is_some()),
    ];
    for (word, _) in ignored.into_iter().filter(|(_, given)| *given) {
        let help = "a script has the acts `hello`, `edit` and `resume` for that".to_owned();
        let message = format!("`{word}` does nothing in a step that follows a script");
        findings.report(word, message, Some(help));
    }
}

fn placeholders(wording: &Wording, findings: &mut Findings<'_>) {
    for text in wording.texts() {
        placeholders_of(text, findings);
    }
}

fn placeholders_of(text: &str, findings: &mut Findings<'_>) {
    if let Err(error) = pieces(text) {
        let help = "known are {host}, {alpha}, {upper:alpha}, {parent:alpha}, {label:alpha} (and so for every role), {ip}, \
                    {port}, {identity}, {protected}, {subject}, {sha256}, {base64}, {pem}";
        findings.report(text, error.to_string(), Some(help.to_owned()));
    }
}

fn hexadecimal(digits: &str, findings: &mut Findings<'_>) {
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        findings.report(digits, "these are no pairs of hexadecimal digits".to_owned(), None);
    }
}
