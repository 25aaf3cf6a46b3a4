//! The command that repeats a run.

use std::path::{Path, PathBuf};

use mtls_scenarios::Mode;

use super::args::{Gate, Run};
use crate::run::shell_word;

/// The arguments that repeat a run at all its targets.
pub(super) fn rerun(arguments: &Run) -> String {
    let Run { gate, selection, repeat, waivers, .. } = arguments;
    let mut words = vec![rerun_at(gate, &gate.target, selection.scenarios.as_ref())];
    words.extend(repeat.map(|times| format!("--repeat {times}")));
    words.extend(waivers.iter().map(|file| format!("--waivers {}", shell_word(&path(file)))));
    words.extend(selection.filter.iter().map(|filter| format!("--filter {}", shell_word(filter))));
    words.join(" ")
}

/// The arguments that repeat a run at one target, but for the filter.
pub(super) fn rerun_at(arguments: &Gate, target: &str, scenarios: Option<&PathBuf>) -> String {
    let server = &arguments.server;
    let mut words = Words(vec!["run".to_owned()]);
    words.flag("--target", Some(target.to_owned()).filter(|target| target != "mock"));
    words.flag("--mode", server.mode.map(|mode| Mode::from(mode).as_str().to_owned()));
    arguments.trust.repeat(&mut words);
    words.flag("--name", server.name.clone());
    words.flag("--identity-header", server.identity_header.clone());
    words.flag("--identity-json", server.identity_json.clone());
    words.flag("--identity-path", server.identity_path.clone());
    words.flag("--marker", server.marker.clone());
    words.flag("--scenarios", scenarios.map(path));
    words.flag("--fault", arguments.fault.clone());
    let seed = Some(arguments.seed).filter(|seed| *seed != 1);
    words.flag("--seed", seed.map(|seed| seed.to_string()));
    for (name, given) in [
        ("--crl", server.crl),
        ("--h2", server.h2),
        ("--pedantic", arguments.pedantic),
        ("--authorized", server.authorized),
    ] {
        if given {
            words.0.push(name.to_owned());
        }
    }
    words.0.join(" ")
}

/// Words of a command line.
pub(super) struct Words(Vec<String>);

impl Words {
    /// Adds a flag with its value, where it has one.
    pub(super) fn flag(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.0.push(format!("{name} {}", shell_word(&value)));
        }
    }
}

fn path(path: impl AsRef<Path>) -> String {
    path.as_ref().to_string_lossy().into_owned()
}
