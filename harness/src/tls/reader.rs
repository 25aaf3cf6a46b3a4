//! What cannot be read.

/// Why octets of a peer are not what they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The octets end within it.
    #[error("`{what}` ends early")]
    Truncated {
        /// Field that is incomplete.
        what: &'static str,
    },
    /// Octets are left over.
    #[error("octets follow after `{what}`")]
    Trailing {
        /// What should have been the last.
        what: &'static str,
    },
    /// Its value is none that it may have.
    #[error("`{what}` is not valid")]
    Invalid {
        /// Field that is wrong.
        what: &'static str,
    },
}
