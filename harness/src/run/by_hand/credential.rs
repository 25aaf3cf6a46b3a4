//! The certificates and keys of the clients on disk, and whether openssl can show them.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use mtls_reports::PeerText;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::command::Credential;
use super::guide::Obstacle;
use crate::pki::pem;
use crate::wire::Identity;

/// Where the files are.
const FOLDER: &str = "client";
/// Configuration of openssl: without it, it would not show weak keys and signatures.
pub(super) const CONFIGURATION: &str = "openssl.cnf";
/// What it says.
const CONFIGURATION_TEXT: &str = "\
# Lets openssl and curl show weak keys and signatures: whether to refuse them is the server's business.
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
CipherString = DEFAULT:@SECLEVEL=0
MinProtocol = TLSv1.2
";
/// Most time for a look at a credential.
const WITHIN: Duration = Duration::from_secs(20);

/// The credentials that were written, by account and name.
#[derive(Debug)]
pub(super) struct Credentials {
    directory: PathBuf,
    written: BTreeMap<String, Credential>,
}

impl Credentials {
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory.join(FOLDER))?;
        fs::write(directory.join(CONFIGURATION), CONFIGURATION_TEXT)?;
        Ok(Self { directory: directory.to_owned(), written: BTreeMap::new() })
    }

    /// Writes a credential, once, and asks openssl whether it can show it.
    pub(super) async fn write(
        &mut self,
        name: &str,
        identity: &Identity,
    ) -> Result<Option<Credential>, Obstacle> {
        let (Some(list), Some(key)) = (&identity.list, &identity.key) else { return Ok(None) };
        if let Some(written) = self.written.get(name) {
            return Ok(Some(written.clone()));
        }
        let path = |ending: &str| format!("{FOLDER}/{name}{ending}");
        let credential = Credential {
            list: path(".crt"),
            rest: (list.len() > 1).then(|| path("-chain.crt")),
            key: path(".key"),
        };
        fs::write(self.directory.join(&credential.list), text(list))?;
        if let (Some(rest), Some((_, after))) = (&credential.rest, list.split_first()) {
            fs::write(self.directory.join(rest), text(after))?;
        }
        write_private(&self.directory.join(&credential.key), &key.pkcs8_pem())?;
        if list.is_empty() {
            return Err(beyond("shows no certificate and yet proves to have a key", "that"));
        }
        self.sends_as_it_is(&credential, list).await?;
        self.can_show(&credential).await?;
        self.written.insert(name.to_owned(), credential.clone());
        Ok(Some(credential))
    }

    /// openssl reads certificates and writes them anew; what it would write otherwise is not what the case shows.
    async fn sends_as_it_is(
        &self,
        credential: &Credential,
        list: &[CertificateDer<'static>],
    ) -> Result<(), Obstacle> {
        let arguments = ["storeutl", "-certs", &credential.list];
        let output = tokio::time::timeout(WITHIN, self.openssl(&arguments).output()).await;
        let output = output.map_err(|_| too_slow())?.map_err(no_openssl)?;
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&output.stdout).collect();
        if read.is_ok_and(|read| read == list) {
            return Ok(());
        }
        Err(beyond("shows certificates that openssl does not read or writes otherwise", "them"))
    }

    /// openssl takes a certificate and key together only if it thinks that they match; then it goes on to connect.
    async fn can_show(&self, credential: &Credential) -> Result<(), Obstacle> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let mut arguments = vec!["s_client", "-connect", &address];
        arguments.extend(["-cert", &credential.list, "-key", &credential.key]);
        if let Some(rest) = &credential.rest {
            arguments.extend(["-cert_chain", rest]);
        }
        let child = self.openssl(&arguments).spawn().map_err(no_openssl)?;
        let ended = tokio::select! {
            accepted = listener.accept() => return accepted.map(drop).map_err(Obstacle::from),
            ended = child.wait_with_output() => ended?,
            () = tokio::time::sleep(WITHIN) => return Err(too_slow()),
        };
        let said = String::from_utf8_lossy(&ended.stderr);
        let said = PeerText::new(said.lines().next().unwrap_or_default());
        Err(Obstacle::Beyond(format!(
            "the client shows a certificate with a key that openssl does not take for it ({said})"
        )))
    }

    fn openssl(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(&self.directory).env("OPENSSL_CONF", CONFIGURATION);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }
}

fn beyond(what: &str, it: &str) -> Obstacle {
    Obstacle::Beyond(format!("the client {what}; neither openssl nor curl sends {it}"))
}

fn too_slow() -> Obstacle {
    Obstacle::Beyond(format!(
        "openssl takes more than {} s to read the client's certificates",
        WITHIN.as_secs()
    ))
}

fn no_openssl(error: io::Error) -> Obstacle {
    if error.kind() == io::ErrorKind::NotFound { Obstacle::NoOpenssl } else { error.into() }
}

fn text(list: &[CertificateDer<'static>]) -> String {
    list.iter().map(|certificate| pem::encode("CERTIFICATE", certificate)).collect()
}

/// Writes a file that only its owner may read.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}
