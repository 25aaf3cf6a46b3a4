//! What the user lends of the CAs that a running server trusts, from arguments.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use mtls_scenarios::{Library, did_you_mean};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Failure;
use super::rerun::Words;
use crate::pki::{StoredBundle, UserCa, UserClient};
use crate::run::{GivenClients, Trust};

/// Account of files that name none.
const USUAL_ACCOUNT: &str = "alpha";

/// What is at hand of the CAs that a running server trusts: one of three.
#[derive(Clone, Debug, Args)]
#[command(
    next_help_heading = "Whom a running server trusts: its CA, a bundle of `pki init`, or only a client"
)]
pub(super) struct TrustArguments {
    /// Certificate of the CA that it trusts; for another account than alpha, beta=FILE; repeatable
    #[arg(long, value_name = "[ACCOUNT=]FILE", requires = "ca_key")]
    ca: Vec<OfAccount>,
    /// Private key of that CA
    #[arg(long, value_name = "[ACCOUNT=]FILE", requires = "ca")]
    ca_key: Vec<OfAccount>,
    /// Bundle that `pki init` wrote and the server was configured with
    #[arg(long, value_name = "DIR", conflicts_with_all = ["ca", "cert"])]
    pki: Option<PathBuf>,
    /// Certificate of a client that it lets in, with its intermediates after it; what needs its CA is then skipped
    #[arg(long, value_name = "[ACCOUNT=]FILE", requires = "key", conflicts_with = "ca")]
    cert: Vec<OfAccount>,
    /// Private key of that client
    #[arg(long, value_name = "[ACCOUNT=]FILE", requires = "cert")]
    key: Vec<OfAccount>,
    /// Certificate of another client of the same account
    #[arg(long, value_name = "[ACCOUNT=]FILE", requires_all = ["other_key", "cert"])]
    other_cert: Vec<OfAccount>,
    /// Private key of that other client
    #[arg(long, value_name = "[ACCOUNT=]FILE", requires = "other_cert")]
    other_key: Vec<OfAccount>,
}

/// A file that belongs to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OfAccount {
    account: Option<String>,
    file: PathBuf,
}

impl FromStr for OfAccount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_name = |name: &str| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            !name.is_empty() && name.bytes().all(plain)
        };
        let (account, file) = match text.split_once('=') {
            Some((account, file)) if is_name(account) => (Some(account.to_owned()), file),
            _ => (None, text),
        };
        if file.is_empty() {
            return Err("name a file".to_owned());
        }
        Ok(Self { account, file: file.into() })
    }
}

impl OfAccount {
    fn account(&self) -> &str {
        self.account.as_deref().unwrap_or(USUAL_ACCOUNT)
    }

    /// As it was typed.
    fn text(&self) -> String {
        let file = self.file.to_string_lossy();
        self.account
            .as_ref()
            .map_or_else(|| file.to_string(), |account| format!("{account}={file}"))
    }
}

impl TrustArguments {
    /// Reads the files.
    pub(super) fn read(&self, library: &Library) -> Result<Trust, Failure> {
        if let Some(directory) = &self.pki {
            let bundle = StoredBundle::read(directory).map_err(|e| Failure::invalid(&e))?;
            return Ok(Trust::Bundle(bundle));
        }
        let cas = pairs(("--ca", &self.ca), ("--ca-key", &self.ca_key), library)?;
        if !cas.is_empty() {
            let cas = cas.into_iter().map(|(account, [certificate, key])| {
                let ca = UserCa::load(certificate, key).map_err(|e| Failure::invalid(&e))?;
                Ok((account, ca))
            });
            return Ok(Trust::Cas(cas.collect::<Result<_, Failure>>()?));
        }
        let clients = pairs(("--cert", &self.cert), ("--key", &self.key), library)?;
        let others = (("--other-cert", &*self.other_cert), ("--other-key", &*self.other_key));
        let mut others = pairs(others.0, others.1, library)?;
        let mut given = BTreeMap::new();
        for (account, files) in clients {
            let colleague = others.remove(&account).map(client).transpose()?;
            given.insert(account, GivenClients { client: client(files)?, colleague });
        }
        if let Some(account) = others.keys().next() {
            let message =
                format!("--other-cert of account `{account}` goes with --cert of the same account");
            return Err(Failure::invalid(&message));
        }
        Ok(if given.is_empty() { Trust::Forged } else { Trust::Clients(given) })
    }

    /// Lets scenarios for which the key algorithm is not the point use that of the only client there is.
    pub(super) fn rekey(&self, library: &mut Library) -> Result<(), Failure> {
        if let Some(key) = self.read(library)?.only_key() {
            library.rekey(key);
        }
        Ok(())
    }

    /// The arguments once more.
    pub(super) fn repeat(&self, words: &mut Words) {
        let lists = [
            ("--ca", &self.ca),
            ("--ca-key", &self.ca_key),
            ("--cert", &self.cert),
            ("--key", &self.key),
            ("--other-cert", &self.other_cert),
            ("--other-key", &self.other_key),
        ];
        for (flag, files) in lists {
            for file in files {
                words.flag(flag, Some(file.text()));
            }
        }
        words.flag("--pki", self.pki.as_ref().map(|path| path.to_string_lossy().into_owned()));
    }
}

/// Two files for each account.
type Pairs<'a> = BTreeMap<String, [&'a Path; 2]>;

/// What two repeatable arguments say, account by account.
fn pairs<'a>(
    (first, certificates): (&str, &'a [OfAccount]),
    (second, keys): (&str, &'a [OfAccount]),
    library: &Library,
) -> Result<Pairs<'a>, Failure> {
    let by_account = |flag: &str, files: &'a [OfAccount]| {
        let mut found = BTreeMap::new();
        for file in files {
            let account = file.account();
            if !library.accounts.contains_key(account) {
                let known: Vec<_> = library.accounts.keys().map(String::as_str).collect();
                let hint = did_you_mean(account, known.iter().copied()).unwrap_or_else(|| {
                    let known = known.join(", ");
                    format!(
                        "known are {known}; write ./{} if that is the name of a file",
                        file.text()
                    )
                });
                let message = format!("{flag}: there is no account `{account}`\n  help: {hint}");
                return Err(Failure::invalid(&message));
            }
            if found.insert(account.to_owned(), file.file.as_path()).is_some() {
                let message = format!(
                    "{flag} is given twice for account `{account}`; write {flag} ACCOUNT=FILE for another one"
                );
                return Err(Failure::invalid(&message));
            }
        }
        Ok(found)
    };
    let (certificates, mut keys) = (by_account(first, certificates)?, by_account(second, keys)?);
    let without = |flag: &str, other: &str, account: &str| {
        Failure::invalid(&format!(
            "{flag} of account `{account}` needs {other} of the same account"
        ))
    };
    let mut pairs = BTreeMap::new();
    for (account, certificate) in certificates {
        let Some(key) = keys.remove(&account) else {
            return Err(without(first, second, &account));
        };
        pairs.insert(account, [certificate, key]);
    }
    match keys.keys().next() {
        Some(account) => Err(without(second, first, account)),
        None => Ok(pairs),
    }
}

/// A client that can be let in today.
fn client([certificate, key]: [&Path; 2]) -> Result<UserClient, Failure> {
    let client = UserClient::load(certificate, key).map_err(|e| Failure::invalid(&e))?;
    let file = certificate.display();
    let (_, parsed) = X509Certificate::from_der(client.certificate())
        .map_err(|_| Failure::invalid(&format!("`{file}` holds no readable certificate")))?;
    let validity = parsed.validity();
    if validity.is_valid() {
        return Ok(client);
    }
    let is_over = validity.not_after.timestamp() < time::OffsetDateTime::now_utc().unix_timestamp();
    let (what, when) = if is_over {
        ("expired on", validity.not_after)
    } else {
        ("is not valid before", validity.not_before)
    };
    Err(Failure::invalid(&format!(
        "the client certificate in `{file}` {what} {}; a server that is right refuses it, and where no client gets in, \
         nothing can be said about the others",
        when.to_datetime().date()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_may_say_whose_they_are() {
        let read = |text: &str| text.parse::<OfAccount>().unwrap();
        assert_eq!(read("ca.crt").account(), "alpha");
        assert_eq!(read("beta=ca.crt").account(), "beta");
        assert_eq!(read("./a=b.crt"), OfAccount { account: None, file: "./a=b.crt".into() });
        assert_eq!(read("beta=a=b").text(), "beta=a=b");
        assert!("beta=".parse::<OfAccount>().is_err());
    }
}
