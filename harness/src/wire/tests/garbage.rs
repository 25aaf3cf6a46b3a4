//! Whatever a gate says, the client comes to an end.

use mtls_scenarios::Script;
use proptest::prelude::*;

use crate::wire::Failure;
use crate::wire::rehearsal::{Garbage, rehearse};

fn play(script: &str, garbage: Garbage<'_>) -> Result<Vec<u8>, Failure> {
    let script: Script = serde_json::from_str(script).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(rehearse(&script, garbage))
}

#[test]
fn the_rehearsal_reaches_application_data() {
    let data = play("[]", Garbage::Afterwards(23, b"data")).unwrap();
    assert_eq!(data, b"data");
}

#[test]
fn the_rehearsal_reaches_the_flights() {
    // EncryptedExtensions without extensions, and then a message that must not follow.
    let flight = [8, 0, 0, 2, 0, 0, 14, 0, 0, 0];
    let Err(Failure::Misbehaved(what)) = play("[]", Garbage::Flight13(&flight)) else { panic!() };
    assert!(what.as_str().contains("unexpected ServerHelloDone"), "{what}");
    let flight = [14, 0, 0, 0];
    let Err(Failure::Misbehaved(what)) = play("[]", Garbage::Flight12(&flight)) else { panic!() };
    assert!(what.as_str().contains("unexpected ServerHelloDone"), "{what}");
}

/// Octets that look like handshake messages more often than not.
fn messages() -> impl Strategy<Value = Vec<u8>> {
    let kinds = prop::sample::select(vec![0_u8, 1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 20, 22, 24, 25]);
    let body = prop::collection::vec(any::<u8>(), 0..60);
    let message = (kinds, body).prop_map(|(kind, body)| {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[kind], &length[1..], &body].concat()
    });
    let messages = prop::collection::vec(message, 0..6).prop_map(|all| all.concat());
    prop_oneof![messages, prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #[test]
    fn garbage_ends_the_conversation(octets in messages(), kind in 20..25_u8, stage in 0..5_u8) {
        let garbage = match stage {
            0 => Garbage::Octets(&octets),
            1 => Garbage::Messages(&octets),
            2 => Garbage::Flight12(&octets),
            3 => Garbage::Flight13(&octets),
            _ => Garbage::Afterwards(kind, &octets),
        };
        let script = r#"[{"post_handshake": []}]"#;
        let outcome = play(script, garbage);
        prop_assert!(!matches!(outcome, Err(Failure::Timeout(_) | Failure::Unable(_))), "{outcome:?}");
    }
}
