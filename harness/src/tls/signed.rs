//! Who says something.

/// The ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one who connects.
    Client,
    /// The one who listens.
    Server,
}
