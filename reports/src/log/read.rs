//! Reading an event log back.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use serde::Deserialize;

use super::{FORMAT_VERSION, LogError, MAX_LINE};
use crate::{
    PeerText, Run,
    model::{CaseResult, Event, RunFooter, RunHeader},
};

/// Reads the event log at `path`; see [`read_log_from`].
pub fn read_log(path: &Path) -> Result<Run, LogError> {
    let shown = PeerText::new(&path.to_string_lossy()).to_string();
    match File::open(path) {
        Ok(file) => read(BufReader::new(file), &|line| format!("{shown}:{line}")),
        Err(source) => Err(LogError::Open { path: shown, source }),
    }
}

/// Reads an event log.
///
/// A log that stops before its end (the writer was killed, the disk was full) is a valid one of an
/// incomplete run: its [`Run::footer`] is `None`, and a last line without its newline that is no
/// whole event is left out. Everything else that is out of order is an error that names the line.
pub fn read_log_from(reader: impl BufRead) -> Result<Run, LogError> {
    read(reader, &|line| format!("line {line}"))
}

fn read(mut reader: impl BufRead, place: &dyn Fn(usize) -> String) -> Result<Run, LogError> {
    let mut line = Vec::new();
    let mut state = State::default();
    for number in 1.. {
        let place = || place(number);
        line.clear();
        let read = next_line(&mut reader, &mut line)
            .map_err(|source| LogError::Read { place: place(), source })?;
        match read {
            Line::End => break,
            Line::TooLong => return Err(LogError::LineTooLong { place: place() }),
            Line::Whole => state.take(parse(&line, number, &place)?, &place)?,
            // The last line without its newline: torn, unless only the newline is missing.
            Line::Open => match parse(&line, number, &place) {
                Err(LogError::NotAnEvent { .. }) => break,
                event => state.take(event?, &place)?,
            },
        }
    }
    state.finish(&|| place(1))
}

/// What came before the line at hand.
#[derive(Default)]
struct State {
    header: Option<RunHeader>,
    results: Vec<CaseResult>,
    ids: BTreeSet<String>,
    footer: Option<RunFooter>,
}

impl State {
    fn take(&mut self, event: Event, place: &dyn Fn() -> String) -> Result<(), LogError> {
        if self.footer.is_some() {
            return Err(LogError::AfterFooter { place: place() });
        }
        match event {
            Event::RunStarted(_) if self.header.is_some() => {
                return Err(LogError::SecondHeader { place: place() });
            }
            Event::RunStarted(header) => self.header = Some(header),
            _ if self.header.is_none() => return Err(LogError::NoHeader { place: place() }),
            Event::CaseFinished(result) => {
                if !self.ids.insert(result.id.clone()) {
                    let id = PeerText::new(&result.id);
                    return Err(LogError::DuplicateCase { place: place(), id });
                }
                self.results.push(*result);
            }
            Event::RunFinished(footer) => {
                let found = self.results.len();
                if footer.finished != found {
                    let footer = footer.finished;
                    return Err(LogError::CountMismatch { place: place(), footer, found });
                }
                self.footer = Some(footer);
            }
        }
        Ok(())
    }

    fn finish(self, place: &dyn Fn() -> String) -> Result<Run, LogError> {
        match self.header {
            Some(header) => Ok(Run { header, results: self.results, footer: self.footer }),
            None => Err(LogError::NoHeader { place: place() }),
        }
    }
}

/// The part of a header that every format version has.
#[derive(Deserialize)]
struct AnyHeader {
    event: String,
    #[serde(default)]
    format_version: Option<u64>,
}

fn parse(line: &[u8], number: usize, place: &dyn Fn() -> String) -> Result<Event, LogError> {
    // Ask for the version first: the header of another version need not look like ours.
    if number == 1 {
        let header: AnyHeader =
            serde_json::from_slice(line).map_err(|_| LogError::NoHeader { place: place() })?;
        match header.format_version {
            _ if header.event != "run_started" => {
                return Err(LogError::NoHeader { place: place() });
            }
            Some(found) if found != u64::from(FORMAT_VERSION) => {
                return Err(LogError::UnknownVersion { place: place(), found });
            }
            _ => {}
        }
    }
    serde_json::from_slice(line).map_err(|problem| LogError::NotAnEvent {
        place: place(),
        problem: PeerText::new(&problem.to_string()),
    })
}

enum Line {
    /// With its newline, which is left out.
    Whole,
    /// The last one, without a newline.
    Open,
    /// Longer than [`MAX_LINE`].
    TooLong,
    /// There is no more.
    End,
}

fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<Line> {
    let limit = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    reader.by_ref().take(limit).read_until(b'\n', line)?;
    Ok(match line.last() {
        None => Line::End,
        Some(b'\n') => {
            line.pop();
            Line::Whole
        }
        Some(_) if line.len() >= MAX_LINE => Line::TooLong,
        Some(_) => Line::Open,
    })
}
