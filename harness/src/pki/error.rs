//! What can be wrong with a recipe, a credential, an account or a bundle.

use mtls_scenarios::{Field, KeyAlgorithm};
use thiserror::Error;

use super::der::DerError;
use super::key::{KeyStoreError, SignError};
use super::oid::OidError;
use super::time::TimeError;

/// Why a recipe makes no certificate.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// Text that should be hexadecimal.
    #[error("`{field}`: `{value}` is not hexadecimal (pairs of digits, no separators)")]
    Hex {
        /// The recipe's field.
        field: &'static str,
        /// What it says.
        value: String,
    },
    /// More than fits in a certificate.
    #[error("`{field}` asks for more than {limit} octets; no certificate can have more")]
    TooMany {
        /// The recipe's field.
        field: &'static str,
        /// The most octets that there may be.
        limit: usize,
    },
    /// A repetition of repetitions.
    #[error("`repeat`: its name is one that is not repeated itself")]
    NestedRepeat,
    /// An RSA key that there cannot be.
    #[error(
        "`public_key.rsa.bits`: {0} is no size of a modulus (a multiple of 8, from 8 to 65536)"
    )]
    Modulus(usize),
    /// Text that should be a time.
    #[error("`{field}`: {source}")]
    Time {
        /// The recipe's field.
        field: &'static str,
        /// Why not.
        source: TimeError,
    },
    /// Text that should be an object identifier.
    #[error(transparent)]
    Oid(#[from] OidError),
    /// Text that should be an address.
    #[error(
        "`ip`: `{0}` is not an address (`10.0.0.1`, `2001:db8::1`; in name constraints `10.0.0.0/8`)"
    )]
    Address(String),
    /// Characters that a string type cannot hold.
    #[error(
        "`{value}` cannot be written as {kind}; choose another string type or other characters"
    )]
    Text {
        /// The ASN.1 string type or name form.
        kind: &'static str,
        /// The text.
        value: String,
    },
    /// A defect names a field that is not there, or not any more.
    #[error(
        "a defect names the field {0:?}, which this certificate does not have (check the profile, `omit` and earlier defects)"
    )]
    NoSuchField(Field),
    /// Version 0 has no encoding.
    #[error("the defect `version` takes 1 and up; the field on the wire is one less")]
    VersionZero,
    /// The key is not to be had.
    #[error("`key`: {0}")]
    Key(#[from] KeyStoreError),
    /// The issuer's key does not sign that way.
    #[error("`signature_algorithm`: {0}")]
    Sign(#[from] SignError),
    /// The serialiser refused: a fault of the harness.
    #[error("the certificate could not be serialised: {0}")]
    Serialize(String),
    /// The serialiser wrote something else than expected: a fault of the harness.
    #[error("the serialised certificate could not be taken apart: {0}")]
    Skeleton(#[from] DerError),
}

/// Why the forge does not deliver.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ForgeError {
    /// A recipe is wrong.
    #[error("{owner}, certificate `{certificate}`: {source}")]
    Recipe {
        /// Credential or account.
        owner: String,
        /// Certificate name.
        certificate: String,
        /// What is wrong.
        source: RecipeError,
    },
    /// A certificate name that does not exist.
    #[error("{owner}: `{place}` names the unknown certificate `{name}`; this {kind} has {known}", kind = owner_kind(owner))]
    UnknownCertificate {
        /// Credential or account.
        owner: String,
        /// Where the name stands.
        place: String,
        /// The name.
        name: String,
        /// The names there are.
        known: String,
    },
    /// An anchor name that does not exist.
    #[error(
        "{owner}: `{place}` names the unknown anchor `{name}`; account `{account}` has {known}"
    )]
    UnknownAnchor {
        /// Credential or account.
        owner: String,
        /// Where the name stands.
        place: String,
        /// The name.
        name: String,
        /// The account.
        account: String,
        /// The names there are.
        known: String,
    },
    /// A credential name that does not exist.
    #[error("{owner}: `{place}` names the unknown credential `{name}`")]
    UnknownCredential {
        /// Account or request.
        owner: String,
        /// Where the name stands.
        place: String,
        /// The name.
        name: String,
    },
    /// Certificates that issue each other.
    #[error(
        "{owner}: the certificates {path} issue each other in a circle; let one be `self_signed` or issued by an anchor"
    )]
    IssuerCycle {
        /// Credential or account.
        owner: String,
        /// The circle.
        path: String,
    },
    /// An account without its CA.
    #[error("account `{0}` has no anchor `main`")]
    NoMainAnchor(String),
    /// A certificate that a revocation list needs, made differently from cell to cell.
    #[error(
        "{owner}: certificate `{certificate}` of credential `{credential}` is in a revocation list, so its recipe must fix `serial` and `key.algorithm`"
    )]
    NotFixed {
        /// The account.
        owner: String,
        /// The credential.
        credential: String,
        /// The certificate.
        certificate: String,
    },
    /// Only what is issued under the CA is at hand, not its key.
    #[error("{owner} needs the key of the account's CA")]
    NeedsCaKey {
        /// Credential or account.
        owner: String,
    },
    /// Only what is issued under the CA is at hand, not its certificate.
    #[error("{owner} needs the certificate of the account's CA")]
    NeedsCaCertificate {
        /// The credential.
        owner: String,
    },
    /// Another client of the account is needed, and only one is at hand.
    #[error("{owner} needs another client of the account")]
    NeedsClient {
        /// The credential.
        owner: String,
    },
    /// The client at hand has a key of another algorithm.
    #[error("{owner} needs a client with a key of {wanted}, not {given}", wanted = wanted.as_str(), given = given.as_str())]
    OtherKey {
        /// The credential.
        owner: String,
        /// The client's.
        given: KeyAlgorithm,
        /// The one that is asked for.
        wanted: KeyAlgorithm,
    },
    /// A `certificate_list` without reasonable end.
    #[error("{owner}: `send` makes a certificate_list of more than {limit} certificates")]
    ListTooLong {
        /// The credential.
        owner: String,
        /// The limit.
        limit: usize,
    },
}

fn owner_kind(owner: &str) -> &str {
    owner.split(' ').next().unwrap_or(owner)
}

/// Names for an error message: `a`, `b`.
pub(crate) fn list<S: AsRef<str>>(names: impl Iterator<Item = S>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{}`", name.as_ref())).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
