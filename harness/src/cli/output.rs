//! Files that arguments name: what could not be written afterwards is refused before anything is done.

use std::path::{Path, PathBuf};

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

/// The file of one target among others: `events.jsonl` becomes `events.nginx.jsonl`.
pub(super) fn labelled(path: &Path, label: Option<&str>) -> PathBuf {
    let (Some(label), Some(stem)) = (label, path.file_stem()) else { return path.to_owned() };
    let mut name = stem.to_owned();
    name.push(".");
    name.push(label);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_files_of_its_own() {
        let labelled = |path| labelled(Path::new(path), Some("nginx"));
        assert_eq!(labelled("out/events.jsonl"), Path::new("out/events.nginx.jsonl"));
        assert_eq!(labelled("events"), Path::new("events.nginx"));
        assert_eq!(super::labelled(Path::new("a.b"), None), Path::new("a.b"));
    }
}
