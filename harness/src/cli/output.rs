//! Files that arguments name: what could not be written afterwards is refused before anything is done.

use std::path::Path;

use super::Failure;

/// Refuses a path that no file can be written to; `argument` is as it was typed.
pub(super) fn check(argument: &str, path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.as_os_str().is_empty() || folder.is_some_and(|folder| !folder.is_dir()) {
        let message = format!("{argument}: there is no such folder; make it first");
        return Err(Failure::invalid(&message));
    }
    if path.is_dir() {
        return Err(Failure::invalid(&format!("{argument}: that is a folder; name a file")));
    }
    Ok(())
}
