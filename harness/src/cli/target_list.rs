//! Which targets the arguments mean: one, several with commas between them, or all.

use std::collections::BTreeSet;
use std::path::Path;

use mtls_scenarios::{Library, Start};

use super::Failure;
use super::args::Gate;
use super::target::{Chosen, choose};

/// The word for every target of the library.
const ALL: &str = "all";

/// How targets were named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// A single one.
    One,
    /// Several, each by name.
    Several,
    /// All that there are; what this machine lacks is left out.
    All,
}

/// The targets that the arguments name.
pub(super) fn choose_all(gate: &Gate, library: &Library) -> Result<(Naming, Vec<Chosen>), Failure> {
    let (naming, names) = names(&gate.target, library)?;
    let trust = gate.trust.read(library)?;
    let chosen = names.iter().map(|name| choose(name, &gate.server, &trust, library));
    let mut chosen = chosen.collect::<Result<Vec<_>, _>>()?;
    if trust.is_given() && chosen.iter().all(|chosen| !chosen.trust.is_given()) {
        let message = format!(
            "--ca, --pki and --cert are for a running server; `{}` gets its CAs from the harness",
            gate.target
        );
        return Err(Failure::invalid(&message));
    }
    if naming != Naming::One {
        label(&mut chosen);
    }
    Ok((naming, chosen))
}

fn names<'a>(given: &'a str, library: &'a Library) -> Result<(Naming, Vec<&'a str>), Failure> {
    // Commas may be part of a URL, or of a file's name.
    if given != ALL && (!given.contains(',') || given.contains("://") || Path::new(given).exists())
    {
        return Ok((Naming::One, vec![given]));
    }
    let names: Vec<_> = given.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    match names.split_first() {
        Some((&ALL, others)) => Ok((Naming::All, all_but(others, library)?)),
        _ => Ok((Naming::Several, each_once(names)?)),
    }
}

/// Every target that the harness can start, without those that are named with a `!` in front.
fn all_but<'a>(others: &[&str], library: &'a Library) -> Result<Vec<&'a str>, Failure> {
    let mut excluded = BTreeSet::new();
    for other in others {
        let name = other.strip_prefix('!').filter(|name| library.targets.contains_key(*name));
        let Some(name) = name else {
            let message =
                format!("--target {ALL},{other}: after `all` write !NAME, a target to leave out");
            return Err(Failure::invalid(&message));
        };
        excluded.insert(name);
    }
    let startable = library.targets.iter();
    let startable = startable.filter(|(_, target)| !matches!(target.start, Start::Running));
    let names = startable.map(|(name, _)| name.as_str());
    Ok(names.filter(|name| !excluded.contains(name)).collect())
}

fn each_once(names: Vec<&str>) -> Result<Vec<&str>, Failure> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(**name)) {
        Some(name) => Err(Failure::invalid(&format!("--target names `{name}` twice"))),
        None => Ok(names),
    }
}

/// Gives each target a word of its own that file names can hold.
fn label(chosen: &mut [Chosen]) {
    let mut seen = BTreeSet::new();
    for one in chosen {
        let word = file_word(&one.name);
        let mut label = word.clone();
        let mut number = 2;
        while !seen.insert(label.clone()) {
            label = format!("{word}-{number}");
            number += 1;
        }
        one.label = Some(label);
    }
}

fn file_word(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(given: &str) -> Result<(Naming, Vec<String>), String> {
        let library = Library::embedded().unwrap();
        let (naming, names) = names(given, &library).map_err(|failure| failure.message)?;
        Ok((naming, names.into_iter().map(str::to_owned).collect()))
    }

    #[test]
    fn commas_separate_targets_but_not_in_urls() {
        let several = (Naming::Several, vec!["nginx".to_owned(), "a/b.json".to_owned()]);
        assert_eq!(named("nginx, a/b.json,"), Ok(several));
        let url = "https://127.0.0.1:1/a,b";
        assert_eq!(named(url), Ok((Naming::One, vec![url.to_owned()])));
    }

    #[test]
    fn all_are_those_that_the_harness_can_start() {
        let (naming, names) = named("all").unwrap();
        assert_eq!(naming, Naming::All);
        assert!(names.contains(&"mock".to_owned()) && names.contains(&"nginx".to_owned()));
        let (_, fewer) = named("all,!nginx").unwrap();
        assert_eq!(fewer.len(), names.len() - 1);
        assert!(named("all,mock").unwrap_err().contains("!NAME"));
    }

    #[test]
    fn no_target_is_named_twice() {
        assert!(named("mock,mock").unwrap_err().contains("twice"));
    }

    #[test]
    fn labels_are_words_for_file_names() {
        assert_eq!(file_word("../my-targets/a.json"), "my-targets-a-json");
    }
}
