//! The names of fields that scenarios are checked against are those that messages have.

use mtls_scenarios::script::{Item, field, honest_flow};
use mtls_scenarios::{KeyAlgorithm, TlsVersion};

use super::gate::Gate;
use crate::wire::Failure;

const VERSIONS: [TlsVersion; 2] = [TlsVersion::Tls12, TlsVersion::Tls13];

fn edit(item: Item, path: &str, change: &str) -> String {
    format!(r#"[{{"edit": {{"item": "{}", "field": "{path}", "do": {change}}}}}]"#, item.as_str())
}

/// Every message of a version with the fields that are known of it.
fn messages(version: TlsVersion) -> impl Iterator<Item = (Item, &'static [field::KnownField])> {
    let items = honest_flow(version).iter();
    items.filter_map(move |item| Some((*item, field::fields(*item, version)?)))
}

#[tokio::test]
async fn known_fields_are_there() {
    let gate = Gate::new(KeyAlgorithm::P256);
    for version in VERSIONS {
        for (item, known) in messages(version) {
            for field in known {
                let path = field.path().replace("EXTENSION", "server_name");
                let nothing = edit(item, &path, r#"{"append": ""}"#);
                gate.visit(version, &nothing).await.unwrap();
                let truth = edit(item, &path, r#"{"length": {"plus": 0}}"#);
                let told = gate.visit(version, &truth).await;
                assert_eq!(told.is_ok(), field.has_length(), "{truth} {version:?}");
            }
        }
    }
}

#[tokio::test]
async fn fields_that_are_there_are_known() {
    let gate = Gate::new(KeyAlgorithm::P256);
    for version in VERSIONS {
        for (item, known) in messages(version) {
            let told = gate.visit(version, &edit(item, "none", r#"{"cut": 1}"#)).await;
            let Err(Failure::Unable(why)) = told else { panic!("{item:?} {version:?}") };
            let (_, paths) = why.split_once("it has ").unwrap();
            for path in paths.split(", ") {
                assert!(field::find(known, path).is_some(), "{item:?} {version:?}: {path}");
            }
        }
    }
}
