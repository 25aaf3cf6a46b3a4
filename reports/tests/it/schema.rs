//! The published schemas are those of the types, and what is written fits them.

use std::{fs, path::Path};

use mtls_reports::{Comparison, Format, render, render_comparison, schemas};
use serde_json::Value;

use crate::fixture;

fn committed(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name)
}

/// With `MTLS_HARNESS_UPDATE=1` in the environment, writes them instead.
#[test]
fn committed_schemas_are_the_generated_ones() {
    for (name, schema) in schemas() {
        let path = committed(name);
        let mut generated = serde_json::to_string_pretty(&schema).unwrap();
        generated.push('\n');
        if std::env::var_os("MTLS_HARNESS_UPDATE").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &generated).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == generated,
            "{name} is out of date: run this test with MTLS_HARNESS_UPDATE=1"
        );
    }
}

fn validator(name: &str) -> jsonschema::Validator {
    let (_, schema) = schemas().into_iter().find(|(known, _)| *known == name).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn assert_valid(validator: &jsonschema::Validator, document: &Value) {
    let problems: Vec<String> =
        validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?} in {document}");
}

#[test]
fn a_report_fits_its_schema() {
    let json = render(Format::Json, &fixture::every_verdict()).unwrap();
    let document: Value = serde_json::from_slice(&json).unwrap();
    let validator = validator("report-v1.json");
    assert_valid(&validator, &document);
    let waived = render(Format::Json, &fixture::with_waivers()).unwrap();
    assert_valid(&validator, &serde_json::from_slice(&waived).unwrap());
    let mut broken = document;
    broken["cases"][0]["verdict"] = Value::from("perhaps");
    assert!(!validator.is_valid(&broken));
}

#[test]
fn a_comparison_fits_its_schema() {
    let comparison = Comparison::of_one(fixture::every_verdict());
    let json = render_comparison(Format::Json, &comparison).unwrap();
    let document: Value = serde_json::from_slice(&json).unwrap();
    let validator = validator("comparison-v1.json");
    assert_valid(&validator, &document);
    let mut broken = document;
    broken["rows"][0]["agreement"] = Value::from("perhaps");
    assert!(!validator.is_valid(&broken));
}

#[test]
fn every_line_of_a_log_fits_its_schema() {
    let log = String::from_utf8(fixture::log(&fixture::every_verdict())).unwrap();
    let validator = validator("event-v1.json");
    for line in log.lines() {
        assert_valid(&validator, &serde_json::from_str(line).unwrap());
    }
    assert!(!validator.is_valid(&serde_json::json!({ "event": "run_paused" })));
}
