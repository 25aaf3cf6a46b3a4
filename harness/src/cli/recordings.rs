//! The files of what went over the connections: a key log, written as the run goes, and a capture, written at its end.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use mtls_reports::write_report;

use super::args::Run;
use super::output::labelled;
use super::{Failure, output};
use crate::run::Plan;
use crate::tape::{Recording, capture, key_log};

/// The files to write.
#[derive(Debug)]
pub(super) struct Recordings {
    key_log: Option<PathBuf>,
    capture: Option<PathBuf>,
}

impl Recordings {
    /// Reads the arguments; what could not be written afterwards is refused now.
    pub(super) fn new(arguments: &Run) -> Result<Self, Failure> {
        let (key_log, capture) = (arguments.keylog.clone(), arguments.pcap.clone());
        for (flag, path) in [("--keylog", &key_log), ("--pcap", &capture)] {
            if let Some(path) = path {
                output::check(&format!("{flag} {}", path.display()), path)?;
            }
        }
        if key_log.is_some() && key_log == capture {
            return Err(Failure::invalid(&"--keylog and --pcap name the same file"));
        }
        Ok(Self { key_log, capture })
    }

    /// Refuses to capture more than one case: which packet belongs to which could not be told.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), Failure> {
        let [first, _, ..] = plan.cases.as_slice() else { return Ok(()) };
        if self.capture.is_none() {
            return Ok(());
        }
        Err(Failure::invalid(&format!(
            "--pcap captures one case, and {} are selected\n  \
             help: name one, such as --filter '{}'; `mtls-harness list --cases` shows all",
            plan.cases.len(),
            first.id,
        )))
    }

    /// Whether any is to be written.
    pub(super) const fn are_wanted(&self) -> bool {
        self.key_log.is_some() || self.capture.is_some()
    }

    /// Begins the key log, in place of a file that was there. Files of one target among others have its label in their
    /// names.
    pub(super) fn start(&self, label: Option<&str>) -> Result<Writing, Failure> {
        let started = self.key_log.as_ref().map(|path| {
            let path = labelled(path, label);
            let file = File::create(&path).map_err(|e| Failure::invalid(&failed(&path, &e)))?;
            Ok((path, file))
        });
        let key_log = started.transpose()?;
        let capture = self.capture.as_ref().map(|path| labelled(path, label));
        Ok(Writing { key_log, capture, captured: Vec::new(), error: None })
    }
}

/// The files under way.
#[derive(Debug)]
pub(super) struct Writing {
    key_log: Option<(PathBuf, File)>,
    capture: Option<PathBuf>,
    captured: Vec<Recording>,
    /// The first failure to write; the run goes on without.
    error: Option<String>,
}

impl Writing {
    /// Takes the connections of a case.
    pub(super) fn case(&mut self, recordings: Vec<Recording>) {
        if let Some((path, file)) = &mut self.key_log {
            let lines = key_log(recordings.iter().flat_map(|recording| &recording.secrets));
            // Whole lines at a time: whoever reads the file meanwhile, or after a crash, finds no half ones.
            if let Err(error) = file.write_all(lines.as_bytes()) {
                self.error.get_or_insert_with(|| failed(path, &error));
            }
        }
        if self.capture.is_some() {
            self.captured.extend(recordings);
        }
    }

    /// Writes the capture, and says whether all could be written.
    pub(super) fn finish(self) -> Result<(), String> {
        if let Some(path) = &self.capture {
            write_report(path, &capture(&self.captured)).map_err(|e| e.to_string())?;
        }
        self.error.map_or(Ok(()), Err)
    }
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("failed to write {}: {error}", path.display())
}
