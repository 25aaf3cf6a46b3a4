//! The guide: what is written into a directory, and what a person reads.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use mtls_reports::PeerText;
use mtls_reports::model::Verdict;
use mtls_scenarios::{Action, Case, Role, Scenario, Step};

use super::command::Part;
use super::credential::Credentials;
use super::shell;
use super::visit;
use crate::run::context::Context;
use crate::run::course::Course;
use crate::run::judge::Judgement;
use crate::run::stage::Stage;
use crate::target::{Paper, Running};

/// The script of the client's side.
pub(super) const STEPS: &str = "steps.sh";
/// The script that runs the server.
pub(super) const SERVER: &str = "server.sh";

/// The steps cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ByHandError {
    /// The case is left out at this target.
    #[error("the case is not performed at this target: {0}")]
    NotPerformed(String),
    /// The steps are tried with it.
    #[error("no `openssl` found on this machine; install it (Debian: apt-get install openssl)")]
    NoOpenssl,
    /// No such case.
    #[error("no scenario `{0}`")]
    UnknownScenario(String),
    /// Files or processes.
    #[error("failed to write the steps: {0}")]
    Io(#[from] io::Error),
    /// A change could not be written.
    #[error("failed to write the steps: {0}")]
    Change(String),
}

/// What stands in the way of a step.
#[derive(Debug)]
pub(super) enum Obstacle {
    /// Neither openssl nor curl does it.
    Beyond(String),
    NotPerformed(String),
    NoOpenssl,
    Io(io::Error),
    Broken(String),
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Judgement> for Obstacle {
    fn from(judgement: Judgement) -> Self {
        match judgement.verdict {
            Verdict::Skipped { reason } => Self::NotPerformed(reason),
            _ => Self::Broken(judgement.explanation),
        }
    }
}

/// What the guide says beside the commands.
#[derive(Clone, Debug)]
pub struct Telling {
    /// The command by which the harness performs the case: what neither tool can do is left to it.
    pub rerun: String,
    /// Why it matters, a line each.
    pub why: Vec<String>,
    /// What came of the case, a line each, where it was performed.
    pub observed: Vec<String>,
}

/// The steps of a case, written down.
#[derive(Clone, Debug)]
pub struct Guide {
    /// The steps as a person reads and as `bash` takes them.
    pub steps: String,
    /// Why openssl and curl do not do; `None` where they do.
    pub beyond: Option<String>,
    /// The files that say what the server does, name and text.
    pub configuration: Vec<(String, String)>,
    /// What the server says its version is.
    pub version: Option<PeerText>,
}

/// What is at hand while a guide is written.
pub(super) struct Writing<'a> {
    pub(super) course: Course<'a>,
    pub(super) credentials: Credentials,
    /// Where the connections that are kept open lead.
    pub(super) kept: BTreeMap<String, Role>,
    directory: &'a Path,
}

impl Writing<'_> {
    /// Writes a file of the client's side.
    pub(super) fn file(&self, name: &str, octets: &[u8]) -> io::Result<()> {
        fs::write(self.directory.join(name), octets)
    }
}

/// Writes what a person needs to repeat a case at a target into a directory: certificates, keys, and `steps.sh`. `paper` is
/// the target where it was written there, too, for the person to start.
pub async fn by_hand(
    context: &Context,
    paper: Option<Running>,
    case: &Case,
    directory: &Path,
    telling: &Telling,
) -> Result<Guide, ByHandError> {
    let scenario = context.library.scenarios.get(&case.scenario);
    let scenario = scenario.ok_or_else(|| ByHandError::UnknownScenario(case.scenario.clone()))?;
    let stage = match paper {
        Some(paper) => Stage::Paper(Box::new(paper)),
        None => Stage::Shared(&context.target),
    };
    let mut writing = Writing {
        course: Course::new(context, case, stage),
        credentials: Credentials::new(directory)?,
        kept: BTreeMap::new(),
        directory,
    };
    let parts = match parts(&mut writing, scenario).await {
        Ok(parts) => Ok(parts),
        Err(Obstacle::Beyond(why)) => Err(why),
        Err(Obstacle::NotPerformed(reason)) => return Err(ByHandError::NotPerformed(reason)),
        Err(Obstacle::NoOpenssl) => return Err(ByHandError::NoOpenssl),
        Err(Obstacle::Io(error)) => return Err(error.into()),
        Err(Obstacle::Broken(error)) => return Err(ByHandError::Change(error)),
    };
    let target = writing.course.stage.target();
    let paper = target.paper();
    let title = format!("{}: {}", case.id, scenario.title);
    let steps = match &parts {
        Ok(parts) => shell::steps(&title, (parts, &visit::reading(target)), paper, telling),
        Err(why) => shell::by_harness(&title, why, telling),
    };
    write_script(&directory.join(STEPS), &steps)?;
    if let Some(paper) = paper {
        write_script(&directory.join(SERVER), &shell::server(paper))?;
    }
    Ok(Guide {
        steps,
        beyond: parts.err(),
        configuration: paper.map(Paper::configuration).unwrap_or_default(),
        version: target.version().cloned(),
    })
}

async fn parts(writing: &mut Writing<'_>, scenario: &Scenario) -> Result<Vec<Part>, Obstacle> {
    let mut parts = Vec::new();
    for step in &scenario.steps {
        if let Step::Visit(visit) = step
            && let Action::Connect(connect) = &visit.action
            && let Some(name) = &connect.keep_open
        {
            let spot = crate::run::visit::spot(&writing.course, connect.endpoint)?;
            writing.kept.insert(name.clone(), spot.role);
        }
        parts.push(visit::part(writing, step).await?);
    }
    Ok(parts)
}

fn write_script(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}
