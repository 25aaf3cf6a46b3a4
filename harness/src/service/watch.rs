//! Whether files have changed, by looking at them now and then.
//!
//! Looking works on every file system, and follows the symbolic links by which Kubernetes replaces mounted files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// What tells one state of a file from another; none where there is no file.
type Print = Option<(u64, u64, i64, i64, i64, i64)>;

/// Files as they were at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Prints(BTreeMap<PathBuf, Print>);

impl Prints {
    /// Looks at a file. Done before it is read, so that a change while it is read is seen afterwards.
    pub(super) fn add(&mut self, path: &Path) {
        let print = fs::metadata(path).ok().map(|file| {
            let modified = (file.mtime(), file.mtime_nsec());
            let changed = (file.ctime(), file.ctime_nsec());
            (file.ino(), file.len(), modified.0, modified.1, changed.0, changed.1)
        });
        self.0.insert(path.to_owned(), print);
    }

    /// The same files as they are now.
    fn again(&self) -> Self {
        let mut now = Self::default();
        self.0.keys().for_each(|path| now.add(path));
        now
    }
}

/// Waits for files to change and to stay as they are for a moment: half a trust bundle is a trust bundle.
#[derive(Debug)]
pub(super) struct Watch {
    known: Prints,
    unsettled: Option<Prints>,
}

impl Watch {
    pub(super) fn new(known: Prints) -> Self {
        Self { known, unsettled: None }
    }

    /// Looks again, and says whether the files are others than those that are known.
    pub(super) fn has_changed(&mut self) -> bool {
        let now = self.known.again();
        if now == self.known {
            self.unsettled = None;
            return false;
        }
        let settled = self.unsettled.as_ref() == Some(&now);
        self.unsettled = Some(now);
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_count_once_they_have_settled() {
        let folder = tempfile::tempdir().unwrap();
        let (path, missing) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "1").unwrap();
        let mut prints = Prints::default();
        prints.add(&path);
        prints.add(&missing);
        let mut watch = Watch::new(prints);
        assert!(!watch.has_changed());
        fs::write(&path, "22").unwrap();
        assert!(!watch.has_changed());
        fs::write(&path, "333").unwrap();
        assert!(!watch.has_changed(), "it was being written");
        assert!(watch.has_changed());
        fs::write(&path, "4444").unwrap();
        let mut prints = Prints::default();
        prints.add(&path);
        prints.add(&missing);
        let mut watch = Watch::new(prints);
        fs::write(&missing, "").unwrap();
        assert!(!watch.has_changed());
        assert!(watch.has_changed(), "a file that was missing");
        fs::remove_file(&missing).unwrap();
        assert!(!watch.has_changed());
    }
}
