//! Loading a library: the files embedded in the binary, or those of a directory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::diagnostic::{Diagnostic, Source};
use crate::library::{Kind, Library};
use crate::{Start, Target, check};

/// `(path relative to scenarios/, text)` of every data file, sorted by path.
const EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Largest file that is read: far above any sensible scenario.
const MAX_FILE: u64 = 4 << 20;

/// Failure to load files that people wrote.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// A file or directory cannot be read.
    #[error("failed to read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Files say something that cannot be.
    #[error("{}", join(.0))]
    Invalid(Vec<Diagnostic>),
}

pub(crate) fn join(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for (i, diagnostic) in diagnostics.iter().enumerate() {
        let separator = if i == 0 { "" } else { "\n" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{diagnostic}");
    }
    text
}

impl Library {
    /// The files embedded in the binary.
    ///
    /// # Errors
    /// Never for a released binary: a test loads them.
    pub fn embedded() -> Result<Self, LoadError> {
        let files = EMBEDDED.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        Self::from_files(&files.collect(), "scenarios")
    }

    /// The embedded files with those of `directory` over them: a file at the same place replaces the
    /// embedded one, and the embedded scenarios are left out if the directory has any of its own.
    pub fn with_directory(directory: &Path) -> Result<Self, LoadError> {
        let mut own = BTreeMap::new();
        read_tree(directory, directory, &mut own)?;
        let has_scenarios = own.keys().any(|path| matches!(Kind::of(path), Kind::Scenario(_)));
        let mut files: BTreeMap<_, _> = EMBEDDED
            .iter()
            .filter(|(path, _)| !(has_scenarios && matches!(Kind::of(path), Kind::Scenario(_))))
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        files.extend(own);
        Self::from_files(&files, &directory.to_string_lossy())
    }

    fn from_files(files: &BTreeMap<String, String>, root: &str) -> Result<Self, LoadError> {
        let mut library = Self::default();
        let mut problems = Vec::new();
        for (path, text) in files {
            let shown = format!("{root}/{path}");
            let source = Source { path: &shown, text };
            if let Err(problem) = library.add(Kind::of(path), source) {
                problems.push(problem);
            }
        }
        if problems.is_empty() {
            for (path, text) in files {
                let shown = format!("{root}/{path}");
                check::file(&library, Kind::of(path), Source { path: &shown, text }, &mut problems);
            }
        }
        if problems.is_empty() { Ok(library) } else { Err(LoadError::Invalid(problems)) }
    }

    fn add(&mut self, kind: Kind<'_>, source: Source<'_>) -> Result<(), Diagnostic> {
        match kind {
            Kind::Scenario(id) => {
                self.scenarios.insert(id.to_owned(), source.parse()?);
            }
            Kind::Credential(name) => {
                self.credentials.insert(name.to_owned(), source.parse()?);
            }
            Kind::Account(name) => {
                self.accounts.insert(name.to_owned(), source.parse()?);
            }
            Kind::Target(name) => {
                self.targets.insert(name.to_owned(), source.parse()?);
            }
            Kind::Template(path) => {
                self.templates.insert(path.to_owned(), source.text.to_owned());
            }
            Kind::Other => {}
        }
        Ok(())
    }
}

/// Reads one target file of the user's, with the files beside it as its templates.
pub fn read_target(path: &Path) -> Result<(Target, BTreeMap<String, String>), LoadError> {
    let text = read_text(path)?;
    let shown = path.to_string_lossy();
    let target: Target = Source { path: &shown, text: &text }
        .parse()
        .map_err(|problem| LoadError::Invalid(vec![problem]))?;
    let mut problems = Vec::new();
    check::lone_target(&target, Source { path: &shown, text: &text }, &mut problems);
    if !problems.is_empty() {
        return Err(LoadError::Invalid(problems));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut templates = BTreeMap::new();
    if let Start::Launch(launch) = &target.start {
        let built = launch.build.iter().flat_map(|build| build.files.values());
        for template in launch.files.values().chain(built) {
            templates.insert(template.clone(), read_text(&folder.join(template))?);
        }
    }
    Ok((target, templates))
}

fn read_tree(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> Result<(), LoadError> {
    let failed = |source| LoadError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if hidden {
            continue;
        }
        if entry.file_type().map_err(failed)?.is_dir() {
            read_tree(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if Kind::of(&name) != Kind::Other {
            files.insert(name, read_text(&path)?);
        }
    }
    Ok(())
}

pub(crate) fn read_text(path: &Path) -> Result<String, LoadError> {
    let failed = |source| LoadError::Read { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > MAX_FILE {
        let message = format!("the file has {size} bytes; {MAX_FILE} is the most");
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, message)));
    }
    fs::read_to_string(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_files_load() {
        let library = Library::embedded().unwrap_or_else(|e| panic!("{e}"));
        assert!(library.accounts.contains_key("alpha"));
    }
}
