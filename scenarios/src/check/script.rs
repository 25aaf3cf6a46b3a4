//! Checks of scripts: acts that cannot be done, and those that would do nothing.

use std::collections::BTreeSet;

use super::findings::Findings;
use crate::diagnostic::did_you_mean;
use crate::script::field::KnownField;
use crate::script::{
    Act, Change, Edit, Fragment, HelloChange, Item, POST_HANDSHAKE, Script, Signing, field,
    honest_flow,
};
use crate::{Library, TlsVersion};

/// Checks a script that is followed in these versions.
pub(super) fn check(
    library: &Library,
    script: &Script,
    versions: &[TlsVersion],
    findings: &mut Findings<'_>,
) {
    for name in script.credentials() {
        findings.known("credential", name, library.credentials.keys());
    }
    let versions: BTreeSet<_> = versions.iter().chain(offered(script)).copied().collect();
    let flows = versions.iter().map(|version| (*version, honest_flow(*version))).collect();
    acts(script, &Flows(flows), findings);
}

/// Versions that its `ClientHello`s offer whatever the cell's.
fn offered(script: &Script) -> impl Iterator<Item = &TlsVersion> {
    script.0.iter().flat_map(|act| match act {
        Act::Hello(HelloChange { versions, .. })
        | Act::SecondHello(HelloChange { versions, .. }) => versions.as_deref().unwrap_or_default(),
        _ => &[],
    })
}

/// The versions that a script is followed in, and the items of each.
struct Flows(Vec<(TlsVersion, &'static [Item])>);

impl Flows {
    fn has(&self, version: TlsVersion) -> bool {
        self.0.iter().any(|(own, _)| *own == version)
    }

    /// The versions whose flow has an item.
    fn with(&self, item: Item) -> impl Iterator<Item = TlsVersion> {
        self.0.iter().filter(move |(_, items)| items.contains(&item)).map(|(version, _)| *version)
    }

    fn items(&self) -> Vec<&'static str> {
        let mut items: Vec<_> = self.0.iter().flat_map(|(_, items)| items.iter()).collect();
        items.sort_unstable();
        items.dedup();
        items.into_iter().map(|item| item.as_str()).collect()
    }
}

fn acts(script: &Script, flows: &Flows, findings: &mut Findings<'_>) {
    for act in &script.0 {
        if let Some((version, name)) = act.only_in()
            && !flows.has(version)
        {
            let version = version.in_words();
            let help = format!("leave it out, or add {version} to the axis `tls`");
            let message = format!("`{name}` is for {version}, which the scenario does not try");
            findings.report(name, message, Some(help));
            continue;
        }
        for item in act.items() {
            if flows.with(item).next().is_none() {
                let word = item.as_str();
                let help = format!("the flow has {}", flows.items().join(", "));
                let message = format!("`{word}` is not in the flow of any version tried here");
                findings.report(word, message, Some(help));
            }
        }
        match act {
            Act::Edit(edit) => edited(edit, flows, findings),
            Act::Fragment(Fragment { items, inside: Some(path), .. }) => {
                for item in &items.0 {
                    path_of(*item, path, flows, findings);
                }
            }
            Act::Sign(signing) if *signing == Signing::default() => says_nothing("sign", findings),
            Act::Hello(change) if *change == HelloChange::default() => {
                says_nothing("hello", findings);
            }
            Act::SecondHello(change) if *change == HelloChange::default() => {
                says_nothing("second_hello", findings);
            }
            Act::PostHandshake(inner) => {
                acts(inner, &Flows(vec![(TlsVersion::Tls13, POST_HANDSHAKE)]), findings);
            }
            Act::Renegotiate(inner) => acts(inner, flows, findings),
            _ => {}
        }
    }
}

fn says_nothing(act: &str, findings: &mut Findings<'_>) {
    findings.report(act, format!("`{act}` says nothing that differs from an honest client"), None);
}

fn edited(edit: &Edit, flows: &Flows, findings: &mut Findings<'_>) {
    let Edit { item, field: path, change } = edit;
    if path.is_empty() {
        is_message(*item, flows, findings);
        return;
    }
    path_of(*item, path, flows, findings);
    let lacks_length = |version| {
        let known = field::find(field::fields(*item, version)?, path)?;
        (!known.has_length()).then_some(())
    };
    if matches!(change, Change::Length(_)) && flows.with(*item).find_map(lacks_length).is_some() {
        let message = format!("`{}.{path}` has no length to lie about", item.as_str());
        let help = "`append` and `cut` change how long it is".to_owned();
        findings.report(path, message, Some(help));
    }
}

/// Reports an item that is no message.
fn is_message(item: Item, flows: &Flows, findings: &mut Findings<'_>) -> bool {
    let is_none = |version| field::fields(item, version).is_none();
    if flows.with(item).any(is_none) {
        let word = item.as_str();
        let help = "messages are client_hello, certificate, client_key_exchange, certificate_verify, finished";
        let message = format!("`{word}` is no message with fields");
        findings.report(word, message, Some(help.to_owned()));
        return false;
    }
    true
}

/// Reports a path that a message does not have in every version that has the message.
fn path_of(item: Item, path: &str, flows: &Flows, findings: &mut Findings<'_>) {
    if !is_message(item, flows, findings) {
        return;
    }
    for version in flows.with(item) {
        let known = field::fields(item, version).unwrap_or_default();
        if field::find(known, path).is_some() {
            continue;
        }
        let help = suggestion(known, path);
        let message =
            format!("`{}` of {} has no field `{path}`", item.as_str(), version.in_words());
        findings.report(path, message, Some(help));
        return;
    }
}

/// What may stand at the first part of a path that is wrong.
fn suggestion(known: &[KnownField], path: &str) -> String {
    let ends = path.match_indices('.').map(|(end, _)| end);
    let right =
        ends.filter_map(|end| path.get(..end)).rfind(|part| field::find(known, part).is_some());
    let right = right.unwrap_or_default();
    let rest = path.get(right.len()..).unwrap_or_default().trim_start_matches('.');
    let wrong = rest.split('.').next().unwrap_or_default();
    let names = field::inside(known, right);
    if names.is_empty() {
        return format!("no fields are known inside `{right}`");
    }
    did_you_mean(wrong, names.iter().copied())
        .unwrap_or_else(|| format!("known are {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    const BOTH: [TlsVersion; 2] = [TlsVersion::Tls12, TlsVersion::Tls13];

    /// What is said of a script, in a row.
    fn told(text: &str, versions: &[TlsVersion]) -> String {
        let script: Script = serde_json::from_str(text).unwrap();
        let mut problems = Vec::new();
        let mut findings =
            Findings { source: Source { path: "s.json", text }, problems: &mut problems };
        check(&Library::default(), &script, versions, &mut findings);
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_can_be_done_is_not_reported() {
        for good in [
            "[]",
            r#"[{"skip": ["certificate", "client_key_exchange"]}]"#,
            r#"[{"edit": {"item": "client_hello", "field": "extensions.key_share", "do": "remove"}}]"#,
            r#"[{"edit": {"item": "certificate", "field": "certificate_list.3", "do": {"cut": 1}}}]"#,
            r#"[{"edit": {"item": "finished", "do": {"append": "00"}}}]"#,
            r#"[{"renegotiate": [{"sign": {"key": "other"}}]}]"#,
            r#"[{"post_handshake": [{"skip": "certificate_verify"}]}]"#,
        ] {
            assert_eq!(told(good, &BOTH), "", "{good}");
        }
    }

    #[test]
    fn items_and_acts_of_other_versions_are_reported() {
        let new = [TlsVersion::Tls13];
        let told_of = told(r#"[{"stop": {"before": "server_finished", "then": "close"}}]"#, &new);
        assert!(told_of.contains("s.json:1:22: `server_finished` is not in the flow"), "{told_of}");
        let told_of = told(r#"[{"post_handshake": []}]"#, &[TlsVersion::Tls12]);
        assert!(told_of.contains("`post_handshake` is for TLS 1.3"), "{told_of}");
        let told_of = told(r#"[{"post_handshake": [{"skip": "client_hello"}]}]"#, &new);
        assert!(told_of.contains("has certificate, certificate_verify, finished"), "{told_of}");
        let offered = r#"[{"hello": {"versions": ["1.2"]}}, {"skip": "client_key_exchange"}]"#;
        assert_eq!(told(offered, &new), "");
    }

    #[test]
    fn fields_that_a_message_does_not_have_are_reported() {
        let edit = |item: &str, field: &str, change: &str| {
            let text = format!(
                r#"[{{"edit": {{"item": "{item}", "field": "{field}", "do": {change}}}}}]"#
            );
            told(&text, &BOTH)
        };
        let told_of = edit("client_hello", "extensions.server_nam", r#"{"cut": 1}"#);
        assert!(told_of.contains("did you mean `server_name`?"), "{told_of}");
        let told_of = edit("client_hello", "extensions.sni", r#"{"cut": 1}"#);
        assert!(told_of.contains("known are application_layer_protocol_negotiation,"), "{told_of}");
        let told_of = edit("certificate", "certificate_list.0.cert_data", r#"{"cut": 1}"#);
        assert!(told_of.contains("`certificate` of TLS 1.2 has no field"), "{told_of}");
        assert!(told_of.contains("no fields are known inside `certificate_list.0`"), "{told_of}");
        let told_of = edit("client_hello", "random", r#"{"length": {"plus": 1}}"#);
        assert!(told_of.contains("no length to lie about"), "{told_of}");
        let told_of = edit("server_flight", "random", r#"{"cut": 1}"#);
        assert!(told_of.contains("is no message"), "{told_of}");
        let told_of = told(r#"[{"fragment": {"items": "client_hello", "inside": "sni"}}]"#, &BOTH);
        assert!(told_of.contains("has no field `sni`"), "{told_of}");
    }

    #[test]
    fn acts_that_say_nothing_are_reported() {
        assert!(told(r#"[{"sign": {}}]"#, &BOTH).contains("`sign` says nothing"));
        assert!(told(r#"[{"hello": {}}]"#, &BOTH).contains("`hello` says nothing"));
    }
}
