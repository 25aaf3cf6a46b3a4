//! The published JSON Schemas are those of the types, and every data file keeps to them.
#![cfg(feature = "schema")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    for (name, schema) in mtls_scenarios::schemas() {
        let path = root().join("schema").join(name);
        let generated = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("MTLS_HARNESS_UPDATE").is_some() {
            fs::create_dir_all(root().join("schema")).unwrap();
            fs::write(&path, &generated).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == generated,
            "{name} differs from the types; MTLS_HARNESS_UPDATE=1 writes it anew"
        );
    }
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_data = !["src", "schema", "tests", "target"].iter().any(|name| path.ends_with(name));
        if path.is_dir() && is_data {
            json_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            // What lies beside a target file is its own.
            let beside = path.components().any(|part| part.as_os_str() == "targets");
            if beside && !path.ends_with("target.json") {
                continue;
            }
            files.push(path);
        }
    }
}

#[test]
fn every_data_file_names_its_schema_and_keeps_to_it() {
    let mut files = Vec::new();
    json_files(root(), &mut files);
    assert!(files.len() > 100, "only {} files", files.len());
    let validators: Vec<_> = mtls_scenarios::schemas()
        .into_iter()
        .map(|(name, schema)| (name, jsonschema::validator_for(&schema).unwrap()))
        .collect();
    for file in files {
        let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let named = document.get("$schema").and_then(Value::as_str).unwrap_or_default();
        let beside = file.parent().unwrap().join(named);
        assert!(beside.is_file(), "{}: no schema at `{named}`", file.display());
        let (_, validator) = validators.iter().find(|(name, _)| named.ends_with(name)).unwrap();
        let problems: Vec<_> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(problems.is_empty(), "{}: {}", file.display(), problems.join("; "));
    }
}

#[test]
fn the_schema_of_waivers_refuses_what_the_reader_does() {
    let (_, schema) =
        mtls_scenarios::schemas().into_iter().find(|(name, _)| *name == "waivers-v1.json").unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let file = |cases: &str, expires: &str| {
        serde_json::json!({"waivers": [{
            "cases": cases, "target": "nginx", "discrepancy": "unexpected-acceptance", "reason": "Known",
            "owner": "platform", "expires": expires,
        }]})
    };
    assert!(validator.is_valid(&file("certificate/expired@*", "2027-01-31")));
    for (cases, expires) in [
        ("*", "2027-01-31"),
        ("certificate/*", "2027-01-31"),
        ("!certificate/expired", "2027-01-31"),
        ("certificate/expired@*", "soon"),
    ] {
        assert!(!validator.is_valid(&file(cases, expires)), "{cases} {expires}");
    }
}
