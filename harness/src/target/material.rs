//! What a gate is configured with: its own certificate, whom to trust, what is revoked, the secret marker.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mtls_scenarios::{Role, Spoilt};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use crate::pki::{ServerCredential, pem};

/// Everything that a gate needs to be told before it starts.
#[derive(Clone, Debug)]
pub struct Material {
    /// The gate's own certificate and key.
    pub server: Arc<ServerCredential>,
    /// Another with an RSA key, for configurations that ask for it.
    pub server_rsa: Arc<ServerCredential>,
    /// By account name.
    pub accounts: BTreeMap<String, AccountMaterial>,
    /// What the secrets of the endpoints are made of; only their protected resources may return them.
    pub secret: String,
}

/// Whom the endpoints of one account trust.
#[derive(Clone, Debug, Default)]
pub struct AccountMaterial {
    /// Trust anchors.
    pub anchors: Vec<CertificateDer<'static>>,
    /// Revocation lists.
    pub crls: Vec<CertificateRevocationListDer<'static>>,
}

/// Where the material of a launched server was written.
#[derive(Debug)]
pub(super) struct Written {
    server: WrittenServer,
    server_rsa: WrittenServer,
    /// The usual certificate with its CA's after it.
    pub(super) server_chain: PathBuf,
    pub(super) trust_bundles: BTreeMap<String, PathBuf>,
    pub(super) crls: BTreeMap<String, PathBuf>,
}

/// The files of a certificate of the gate's own.
#[derive(Debug)]
pub(super) struct WrittenServer {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

impl Written {
    /// The gate's own certificate of a kind: the usual one without a word, or `rsa`.
    pub(super) fn server(&self, kind: &str) -> Option<&WrittenServer> {
        match kind {
            "" => Some(&self.server),
            "rsa" => Some(&self.server_rsa),
            _ => None,
        }
    }
}

impl Material {
    /// Text that only the protected resource of this endpoint may return.
    pub fn marker(&self, role: Role) -> String {
        format!("{}-{}", self.secret, role.as_str())
    }

    /// Writes everything into a directory of the target's own, over what is there.
    pub(super) fn write(&self, directory: &Path) -> io::Result<Written> {
        let server = write_server(&self.server, directory, "server")?;
        let server_rsa = write_server(&self.server_rsa, directory, "server-rsa")?;
        let server_chain = directory.join("server-chain.crt");
        replace(&server_chain, &(self.server.chain_pem() + &self.server.anchor_pem()))?;
        let mut trust_bundles = BTreeMap::new();
        let mut crls = BTreeMap::new();
        for (name, account) in &self.accounts {
            let path = directory.join(format!("{name}-ca.pem"));
            replace(&path, &account.trust_bundle())?;
            trust_bundles.insert(name.clone(), path);
            if !account.crls.is_empty() {
                let path = directory.join(format!("{name}-crl.pem"));
                replace(&path, &pem_of("X509 CRL", &account.crls))?;
                crls.insert(name.clone(), path);
            }
        }
        Ok(Written { server, server_rsa, server_chain, trust_bundles, crls })
    }
}

impl Material {
    /// Spoils the file with an account's CAs.
    pub(super) fn spoil(&self, account: &str, path: &Path, how: Spoilt) -> io::Result<()> {
        clear(path)?;
        let bundle = self.accounts.get(account).map(AccountMaterial::trust_bundle);
        match how {
            Spoilt::Empty => fs::write(path, ""),
            Spoilt::Garbage => fs::write(path, [0x00, 0xff, 0x30, 0x82].repeat(64)),
            Spoilt::PrivateKey => fs::write(path, self.server.key_pem()),
            Spoilt::EndEntity => fs::write(path, self.server.chain_pem()),
            Spoilt::Missing => Ok(()),
            Spoilt::Unreadable => std::os::unix::fs::symlink(path, path),
            Spoilt::Truncated => {
                let mut bundle = bundle.unwrap_or_default();
                // The footer and some of the Base64 before it.
                bundle.truncate(bundle.len().saturating_sub(120));
                fs::write(path, bundle)
            }
        }
    }
}

impl AccountMaterial {
    /// The trust anchors as PEM.
    fn trust_bundle(&self) -> String {
        pem_of("CERTIFICATE", &self.anchors)
    }
}

/// Writes a certificate of the gate's own with its key, as `<name>.crt` and `<name>.key`.
fn write_server(
    server: &ServerCredential,
    directory: &Path,
    name: &str,
) -> io::Result<WrittenServer> {
    let certificate = directory.join(format!("{name}.crt"));
    fs::write(&certificate, server.chain_pem())?;
    let key = directory.join(format!("{name}.key"));
    if !key.exists() {
        write_private(&key, &server.key_pem())?;
    }
    Ok(WrittenServer { certificate, key })
}

/// Puts a text at a path at once: whoever watches the file never sees half of it.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Removes what is at a path, a link too.
fn clear(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn pem_of(label: &str, documents: &[impl AsRef<[u8]>]) -> String {
    documents.iter().map(|der| pem::encode(label, der.as_ref())).collect()
}

/// Writes a file that only its owner may read.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}
