//! The scripts of the library, whatever gate they meet: each act must have something to act on.

use mtls_scenarios::script::{
    Act, Encrypt, Fragment, Item, Items, POST_HANDSHAKE, Pad, Script, Segment, honest_flow,
};
use mtls_scenarios::{Library, Scenario, Step, TlsVersion, expand};

use crate::wire::flow::{Move, flow};

/// The scripts of a scenario's cell, with its variant.
fn scripts(scenario: &Scenario, variant: Option<&str>) -> Vec<Script> {
    let variant = variant.and_then(|name| scenario.variants.get(name));
    let visits = scenario.steps.iter().filter_map(|step| match step {
        Step::Visit(visit) => Some(visit),
        _ => None,
    });
    let says = visits.map(|visit| match variant.filter(|_| visit.vary) {
        Some(over) => visit.say.overlaid(over),
        None => visit.say.clone(),
    });
    says.filter_map(|say| say.script).collect()
}

/// The acts of a script that change nothing in a handshake over these items.
fn idle(items: &[Item], script: &Script) -> Vec<String> {
    let whole = flow(items, script);
    let has = |item: &Item| whole.contains(&Move::Do(*item));
    let any = |items: &Items| items.0.iter().any(has);
    let mut before = Script::default();
    let mut idle = Vec::new();
    for act in &script.0 {
        let after = before.then(&Script(vec![act.clone()]));
        let does = match act {
            Act::Skip(_) | Act::Duplicate(_) | Act::Swap(_) | Act::Send(_) => {
                flow(items, &before) != flow(items, &after)
            }
            Act::Edit(edit) => has(&edit.item),
            Act::Encrypt(Encrypt { items, .. })
            | Act::Fragment(Fragment { items, .. })
            | Act::Segment(Segment { items, .. })
            | Act::Coalesce(items)
            | Act::Pad(Pad { items, .. }) => any(items),
            Act::Delay(delay) => has(&delay.before),
            Act::HalfClose(before) => has(before),
            Act::Stop(stop) => has(&stop.before),
            Act::Sign(_) | Act::EmptyListSigned => has(&Item::CertificateVerify),
            Act::Show(_) | Act::ShowUnasked | Act::Compress(_) => has(&Item::Certificate),
            _ => true,
        };
        if !does {
            idle.push(act.to_string());
        }
        before = after;
    }
    idle
}

fn idle_in(version: TlsVersion, script: &Script) -> Vec<String> {
    let inner = script.0.iter().flat_map(|act| match act {
        Act::PostHandshake(script) => idle(POST_HANDSHAKE, script),
        Act::Renegotiate(script) => idle(honest_flow(version), script),
        _ => Vec::new(),
    });
    idle(honest_flow(version), script).into_iter().chain(inner).collect()
}

#[test]
fn every_act_has_something_to_act_on() {
    let library = Library::embedded().unwrap();
    let mut idle = Vec::new();
    for (id, scenario) in &library.scenarios {
        for case in expand(id, scenario) {
            for script in scripts(scenario, case.cell.variant.as_deref()) {
                idle.extend(
                    idle_in(case.cell.tls, &script).into_iter().map(|act| (case.id.clone(), act)),
                );
            }
        }
    }
    assert!(idle.is_empty(), "{idle:#?}");
}

#[test]
fn an_act_without_its_item_is_idle() {
    let script = serde_json::from_str(
        r#"[
            {"skip": "certificate_verify"},
            {"sign": {"key": "other"}},
            {"duplicate": "client_key_exchange"},
            {"post_handshake": [{"edit": {"item": "client_hello", "do": "remove"}}]}
        ]"#,
    );
    assert_eq!(idle_in(TlsVersion::Tls13, &script.unwrap()).len(), 3);
}
