//! What a gate is configured with: its own certificate, whom to trust, what is revoked, the secret marker.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use crate::pki::{ServerCredential, pem};

/// Everything that a gate needs to be told before it starts.
#[derive(Debug)]
pub struct Material {
    /// The gate's own certificate and key.
    pub server: ServerCredential,
    /// By account name.
    pub accounts: BTreeMap<String, AccountMaterial>,
    /// Text that only the protected resource may return.
    pub marker: String,
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
    pub(super) server_certificate: PathBuf,
    pub(super) server_key: PathBuf,
    pub(super) trust_bundles: BTreeMap<String, PathBuf>,
    pub(super) crls: BTreeMap<String, PathBuf>,
}

impl Material {
    /// Writes everything into a directory of the target's own.
    pub(super) fn write(&self, directory: &Path) -> io::Result<Written> {
        let server_certificate = directory.join("server.crt");
        fs::write(&server_certificate, self.server.chain_pem())?;
        let server_key = directory.join("server.key");
        write_private(&server_key, &self.server.key_pem())?;
        let mut trust_bundles = BTreeMap::new();
        let mut crls = BTreeMap::new();
        for (name, account) in &self.accounts {
            let path = directory.join(format!("{name}-ca.pem"));
            fs::write(&path, pem_of("CERTIFICATE", &account.anchors))?;
            trust_bundles.insert(name.clone(), path);
            if !account.crls.is_empty() {
                let path = directory.join(format!("{name}-crl.pem"));
                fs::write(&path, pem_of("X509 CRL", &account.crls))?;
                crls.insert(name.clone(), path);
            }
        }
        Ok(Written { server_certificate, server_key, trust_bundles, crls })
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
