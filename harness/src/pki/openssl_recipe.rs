//! The recipe that platforms publish for their customers, carried out with the user's own `openssl` binary.
//!
//! With OpenSSL 3.0 its client certificate is X.509 v1: the section `v3_req` is empty, and a certificate without
//! extensions gets no version field. Other releases may differ; that is why the real binary is asked.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::authority::Authority;
use super::certificate::Forged;
use super::credential::{EndEntity, Minted};
use super::key::{Key, KeyError};

/// The request configuration of the recipe, its empty extension section included.
const CLIENT_CNF: &str = "\
[req]
default_bits = 2048
prompt = no
default_md = sha256
x509_extensions = v3_req
distinguished_name = dn

[dn]
O = Example ORG
CN = Client

[v3_req]
";

/// The commands of the recipe, in order, without the program.
const STEPS: [&[&str]; 3] = [
    &[
        "req",
        "-x509",
        "-sha256",
        "-nodes",
        "-days",
        "9999",
        "-newkey",
        "rsa:2048",
        "-subj",
        "/O=Example ORG/CN=CA Cert",
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
    ],
    &[
        "req",
        "-new",
        "-config",
        "client.cnf",
        "-nodes",
        "-out",
        "client.csr",
        "-keyout",
        "client.key",
    ],
    &[
        "x509",
        "-req",
        "-sha256",
        "-days",
        "9999",
        "-extfile",
        "client.cnf",
        "-extensions",
        "v3_req",
        "-CAcreateserial",
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-in",
        "client.csr",
        "-out",
        "client.crt",
    ],
];

/// What the recipe made.
#[derive(Clone, Debug)]
pub struct OpensslRecipe {
    anchor: Forged,
    client: Forged,
}

/// The recipe could not be carried out.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpensslError {
    /// No such program.
    #[error(
        "there is no `openssl` binary on this machine; install it (Debian: apt-get install openssl)"
    )]
    Missing,
    /// It ended with an error.
    #[error("`openssl {command}` failed: {message}")]
    Failed {
        /// Its arguments.
        command: String,
        /// The end of what it said.
        message: String,
    },
    /// Files.
    #[error("failed to carry out the openssl recipe: {0}")]
    Io(String),
    /// Something else than a certificate and its key came out.
    #[error("`{file}`, made by openssl, cannot be read: {reason}")]
    Unreadable {
        /// Which file.
        file: &'static str,
        /// Why not.
        reason: String,
    },
}

impl From<io::Error> for OpensslError {
    fn from(error: io::Error) -> Self {
        Self::Io(error.to_string())
    }
}

impl OpensslRecipe {
    /// Carries out the recipe in a temporary directory. Blocks for as long as two RSA keys take.
    pub fn carry_out() -> Result<Self, OpensslError> {
        let directory = tempfile::tempdir()?;
        fs::write(directory.path().join("client.cnf"), CLIENT_CNF)?;
        for arguments in STEPS {
            openssl(arguments, directory.path())?;
        }
        let made = Self {
            anchor: read(directory.path(), "ca.crt", "ca.key")?,
            client: read(directory.path(), "client.crt", "client.key")?,
        };
        directory.close()?;
        Ok(made)
    }

    /// The authority with the recipe's CA as its anchor `openssl-recipe`.
    pub fn trusted_by(&self, authority: Authority) -> Authority {
        authority.with_anchor("openssl-recipe", Arc::new(self.anchor.clone()))
    }

    /// The client credential.
    pub fn credential(&self) -> Minted {
        Minted {
            certificate_list: Some(vec![self.client.der.clone()]),
            key: Some(Arc::clone(&self.client.key)),
            end_entity: Some(EndEntity::new(&self.client)),
            certificates: [("client".to_owned(), self.client.der.clone())].into(),
            at_use: false,
        }
    }
}

fn openssl(arguments: &[&str], directory: &Path) -> Result<(), OpensslError> {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        // A configuration of the user's own must not change the recipe.
        .env_remove("OPENSSL_CONF")
        .output()
        .map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => OpensslError::Missing,
            _ => e.into(),
        })?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let message = text.lines().last().unwrap_or("it said nothing").to_owned();
    Err(OpensslError::Failed { command: arguments.join(" "), message })
}

fn read(
    directory: &Path,
    certificate: &'static str,
    key: &'static str,
) -> Result<Forged, OpensslError> {
    let unreadable = |file, reason: String| OpensslError::Unreadable { file, reason };
    let der = CertificateDer::from_pem_file(directory.join(certificate))
        .map_err(|e| unreadable(certificate, e.to_string()))?;
    let private = Key::from_pem_or_der(&fs::read(directory.join(key))?)
        .map_err(|e: KeyError| unreadable(key, e.to_string()))?;
    let (subject, serial) = {
        let (_, parsed) =
            X509Certificate::from_der(&der).map_err(|e| unreadable(certificate, e.to_string()))?;
        (parsed.subject().as_raw().to_vec(), parsed.raw_serial().to_vec())
    };
    Ok(Forged {
        key_id: private.key_identifier().to_vec(),
        subject,
        serial,
        key: Arc::new(private),
        der,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_makes_a_client_certificate_of_its_own_ca() {
        let made = match OpensslRecipe::carry_out() {
            Ok(made) => made,
            // Nothing to hold against; the forged twin is tested without it.
            Err(OpensslError::Missing) => return,
            Err(error) => panic!("{error}"),
        };
        let (_, client) = X509Certificate::from_der(&made.client.der).unwrap();
        let (_, anchor) = X509Certificate::from_der(&made.anchor.der).unwrap();
        assert_eq!(client.issuer().as_raw(), anchor.subject().as_raw());
        assert!(anchor.is_ca());
        let end_entity = made.credential().end_entity.unwrap();
        assert_eq!(end_entity.subject.as_deref(), Some("CN=Client,O=Example ORG"));
    }
}
