//! From a gate file and the files that it names to a policy: all of it is good, or nothing is taken.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use mtls_scenarios::{
    AccountMode, Diagnostic, GateDocument, GateFile, GateFileAccount, GateServer, LoadError, Mode,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::watch::Prints;
use crate::server::{GateAccount, GateEndpoint, load_ca_file, load_crl_file, read_bounded};

/// What authenticated clients read at `/protected`.
const MARKER: &str = "only authenticated clients read this\n";

/// An attempt to read a policy, and the files whose change makes another worth while.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) prints: Prints,
    pub(super) outcome: Result<Policy, LoadError>,
}

/// A gate file with what it names.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) file: GateFile,
    pub(super) server: Option<ServerFiles>,
    pub(super) accounts: Vec<Account>,
}

/// The gate's own certificate and its key.
pub(super) type ServerFiles = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// An account with its files.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) prefix: String,
    pub(super) host: String,
    pub(super) mode: AccountMode,
    pub(super) anchors: Vec<CertificateDer<'static>>,
    pub(super) crls: Option<Vec<CertificateRevocationListDer<'static>>>,
}

impl Account {
    pub(super) fn for_gate(&self) -> (GateAccount, GateEndpoint) {
        let account = GateAccount {
            name: self.prefix.clone(),
            prefix: self.prefix.clone(),
            anchors: self.anchors.clone(),
            crls: self.crls.clone().unwrap_or_default(),
        };
        let endpoint = GateEndpoint {
            host: self.host.clone(),
            marker: MARKER.to_owned(),
            mode: match self.mode {
                AccountMode::Strict => Mode::Strict,
                AccountMode::Loose => Mode::Loose,
            },
            account: Some(self.prefix.clone()),
            check_crls: self.crls.is_some(),
        };
        (account, endpoint)
    }
}

/// Reads a gate file and everything it names.
pub(super) fn load(path: &Path) -> Attempt {
    let mut prints = Prints::default();
    prints.add(path);
    let outcome = GateDocument::read(path).and_then(|document| {
        named(&document.file).for_each(|name| prints.add(&document.resolve(name)));
        policy(&document).map_err(LoadError::Invalid)
    });
    Attempt { prints, outcome }
}

/// The files that a gate file names.
fn named(file: &GateFile) -> impl Iterator<Item = &str> {
    let server = file.server.iter().flat_map(|server| [&server.certificate, &server.key]);
    let accounts = file.accounts.iter().flat_map(|a| std::iter::once(&a.ca).chain(a.crl.as_ref()));
    server.chain(accounts).map(String::as_str)
}

fn policy(document: &GateDocument) -> Result<Policy, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let server = document.file.server.as_ref().map(|named| server(document, named));
    let server = server.transpose().map_err(|problem| problems.push(problem)).unwrap_or_default();
    let mut accounts = Vec::new();
    for named in &document.file.accounts {
        match account(document, named) {
            Ok(account) => accounts.push(account),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(Policy { file: document.file.clone(), server, accounts })
    } else {
        Err(problems)
    }
}

fn server(document: &GateDocument, named: &GateServer) -> Result<ServerFiles, Diagnostic> {
    let read = |name: &str| {
        let path = document.resolve(name);
        read_bounded(&path).map_err(|error| {
            document.about(name, format!("{} cannot be read: {error}", path.display()))
        })
    };
    let certificates = CertificateDer::pem_slice_iter(&read(&named.certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| document.about(&named.certificate, format!("not PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(document.about(&named.certificate, "it holds no certificate".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&named.key)?)
        .map_err(|error| document.about(&named.key, format!("no private key in PEM: {error}")))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    CertifiedKey::from_der(certificates.clone(), key.clone_key(), &provider).map_err(|error| {
        let message = format!("the server certificate and this key cannot be used: {error}");
        document.about(&named.key, message)
    })?;
    Ok((certificates, key))
}

fn account(document: &GateDocument, named: &GateFileAccount) -> Result<Account, Diagnostic> {
    let anchors = load_ca_file(&document.resolve(&named.ca))
        .map_err(|error| document.about(&named.ca, in_words(&error)))?;
    let list = |name: &String| {
        load_crl_file(&document.resolve(name))
            .map_err(|error| document.about(name, in_words(&error)))
    };
    let prefix = named.prefix.to_ascii_lowercase();
    Ok(Account {
        host: format!("{prefix}.{}", document.file.domain.to_ascii_lowercase()),
        prefix,
        mode: named.mode,
        anchors,
        crls: named.crl.as_ref().map(list).transpose()?,
    })
}

/// An error with what caused it.
fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}
