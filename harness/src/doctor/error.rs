//! Why there is nothing to examine.

use std::io;

/// Why there is nothing to examine: the user's to mend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DoctorError {
    /// A file that cannot be read.
    #[error("cannot read `{file}`: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A file longer than any certificate, key or manifest.
    #[error("`{file}` is longer than 4 MiB; give the file of one client, or one manifest")]
    TooLong {
        /// The file.
        file: String,
    },
    /// A file without a certificate.
    #[error("`{file}` holds no certificate: {hint}")]
    NoCertificate {
        /// The file.
        file: String,
        /// What it is instead, or what to look for.
        hint: String,
    },
    /// A file without a private key.
    #[error("`{file}` holds no private key: {hint}")]
    NoKey {
        /// The file.
        file: String,
        /// What it is instead, or what to look for.
        hint: String,
    },
    /// More certificates than a client sends.
    #[error(
        "{place} holds {count} {what}, more than the {limit} that are looked at; give what belongs to one client"
    )]
    TooMany {
        /// Where.
        place: String,
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many are looked at.
        limit: usize,
    },
    /// A manifest that is not text.
    #[error(
        "`{file}` is not UTF-8 text; a manifest is YAML or JSON (for files use --cert and --key)"
    )]
    NotText {
        /// The file.
        file: String,
    },
    /// A manifest that is not YAML.
    #[error("{file}:{line}:{column}: not YAML or JSON: {problem}")]
    Yaml {
        /// The file.
        file: String,
        /// From one.
        line: usize,
        /// From one.
        column: usize,
        /// What the reader says.
        problem: String,
    },
}
