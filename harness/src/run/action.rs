//! Steps in words, one line each.

use mtls_scenarios::{
    Action, Apply, Case, Connect, EndpointChoice, Operation, Role, Spoilt, Step, Visit, Wait,
};

/// What a step of a case does: `connect to alpha as valid, offering tickets of "t"`.
pub fn describe(case: &Case, step: &Step) -> String {
    match step {
        Step::Visit(visit) => visit_in_words(case, visit),
        Step::Operate(operation) => operation_in_words(operation),
        Step::Wait(Wait::Expiry(credential)) => {
            format!("wait until the certificate of {credential} has expired")
        }
        Step::Wait(Wait::Elapse(text)) => format!("let {text} pass"),
    }
}

fn visit_in_words(case: &Case, visit: &Visit) -> String {
    let at = |choice: Option<EndpointChoice>| {
        let roles = EndpointChoice::roles(choice, case.cell.mode);
        roles.first().map_or("nowhere", |role| role.as_str())
    };
    let words = match &visit.action {
        Action::Connect(connect) => connection_in_words(case, connect, at(connect.endpoint)),
        Action::Reuse(reuse) => match reuse.endpoint {
            Some(choice) => {
                format!("ask for {} on connection `{}`", at(Some(choice)), reuse.connection)
            }
            None => format!("ask again on connection `{}`", reuse.connection),
        },
        Action::Raw(raw) => format!("write bytes to {}", at(raw.endpoint)),
    };
    match case.cell.variant.as_ref().filter(|_| visit.vary) {
        Some(variant) => format!("{words} ({variant})"),
        None => words,
    }
}

fn connection_in_words(case: &Case, connect: &Connect, at: &str) -> String {
    let cell = case.cell.credential.as_deref();
    let credential = connect.credential.as_deref().or(cell).unwrap_or("nobody");
    let of = connect.account.as_ref().map(|account| format!(" of {account}")).unwrap_or_default();
    let resume = connect.resume.as_ref().map(|name| format!(", resuming `{name}`"));
    let early = if connect.early_data { " with early data" } else { "" };
    format!("connect to {at} as {credential}{of}{}{early}", resume.unwrap_or_default())
}

fn operation_in_words(operation: &Operation) -> String {
    let Operation { set_mode, trust, revoke, ca_file, claim, by, .. } = operation;
    let role = |role: Role| role.as_str();
    let mut parts = Vec::new();
    if let Some(set) = set_mode {
        parts.push(format!("set {} to {}", role(set.endpoint), set.mode.as_str().to_uppercase()));
    }
    if let Some(trust) = trust {
        parts.push(format!("let {} trust {}", trust.account, trust.anchors.join(" and ")));
    }
    if let Some(revoke) = revoke {
        parts.push(format!("load the revocation lists `{}` of {}", revoke.lists, revoke.account));
    }
    if let Some(file) = ca_file {
        let how = match file.content {
            Spoilt::Empty => "empty",
            Spoilt::Truncated => "truncate",
            Spoilt::Garbage => "overwrite",
            Spoilt::PrivateKey => "put a private key into",
            Spoilt::EndEntity => "put an end-entity certificate into",
            Spoilt::Missing => "remove",
            Spoilt::Unreadable => "make unreadable",
        };
        parts.push(format!("{how} the CA file of {}", file.account));
    }
    if let Some(claim) = claim {
        parts.push(format!(
            "let {} claim the host of {}",
            role(claim.endpoint),
            role(claim.host_of)
        ));
    }
    let by = match by {
        Apply::Reload => "reload",
        Apply::Restart => "restart",
    };
    parts.push(by.to_owned());
    parts.join(", ")
}
