//! Putting a report where somebody else will read it.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Errors of writing a report file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteReportError {
    /// The path names no file.
    #[error("{} is not the name of a file: name the file to write", .0.display())]
    NotAFile(PathBuf),
    /// There is something already that must not be replaced.
    #[error("{} is there already and is not written over: name another file", .0.display())]
    AlreadyThere(PathBuf),
    /// The directory is not there.
    #[error("directory {} of report {} is not there: make it first", .directory.display(), .path.display())]
    NoDirectory {
        /// The report.
        path: PathBuf,
        /// Its directory.
        directory: PathBuf,
    },
    /// Writing failed.
    #[error("cannot write report {}: {source}", .path.display())]
    Io {
        /// The report.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes a report so that readers see the old file or the whole new one, never a part: into a
/// temporary file beside it, which then takes its place. The directory must exist.
pub fn write_report(path: &Path, bytes: &[u8]) -> Result<(), WriteReportError> {
    let directory = directory(path)?;
    // A device or a pipe is written to; to replace it would break it for everybody.
    let is_special = fs::metadata(path).is_ok_and(|there| !there.is_file());
    let written = if is_special { fs::write(path, bytes) } else { replace(path, directory, bytes) };
    written.map_err(|source| WriteReportError::Io { path: path.to_owned(), source })
}

/// Writes a file that is not there yet: whole or not at all, and never over another.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), WriteReportError> {
    let written = temporary(directory(path)?, bytes)
        .and_then(|file| file.persist_noclobber(path).map_err(|failed| failed.error));
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteReportError::AlreadyThere(path.to_owned()))
        }
        Err(source) => Err(WriteReportError::Io { path: path.to_owned(), source }),
    }
}

/// The directory of a file to write.
fn directory(path: &Path) -> Result<&Path, WriteReportError> {
    if path.file_name().is_none() || path.is_dir() {
        return Err(WriteReportError::NotAFile(path.to_owned()));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !directory.is_dir() {
        let directory = directory.to_owned();
        return Err(WriteReportError::NoDirectory { path: path.to_owned(), directory });
    }
    Ok(directory)
}

fn replace(path: &Path, directory: &Path, bytes: &[u8]) -> io::Result<()> {
    temporary(directory, bytes)?.persist(path).map_err(|failed| failed.error)?;
    Ok(())
}

/// A file with this content that is gone unless it is given a name.
fn temporary(directory: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mtls-harness-");
    readable_by_others(&mut builder);
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Temporary files are private by default, but a report is for others: as the umask says.
#[cfg(unix)]
fn readable_by_others(builder: &mut tempfile::Builder<'_, '_>) {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};
    builder.permissions(Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn readable_by_others(_: &mut tempfile::Builder<'_, '_>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_the_old_report_and_leaves_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report.json");
        write_report(&path, b"old").unwrap();
        write_report(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("waivers.json");
        write_new(&path, b"old").unwrap();
        let error = write_new(&path, b"new").unwrap_err();
        assert!(matches!(error, WriteReportError::AlreadyThere(_)), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_directory_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("out");
        let error = write_report(&missing.join("report.json"), b"").unwrap_err();
        assert!(
            matches!(&error, WriteReportError::NoDirectory { directory, .. } if *directory == missing)
        );
        assert!(error.to_string().contains("out of report"), "{error}");
    }

    #[test]
    fn a_directory_is_not_a_report() {
        let directory = tempfile::tempdir().unwrap();
        let error = write_report(directory.path(), b"").unwrap_err();
        assert!(matches!(error, WriteReportError::NotAFile(_)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_written_to_not_replaced() {
        let error = write_report(Path::new("/dev/full"), b"report").unwrap_err();
        assert!(error.to_string().starts_with("cannot write report /dev/full: "), "{error}");
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_report_is_as_readable_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (report, other) = (directory.path().join("report"), directory.path().join("other"));
        write_report(&report, b"").unwrap();
        fs::write(&other, b"").unwrap();
        let mode = |path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&report), mode(&other));
    }
}
