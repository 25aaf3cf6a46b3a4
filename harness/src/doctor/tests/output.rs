//! What people and programs get to see.

use super::*;

/// The examination of a library credential, as of a day after the epoch.
fn examination(name: &str, anchor: &str, days: i64) -> crate::doctor::Examination {
    let world = World::new();
    let minted = world.mint(name, KeyAlgorithm::P256);
    let contents = |text: &str, file: &str| Contents::read(text.as_bytes(), &Place::file(file));
    let credential = Credential {
        name: "client.crt".to_owned(),
        place: Place::file("client.crt"),
        certificates: contents(&chain_pem(&minted), "client.crt").certificates,
        keys: contents(&key_pem(&minted), "client.key").keys,
        cas: contents(&world.anchor(anchor), "ca.crt").certificates,
        expects_key: true,
        findings: Vec::new(),
        names: FileNames::default(),
    };
    examine(&[credential], after(days))
}

#[test]
fn text_of_a_good_credential() {
    insta::assert_snapshot!(examination("via-intermediate", "main", 0).to_text());
}

#[test]
fn text_of_what_the_recipe_makes() {
    insta::assert_snapshot!(examination("recipe-v1", "recipe", 0).to_text());
}

#[test]
fn text_of_a_chain_that_does_not_build() {
    insta::assert_snapshot!(examination("intermediate-not-sent", "main", 80).to_text());
}

#[test]
fn json_has_a_version_and_every_part() {
    let examination = examination("recipe-v1", "recipe", 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&examination).unwrap());
}

#[test]
fn text_fits_eighty_columns() {
    for (name, anchor) in [("recipe-v1", "recipe"), ("intermediate-not-sent", "main")] {
        for line in examination(name, anchor, 0).to_text().lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
