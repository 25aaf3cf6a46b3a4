//! The lying client comes to an end whatever the gate says: garbage at once, or under the right keys after part of an
//! honest handshake.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mtls_harness::wire::Failure;
use mtls_harness::wire::rehearsal::{Garbage, rehearse};
use mtls_scenarios::Script;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());
static SCRIPT: LazyLock<Script> =
    LazyLock::new(|| serde_json::from_str(r#"[{"post_handshake": []}]"#).unwrap());

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (stage, kind, octets) = input;
    let garbage = match stage % 5 {
        0 => Garbage::Octets(octets),
        1 => Garbage::Messages(octets),
        2 => Garbage::Flight12(octets),
        3 => Garbage::Flight13(octets),
        _ => Garbage::Afterwards(kind, octets),
    };
    let outcome = RUNTIME.block_on(rehearse(&SCRIPT, garbage));
    assert!(
        !matches!(outcome, Err(Failure::Timeout(_) | Failure::Unable(_))),
        "it did not come to an end: {outcome:?}"
    );
});
