//! A launched server on paper: its files in a directory of the user's, and the commands by which he starts and changes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use mtls_reports::PeerText;
use mtls_scenarios::{Apply, Launch, Reload};

use super::change::ChangeError;
use super::configuration::{Commands, Configuration};
use super::launched::{LaunchError, Policy, failed_to};
use super::ports::Ports;
use super::workshop::Equipment;

/// The server's own directory.
const SERVER: &str = "server";
/// Where what it is built from goes.
const BUILD: &str = "build";

/// A launched server, written down.
#[derive(Debug)]
pub struct Paper {
    directory: PathBuf,
    launch: Launch,
    equipment: Equipment,
    addresses: BTreeMap<String, SocketAddr>,
    build: Option<Vec<String>>,
    prepare: Vec<Vec<String>>,
    start: Vec<String>,
    reload: Option<Reload>,
    /// What the files hold to begin with.
    first: Files,
    /// What they hold after the changes so far.
    current: Files,
    revisions: Vec<Revision>,
}

/// A change of a server, as its operator makes it by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Which files become what.
    pub files: Vec<Rewritten>,
    /// How the server is made to notice.
    pub by: Apply,
}

/// What becomes of a file of the server. Paths are relative to the directory of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// It is replaced by another one, which lies ready.
    With {
        /// The file that lies ready.
        new: String,
        /// The file of the server.
        old: String,
    },
    /// It is removed.
    Removed(String),
    /// It becomes a symbolic link to itself, which nobody can open.
    Closed(String),
}

/// The files of a directory, by name.
type Files = BTreeMap<String, Content>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Octets(Vec<u8>),
    Link,
}

impl Paper {
    pub(super) async fn write(
        policy: Policy<'_>,
        launch: &Launch,
        directory: &Path,
        first_port: Option<u16>,
    ) -> Result<Self, LaunchError> {
        let build = directory.join(BUILD);
        let (equipment, build) = Equipment::on_paper(launch, policy.templates, &build).await?;
        let addresses = addresses(policy.target.listeners.keys(), first_port);
        let addresses = addresses.map_err(failed_to("find ports"))?;
        let server = directory.join(SERVER);
        fs::create_dir_all(&server).map_err(failed_to("make a directory"))?;
        let mut paper = Self {
            directory: directory.to_owned(),
            launch: launch.clone(),
            equipment,
            addresses,
            build,
            prepare: Vec::new(),
            start: Vec::new(),
            reload: launch.reload.clone(),
            first: Files::new(),
            current: Files::new(),
            revisions: Vec::new(),
        };
        let Commands { prepare, start, reload, ready: _ } = paper.configure(policy, 1)?;
        (paper.prepare, paper.start) = (prepare, start);
        if let Some(words) = reload {
            paper.reload = Some(Reload::Command(words));
        }
        paper.first = read(&server).map_err(failed_to("read what was written"))?;
        paper.current = paper.first.clone();
        Ok(paper)
    }

    /// Writes what a change makes of the files beside them, which stay as they were to begin with.
    pub(super) fn change(&mut self, policy: Policy<'_>, by: Apply) -> Result<(), ChangeError> {
        let number = self.revisions.len() + 1;
        let generation = u64::try_from(number + 1).unwrap_or(u64::MAX);
        self.configure(policy, generation)?;
        let server = self.directory.join(SERVER);
        let changed = read(&server)?;
        let beside = format!("change-{number}");
        fs::create_dir_all(self.directory.join(&beside))?;
        let names: BTreeSet<_> = self.current.keys().chain(changed.keys()).cloned().collect();
        let mut files = Vec::new();
        for name in names.into_iter().filter(|name| self.current.get(name) != changed.get(name)) {
            let old = format!("{SERVER}/{name}");
            files.push(match changed.get(&name) {
                None => Rewritten::Removed(old),
                Some(Content::Link) => Rewritten::Closed(old),
                Some(Content::Octets(octets)) => {
                    let new = format!("{beside}/{name}");
                    fs::write(self.directory.join(&new), octets)?;
                    Rewritten::With { new, old }
                }
            });
        }
        self.revisions.push(Revision { files, by });
        restore(&server, &changed, &self.first)?;
        self.current = changed;
        Ok(())
    }

    fn configure(&self, policy: Policy<'_>, generation: u64) -> Result<Commands, LaunchError> {
        let configuration = Configuration {
            policy,
            launch: &self.launch,
            directory: &self.directory.join(SERVER),
            addresses: &self.addresses,
            equipment: &self.equipment,
        };
        configuration.write(generation)
    }

    /// Where its listeners will be.
    pub(super) const fn addresses(&self) -> &BTreeMap<String, SocketAddr> {
        &self.addresses
    }

    /// What it says its version is.
    pub(super) const fn version(&self) -> Option<&PeerText> {
        self.equipment.version.as_ref()
    }

    /// The directory that the server runs in, relative to that of everything.
    pub const fn runs_in(&self) -> &'static str {
        SERVER
    }

    /// The command that builds it and the directory for that, relative to that of everything.
    pub fn build(&self) -> Option<(&'static str, &[String])> {
        Some((BUILD, self.build.as_deref()?))
    }

    /// The commands before its first start.
    pub fn prepare(&self) -> &[Vec<String>] {
        &self.prepare
    }

    /// The command that runs it in the foreground.
    pub fn start(&self) -> &[String] {
        &self.start
    }

    /// How it is made to read its files again.
    pub const fn reload(&self) -> Option<&Reload> {
        self.reload.as_ref()
    }

    /// Whether it must not be started by root.
    pub const fn is_unprivileged(&self) -> bool {
        self.launch.unprivileged
    }

    /// The changes so far.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The files that say what the server does, name and text: those of the target's templates.
    pub fn configuration(&self) -> Vec<(String, String)> {
        let text = |name: &String| match self.first.get(name)? {
            Content::Octets(octets) => {
                Some((name.clone(), String::from_utf8_lossy(octets).into_owned()))
            }
            Content::Link => None,
        };
        self.launch.files.keys().filter_map(text).collect()
    }
}

/// Loopback ports for the listeners: consecutive ones, or free ones.
fn addresses<'a>(
    names: impl Iterator<Item = &'a String>,
    first: Option<u16>,
) -> io::Result<BTreeMap<String, SocketAddr>> {
    let Some(first) = first else { return Ok(Ports::choose(names)?.addresses().clone()) };
    let too_high = || io::Error::new(io::ErrorKind::InvalidInput, "no ports beyond 65535");
    let numbered = names.zip(0..).map(|(name, offset)| {
        let port = first.checked_add(offset).ok_or_else(too_high)?;
        Ok((name.clone(), (Ipv4Addr::LOCALHOST, port).into()))
    });
    numbered.collect()
}

fn read(directory: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let content = if kind.is_symlink() {
            Content::Link
        } else if kind.is_file() {
            Content::Octets(fs::read(entry.path())?)
        } else {
            continue;
        };
        files.insert(entry.file_name().to_string_lossy().into_owned(), content);
    }
    Ok(files)
}

/// Puts back what a change made otherwise.
fn restore(directory: &Path, now: &Files, wanted: &Files) -> io::Result<()> {
    for (name, content) in now {
        if wanted.get(name) != Some(content) {
            fs::remove_file(directory.join(name))?;
        }
    }
    for (name, content) in wanted {
        if let (Content::Octets(octets), true) = (content, now.get(name) != Some(content)) {
            fs::write(directory.join(name), octets)?;
        }
    }
    Ok(())
}
