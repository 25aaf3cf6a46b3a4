//! `mtls-harness targets`: which servers can be tested here, and what each provides.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use mtls_reports::{ExitCode, PeerText};
use mtls_scenarios::{Start, Target};
use serde_json::{Value, json};

use super::Failure;
use super::args::{Selection, Targets};
use super::selection::load;
use super::terminal;
use crate::target::{LaunchError, Present, look_for};

/// A target, and whether it can be run here.
struct Row<'a> {
    name: &'a str,
    target: &'a Target,
    presence: Presence,
}

enum Presence {
    /// Inside the harness.
    Embedded,
    /// It runs already.
    Running,
    Here(Present),
    /// Why not, and how to install it.
    Missing(LaunchError),
}

/// Runs the command.
pub(super) fn targets(arguments: &Targets) -> Result<ExitCode, Failure> {
    let selection = Selection { filter: Vec::new(), scenarios: arguments.scenarios.clone() };
    let library = load(&selection)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::undecided(&format!("failed to start the runtime: {e}")))?;
    let looks = library.targets.iter().map(|(name, target)| async move {
        let presence = match &target.start {
            Start::Embedded => Presence::Embedded,
            Start::Running => Presence::Running,
            Start::Launch(launch) => match look_for(launch).await {
                Ok(present) => Presence::Here(present),
                Err(error) => Presence::Missing(error),
            },
        };
        Row { name, target, presence }
    });
    let rows = runtime.block_on(futures_util::future::join_all(looks));
    let text = if arguments.json { as_json(&rows)? } else { as_table(&rows) };
    terminal::say(&text);
    Ok(ExitCode::GateOpen)
}

fn as_table(rows: &[Row<'_>]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {}", row.name, row.target.summary);
        let _ = writeln!(text, "{:width$}  {}", "", row.presence.words());
        let _ = writeln!(text, "{:width$}  {}", "", provides(row.target).join("; "));
    }
    let here = rows.iter().filter(|row| !matches!(row.presence, Presence::Missing(_))).count();
    let _ = writeln!(text, "{} targets, {here} of them here", rows.len());
    text
}

impl Presence {
    fn words(&self) -> String {
        match self {
            Self::Embedded => "comes with the harness".to_owned(),
            Self::Running => "runs already, where its file says".to_owned(),
            Self::Here(Present { program, version }) => {
                let version = version.as_ref().map_or("of no version", PeerText::as_str);
                format!("{version} ({})", program.display())
            }
            Self::Missing(error) => format!("not here: {error}"),
        }
    }
}

/// What a target provides, a few words each.
fn provides(target: &Target) -> Vec<String> {
    let roles: Vec<_> = target.endpoints.keys().map(|role| role.as_str()).collect();
    let mut words = vec![format!("endpoints {}", roles.join(", "))];
    let protocols = match target.probe.protocol() {
        Some(protocol) => vec![protocol.as_str()],
        None => target.alpn.iter().map(|alpn| alpn.as_str()).collect(),
    };
    words.push(protocols.join(", "));
    words.extend(abilities(target).into_iter().map(str::to_owned));
    if let Some(family) = target.loose_family {
        words.push(format!("LOOSE {}", family.as_str()));
    }
    words
}

/// What the harness can change of it, and what it reports.
fn abilities(target: &Target) -> BTreeSet<&'static str> {
    let mut able = BTreeSet::new();
    if target.probe.reports_identity() {
        able.insert("identity");
    }
    if target.endpoints.values().any(|endpoint| endpoint.crl) {
        able.insert("CRL");
    }
    match &target.start {
        Start::Embedded => able.extend(["modes", "reload"]),
        Start::Launch(launch) => {
            if !launch.modes.is_empty() {
                able.insert("modes");
            }
            if launch.reload.is_some() && launch.generation_header.is_some() {
                able.insert("reload");
            }
        }
        Start::Running => {}
    }
    able
}

fn as_json(rows: &[Row<'_>]) -> Result<String, Failure> {
    let rows: Vec<_> = rows.iter().map(Row::as_json).collect();
    let text = serde_json::to_string_pretty(&rows).map_err(|e| Failure::undecided(&e))?;
    Ok(text + "\n")
}

impl Row<'_> {
    fn as_json(&self) -> Value {
        let (program, version, missing) = match &self.presence {
            Presence::Here(Present { program, version }) => {
                (Some(program.display().to_string()), version.as_ref(), None)
            }
            Presence::Missing(error) => (None, None, Some(error.to_string())),
            Presence::Embedded | Presence::Running => (None, None, None),
        };
        json!({
            "name": self.name,
            "summary": self.target.summary,
            "here": missing.is_none(),
            "program": program,
            "version": version,
            "missing": missing,
            "endpoints": self.target.endpoints.keys().collect::<Vec<_>>(),
            "alpn": self.target.alpn,
            "loose_family": self.target.loose_family,
            "abilities": abilities(self.target),
        })
    }
}
