//! Writing a bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mtls_scenarios::{Account, CertificateRef, Credential, IssuerRef, KeyAlgorithm};
use thiserror::Error;

use super::manifest::{self, ListIssuer, Manifest, ManifestAccount, Pair};
use crate::pki::error::ForgeError;
use crate::pki::forge::Forge;
use crate::pki::{Authority, Key, ServerCredential, pem};

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
        let mut manifest = Manifest {
            format_version: manifest::FORMAT_VERSION,
            written_by: concat!("mtls-harness ", env!("CARGO_PKG_VERSION")).to_owned(),
            accounts: BTreeMap::new(),
        };
        for (name, owned) in bundle.accounts {
            let (_, authority) = owned;
            check_name(name)?;
            let mut listed = ManifestAccount::default();
            files.push(trust_bundle(name, authority, &mut listed));
            files.extend(self.lists(name, owned, bundle, &mut listed)?);
            files.extend(anchors(name, authority, &mut listed)?);
            for client in bundle.clients {
                files.extend(self.client(name, client, authority, bundle)?);
            }
            manifest.accounts.insert(name.clone(), listed);
        }
        files.extend(server(&self.server_credential(bundle.server_names)?));
        let text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        files.push(File::public(
            manifest::FILE.to_owned(),
            text + "\n",
            "what `run --pki` reads the bundle by",
        ));
        let readme = readme(&files);
        files.push(File::public("README.txt".to_owned(), readme, "this text"));
        Ok(files)
    }

    /// The revocation lists in one file, and the CAs below the account's own that signed some of them.
    fn lists(
        &self,
        name: &str,
        (account, authority): &(Account, Authority),
        bundle: &Bundle<'_>,
        listed: &mut ManifestAccount,
    ) -> Result<Vec<File>, BundleError> {
        let lists = self.crls(&account.crls, authority, bundle.credentials)?;
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let path = format!("{name}/crl.pem");
        listed.revocation_lists = Some(path.clone());
        let text = lists.iter().map(|list| pem::encode("X509 CRL", list)).collect();
        let note =
            "revocation lists of the account: the gate's CRL file, where it is to check revocation";
        let mut files = vec![File::public(path, text, note)];
        for (credential, certificate) in list_issuers(account, bundle.credentials) {
            check_name(&credential)?;
            check_name(&certificate)?;
            let reference = CertificateRef::Certificate {
                credential: credential.clone(),
                certificate: certificate.clone(),
            };
            let place = "crls.issuer";
            let forged = self.referenced(place, &reference, authority, bundle.credentials)?;
            let stem = format!("{name}/issuers/{credential}.{certificate}");
            let note = "a CA that has a revocation list of its own";
            let (pair, both) = pair(&stem, note, &forged.der, Some(&forged.key));
            files.extend(both);
            listed.list_issuers.push(ListIssuer { credential, name: certificate, files: pair });
        }
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
        let is_users = |key: &Key| {
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

/// The CAs of credentials that sign revocation lists, and those above them, by credential and name.
fn list_issuers(
    account: &Account,
    credentials: &BTreeMap<String, Credential>,
) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for list in &account.crls {
        let CertificateRef::Certificate { credential, certificate } = &list.issuer else {
            continue;
        };
        let mut next = Some(certificate);
        while let Some(name) =
            next.filter(|name| found.insert((credential.clone(), (*name).clone())))
        {
            let recipe = credentials.get(credential).and_then(|c| c.certificates.get(name));
            next = recipe.and_then(|recipe| match &recipe.issuer {
                IssuerRef::Certificate(issuer) => Some(issuer),
                IssuerRef::SelfSigned | IssuerRef::Anchor(_) => None,
            });
        }
    }
    found
}

fn trust_bundle(name: &str, authority: &Authority, listed: &mut ManifestAccount) -> File {
    let all = authority.trust_bundle(None);
    let all = all.iter().map(|anchor| pem::encode("CERTIFICATE", anchor)).collect();
    listed.trust_bundle = format!("{name}/ca.crt");
    let note = "all trust anchors of the account: the gate's client CA file";
    File::public(listed.trust_bundle.clone(), all, note)
}

/// Each anchor on its own with its key, unless that is a user's: `main` beside the trust bundle.
fn anchors(
    account: &str,
    authority: &Authority,
    listed: &mut ManifestAccount,
) -> Result<Vec<File>, BundleError> {
    let mut files = Vec::new();
    let spare: BTreeSet<_> = authority.spare().cloned().collect();
    for name in authority.names() {
        check_name(name)?;
        let is_spare = spare.contains(name);
        let (stem, note) = match name.as_str() {
            "main" => (format!("{account}/main"), "the CA that issues the account's clients"),
            _ if is_spare => (format!("{account}/anchors/{name}"), "a CA that no gate trusts yet"),
            _ => (format!("{account}/anchors/{name}"), "another CA of the trust bundle"),
        };
        let Some(certificate) = authority.certificate(name) else { continue };
        let key = authority.key(name).filter(|_| !authority.has_user_ca());
        let (pair, both) = pair(&stem, note, certificate, key);
        files.extend(both);
        let list = if is_spare { &mut listed.spare_anchors } else { &mut listed.anchors };
        list.insert(name.clone(), pair);
    }
    Ok(files)
}

/// A certificate and its key in files of one stem.
fn pair(stem: &str, note: &str, certificate: &[u8], key: Option<&Arc<Key>>) -> (Pair, Vec<File>) {
    let pair = Pair { certificate: format!("{stem}.crt"), key: format!("{stem}.key") };
    let text = pem::encode("CERTIFICATE", certificate);
    let mut files = vec![File::public(pair.certificate.clone(), text, note)];
    if let Some(key) = key {
        let base = stem.rsplit('/').next().unwrap_or(stem);
        let note = format!("private key of {base}.crt");
        files.push(File::secret(pair.key.clone(), key.pkcs8_pem(), &note));
    }
    (pair, files)
}

fn server(server: &ServerCredential) -> [File; 3] {
    [
        File::public(
            "server/ca.crt".to_owned(),
            server.anchor_pem(),
            "trust anchor of the server certificate, for clients",
        ),
        File::public(
            "server/server.crt".to_owned(),
            server.chain_pem(),
            "the gate's server certificate",
        ),
        File::secret("server/server.key".to_owned(), server.key_pem(), "private key of server.crt"),
    ]
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

/// How to use a bundle, above the list of its files.
const README: &str = "\
Test certificates forged by mtls-harness. The keys follow from a seed that anyone can guess:
never let anything but a test trust them.

To test a server with this bundle, configure it with

  server/server.crt, server/server.key   its own certificate and key
  alpha/ca.crt                           whom to trust at the endpoints of account alpha
  alpha/crl.pem                          revocation lists, only at endpoints that are to check them
  beta/ca.crt                            whom to trust at the endpoints of account beta, if there are any

and run `mtls-harness run --pki` with this directory: `--target https://HOST:PORT --mode strict` for one endpoint
(with `--crl` if it checks revocation), a target file for several. Revocation lists end after 30 days.

";

fn readme(files: &[File]) -> String {
    let width = files.iter().map(|file| file.path.len()).max().unwrap_or(0);
    let mut text = README.to_owned();
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
