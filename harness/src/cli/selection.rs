//! Which scenarios and cases the arguments mean.

use mtls_scenarios::{Filter, Library, did_you_mean};

use super::Failure;
use super::args::Selection;
use crate::run::{Plan, plan};

/// The library that the arguments name.
pub(super) fn load(selection: &Selection) -> Result<Library, Failure> {
    match &selection.scenarios {
        Some(directory) => Library::with_directory(directory),
        None => Library::embedded(),
    }
    .map_err(|e| Failure::invalid(&e))
}

/// The cases that the arguments select.
pub(super) fn select(library: &Library, selection: &Selection) -> Result<Plan, Failure> {
    let filter = Filter::new(&selection.filter).map_err(|e| Failure::invalid(&e))?;
    Ok(plan(library, &filter))
}

/// What to say when no case is selected.
pub(super) fn nothing_selected(library: &Library, selection: &Selection) -> String {
    let known = || library.scenarios.keys().map(String::as_str);
    let hint = selection
        .filter
        .iter()
        .find_map(|pattern| did_you_mean(pattern.split('@').next().unwrap_or(pattern), known()))
        .unwrap_or_else(|| "`mtls-harness list` shows all scenarios".to_owned());
    format!("nothing selected: no case matches {}; {hint}", selection.filter.join(", "))
}
