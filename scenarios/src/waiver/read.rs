//! Reading waiver files: whole, or not at all.

use std::path::{Path, PathBuf};

use super::check::check;
use super::place::entries;
use super::width::too_wide;
use crate::diagnostic::{Diagnostic, Source};
use crate::load::{LoadError, join, read_text};
use crate::{Case, Date, Library, Waiver, WaiverFile, expand};

/// A waiver, where it stands, and how far it reaches.
#[derive(Clone, Debug)]
pub struct PlacedWaiver {
    /// What it says.
    pub waiver: Waiver,
    /// `waivers.json:12`: its file and line.
    pub place: String,
    /// Number of cases of the library that it covers.
    pub covers: usize,
}

/// Why waivers were not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadWaiversError {
    /// A file cannot be read or says something that cannot be.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The files are well formed, but waivers in them cover more than anybody can have looked at.
    #[error("{}", join(.0))]
    TooWide(Vec<Diagnostic>),
}

/// Reads waiver files, checks them against a library, and says where each waiver stands.
pub fn read_waivers(
    paths: &[PathBuf],
    library: &Library,
    today: Date,
) -> Result<Vec<PlacedWaiver>, ReadWaiversError> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let texts = paths.iter().map(|path| Ok((path.as_path(), read_text(path)?)));
    let texts: Vec<_> = texts.collect::<Result<_, LoadError>>()?;
    let mut reading = Reading::new(library, today);
    for (path, text) in &texts {
        reading.file(path, text);
    }
    reading.finish()
}

/// Waivers as they are read, with what is wrong with them.
pub(super) struct Reading<'a> {
    library: &'a Library,
    cases: Vec<Case>,
    today: Date,
    waivers: Vec<PlacedWaiver>,
    invalid: Vec<Diagnostic>,
    wide: Vec<Diagnostic>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(library: &'a Library, today: Date) -> Self {
        let scenarios = library.scenarios.iter();
        let cases = scenarios.flat_map(|(id, scenario)| expand(id, scenario)).collect();
        Self { library, cases, today, waivers: Vec::new(), invalid: Vec::new(), wide: Vec::new() }
    }

    pub(super) fn file(&mut self, path: &Path, text: &str) {
        let shown = path.to_string_lossy();
        let source = Source { path: &shown, text };
        match source.parse::<WaiverFile>() {
            Ok(file) => {
                for (waiver, offset) in file.waivers.into_iter().zip(entries(text)) {
                    self.waiver(waiver, source, offset);
                }
            }
            Err(problem) => self.invalid.push(problem),
        }
    }

    fn waiver(&mut self, waiver: Waiver, source: Source<'_>, offset: usize) {
        let covered: Vec<_> =
            self.cases.iter().filter(|case| waiver.cases.covers(&case.id)).collect();
        let problem_at = |field: &str, message, help| {
            let rest = source.text.get(offset..).unwrap_or("");
            let inside = rest.find(&format!("\"{field}\"")).unwrap_or(0);
            source.at_offset(offset + inside, message, help)
        };
        let problems = check(&waiver, self.library, self.today, !covered.is_empty());
        let problems =
            problems.into_iter().map(|(field, message, help)| problem_at(field, message, help));
        self.invalid.extend(problems);
        let pattern = waiver.cases.as_str();
        if let Some(why) = too_wide(pattern, &covered) {
            let message = format!("waiver `{pattern}` is too wide: {why}");
            let help = "write one waiver for each scenario, such as `certificate/expired@loose,*`; \
                `run --write-waivers FILE` drafts them";
            self.wide.push(problem_at("cases", message, Some(help.to_owned())));
        }
        if let Some(first) = self.waivers.iter().find(|known| is_same(&known.waiver, &waiver)) {
            let message = format!("this waiver says the same as that at {}", first.place);
            self.invalid.push(problem_at("cases", message, Some("remove one of them".to_owned())));
        }
        let place = format!("{}:{}", source.path, source.line(offset));
        self.waivers.push(PlacedWaiver { covers: covered.len(), waiver, place });
    }

    pub(super) fn finish(self) -> Result<Vec<PlacedWaiver>, ReadWaiversError> {
        if !self.invalid.is_empty() {
            return Err(LoadError::Invalid(self.invalid).into());
        }
        if !self.wide.is_empty() {
            return Err(ReadWaiversError::TooWide(self.wide));
        }
        Ok(self.waivers)
    }
}

/// Whether two waivers are for the same failures.
fn is_same(one: &Waiver, other: &Waiver) -> bool {
    let about = |waiver: &Waiver| {
        (waiver.cases.clone(), waiver.target.clone(), waiver.version.clone(), waiver.discrepancy)
    };
    about(one) == about(other)
}
