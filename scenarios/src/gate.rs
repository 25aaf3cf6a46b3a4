//! A gate file: what `mtls-harness serve` serves, and to whom.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Source};
use crate::load::{LoadError, read_text};

/// Most accounts of a gate file.
const MAX_ACCOUNTS: usize = 1000;

/// `accounts.json`. Paths are relative to the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GateFile {
    /// Path or address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// `address:port` for clients; port 0 takes a free one.
    #[serde(default = "listen")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub listen: SocketAddr,
    /// `address:port` of the status page, on the loopback interface; port 0 takes a free one.
    #[serde(default = "admin")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub admin: SocketAddr,
    /// The domain under which each account has its host.
    #[serde(default = "domain")]
    pub domain: String,
    /// The gate's own certificate; one is forged when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<GateServer>,
    /// The customers.
    pub accounts: Vec<GateFileAccount>,
}

fn listen() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8443).into()
}

fn admin() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8444).into()
}

fn domain() -> String {
    "agents.test".to_owned()
}

/// The gate's own certificate.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GateServer {
    /// PEM file: the certificate, then its issuers.
    pub certificate: String,
    /// PEM file: its private key.
    pub key: String,
}

/// A customer: one host name with a policy of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GateFileAccount {
    /// First label of its host name, unique.
    pub prefix: String,
    /// PEM file: the CA certificates that it trusts.
    pub ca: String,
    /// PEM file: revocation lists. With it, every certificate must be covered by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crl: Option<String>,
    /// Who gets in.
    pub mode: AccountMode,
}

/// What an account asks of its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountMode {
    /// Only clients with a valid certificate get in.
    Strict,
    /// Clients without a certificate get in, too, as nobody.
    Loose,
}

impl AccountMode {
    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Loose => "loose",
        }
    }
}

/// A gate file as it was read: what it says, and where it says it.
#[derive(Clone, Debug)]
pub struct GateDocument {
    /// What it says.
    pub file: GateFile,
    path: PathBuf,
    text: String,
}

impl GateDocument {
    /// Reads and checks a gate file; the files that it names are not looked at.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        Self::parse(path, read_text(path)?).map_err(LoadError::Invalid)
    }

    fn parse(path: &Path, text: String) -> Result<Self, Vec<Diagnostic>> {
        let shown = path.to_string_lossy();
        let source = Source { path: &shown, text: &text };
        let file: GateFile = source.parse().map_err(|problem| vec![problem])?;
        let problems = check(&file, source);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { file, path: path.to_owned(), text })
    }

    /// Where a file that it names is.
    pub fn resolve(&self, named: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(named)
    }

    /// The file's own path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A problem with what it says at a word.
    pub fn about(&self, word: &str, message: String) -> Diagnostic {
        let shown = self.path.to_string_lossy();
        Source { path: &shown, text: &self.text }.about(word, message, None)
    }
}

fn check(file: &GateFile, source: Source<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut report = |problem| problems.push(problem);
    if !file.admin.ip().is_loopback() {
        let help = "use 127.0.0.1 or [::1]: the page shows who connects to whoever can reach it";
        let message = "the status page is for this machine only".to_owned();
        report(source.about(&file.admin.to_string(), message, Some(help.to_owned())));
    }
    if file.domain.len() > 189 || !file.domain.split('.').all(is_label) {
        let message = format!("`{}` is not a DNS name", file.domain);
        report(source.about(&file.domain, message, None));
    }
    if file.accounts.is_empty() || file.accounts.len() > MAX_ACCOUNTS {
        let message =
            format!("a gate has 1 to {MAX_ACCOUNTS} accounts, not {}", file.accounts.len());
        report(source.about("accounts", message, None));
    }
    let mut prefixes = BTreeSet::new();
    for account in file.accounts.iter().take(MAX_ACCOUNTS) {
        let prefix = &account.prefix;
        if !is_label(prefix) {
            let help = "use letters, digits and inner hyphens, at most 63".to_owned();
            let message = format!("prefix `{prefix}` is not one DNS label");
            report(source.about(prefix, message, Some(help)));
        } else if !prefixes.insert(prefix.to_ascii_lowercase()) {
            let message = format!("two accounts have the prefix `{prefix}`");
            report(source.about_last(prefix, message));
        }
    }
    problems
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<GateDocument, String> {
        GateDocument::parse(Path::new("etc/accounts.json"), text.to_owned())
            .map_err(|problems| problems.iter().map(Diagnostic::to_string).collect())
    }

    /// A gate file with these accounts and whatever else.
    fn with(accounts: &[&str], rest: &str) -> String {
        format!("{{\n{rest}\"accounts\": [\n{}\n]}}", accounts.join(",\n"))
    }

    const ACME: &str = r#"{ "prefix": "acme", "ca": "acme.pem", "mode": "strict" }"#;

    #[test]
    fn a_short_one_has_defaults() {
        let document = parse(&with(&[ACME], "")).unwrap();
        assert_eq!(document.file.listen, "127.0.0.1:8443".parse().unwrap());
        assert_eq!(document.file.admin, "127.0.0.1:8444".parse().unwrap());
        assert_eq!(document.file.domain, "agents.test");
        assert_eq!(document.file.accounts[0].mode, AccountMode::Strict);
        assert_eq!(document.resolve("acme.pem"), Path::new("etc/acme.pem"));
        assert_eq!(document.resolve("/pki/acme.pem"), Path::new("/pki/acme.pem"));
    }

    #[test]
    fn mistakes_are_located() {
        let again = r#"{ "prefix": "ACME", "ca": "b.pem", "mode": "loose" }"#;
        let exactly = r#"{ "prefix": "acme", "ca": "b.pem", "mode": "loose" }"#;
        let dotted = ACME.replace("acme\"", "a.b\"");
        let misspelt = ACME.replace("strict", "strickt");
        for (text, expected) in [
            (
                with(&[ACME, again], ""),
                "etc/accounts.json:4:13: two accounts have the prefix `ACME`",
            ),
            (
                with(&[ACME, exactly], ""),
                "etc/accounts.json:4:13: two accounts have the prefix `acme`",
            ),
            (with(&[&dotted], ""), "etc/accounts.json:3:13: prefix `a.b` is not one DNS label"),
            (with(&[&misspelt], ""), "etc/accounts.json:3:55: unknown variant `strickt`"),
            (with(&[], ""), "etc/accounts.json:2:1: a gate has 1 to 1000 accounts, not 0"),
            (with(&[ACME], "\"lisen\": \"[::]:1\","), "2:7: unknown field `lisen`"),
            (with(&[ACME], "\"listen\": \"here\","), "invalid socket address syntax"),
            (
                with(&[ACME], "\"admin\": \"0.0.0.0:1\","),
                "2:10: the status page is for this machine",
            ),
            (with(&[ACME], "\"domain\": \"a..b\","), "2:11: `a..b` is not a DNS name"),
        ] {
            let problem = parse(&text).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
        assert!(parse(&with(&[&misspelt], "")).unwrap_err().contains("did you mean `strict`?"));
    }
}
