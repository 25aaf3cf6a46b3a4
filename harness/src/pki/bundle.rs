//! A PKI on disk: what `pki init` writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use mtls_scenarios::{Account, Credential, KeyAlgorithm};
use thiserror::Error;

use super::error::ForgeError;
use super::forge::Forge;
use super::{Authority, pem};

/// Why a bundle is not on disk. Nothing is left behind.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A certificate cannot be made.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// Something is there already.
    #[error("`{0}` exists and is not an empty directory; name a new one")]
    NotEmpty(PathBuf),
    /// A name that is no file name.
    #[error("`{0}` cannot be a file name; use letters, digits, `.`, `_` and `-`")]
    Name(String),
    /// The file system refused.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What to write.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    /// Accounts with their trust anchors, by account name.
    pub accounts: &'a BTreeMap<String, (Account, Authority)>,
    /// All credentials, by name.
    pub credentials: &'a BTreeMap<String, Credential>,
    /// The credentials to write, for each account that has the anchors they need.
    pub clients: &'a [String],
    /// Algorithm of keys whose recipe names none.
    pub algorithm: KeyAlgorithm,
    /// Host names and addresses of the server certificate.
    pub server_names: &'a [&'a str],
}

impl Forge {
    /// Writes a bundle to a directory that does not exist yet or is empty: all of it or nothing.
    pub fn write_bundle(&self, directory: &Path, bundle: &Bundle<'_>) -> Result<(), BundleError> {
        refuse_occupied(directory)?;
        let files = self.files(bundle)?;
        write_all(directory, &files)
    }

    fn files(&self, bundle: &Bundle<'_>) -> Result<Vec<File>, BundleError> {
        let mut files = Vec::new();
        for (name, (account, authority)) in bundle.accounts {
            check_name(name)?;
            let all = authority.trust_bundle(None);
            let all = all.iter().map(|anchor| pem::encode("CERTIFICATE", anchor)).collect();
            files.push(File::public(
                format!("{name}/ca.crt"),
                all,
                "all trust anchors of the account: the gate's client CA file",
            ));
            files.extend(main_anchor(name, authority));
            for (position, crl) in
                self.crls(&account.crls, authority, bundle.credentials)?.iter().enumerate()
            {
                let path = format!("{name}/crl-{}.pem", position + 1);
                files.push(File::public(
                    path,
                    pem::encode("X509 CRL", crl),
                    "a revocation list of the account",
                ));
            }
            for client in bundle.clients {
                files.extend(self.client(name, client, authority, bundle)?);
            }
        }
        let server = self.server_credential(bundle.server_names)?;
        files.push(File::public(
            "server/ca.crt".to_owned(),
            server.anchor_pem(),
            "trust anchor of the server certificate, for clients",
        ));
        files.push(File::public(
            "server/server.crt".to_owned(),
            server.chain_pem(),
            "the gate's server certificate",
        ));
        files.push(File::secret(
            "server/server.key".to_owned(),
            server.key_pem(),
            "private key of server.crt",
        ));
        let readme = readme(&files);
        files.push(File::public("README.txt".to_owned(), readme, "this text"));
        Ok(files)
    }

    fn client(
        &self,
        account: &str,
        client: &str,
        authority: &Authority,
        bundle: &Bundle<'_>,
    ) -> Result<Vec<File>, BundleError> {
        check_name(client)?;
        let credential =
            bundle.credentials.get(client).ok_or_else(|| ForgeError::UnknownCredential {
                owner: format!("account `{account}`"),
                place: "clients".to_owned(),
                name: client.to_owned(),
            })?;
        // A credential that lives off an anchor which only another account has says nothing here.
        let has = |anchor: &str| authority.names().any(|known| known == anchor);
        if !credential.anchors().into_iter().all(has) {
            return Ok(Vec::new());
        }
        let minted = self.mint(client, credential, authority, bundle.algorithm, self.epoch())?;
        let mut files = Vec::new();
        if let Some(list) = &minted.certificate_list {
            let chain =
                list.iter().map(|certificate| pem::encode("CERTIFICATE", certificate)).collect();
            files.push(File::public(
                format!("{account}/clients/{client}.crt"),
                chain,
                &credential.summary,
            ));
        }
        // A credential that presents a user's own CA would otherwise copy that CA's private key.
        let is_users = |key: &super::Key| {
            authority.has_user_ca()
                && authority.key("main").is_some_and(|main| main.public_key() == key.public_key())
        };
        if let Some(key) = minted.key.as_ref().filter(|key| !is_users(key)) {
            let note = format!("private key of {client}.crt");
            files.push(File::secret(
                format!("{account}/clients/{client}.key"),
                key.pkcs8_pem(),
                &note,
            ));
        }
        Ok(files)
    }
}

/// `main` on its own, and its key unless that is a user's.
fn main_anchor(account: &str, authority: &Authority) -> Vec<File> {
    let mut files = Vec::new();
    if let Some(certificate) = authority.certificate("main") {
        let text = pem::encode("CERTIFICATE", certificate);
        files.push(File::public(
            format!("{account}/main.crt"),
            text,
            "the CA that issues the account's clients",
        ));
    }
    if let Some(key) = authority.key("main").filter(|_| !authority.has_user_ca()) {
        files.push(File::secret(
            format!("{account}/main.key"),
            key.pkcs8_pem(),
            "private key of main.crt",
        ));
    }
    files
}

struct File {
    path: String,
    text: String,
    is_secret: bool,
    note: String,
}

impl File {
    fn public(path: String, text: String, note: &str) -> Self {
        Self { path, text, is_secret: false, note: note.to_owned() }
    }

    fn secret(path: String, text: String, note: &str) -> Self {
        Self { path, text, is_secret: true, note: note.to_owned() }
    }
}

fn readme(files: &[File]) -> String {
    let width = files.iter().map(|file| file.path.len()).max().unwrap_or(0);
    let mut text = "Test certificates forged by mtls-harness. The keys follow from a seed that anyone can guess:\n\
                    never let anything but a test trust them.\n\n"
        .to_owned();
    for file in files {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {}", file.path, file.note);
    }
    text
}

/// A name that stays inside its directory on every file system.
fn check_name(name: &str) -> Result<(), BundleError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !name.is_empty() && name.len() <= 200 && !name.starts_with('.') && name.chars().all(is_plain)
    {
        Ok(())
    } else {
        Err(BundleError::Name(name.to_owned()))
    }
}

fn refuse_occupied(directory: &Path) -> Result<(), BundleError> {
    let is_free = match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_free { Ok(()) } else { Err(BundleError::NotEmpty(directory.to_owned())) }
}

fn write_all(directory: &Path, files: &[File]) -> Result<(), BundleError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| BundleError::Write { path, source }
    };
    let parent = match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(failed(parent))?;
    let scratch = tempfile::Builder::new()
        .prefix(".mtls-harness-")
        .tempdir_in(parent)
        .map_err(failed(parent))?;
    for file in files {
        let path = scratch.path().join(&file.path);
        write(&path, file).map_err(failed(&directory.join(&file.path)))?;
    }
    // Replaces an empty directory, and fails when something has come into it meanwhile.
    fs::rename(scratch.path(), directory).map_err(failed(directory))?;
    Ok(())
}

fn write(path: &Path, file: &File) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mode = if file.is_secret { 0o600 } else { 0o644 };
    let mut out = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    out.write_all(file.text.as_bytes())?;
    out.sync_all()
}
