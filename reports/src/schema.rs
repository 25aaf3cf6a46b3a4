//! JSON Schema of the output formats, generated from the types.

use serde_json::Value;

use crate::{ComparisonReport, KillMatrix, json::Report, model::Event};

/// Every schema: name of its file under `reports/schema/`, and content. The number in the name is
/// the format version.
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("comparison-v1.json", schemars::schema_for!(ComparisonReport<'static>).to_value()),
        ("event-v1.json", schemars::schema_for!(Event).to_value()),
        ("kill-matrix-v1.json", schemars::schema_for!(KillMatrix).to_value()),
        ("report-v1.json", schemars::schema_for!(Report<'static>).to_value()),
    ]
}
