//! The report formats by name. A new one is a file with `fn render(&Run) -> Result<Vec<u8>, _>`
//! and a line in each table here.

use std::{fmt, str::FromStr};

use crate::{
    Comparison, LogError, LogWriter, PeerText, Run, comparison, compatibility, json, junit,
};

/// Report formats for files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Format {
    /// `report.json`: one document with summary and cases; see [`crate::json::Report`].
    Json,
    /// The event log, JSON Lines.
    Jsonl,
    /// `JUnit` XML.
    Junit,
    /// The compatibility page: Markdown about what servers do, for documentation.
    Compatibility,
}

impl Format {
    /// Every format, by name.
    pub const ALL: [Self; 4] = [Self::Json, Self::Jsonl, Self::Junit, Self::Compatibility];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Junit => "junit",
            Self::Compatibility => "compatibility",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(given: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == given)
            .ok_or_else(|| UnknownFormat::new(given))
    }
}

/// There is no format of that name.
#[derive(Debug, thiserror::Error)]
#[error("unknown report format `{given}`{}: known are {}", did_you_mean(*.similar), known())]
pub struct UnknownFormat {
    given: PeerText,
    similar: Option<Format>,
}

impl UnknownFormat {
    fn new(given: &str) -> Self {
        let distance = |format: &Format| strsim::damerau_levenshtein(format.as_str(), given);
        let similar = (given.len() < 32)
            .then(|| Format::ALL.into_iter().min_by_key(distance))
            .flatten()
            .filter(|format| distance(format) <= 2);
        Self { given: PeerText::new(given), similar }
    }
}

fn did_you_mean(similar: Option<Format>) -> String {
    similar.map_or_else(String::new, |format| format!(" (did you mean `{format}`?)"))
}

fn known() -> String {
    Format::ALL.map(Format::as_str).join(", ")
}

/// Errors of rendering: all of them faults of the tool or its memory, none of the run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// JSON.
    #[error("cannot render the report as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON Lines.
    #[error("cannot render the event log: {0}")]
    Jsonl(#[from] LogError),
    /// A log holds one run.
    #[error("an event log holds one run: write one for each target")]
    SeveralLogs,
    /// `JUnit`.
    #[error("cannot render the report as JUnit XML: {0}")]
    Junit(#[from] quick_junit::SerializeError),
}

/// Renders a run. The same run gives the same bytes.
pub fn render(format: Format, run: &Run) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Json => json::render(run),
        Format::Jsonl => jsonl(run),
        Format::Junit => junit::render(run),
        Format::Compatibility => Ok(compatibility::render(&Comparison::of_one(run.clone()))),
    }
}

/// Renders a comparison as one document. There is no event log of several runs.
pub fn render_comparison(format: Format, comparison: &Comparison) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Json => comparison::render_json(comparison),
        Format::Jsonl => Err(RenderError::SeveralLogs),
        Format::Junit => junit::render_comparison(comparison),
        Format::Compatibility => Ok(compatibility::render(comparison)),
    }
}

fn jsonl(run: &Run) -> Result<Vec<u8>, RenderError> {
    let mut log = LogWriter::start(Vec::new(), &run.header)?;
    for result in &run.results {
        log.case(result)?;
    }
    Ok(match &run.footer {
        Some(footer) => log.finish(footer)?,
        None => log.into_inner(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse::<Format>().unwrap(), format);
        }
    }

    #[test]
    fn an_unknown_name_gets_a_suggestion_where_one_is_near() {
        let error = |given: &str| given.parse::<Format>().unwrap_err().to_string();
        assert_eq!(
            error("junti"),
            "unknown report format `junti` (did you mean `junit`?): known are json, jsonl, junit, compatibility"
        );
        assert_eq!(
            error("sarif"),
            "unknown report format `sarif`: known are json, jsonl, junit, compatibility"
        );
        assert!(error("\u{1b}[2J").contains("`\\u{1b}[2J`"));
    }
}
