//! Scripts to flows: what is sent, in which order.

use mtls_scenarios::script::{Act, Extra, Item, Place, Script, Swap};

/// One move of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// An item: a message to send, or a wait.
    Do(Item),
    /// The message of an item again, octet for octet.
    Again(Item),
    /// Something beside the flow, so often.
    Extra(Extra, u32),
}

/// The flow that a script makes of these items.
pub(super) fn flow(items: &[Item], script: &Script) -> Vec<Move> {
    let mut flow: Vec<Move> = items.iter().copied().map(Move::Do).collect();
    for act in &script.0 {
        match act {
            Act::Skip(items) => {
                flow.retain(|step| !matches!(step, Move::Do(item) if items.contains(*item)));
            }
            Act::Duplicate(item) => insert(&mut flow, Place::After(*item), Move::Again(*item)),
            Act::Swap(Swap(one, other)) => {
                if let (Some(one), Some(other)) = (position(&flow, *one), position(&flow, *other)) {
                    flow.swap(one, other);
                }
            }
            Act::Send(send) => {
                insert(&mut flow, send.place, Move::Extra(send.what.clone(), send.times.get()));
            }
            _ => {}
        }
    }
    flow
}

fn position(flow: &[Move], item: Item) -> Option<usize> {
    flow.iter().position(|step| *step == Move::Do(item))
}

/// Puts a move in its place; where there is no such place, as for an item of another version, it is left out.
fn insert(flow: &mut Vec<Move>, place: Place, step: Move) {
    let at = match place {
        Place::Before(item) => position(flow, item),
        Place::After(item) => position(flow, item).map(|at| at.saturating_add(1)),
    };
    if let Some(at) = at {
        flow.insert(at, step);
    }
}

#[cfg(test)]
mod tests {
    use mtls_scenarios::TlsVersion;
    use mtls_scenarios::script::honest_flow;

    use super::Item::{ApplicationData, CertificateVerify, ClientHello, Finished, ServerFlight};
    use super::*;

    fn of(version: TlsVersion, json: &str) -> Vec<Move> {
        flow(honest_flow(version), &serde_json::from_str(json).unwrap())
    }

    #[test]
    fn an_empty_script_is_honest() {
        let items: Vec<Move> =
            honest_flow(TlsVersion::Tls13).iter().copied().map(Move::Do).collect();
        assert_eq!(of(TlsVersion::Tls13, "[]"), items);
    }

    #[test]
    fn acts_follow_each_other() {
        let flow = of(
            TlsVersion::Tls13,
            r#"[
                {"skip": ["change_cipher_spec", "certificate"]},
                {"swap": ["certificate_verify", "finished"]},
                {"duplicate": "finished"},
                {"send": {"what": "empty_certificate", "at": {"before": "finished"}, "times": 2}}
            ]"#,
        );
        let expected = [
            Move::Do(ClientHello),
            Move::Do(ServerFlight),
            Move::Extra(Extra::EmptyCertificate, 2),
            Move::Do(Finished),
            Move::Again(Finished),
            Move::Do(CertificateVerify),
            Move::Do(ApplicationData),
        ];
        assert_eq!(flow, expected);
    }

    #[test]
    fn what_the_version_does_not_have_is_left_out() {
        let script =
            r#"[{"send": {"what": "empty_certificate", "at": {"after": "client_key_exchange"}}}]"#;
        assert_eq!(of(TlsVersion::Tls13, script), of(TlsVersion::Tls13, "[]"));
    }
}
