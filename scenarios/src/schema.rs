//! JSON Schemas of the file formats, from the types that read them.

use serde_json::Value;

use crate::{Account, Credential, GateFile, Scenario, Target, WaiverFile};

/// `(file name, schema)` of every format.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("account-v1.json", schemars::schema_for!(Account).to_value()),
        ("credential-v1.json", schemars::schema_for!(Credential).to_value()),
        ("gate-v1.json", schemars::schema_for!(GateFile).to_value()),
        ("scenario-v1.json", schemars::schema_for!(Scenario).to_value()),
        ("target-v1.json", schemars::schema_for!(Target).to_value()),
        ("waivers-v1.json", schemars::schema_for!(WaiverFile).to_value()),
    ]
}
