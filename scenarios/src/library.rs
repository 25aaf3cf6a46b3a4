//! All data files of a run, by what they describe.

use std::collections::BTreeMap;

use crate::{Account, Credential, KeyAlgorithm, Scenario, Target};

/// Scenarios, credentials, accounts and targets by name, with the templates that targets use.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// By id: `certificate/expired`.
    pub scenarios: BTreeMap<String, Scenario>,
    /// By name: `expired`.
    pub credentials: BTreeMap<String, Credential>,
    /// By name: `alpha`.
    pub accounts: BTreeMap<String, Account>,
    /// By name: `nginx`.
    pub targets: BTreeMap<String, Target>,
    /// Files beside the target files, by folder and name: `nginx/nginx.conf`.
    pub templates: BTreeMap<String, String>,
}

impl Library {
    /// Gives the cases for which it does not matter a key of this algorithm.
    pub fn rekey(&mut self, key: KeyAlgorithm) {
        for scenario in self.scenarios.values_mut().filter(|scenario| !scenario.is_about_keys()) {
            scenario.matrix.key = vec![key];
        }
    }

    /// The files beside a target's own, by path relative to it: `nginx.conf`.
    pub fn templates_of(&self, target: &str) -> BTreeMap<String, String> {
        let beside = self.templates.iter().filter_map(|(path, text)| {
            let name = path.strip_prefix(target)?.strip_prefix('/')?;
            Some((name.to_owned(), text.clone()))
        });
        beside.collect()
    }
}

/// What a data file is, by its place; the name is that of the thing it describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    Scenario(&'a str),
    Credential(&'a str),
    Account(&'a str),
    Target(&'a str),
    Template(&'a str),
    Other,
}

impl<'a> Kind<'a> {
    pub(crate) fn of(path: &'a str) -> Self {
        let Some((folder, rest)) = path.split_once('/') else {
            return Self::Other;
        };
        match (folder, rest.strip_suffix(".json")) {
            ("credentials", Some(name)) => Self::Credential(name),
            ("accounts", Some(name)) => Self::Account(name),
            ("targets", _) => match rest.split_once('/') {
                Some((name, "target.json")) => Self::Target(name),
                _ => Self::Template(rest),
            },
            ("src" | "schema" | "tests", _) | (_, None) => Self::Other,
            (_, Some(_)) => Self::Scenario(path.strip_suffix(".json").unwrap_or(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_about_keys_keep_theirs() {
        let mut library = Library::embedded().unwrap();
        library.rekey(KeyAlgorithm::Rsa2048);
        let keys = |id: &str| library.scenarios[id].matrix.key.clone();
        assert_eq!(keys("loose/long-unknown-path"), [KeyAlgorithm::Rsa2048]);
        assert_eq!(keys("possession/weak-hash-ecdsa"), [KeyAlgorithm::P256]);
        assert_eq!(keys("possession/ecdsa-not-der"), [KeyAlgorithm::P256]);
        assert!(keys("baseline/valid").contains(&KeyAlgorithm::Ed25519));
    }

    #[test]
    fn a_file_is_what_its_place_says() {
        assert_eq!(Kind::of("certificate/expired.json"), Kind::Scenario("certificate/expired"));
        assert_eq!(Kind::of("credentials/expired.json"), Kind::Credential("expired"));
        assert_eq!(Kind::of("targets/nginx/target.json"), Kind::Target("nginx"));
        assert_eq!(Kind::of("targets/nginx/nginx.conf"), Kind::Template("nginx/nginx.conf"));
        assert_eq!(Kind::of("targets/go/a/target.json"), Kind::Template("go/a/target.json"));
        assert_eq!(Kind::of("README.md"), Kind::Other);
    }
}
