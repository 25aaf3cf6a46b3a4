//! The JSON formats: what can be read can be written, and reads as the same again; scenarios are read only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtls_scenarios::{Account, Credential, Scenario, Target, WaiverFile};
use serde::{Serialize, de::DeserializeOwned};

fuzz_target!(|text: &[u8]| {
    let _ = serde_json::from_slice::<Scenario>(text);
    round_trip::<Credential>(text);
    round_trip::<Account>(text);
    round_trip::<Target>(text);
    round_trip::<WaiverFile>(text);
});

fn round_trip<T: DeserializeOwned + Serialize>(text: &[u8]) {
    let Ok(first) = serde_json::from_slice::<T>(text) else { return };
    let written = serde_json::to_vec(&first).expect("what was read cannot be written");
    let second: T = serde_json::from_slice(&written).expect("what was written cannot be read");
    let again = serde_json::to_vec(&second).expect("what was read again cannot be written");
    assert_eq!(written, again, "read and written again, the document differs");
}
