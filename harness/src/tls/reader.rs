//! A strict reader of the presentation language of TLS (RFC 8446 3).

/// Why octets are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// There are fewer octets than there must be.
    #[error("`{what}` ends early")]
    Truncated {
        /// Field that was read.
        what: &'static str,
    },
    /// There are more octets than there must be.
    #[error("`{what}` is followed by octets that belong to nothing")]
    Trailing {
        /// Field that was read.
        what: &'static str,
    },
    /// A value or a length that the standard does not allow.
    #[error("`{what}` has a value that is not allowed")]
    Invalid {
        /// Field that was read.
        what: &'static str,
    },
    /// More than may be sent, or more than we read.
    #[error("`{what}` is too long")]
    TooLong {
        /// Field that was read.
        what: &'static str,
    },
    /// A list holds something twice that may be there once.
    #[error("`{what}` holds the same twice")]
    Repeated {
        /// Field that was read.
        what: &'static str,
    },
}
