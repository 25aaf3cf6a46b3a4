//! What came out of a run: the result model, the event log and the renderers.
//!
//! Nothing here speaks TLS, and nothing here prints: renderers return text or bytes.
//!
//! The runner writes an event log while it goes ([`LogWriter`]); everything else is made from the
//! [`Run`] that the log holds:
//!
//! ```
//! use mtls_reports::{Format, LogWriter, Style, grid, read_log_from, render};
//! use mtls_reports::model::{RunFooter, RunHeader};
//!
//! let header = RunHeader {
//!     format_version: mtls_reports::LOG_FORMAT_VERSION,
//!     tool_version: "0.1.0".to_owned(),
//!     started: "2026-01-01T00:00:00Z".to_owned(),
//!     seed: 1,
//!     target: "mock".to_owned(),
//!     target_version: None,
//!     selected: 0,
//!     rerun: "run --target mock --seed 1".to_owned(),
//! };
//! let footer = RunFooter { elapsed_us: 20_000, exit_code: 4, ..RunFooter::default() };
//! let log = LogWriter::start(Vec::new(), &header)?.finish(&footer)?;
//!
//! let run = read_log_from(log.as_slice())?;
//! assert_eq!(run.exit_code().code(), 4);
//! assert_eq!(
//!     grid(&run, Style::default()),
//!     "0 cases; 0.02 s, 0 cases/s; seed 1; exit code 4, nothing selected\n",
//! );
//! assert!(render(Format::Junit, &run)?.starts_with(b"<?xml"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod comparison;
mod compatibility;
mod dialogue;
mod exit;
mod file;
mod flaky;
mod format;
mod grid;
pub mod json;
mod junit;
mod kill_matrix;
mod kind;
mod log;
pub mod model;
mod run;
#[cfg(feature = "schema")]
mod schema;
mod style;
mod summary;
mod text;
mod vendor;
mod waiver;
mod words;

pub use comparison::{
    Agreement, COMPARISON_FORMAT_VERSION, Cell, Column, Comparison, ComparisonReport, Found, Row,
    TargetReport, side_by_side,
};
pub use dialogue::story;
pub use exit::ExitCode;
pub use file::{WriteReportError, write_new, write_report};
pub use flaky::settle;
pub use format::{Format, RenderError, UnknownFormat, render, render_comparison};
pub use grid::grid;
pub use kill_matrix::{CorrectMock, KILL_MATRIX_FORMAT_VERSION, Kill, KillMatrix, WrongCase};
pub use log::{
    FORMAT_VERSION as LOG_FORMAT_VERSION, LogError, LogWriter, MAX_LINE, read_log, read_log_from,
};
pub use run::Run;
#[cfg(feature = "schema")]
pub use schema::schemas;
pub use style::Style;
pub use summary::{Dispositions, ScenarioSummary, Summary, Verdicts};
pub use text::PeerText;
pub use vendor::{Finding, vendor_report};
pub use waiver::{TargetWaivers, Waivers, draft};
pub use words::{describe, describe_expected};
