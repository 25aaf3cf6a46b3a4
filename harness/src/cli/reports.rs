//! The reports that the arguments ask for: checked before the run, written during and after it.

use std::fs::File;
use std::path::PathBuf;

use mtls_reports::model::{CaseResult, RunFooter, RunHeader};
use mtls_reports::{
    Column, Comparison, Format, Found, LogError, LogWriter, Style, grid, render, render_comparison,
    side_by_side, write_report,
};

use super::output::labelled;
use super::{Failure, output, terminal};

/// All reports to write.
#[derive(Debug)]
pub(super) struct Reports {
    wanted: Vec<Wanted>,
    /// Whether targets are compared, however many there turn out to be.
    compares: bool,
}

/// A report to write.
#[derive(Debug)]
struct Wanted {
    format: Format,
    /// None for standard output.
    path: Option<PathBuf>,
}

impl Wanted {
    fn new(text: &str) -> Result<Self, Failure> {
        let Some((format, path)) = text.split_once('=') else {
            let message = format!("--report {text}: write FORMAT=PATH, such as junit=report.xml");
            return Err(Failure::invalid(&message));
        };
        let format = format.parse::<Format>().map_err(|e| Failure::invalid(&e))?;
        if path == "-" {
            return Ok(Self { format, path: None });
        }
        let path = PathBuf::from(path);
        output::check(&format!("--report {text}"), &path)?;
        Ok(Self { format, path: Some(path) })
    }
}

impl Reports {
    /// Reads `FORMAT=PATH` arguments; what could not be written afterwards is refused now.
    pub(super) fn new(arguments: &[String], compares: bool) -> Result<Self, Failure> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for text in arguments {
            let new = Wanted::new(text)?;
            if wanted.iter().any(|known| known.path == new.path) {
                let message = format!("--report {text}: another report goes there already");
                return Err(Failure::invalid(&message));
            }
            if compares && new.format == Format::Jsonl && new.path.is_none() {
                let message = format!(
                    "--report {text}: each target has an event log of its own; name a file"
                );
                return Err(Failure::invalid(&message));
            }
            wanted.push(new);
        }
        Ok(Self { wanted, compares })
    }

    /// Opens the event logs. Those of one target among others have its label in their names.
    pub(super) fn start(&self, header: &RunHeader, label: Option<&str>) -> Result<Logs, Failure> {
        let paths = self.wanted.iter().filter(|wanted| wanted.format == Format::Jsonl);
        let writers = paths
            .filter_map(|wanted| wanted.path.as_ref())
            .map(|path| {
                let path = labelled(path, label);
                let file = File::create(&path).map_err(|e| {
                    Failure::invalid(&format!("failed to write {}: {e}", path.display()))
                })?;
                LogWriter::start(file, header).map_err(|e| Failure::undecided(&e))
            })
            .collect::<Result<_, _>>()?;
        Ok(Logs { writers, error: None })
    }

    /// Shows the grid and writes what is not an event log.
    pub(super) fn write(&self, found: &Comparison, style: Style) -> Result<(), Failure> {
        let single = match found.columns.as_slice() {
            [Column { found: Found::Run(run), .. }] if !self.compares => Some(&**run),
            _ => None,
        };
        // Standard output is either for people or for a program.
        if self.wanted.iter().all(|wanted| wanted.path.is_some()) {
            let text = single.map_or_else(|| side_by_side(found, style), |run| grid(run, style));
            terminal::say(&text);
        }
        for Wanted { format, path } in &self.wanted {
            if *format == Format::Jsonl && path.is_some() {
                continue;
            }
            let rendered = match single {
                // The page says how all of the run is repeated, which only the comparison knows.
                Some(run) if *format != Format::Compatibility => render(*format, run),
                _ => render_comparison(*format, found),
            };
            let rendered = rendered.map_err(|e| Failure::undecided(&e))?;
            match path {
                Some(path) => {
                    write_report(path, &rendered).map_err(|e| Failure::undecided(&e))?;
                }
                None => terminal::say(&String::from_utf8_lossy(&rendered)),
            }
        }
        Ok(())
    }
}

/// Event logs, written while the run goes on, so that a crash loses at most a line.
#[derive(Debug)]
pub(super) struct Logs {
    writers: Vec<LogWriter<File>>,
    /// The first failure to write; the run goes on without.
    error: Option<LogError>,
}

impl Logs {
    /// Writes a result to each.
    pub(super) fn case(&mut self, result: &CaseResult) {
        for writer in &mut self.writers {
            if let Err(error) = writer.case(result) {
                self.error.get_or_insert(error);
            }
        }
    }

    /// Ends each, and says whether all could be written.
    pub(super) fn finish(self, footer: &RunFooter) -> Result<(), LogError> {
        let mut first = self.error;
        for writer in self.writers {
            if let Err(error) = writer.finish(footer) {
                first.get_or_insert(error);
            }
        }
        first.map_or(Ok(()), Err)
    }
}
