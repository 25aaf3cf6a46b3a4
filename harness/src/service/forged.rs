//! The certificate of a gate that was given none.

use std::io::Write as _;
use std::path::Path;

use rustls::pki_types::UnixTime;

use super::ServiceError;
use super::load::ServerFiles;
use crate::pki::Forge;

/// Forges a certificate for all hosts of a domain from a CA that nobody else has, and writes that CA's certificate
/// for clients to trust.
pub(super) fn server(domain: &str, ca_file: &Path) -> Result<ServerFiles, ServiceError> {
    // The forge's keys follow from its seed: whoever guesses it could pose as any server to whoever trusts this CA.
    let mut seed = [0; 8];
    aws_lc_rs::rand::fill(&mut seed).map_err(|_| ServiceError::Random)?;
    let forge = Forge::new(u64::from_ne_bytes(seed), UnixTime::now());
    let wildcard = format!("*.{domain}");
    let made = forge.server_credential(&[&wildcard, "localhost"])?;
    write(ca_file, &made.anchor_pem())
        .map_err(|source| ServiceError::ServerCa { path: ca_file.to_owned(), source })?;
    Ok((made.chain.clone(), made.key_der().into()))
}

/// Nobody may find half a certificate there.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
