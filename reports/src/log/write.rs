//! Writing an event log.

use std::io::Write;

use super::{LogError, MAX_LINE};
use crate::model::{CaseResult, Event, RunFooter, RunHeader};

/// Writes an event log. The order of events follows from the type: a writer begins with the header
/// and is used up by the footer.
///
/// Each event is one `write_all` of a whole line and a flush; give it a file as it is, not a buffer.
/// A writer that is dropped without [`LogWriter::finish`] leaves a valid log of an incomplete run.
#[derive(Debug)]
pub struct LogWriter<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> LogWriter<W> {
    /// Begins the log.
    pub fn start(out: W, header: &RunHeader) -> Result<Self, LogError> {
        let mut writer = Self { out, line: Vec::new() };
        writer.event(&Event::RunStarted(header.clone()))?;
        Ok(writer)
    }

    /// Writes a finished case; call it in the order of the plan.
    pub fn case(&mut self, result: &CaseResult) -> Result<(), LogError> {
        self.event(&Event::CaseFinished(Box::new(result.clone())))
    }

    /// Ends the log and gives the output back. `footer.finished` is the number of cases written.
    pub fn finish(mut self, footer: &RunFooter) -> Result<W, LogError> {
        self.event(&Event::RunFinished(footer.clone()))?;
        Ok(self.out)
    }

    /// Gives the output back without a footer: the log of an incomplete run.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn event(&mut self, event: &Event) -> Result<(), LogError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, event).map_err(LogError::Encode)?;
        if self.line.len() >= MAX_LINE {
            return Err(LogError::EventTooLong { length: self.line.len() });
        }
        self.line.push(b'\n');
        self.out.write_all(&self.line).and_then(|()| self.out.flush()).map_err(LogError::Write)
    }
}
