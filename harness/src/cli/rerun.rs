//! The command that repeats a run.

use std::path::PathBuf;

use mtls_scenarios::Mode;

use super::args::Gate;
use crate::run::shell_word;

/// The arguments that repeat this run, but for the filter.
pub(super) fn rerun(arguments: &Gate, scenarios: Option<&PathBuf>) -> String {
    let server = &arguments.server;
    let mut words = vec!["run".to_owned()];
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.push(format!("{name} {}", shell_word(&value)));
        }
    };
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    flag("--target", Some(arguments.target.clone()).filter(|target| target != "mock"));
    flag("--mode", server.mode.map(|mode| Mode::from(mode).as_str().to_owned()));
    flag("--ca", server.ca.as_ref().map(path));
    flag("--ca-key", server.ca_key.as_ref().map(path));
    flag("--name", server.name.clone());
    flag("--identity-header", server.identity_header.clone());
    flag("--marker", server.marker.clone());
    flag("--scenarios", scenarios.map(path));
    flag("--fault", arguments.fault.clone());
    flag("--seed", Some(arguments.seed).filter(|seed| *seed != 1).map(|seed| seed.to_string()));
    for (name, given) in [
        ("--h2", server.h2),
        ("--pedantic", arguments.pedantic),
        ("--authorized", server.authorized),
    ] {
        if given {
            words.push(name.to_owned());
        }
    }
    words.join(" ")
}
