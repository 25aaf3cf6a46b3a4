//! A bundle that a server was configured with, read again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateRevocationListDer, UnixTime};
use serde::Deserialize;
use thiserror::Error;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::manifest::{FILE, FORMAT_VERSION, Manifest, ManifestAccount, Pair};
use crate::pki::authority::Authority;
use crate::pki::certificate::Forged;
use crate::pki::user_ca::UserCa;
use crate::pki::user_file::{self, UserFileError};

/// Why a bundle cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoredBundleError {
    /// Not a directory that `pki init` made.
    #[error(
        "`{directory}` has no readable {FILE}, so it is no bundle of `mtls-harness pki init`, or one of an older version ({source}); \
         write a new one and configure the server with it"
    )]
    NoManifest {
        /// The directory.
        directory: PathBuf,
        /// Why it cannot be read.
        source: UserFileError,
    },
    /// A format of another version.
    #[error(
        "`{path}` has format {found}, and this version reads {FORMAT_VERSION}; write a new bundle with `mtls-harness pki init`"
    )]
    Version {
        /// The manifest.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// JSON that is not a manifest.
    #[error("`{path}` is damaged: {reason}")]
    Syntax {
        /// The manifest.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A name that is not inside the bundle.
    #[error("`{path}` names `{name}`, which is not inside the bundle")]
    Outside {
        /// The manifest.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A certificate or key.
    #[error(transparent)]
    File(#[from] UserFileError),
    /// A file without revocation lists.
    #[error("`{0}` holds no readable revocation list")]
    NoLists(PathBuf),
    /// The account's CA has ended.
    #[error(
        "the CA of account `{account}` in the bundle ended on {ended}; write a new one with `mtls-harness pki init` and configure the server with it"
    )]
    Ended {
        /// The account.
        account: String,
        /// The day.
        ended: String,
    },
    /// No CA at all.
    #[error("`{path}`: account `{account}` has no anchor `main`")]
    NoMain {
        /// The manifest.
        path: PathBuf,
        /// The account.
        account: String,
    },
}

/// A bundle on disk.
#[derive(Clone, Debug)]
pub struct StoredBundle {
    /// By account name.
    pub accounts: BTreeMap<String, StoredAccount>,
}

/// What a bundle has of an account.
#[derive(Clone, Debug)]
pub struct StoredAccount {
    /// Its anchors, with their keys.
    pub authority: Authority,
    /// Its revocation lists.
    pub crls: Vec<CertificateRevocationListDer<'static>>,
}

impl StoredBundle {
    /// Reads a bundle.
    pub fn read(directory: &Path) -> Result<Self, StoredBundleError> {
        let path = directory.join(FILE);
        let manifest = manifest(directory, &path)?;
        let reader = Reader { directory, manifest: &path };
        let accounts = manifest.accounts.iter();
        let accounts =
            accounts.map(|(name, files)| Ok((name.clone(), reader.account(name, files)?)));
        Ok(Self { accounts: accounts.collect::<Result<_, StoredBundleError>>()? })
    }
}

fn manifest(directory: &Path, path: &Path) -> Result<Manifest, StoredBundleError> {
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let bytes = user_file::read(path).map_err(|source| StoredBundleError::NoManifest {
        directory: directory.to_owned(),
        source,
    })?;
    let damaged = |error: serde_json::Error| StoredBundleError::Syntax {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let Version { format_version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if format_version != FORMAT_VERSION {
        let (path, found) = (path.to_owned(), format_version);
        return Err(StoredBundleError::Version { path, found });
    }
    serde_json::from_slice(&bytes).map_err(damaged)
}

struct Reader<'a> {
    directory: &'a Path,
    manifest: &'a Path,
}

impl Reader<'_> {
    fn account(
        &self,
        account: &str,
        files: &ManifestAccount,
    ) -> Result<StoredAccount, StoredBundleError> {
        let anchors = files.anchors.iter().chain(&files.spare_anchors);
        let anchors = anchors.map(|(name, pair)| Ok((name.clone(), self.pair(pair)?)));
        let anchors = anchors.collect::<Result<BTreeMap<_, _>, StoredBundleError>>()?;
        let (path, owner) = (self.manifest.to_owned(), account.to_owned());
        let no_main = || StoredBundleError::NoMain { path, account: owner };
        let main = anchors.get("main").ok_or_else(no_main)?;
        if let Some(ended) = ended(&main.der) {
            return Err(StoredBundleError::Ended { account: account.to_owned(), ended });
        }
        let spare: BTreeSet<_> = files.spare_anchors.keys().cloned().collect();
        let made = files.list_issuers.iter().map(|issuer| {
            let names = (issuer.credential.clone(), issuer.name.clone());
            Ok((names, self.pair(&issuer.files)?))
        });
        let made = made.collect::<Result<_, StoredBundleError>>()?;
        let authority = Authority::new(account.to_owned(), anchors, spare).with_made(made);
        let crls = match &files.revocation_lists {
            Some(name) => self.lists(name)?,
            None => Vec::new(),
        };
        Ok(StoredAccount { authority, crls })
    }

    fn pair(&self, pair: &Pair) -> Result<Arc<Forged>, StoredBundleError> {
        let ca = UserCa::load(&self.path(&pair.certificate)?, &self.path(&pair.key)?)?;
        Ok(Arc::new(ca.into_forged()))
    }

    fn lists(
        &self,
        name: &str,
    ) -> Result<Vec<CertificateRevocationListDer<'static>>, StoredBundleError> {
        let path = self.path(name)?;
        let bytes = user_file::read(&path)?;
        let lists = CertificateRevocationListDer::pem_slice_iter(&bytes);
        match lists.collect::<Result<Vec<_>, _>>() {
            Ok(lists) if !lists.is_empty() => Ok(lists),
            _ => Err(StoredBundleError::NoLists(path)),
        }
    }

    /// A file of the bundle, and of nowhere else.
    fn path(&self, name: &str) -> Result<PathBuf, StoredBundleError> {
        let is_inside =
            Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if is_inside && !name.is_empty() {
            return Ok(self.directory.join(name));
        }
        let (path, name) = (self.manifest.to_owned(), name.to_owned());
        Err(StoredBundleError::Outside { path, name })
    }
}

/// The day on which a certificate ended, if it has.
fn ended(certificate: &[u8]) -> Option<String> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let end = parsed.validity().not_after;
    let now = i64::try_from(UnixTime::now().as_secs()).unwrap_or(i64::MAX);
    (end.timestamp() < now).then(|| end.to_datetime().date().to_string())
}
