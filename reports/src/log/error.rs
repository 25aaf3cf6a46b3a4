//! What can be wrong with an event log.

use std::io;

use super::{FORMAT_VERSION, MAX_LINE};
use crate::PeerText;

/// Errors of reading and writing an event log. `place` is `path:line`, or `line N` for a reader
/// without a path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The file cannot be opened.
    #[error("cannot open event log {path}: {source}")]
    Open {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Reading failed.
    #[error("{place}: cannot read the event log: {source}")]
    Read {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Writing failed.
    #[error("cannot write the event log: {0}")]
    Write(#[source] io::Error),
    /// An event cannot be written as JSON.
    #[error("cannot write an event as JSON: {0}")]
    Encode(#[source] serde_json::Error),
    /// An event that is to be written is longer than [`MAX_LINE`].
    #[error("an event of {length} bytes is over the limit of {MAX_LINE} bytes a line")]
    EventTooLong {
        /// Its length.
        length: usize,
    },
    /// A line is longer than [`MAX_LINE`].
    #[error(
        "{place}: the line is over the limit of {MAX_LINE} bytes: not an event log, or damaged"
    )]
    LineTooLong {
        /// Where.
        place: String,
    },
    /// The log is of another format version.
    #[error(
        "{place}: the log is of format version {found}, this tool reads version {FORMAT_VERSION}: \
         use the version of the tool that wrote it"
    )]
    UnknownVersion {
        /// Where.
        place: String,
        /// The version it says.
        found: u64,
    },
    /// The first line is not a header.
    #[error(
        "{place}: the log does not begin with a `run_started` event: its beginning is missing, or it is not an event log"
    )]
    NoHeader {
        /// Where.
        place: String,
    },
    /// A second header.
    #[error("{place}: a second `run_started` event: two logs were joined; read them one by one")]
    SecondHeader {
        /// Where.
        place: String,
    },
    /// Something after the footer.
    #[error("{place}: an event after `run_finished`: the file was appended to")]
    AfterFooter {
        /// Where.
        place: String,
    },
    /// A line that is not an event.
    #[error("{place}: not an event: {problem}")]
    NotAnEvent {
        /// Where.
        place: String,
        /// What the parser says.
        problem: PeerText,
    },
    /// A case that was seen before.
    #[error("{place}: case {id} is in the log twice")]
    DuplicateCase {
        /// Where.
        place: String,
        /// Its id.
        id: PeerText,
    },
    /// The footer counts other than the reader did.
    #[error(
        "{place}: the footer says that {footer} cases finished, the log holds {found}: lines are missing"
    )]
    CountMismatch {
        /// Where.
        place: String,
        /// What the footer says.
        footer: usize,
        /// What the log holds.
        found: usize,
    },
}
